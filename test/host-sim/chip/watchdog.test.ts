import { describe, expect, it } from "vitest";
import { Watchdog } from "../../../src/host-sim/chip/watchdog.ts";
import { HandDrivenTime } from "./hand-driven-time.ts";

const LOAD = 0x00;
const CONTROL = 0x08;
const INT_CLR = 0x0c;
const LOCK = 0xc00;

function watchdog() {
  const time = new HandDrivenTime();
  const seen = { interrupt: false, resets: 0 };
  const tested = new Watchdog(
    time,
    (level) => {
      seen.interrupt = level;
    },
    () => {
      seen.resets++;
    },
  );
  return { tested, time, seen };
}

describe("watchdog (datasheet §16, SP805)", () => {
  it("interrupts when it has counted down at the 133 MHz of the system bus", () => {
    const { tested, time, seen } = watchdog();
    tested.write(LOAD, 1000);
    tested.write(CONTROL, 1);
    time.pass(1499);
    expect(seen.interrupt).toBe(false);
    time.pass(1);
    expect(seen.interrupt).toBe(true);
  });

  it("resets the chip at the second expiry, if that is enabled", () => {
    const { tested, time, seen } = watchdog();
    tested.write(LOAD, 1000);
    tested.write(CONTROL, 3);
    time.pass(3000);
    expect(seen.resets).toBe(1);
  });

  it("only interrupts again if it is not", () => {
    const { tested, time, seen } = watchdog();
    tested.write(LOAD, 1000);
    tested.write(CONTROL, 1);
    time.pass(30_000);
    expect(seen).toEqual({ interrupt: true, resets: 0 });
  });

  it("starts afresh when its interrupt is cleared", () => {
    const { tested, time, seen } = watchdog();
    tested.write(LOAD, 1000);
    tested.write(CONTROL, 3);
    for (let i = 0; i < 10; i++) {
      time.pass(1600);
      tested.write(INT_CLR, 0);
    }
    expect(seen).toEqual({ interrupt: false, resets: 0 });
  });

  it("ignores writes while it is locked: SCAMP unlocks it with 0x1acce551 to turn it off", () => {
    const { tested, time, seen } = watchdog();
    tested.write(LOAD, 1000);
    tested.write(CONTROL, 3);
    tested.write(LOCK, 0);
    tested.write(CONTROL, 0);
    expect(tested.read(CONTROL)).toBe(3);
    tested.write(LOCK, 0x1acc_e551);
    tested.write(CONTROL, 0);
    time.pass(10_000);
    expect(seen.resets).toBe(0);
  });
});
