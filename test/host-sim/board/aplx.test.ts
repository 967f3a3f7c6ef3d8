import { describe, expect, it } from "vitest";
import { executeAplx } from "../../../src/host-sim/board/aplx.ts";
import { type CoreMemories, MemoryMap, type RegisterBlock } from "../../../src/host-sim/board/memory-map.ts";
import { Sdram } from "../../../src/host-sim/board/sdram.ts";

const IMAGE = 0x6780_0000;
const DTCM = 0x0040_0000;
const NO_REGISTERS: RegisterBlock = { readRegister: () => 0, writeRegister: () => undefined };

const COPY = 1;
const RELATIVE_COPY = 2;
const FILL = 3;
const EXECUTE = 4;

function core(
  entries: readonly (readonly number[])[],
  data = new Uint8Array(0),
): { memory: MemoryMap; tcm: CoreMemories } {
  const tcm = { itcm: new Uint8Array(0x8000), dtcm: new Uint8Array(0x1_0000) };
  const chip = {
    sdram: new Sdram(),
    sysram: new Uint8Array(0x8000),
    router: NO_REGISTERS,
    systemController: NO_REGISTERS,
    otherPeripherals: NO_REGISTERS,
  };
  const memory = new MemoryMap(chip, { kind: "core", memories: tcm, peripherals: NO_REGISTERS }, "abort");
  entries.flat().forEach((word, i) => {
    memory.writeWord(IMAGE + 4 * i, word);
  });
  if (data.length > 0) memory.write(IMAGE + 64, data);
  return { memory, tcm };
}

const ONES = new Uint8Array(64).fill(1);

describe("an APLX list", () => {
  it("copies from beside itself, whole bursts of 32 bytes, and jumps", () => {
    const { memory, tcm } = core(
      [
        [RELATIVE_COPY, 0x100, 64, 33],
        [EXECUTE, 0x104, 0, 0],
      ],
      ONES,
    );
    expect(executeAplx(memory, IMAGE)).toBe(0x104);
    expect([...tcm.itcm.subarray(0xff, 0x141)]).toEqual([0, ...Array(64).fill(1), 0]);
  });

  it("counts a relative source from its own entry, not from the list", () => {
    const { memory, tcm } = core(
      [
        [FILL, DTCM, 4, 0],
        [RELATIVE_COPY, 0, 64 - 16, 4],
        [EXECUTE, 0, 0, 0],
      ],
      ONES,
    );
    executeAplx(memory, IMAGE);
    expect(tcm.itcm[0]).toBe(1);
  });

  it("copies from anywhere", () => {
    const { memory, tcm } = core(
      [
        [COPY, DTCM + 32, IMAGE + 64, 32],
        [EXECUTE, 0, 0, 0],
      ],
      ONES,
    );
    executeAplx(memory, IMAGE);
    expect(tcm.dtcm[32]).toBe(1);
  });

  it("fills with a word, at least one burst", () => {
    const { memory, tcm } = core([
      [FILL, DTCM, 1, 0x0403_0201],
      [EXECUTE, 0, 0, 0],
    ]);
    executeAplx(memory, IMAGE);
    expect([...tcm.dtcm.subarray(28, 33)]).toEqual([1, 2, 3, 4, 0]);
  });

  it.each([
    { what: "the end mark", op: 0xffff_ffff },
    { what: "a zero word", op: 0 },
    { what: "an operation that there is not", op: 5 },
  ])("that ends with $what jumps nowhere", ({ op }) => {
    expect(
      executeAplx(
        core([
          [FILL, DTCM, 4, 7],
          [op, 0, 0, 0],
        ]).memory,
        IMAGE,
      ),
    ).toBeUndefined();
  });

  it.each([
    { what: "a copy to no memory", entry: [RELATIVE_COPY, 0x9000_0000, 64, 32] },
    { what: "a copy past the end of ITCM", entry: [RELATIVE_COPY, 0x7ff0, 64, 32] },
    { what: "a copy of more than all memory", entry: [RELATIVE_COPY, 0, 64, 0xffff_ffff] },
    { what: "a fill at an odd address", entry: [FILL, DTCM + 1, 32, 0] },
  ])("with $what ends in an abort", ({ entry }) => {
    const { memory } = core([entry, [EXECUTE, 0, 0, 0]]);
    expect(() => executeAplx(memory, IMAGE)).toThrow(expect.objectContaining({ code: "MEMORY_FAULT" }));
  });

  it("that is longer than the staging area jumps nowhere", () => {
    const entries = Array.from({ length: 16_384 }, () => [FILL, DTCM, 4, 7]);
    expect(executeAplx(core([...entries, [EXECUTE, 0, 0, 0]]).memory, IMAGE)).toBeUndefined();
    expect(executeAplx(core([...entries.slice(1), [EXECUTE, 4, 0, 0]]).memory, IMAGE)).toBe(4);
  });
});
