/** The two machines a random program runs on. */

import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ArmCore, type Core, CoreMemory, TranslationCache } from "../../../../src/host-sim/arm/index.ts";
import { RamBus } from "../ram-bus.ts";
import { writeElf } from "./elf.ts";
import { DATA_ADDRESS, DATA_BYTES, ENTRY, OUTCOME_ADDRESS, OUTCOME_WORDS, type RandomProgram } from "./program.ts";

export interface Outcome {
  /** Int32Array[blocks * states * 15]: r0 to r12, r14, CPSR, block by block. */
  readonly runs: Int32Array;
  readonly data: Uint8Array;
}

const QEMU = "qemu-arm";
/** ARMv5TE without the later extensions; its user mode never aborts on alignment. */
const QEMU_CPU = "arm946";

/** Why there is no comparison here, or undefined if there is one. */
export function qemuMissing(): string | undefined {
  const { error, status } = spawnSync(QEMU, ["--version"]);
  return error === undefined && status === 0 ? undefined : `${QEMU} is not installed (Debian package qemu-user)`;
}

function outcomeBytes(program: RandomProgram): number {
  return 4 * OUTCOME_WORDS * program.blocks * program.states;
}

export function runInQemu(program: RandomProgram): Outcome {
  const directory = mkdtempSync(join(tmpdir(), "spinloom-qemu-"));
  try {
    const file = join(directory, "program");
    const bytes = outcomeBytes(program);
    const elf = writeElf(ENTRY, [
      { address: 0, contents: program.code, bytes: program.code.length },
      { address: DATA_ADDRESS, contents: program.data, bytes: program.data.length },
      { address: OUTCOME_ADDRESS, contents: new Uint8Array(0), bytes },
    ]);
    writeFileSync(file, elf);
    chmodSync(file, 0o700);
    const { status, signal, stdout, stderr } = spawnSync(QEMU, ["-cpu", QEMU_CPU, file], { maxBuffer: 1 << 28 });
    if (status !== 0 || stdout.length !== DATA_BYTES + bytes) {
      throw new Error(`qemu ended with ${status ?? signal} after ${stdout.length} bytes: ${stderr.toString()}`);
    }
    const copy = new Uint8Array(stdout);
    return { data: copy.slice(0, DATA_BYTES), runs: new Int32Array(copy.slice(DATA_BYTES).buffer) };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

export interface CoreRun extends Outcome {
  readonly instructions: number;
  readonly cycles: number;
}

/** Vector of the software interrupt that ends the program: wait for interrupt. */
const WAIT_FOR_INTERRUPT = 0xee07_0f90;
const SWI_VECTOR = 8;
const USER_MODE = 0x10;

/** Cycles per run of the core: many runs, so that they end everywhere. */
const SLICE = 10_007;

export function runInCore(program: RandomProgram, make: (bus: RamBus) => Core): CoreRun {
  const bus = new RamBus(OUTCOME_ADDRESS, outcomeBytes(program));
  const core = make(bus);
  core.reset(false);
  core.itcm.set(program.code);
  new DataView(core.itcm.buffer, core.itcm.byteOffset).setInt32(SWI_VECTOR, WAIT_FOR_INTERRUPT, true);
  core.invalidate(0, core.itcm.length);
  core.dtcm.set(program.data);
  core.cpsr = USER_MODE;
  core.registers[15] = ENTRY;
  const most = 100_000_000;
  while (core.run(SLICE) !== "waiting") {
    if (core.cycles > most) throw new Error(`no end after ${most} cycles, at ${core.registers[15]}`);
  }
  return {
    runs: new Int32Array(bus.ram.buffer),
    data: core.dtcm.slice(0, DATA_BYTES),
    instructions: core.instructions,
    cycles: core.cycles,
  };
}

export function interpreted(bus: RamBus): Core {
  return new ArmCore(new CoreMemory(1), 0, bus);
}

/** Translates what is reached a third time. */
export function translated(bus: RamBus): Core {
  return new ArmCore(new CoreMemory(1), 0, bus, { translations: new TranslationCache(), threshold: 2 });
}

const NAMES = ["r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12", "r14", "cpsr"];

/** The first outcome in which two runs differ, as a sentence; undefined if there is none. */
export function firstDifference(program: RandomProgram, expected: Outcome, actual: Outcome): string | undefined {
  const hex = (value: number): string => `0x${(value >>> 0).toString(16)}`;
  for (let i = 0; i < expected.runs.length; i++) {
    if (expected.runs[i] === actual.runs[i]) continue;
    const run = Math.floor(i / OUTCOME_WORDS);
    const block = Math.floor(run / program.states);
    const address = hex(program.blockAddresses[block]!);
    return (
      `block ${block} at ${address}, state ${run % program.states}: ${NAMES[i % OUTCOME_WORDS]} is ` +
      `${hex(actual.runs[i]!)}, not ${hex(expected.runs[i]!)}`
    );
  }
  const at = expected.data.findIndex((byte, i) => byte !== actual.data[i]);
  return at < 0 ? undefined : `data area differs first at ${hex(DATA_ADDRESS + at)}`;
}
