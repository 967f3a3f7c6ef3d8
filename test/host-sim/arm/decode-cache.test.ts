import { describe, expect, it } from "vitest";
import { ArmCore, CoreMemory, DecodedPrograms, TranslationCache } from "../../../src/host-sim/arm/index.ts";
import { RamBus } from "./ram-bus.ts";
import { RAM } from "./rig.ts";

const CODE = 0x100;
const ADDITIONS = 100;
const ADD_1 = 0xe280_0001; // add r0, r0, #1
const ADD_16 = 0xe280_0010;
/** Far more instructions than a program takes to settle; then `str r1, [r2]`, and again. */
const PROGRAM = [
  ...new Array<number>(ADDITIONS).fill(ADD_1),
  0xe582_1000,
  0xea00_0000 | ((-ADDITIONS - 3) & 0xff_ffff),
];
const SETTLING_TURNS = 10;
/** Cycles of a turn of it. */
const TURN = ADDITIONS + 1 + 3;

type Engine = "interpreted" | "translated";

/** Cores that share what is known of their code; r1 and r2 are what they store and where. */
function cores(count: number, engine: Engine, thresholds: readonly number[] = []): ArmCore[] {
  const shared = { programs: new DecodedPrograms() };
  const options = engine === "interpreted" ? shared : { ...shared, translations: new TranslationCache() };
  const memory = new CoreMemory(count);
  return Array.from({ length: count }, (_, i) => {
    const core = new ArmCore(memory, i, new RamBus(RAM, 0x100), { ...options, threshold: thresholds[i] ?? 2 });
    core.reset(false);
    core.itcm.set(new Uint8Array(Uint32Array.from(PROGRAM).buffer), CODE);
    core.invalidate(CODE, 4 * PROGRAM.length);
    core.registers.set([0, ADD_1, RAM], 0);
    core.registers[15] = CODE;
    return core;
  });
}

function turn(core: ArmCore): number {
  const before = core.registers[0]!;
  core.run(TURN);
  return core.registers[0]! - before;
}

describe.each<Engine>(["interpreted", "translated"])("%s code of cores that run the same program", (engine) => {
  it("is theirs alone from when one of them writes over its own", () => {
    const [a, b] = cores(2, engine);
    for (const core of [a!, b!]) for (let n = 0; n < SETTLING_TURNS; n++) expect(turn(core)).toBe(ADDITIONS);
    a!.registers[1] = ADD_16;
    a!.registers[2] = CODE + 4 * 50;
    turn(a!);
    expect([turn(a!), turn(b!)]).toEqual([ADDITIONS + 15, ADDITIONS]);
    a!.registers[1] = ADD_1;
    turn(a!);
    expect([turn(a!), turn(b!)]).toEqual([ADDITIONS, ADDITIONS]);
  });

  it("takes effect at the next instruction when it is written within a run", () => {
    const [a, b] = cores(2, engine);
    for (const core of [a!, b!]) for (let n = 0; n < SETTLING_TURNS; n++) turn(core);
    a!.registers[1] = ADD_16;
    a!.registers[2] = CODE;
    expect(
      [a!, b!].map((core) => {
        const before = core.registers[0]!;
        core.run(3 * TURN);
        return core.registers[0]! - before;
      }),
    ).toEqual([3 * ADDITIONS + 2 * 15, 3 * ADDITIONS]);
  });

  it("is another's when the loader puts another program there", () => {
    const [a, b, c] = cores(3, engine);
    for (const core of [a!, b!]) for (let n = 0; n < SETTLING_TURNS; n++) turn(core);
    const other = PROGRAM.map((word) => (word === ADD_1 ? ADD_16 : word));
    for (const core of [a!, c!]) {
      core.itcm.set(new Uint8Array(Uint32Array.from(other).buffer), CODE);
      core.invalidate(CODE, 4 * other.length);
    }
    for (let n = 0; n < SETTLING_TURNS; n++) {
      expect([a!, b!, c!].map(turn)).toEqual([16 * ADDITIONS, ADDITIONS, 16 * ADDITIONS]);
    }
  });
});

describe("translated code that a core has found by following another", () => {
  it("is not run any more once that core's own code is changed", () => {
    const [leader, follower] = cores(2, "translated", [2, 1_000_000]);
    for (let n = 0; n < SETTLING_TURNS; n++) turn(leader!);
    turn(follower!);
    // Where the leader, having been interpreted up to there, was when its code had been translated.
    follower!.registers[15] = CODE + 4;
    follower!.run(2 * TURN - 1);
    new DataView(follower!.itcm.buffer, follower!.itcm.byteOffset).setUint32(CODE + 4 * 50, ADD_16, true);
    follower!.invalidate(CODE + 4 * 50, 4);
    const before = follower!.registers[0]!;
    follower!.run(TURN);
    expect(follower!.registers[0]! - before).toBe(ADDITIONS + 15);
  });
});
