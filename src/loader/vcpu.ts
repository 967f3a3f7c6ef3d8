/** A core's state as its monitor keeps it. */
import type { ChipCoord } from "../machine/machine.ts";
import { wordAt } from "../sdp/scp-command.ts";
import type { Board } from "./board.ts";
import { VCPU, VCPU_BYTES } from "./chip-memory.ts";

export interface CoreStatus {
  /** See `CORE_STATE`. */
  readonly state: number;
  readonly appId: number;
  readonly physicalCore: number;
  readonly appName: string;
  /** Run-time error code, 0 for none. */
  readonly rtCode: number;
  /** r0 to r7, psr, sp, lr at a run-time error. */
  readonly registers: readonly number[];
  /** Unix seconds when the application was loaded. */
  readonly loadedAt: number;
  /** Address of the first block of printed text, or 0. */
  readonly iobuf: number;
  readonly user: readonly [number, number, number, number];
}

/** Reads 128 bytes of vcpu. */
export function readCoreStatus(vcpu: Uint8Array): CoreStatus {
  const word = (offset: number): number => wordAt(vcpu, offset);
  const name = Buffer.from(vcpu.subarray(VCPU.appName, VCPU.appName + 16)).toString("latin1");
  const end = name.indexOf("\0");
  return {
    state: vcpu[VCPU.state]!,
    appId: vcpu[VCPU.appId]!,
    physicalCore: vcpu[VCPU.physicalCore]!,
    appName: end < 0 ? name : name.slice(0, end),
    rtCode: vcpu[VCPU.rtCode]!,
    registers: Array.from({ length: 11 }, (_, register) => word(VCPU.r0 + 4 * register)),
    loadedAt: word(VCPU.time),
    iobuf: word(VCPU.iobuf),
    user: [word(VCPU.user0), word(VCPU.user0 + 4), word(VCPU.user0 + 8), word(VCPU.user0 + 12)],
  };
}

/** Address of a core's vcpu block. */
export function vcpuAddress(board: Board, core: number): number {
  return board.facts.vcpuAddress + core * VCPU_BYTES;
}

export async function coreStatus(
  board: Board,
  chip: ChipCoord,
  core: number,
  signal?: AbortSignal,
): Promise<CoreStatus> {
  return readCoreStatus(await board.read(chip, vcpuAddress(board, core), VCPU_BYTES, { signal }));
}
