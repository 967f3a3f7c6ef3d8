/**
 * A core's two tightly coupled memories as addresses: each repeats through its window of 4 MiB, but block transfers and
 * loaders reach it at the beginning of its window only.
 */

import { type Core, DTCM_BYTES, ITCM_BYTES } from "../arm/index.ts";
import { DTCM_BASE } from "./memory-map.ts";
import { BUS_ERROR } from "./peripheral.ts";
import type { AccessBytes } from "./system-noc.ts";

/** Addresses from here to the first register belong to nobody. */
const WINDOWS_END = 2 * DTCM_BASE;

/** The memory that these bytes are in, if there is one; both begin at a multiple of their size, a power of two. */
export function tcmOf(core: Core, address: number, bytes: number): Uint8Array | undefined {
  const start = address >>> 0;
  if (start < DTCM_BASE) return start + bytes <= ITCM_BYTES ? core.itcm : undefined;
  return start + bytes <= DTCM_BASE + DTCM_BYTES ? core.dtcm : undefined;
}

export function readTcmWindow(core: Core, address: number, bytes: AccessBytes): number {
  const memory = windowOf(core, address);
  if (memory === undefined) return BUS_ERROR;
  const offset = address & (memory.length - 1);
  let value = 0;
  for (let i = 0; i < bytes; i++) value |= memory[offset + i]! << (8 * i);
  return value;
}

/** @returns false for a bus error */
export function writeTcmWindow(core: Core, address: number, bytes: AccessBytes, value: number): boolean {
  const memory = windowOf(core, address);
  if (memory === undefined) return false;
  const offset = address & (memory.length - 1);
  for (let i = 0; i < bytes; i++) memory[offset + i] = value >>> (8 * i);
  if (memory === core.itcm) core.invalidate(offset, bytes);
  return true;
}

function windowOf(core: Core, address: number): Uint8Array | undefined {
  if (address >>> 0 >= WINDOWS_END) return undefined;
  return address >>> 0 < DTCM_BASE ? core.itcm : core.dtcm;
}
