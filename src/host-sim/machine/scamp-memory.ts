/**
 * What SCAMP and SARK keep in memory about cores, read from outside: vcpu blocks, core numbering, IOBUF chains
 * (`sark.h`: vcpu_t, sv_t, iobuf_t).
 */

import type { Chip } from "../chip/chip.ts";
import { CORES } from "../chip/memory-map.ts";

const VCPU_OFFSET = 0x7000;
const VCPU_BYTES = 128;
const SV_OFFSET = 0x7f00;
const SV_IOBUF_SIZE = 0x50;
const SV_V2P_MAP = 0xa8;
const SV_NUM_CPUS = 0xbc;
const IOBUF_HEADER_BYTES = 16;
/** More blocks than any SDRAM could hold at 16 KiB each: a chain that is longer is a circle. */
const IOBUF_BLOCKS_MAX = 8192;

/** A core's vcpu block as far as people want to see it. */
export interface VirtualCpu {
  /** r0 to r7, psr, sp, lr as SARK left them at a run-time error. */
  readonly registers: readonly number[];
  readonly psr: number;
  readonly sp: number;
  readonly lr: number;
  readonly runTimeError: number;
  readonly physical: number;
  readonly state: number;
  readonly appId: number;
  readonly appName: string;
  readonly swCount: number;
  readonly swFile: number;
  readonly swLine: number;
  readonly iobuf: number;
  /** user0 to user3. */
  readonly user: readonly number[];
}

export function readVirtualCpu(chip: Chip, virtual: number): VirtualCpu {
  const base = VCPU_OFFSET + VCPU_BYTES * virtual;
  const view = new DataView(chip.systemRam.buffer, chip.systemRam.byteOffset + base, VCPU_BYTES);
  const word = (offset: number) => view.getUint32(offset, true);
  return {
    registers: Array.from({ length: 8 }, (_, i) => word(4 * i)),
    psr: word(0x20),
    sp: word(0x24),
    lr: word(0x28),
    runTimeError: view.getUint8(0x2c),
    physical: view.getUint8(0x2d),
    state: view.getUint8(0x2e),
    appId: view.getUint8(0x2f),
    appName: text(new Uint8Array(view.buffer, view.byteOffset + 0x48, 16)),
    swCount: view.getUint16(0x3a, true),
    swFile: word(0x3c),
    swLine: word(0x40),
    iobuf: word(0x58),
    user: [0x70, 0x74, 0x78, 0x7c].map(word),
  };
}

/** Physical number of a virtual core by SCAMP's map, or the number itself as long as there is no map. */
export function physicalCore(chip: Chip, virtual: number): number {
  const { systemRam } = chip;
  if (virtual < 0 || virtual >= CORES || systemRam[SV_OFFSET + SV_NUM_CPUS] === 0) return virtual;
  const physical = systemRam[SV_OFFSET + SV_V2P_MAP + virtual]!;
  return physical < CORES ? physical : virtual;
}

/** What a core has printed, as far as its blocks say that it is complete. */
export function readIobuf(chip: Chip, virtual: number): string {
  const view = new DataView(chip.systemRam.buffer);
  const size = view.getUint32(SV_OFFSET + SV_IOBUF_SIZE, true);
  let printed = "";
  let block = readVirtualCpu(chip, virtual).iobuf;
  for (let blocks = 0; block !== 0 && blocks < IOBUF_BLOCKS_MAX; blocks++) {
    const header = new Uint8Array(IOBUF_HEADER_BYTES);
    chip.sdram.copyOut(block, header);
    const fields = new DataView(header.buffer);
    const bytes = new Uint8Array(Math.min(fields.getUint32(12, true), size));
    chip.sdram.copyOut(block + IOBUF_HEADER_BYTES, bytes);
    printed += new TextDecoder("latin1").decode(bytes);
    block = fields.getUint32(0, true);
  }
  return printed;
}

function text(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder("latin1").decode(end < 0 ? bytes : bytes.subarray(0, end));
}
