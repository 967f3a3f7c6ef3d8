import { describe, expect, it } from "vitest";
import { isBusError, NEVER } from "../../../src/host-sim/chip/peripheral.ts";
import { Timer } from "../../../src/host-sim/chip/timer.ts";
import { HandDrivenTime } from "./hand-driven-time.ts";

const LOAD = 0x00;
const COUNT = 0x04;
const CONTROL = 0x08;
const INT_CLR = 0x0c;
const RAW = 0x10;
const MASKED = 0x14;
const BG_LOAD = 0x18;

function timer() {
  const time = new HandDrivenTime();
  const line = { level: false };
  const tested = new Timer(time, (level) => {
    line.level = level;
  });
  const pass = (cycles: number) => {
    time.pass(cycles);
    if (tested.alarm <= time.now) tested.advance();
  };
  return { tested, line, pass, time };
}

describe("timer (datasheet §5)", () => {
  it("is off after reset, with its interrupt enabled and its counter full", () => {
    const { tested, pass } = timer();
    pass(1000);
    expect(tested.read(CONTROL)).toBe(0x20);
    expect(tested.read(COUNT) >>> 0).toBe(0xffff_ffff);
    expect(tested.alarm).toBe(NEVER);
  });

  it("counts down one a cycle from the value that LOAD takes at once", () => {
    const { tested, pass } = timer();
    tested.write(CONTROL, 0xe2);
    tested.write(LOAD, 200_000);
    pass(1);
    expect(tested.read(COUNT)).toBe(199_999);
  });

  it("raises its interrupt every LOAD cycles in periodic mode (0xe2, SCAMP's millisecond)", () => {
    const { tested, line, pass } = timer();
    tested.write(LOAD, 1000);
    tested.write(CONTROL, 0xe2);
    for (let period = 0; period < 3; period++) {
      pass(999);
      expect(line.level).toBe(false);
      pass(1);
      expect(line.level).toBe(true);
      tested.write(INT_CLR, 1);
      expect(line.level).toBe(false);
    }
  });

  it("keeps the rhythm of its periods however late the interrupt is cleared", () => {
    const { tested, line, pass } = timer();
    tested.write(LOAD, 1000);
    tested.write(CONTROL, 0xe2);
    pass(3300);
    tested.write(INT_CLR, 0);
    pass(699);
    expect(line.level).toBe(false);
    pass(1);
    expect(line.level).toBe(true);
  });

  it("stops at zero in one-shot mode (0xe3)", () => {
    const { tested, line, pass } = timer();
    tested.write(CONTROL, 0xe3);
    tested.write(LOAD, 50);
    pass(50);
    expect(line.level).toBe(true);
    tested.write(INT_CLR, 0);
    pass(1_000_000);
    expect(line.level).toBe(false);
    expect(tested.read(COUNT)).toBe(0);
  });

  it("counts once more when LOAD is written after a one-shot count: SARK's queue of timed events relies on it", () => {
    const { tested, line, pass } = timer();
    tested.write(LOAD, 50);
    tested.write(CONTROL, 0xe3);
    pass(60);
    tested.write(INT_CLR, 0);
    tested.write(LOAD, 30);
    pass(29);
    expect(line.level).toBe(false);
    pass(1);
    expect(line.level).toBe(true);
  });

  it("shows the raw interrupt while it is masked (0x83, profilers)", () => {
    const { tested, line, pass } = timer();
    tested.write(CONTROL, 0x83);
    tested.write(LOAD, 50);
    pass(60);
    expect([tested.read(RAW), tested.read(MASKED), line.level]).toEqual([1, 0, false]);
  });

  it("wraps to the full count in free-running mode", () => {
    const { tested, pass } = timer();
    tested.write(CONTROL, 0x82);
    tested.write(LOAD, 10);
    pass(15);
    expect(tested.read(COUNT) >>> 0).toBe(0xffff_ffff - 5);
  });

  it("counts 16 bits only when CONTROL[1] is 0", () => {
    const { tested } = timer();
    tested.write(LOAD, 0x1_2345);
    tested.write(CONTROL, 0x80);
    expect(tested.read(COUNT)).toBe(0x2345);
  });

  it.each([
    { control: 0xe6, prescale: 16 },
    { control: 0xea, prescale: 256 },
  ])("divides the clock by $prescale with CONTROL $control", ({ control, prescale }) => {
    const { tested, line, pass } = timer();
    tested.write(CONTROL, control);
    tested.write(LOAD, 10);
    pass(10 * prescale - 1);
    expect(line.level).toBe(false);
    pass(1);
    expect(line.level).toBe(true);
  });

  it("takes a background load at the next zero only", () => {
    const { tested, line, pass } = timer();
    tested.write(CONTROL, 0xe2);
    tested.write(LOAD, 100);
    tested.write(BG_LOAD, 30);
    pass(100);
    expect(line.level).toBe(true);
    tested.write(INT_CLR, 0);
    pass(29);
    expect(line.level).toBe(false);
    pass(1);
    expect(line.level).toBe(true);
  });

  it("goes on from the same count after its clock stood still", () => {
    const { tested, time } = timer();
    tested.write(CONTROL, 0xe2);
    tested.write(LOAD, 1000);
    time.pass(400);
    time.pass(10_000);
    tested.pause(10_000);
    expect(tested.read(COUNT)).toBe(600);
  });

  it("answers with a bus error where it has no register", () => {
    const { tested } = timer();
    expect(isBusError(tested.read(0x1c))).toBe(true);
    expect(tested.write(0x1c, 0)).toBe(false);
  });

  it("says until when a free-running counter of 32 bits may go on unwatched", () => {
    const { tested, pass, time } = timer();
    const FREE_RUNNING = 0x82;
    tested.write(LOAD, 5000);
    expect(tested.freeRunningUntil).toBeUndefined();
    tested.write(CONTROL, FREE_RUNNING);
    pass(1000);
    expect(tested.freeRunningUntil).toBe(time.now + 4000);
    for (const other of [0x80, 0x83, 0x86, 0xa2, 0x02]) {
      tested.write(CONTROL, other);
      expect(tested.freeRunningUntil).toBeUndefined();
    }
  });
});
