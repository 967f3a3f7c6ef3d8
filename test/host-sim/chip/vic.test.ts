import { describe, expect, it } from "vitest";
import { SOURCE, Vic } from "../../../src/host-sim/chip/vic.ts";

const IRQ_STATUS = 0x00;
const FIQ_STATUS = 0x04;
const RAW = 0x08;
const SELECT = 0x0c;
const ENABLE = 0x10;
const DISABLE = 0x14;
const SOFT_SET = 0x18;
const SOFT_CLEAR = 0x1c;
const VECTOR = 0x30;
const DEFAULT_VECTOR = 0x34;

const STUB = 0x4c48;

function vic() {
  const core = { irq: false, fiq: false };
  const tested = new Vic((irq, fiq) => Object.assign(core, { irq, fiq }));
  tested.write(DEFAULT_VECTOR, STUB);
  const slot = (number: number, source: number, vector: number) => {
    tested.write(0x100 + 4 * number, vector);
    tested.write(0x200 + 4 * number, 0x20 | source);
    tested.write(ENABLE, 1 << source);
  };
  return { tested, core, slot };
}

describe("VIC (datasheet §4, PL190)", () => {
  it("interrupts only for sources that are enabled", () => {
    const { tested, core } = vic();
    tested.setLine(SOURCE.TIMER_1, true);
    expect(core.irq).toBe(false);
    tested.write(ENABLE, 1 << SOURCE.TIMER_1);
    expect(core.irq).toBe(true);
    tested.write(DISABLE, 1 << SOURCE.TIMER_1);
    expect(core.irq).toBe(false);
  });

  it("enables and disables by writing ones: zeros change nothing", () => {
    const { tested } = vic();
    tested.write(ENABLE, 0x50);
    tested.write(ENABLE, 0x01);
    expect(tested.read(ENABLE)).toBe(0x51);
    tested.write(DISABLE, 0x10);
    expect(tested.read(ENABLE)).toBe(0x41);
  });

  it("shows a request in one of the two status registers, by SELECT", () => {
    const { tested, core } = vic();
    tested.write(ENABLE, 0x30);
    tested.setLine(4, true);
    tested.setLine(5, true);
    tested.write(SELECT, 0x20);
    expect([tested.read(IRQ_STATUS), tested.read(FIQ_STATUS), tested.read(RAW)]).toEqual([0x10, 0x20, 0x30]);
    expect(core).toEqual({ irq: true, fiq: true });
  });

  it("gives the vector of the lowest slot among those that ask", () => {
    const { tested, slot } = vic();
    slot(7, SOURCE.CPU_INT, 0x700);
    slot(2, SOURCE.CC_RX_P2P, 0x200);
    tested.setLine(SOURCE.CPU_INT, true);
    tested.setLine(SOURCE.CC_RX_P2P, true);
    expect(tested.read(VECTOR)).toBe(0x200);
  });

  it("keeps an interrupt in service from coming again while its line is still high", () => {
    const { tested, core, slot } = vic();
    slot(6, SOURCE.TIMER_1, 0x600);
    tested.setLine(SOURCE.TIMER_1, true);
    tested.read(VECTOR);
    expect(core.irq).toBe(false);
    tested.write(VECTOR, 0);
    expect(core.irq).toBe(true);
  });

  it("lets a higher slot through, and returns to the lower one when that is served", () => {
    const { tested, core, slot } = vic();
    slot(6, SOURCE.TIMER_1, 0x600);
    slot(1, SOURCE.CC_RX_NN, 0x100);
    slot(7, SOURCE.CPU_INT, 0x700);
    tested.setLine(SOURCE.TIMER_1, true);
    tested.read(VECTOR);
    tested.setLine(SOURCE.CPU_INT, true);
    expect(core.irq, "a lower slot waits").toBe(false);
    tested.setLine(SOURCE.CC_RX_NN, true);
    expect(core.irq).toBe(true);
    expect(tested.read(VECTOR)).toBe(0x100);
    tested.setLine(SOURCE.CC_RX_NN, false);
    tested.setLine(SOURCE.TIMER_1, false);
    tested.write(VECTOR, 0);
    expect(core.irq, "the timer's slot is still in service").toBe(false);
    tested.write(VECTOR, 0);
    expect(core.irq).toBe(true);
    expect(tested.read(VECTOR)).toBe(0x700);
  });

  it("sends a source without a slot to the default vector, once: SARK's stub does not acknowledge it", () => {
    const { tested, core } = vic();
    tested.write(ENABLE, 1 << SOURCE.CC_RX_READY);
    tested.setLine(SOURCE.CC_RX_READY, true);
    expect(core.irq).toBe(true);
    expect(tested.read(VECTOR)).toBe(STUB);
    expect(core.irq).toBe(false);
  });

  it("gives the default vector and changes nothing when nobody asks", () => {
    const { tested, core, slot } = vic();
    slot(0, SOURCE.CPU_INT, 0x100);
    expect(tested.read(VECTOR)).toBe(STUB);
    tested.setLine(SOURCE.CPU_INT, true);
    expect(core.irq).toBe(true);
    expect(tested.read(VECTOR)).toBe(0x100);
  });

  it("adds software interrupts to the lines", () => {
    const { tested, core } = vic();
    tested.write(ENABLE, 1 << 29);
    tested.write(SOFT_SET, 1 << 29);
    expect(core.irq).toBe(true);
    expect(tested.read(RAW)).toBe(1 << 29);
    tested.write(SOFT_CLEAR, 1 << 29);
    expect(core.irq).toBe(false);
  });

  it("knows itself as a PL190", () => {
    const { tested } = vic();
    expect([0xfe0, 0xfe4, 0xfe8, 0xfec].map((offset) => tested.read(offset))).toEqual([0x90, 0x11, 0x04, 0x00]);
  });
});
