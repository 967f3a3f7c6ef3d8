/**
 * Boot images for tests. They are not part of this project: SPINLOOM_SCAMP names files, separated by ':', and tests
 * that need one are skipped where it does not. Public applications to be run on them are looked for in the directory
 * that SPINLOOM_APLX names.
 */

import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { bootPackets } from "../../../src/sdp/boot-packets.ts";

const SV_OFFSET = 384;

/** What a host patches in. Bytes of `sv`, see `sark.h`. */
export interface BootPatch {
  readonly hardwareVersion: number;
  readonly led0: number;
}

export interface ScampImage {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** 3 or 4. */
  readonly major: number;
}

export const scampImages: readonly ScampImage[] = (process.env.SPINLOOM_SCAMP ?? "")
  .split(":")
  .filter((file) => file !== "")
  .map((file) => {
    const bytes = new Uint8Array(readFileSync(file));
    return { name: basename(file), bytes, major: majorVersion(bytes) };
  });

/** The oldest image of the newest major version, or nothing. */
export const scamp4: ScampImage | undefined = scampImages.find((image) => image.major >= 4);
export const scamp3: ScampImage | undefined = scampImages.find((image) => image.major === 3);

/** Bytes of a public application, undefined where the directory or the file is missing. */
export function publicAplx(file: string): Uint8Array | undefined {
  const path = join(process.env.SPINLOOM_APLX ?? "", file);
  return process.env.SPINLOOM_APLX !== undefined && existsSync(path) ? new Uint8Array(readFileSync(path)) : undefined;
}

/** The datagrams that boot a board. The image keeps its own defaults where the patch says nothing. */
export function bootDatagrams(image: ScampImage, patch: BootPatch): Uint8Array[] {
  const bytes = image.bytes.slice();
  const view = new DataView(bytes.buffer);
  view.setUint8(SV_OFFSET + 0x0a, patch.hardwareVersion);
  view.setUint32(SV_OFFSET + 0x1c, 0x6500_0000, true);
  view.setUint32(SV_OFFSET + 0x30, patch.led0, true);
  view.setUint8(SV_OFFSET + 0x40, 1);
  view.setUint32(SV_OFFSET + 0x5c, 0x6500_0000, true);
  return bootPackets(bytes);
}

/** The monitor's first words hold the version that SARK writes into sw_ver; its text is easier to find. */
function majorVersion(bytes: Uint8Array): number {
  const text = new TextDecoder("latin1").decode(bytes);
  const found = /SC&MP\/SpiNNaker\0*(\d)\.\d/.exec(text) ?? /\0(\d)\.\d\.\d\0/.exec(text);
  return Number(found?.[1] ?? 0);
}
