import { describe, expect, it } from "vitest";
import { CoreNumbering } from "../../../src/host-sim/board/core-numbering.ts";
import { ApplicationMonitor } from "../../../src/host-sim/machine/application-monitor.ts";
import { createEmulatedMachine } from "../../../src/host-sim/machine/emulated-machine.ts";
import { readVirtualCpu } from "../../../src/host-sim/machine/scamp-memory.ts";
import { gridMachine } from "../../../src/machine/index.ts";
import { CORE_STATE } from "../../../src/sdp/core-state.ts";
import { aplx, CITIZEN } from "./small-programs.ts";

const MONITOR = 4;
const IMAGE = 0x6780_0000;
const APP_ID = 66;

function chipWithMonitor() {
  const machine = createEmulatedMachine({
    machine: gridMachine("one chip", { width: 1, height: 1, wrapX: false, wrapY: false }),
    monitorCore: () => MONITOR,
  });
  const chip = machine.chip(0, 0);
  const messages: { core: number; message: Uint8Array }[] = [];
  const numbering = new CoreNumbering(
    MONITOR,
    Array.from({ length: 18 }, (_, core) => core),
  );
  const monitor = new ApplicationMonitor(chip, numbering, {
    message: (core, message) => messages.push({ core, message }),
  });
  monitor.prepare(0, 0);
  const act = (action: () => void) => {
    machine.act(action);
    machine.advance(5000);
  };
  const start = (cores: number) => {
    machine.poke(0, 0, IMAGE, aplx(CITIZEN));
    act(() => monitor.startApplication(cores, IMAGE, { appId: APP_ID, flags: 1 }));
  };
  return { machine, chip, monitor, messages, act, start };
}

describe("an application started without SCAMP", () => {
  it("is entered as SCAMP's loader enters it: supervisor mode, interrupts masked, parameters in r0, r1 and r4", () => {
    const { machine, start } = chipWithMonitor();
    start(0b10);
    const stored = new Uint32Array(machine.peek(0, 0, 0x6000_0100, 32).slice().buffer);
    expect(stored[0], "flags << 8 | app id").toBe(0x100 | APP_ID);
    expect(stored[1], "entry point").toBe(0);
    expect(stored[4], "address after the list").toBe(IMAGE + 32);
    expect(stored[5], "stack pointer").toBe(0x0040_ffe8);
    expect(stored[7]! & 0xff, "SVC, I and F set, ARM").toBe(0xd3);
  });

  it("finds itself by its virtual number and reports its state", () => {
    const { chip, monitor, start } = chipWithMonitor();
    start(0b1000_0010);
    expect([1, 2, 7].map((core) => monitor.state(core))).toEqual([CORE_STATE.RUN, CORE_STATE.IDLE, CORE_STATE.RUN]);
    expect(readVirtualCpu(chip, 7)).toMatchObject({ physical: 7, appId: APP_ID });
    expect(readVirtualCpu(chip, 1)).toMatchObject({ physical: 0, appId: APP_ID });
  });

  it("answers a ping by taking the command", () => {
    const { monitor, act, start } = chipWithMonitor();
    start(0b10);
    act(() => monitor.ping(1));
    expect(monitor.idle(1)).toBe(true);
    act(() => monitor.ping(2));
    expect(monitor.idle(2), "a core without application does not").toBe(false);
  });

  it("gets signals", () => {
    const { chip, monitor, act, start } = chipWithMonitor();
    start(0b110);
    act(() => monitor.signal(0b110, 3));
    expect([1, 2].map((core) => readVirtualCpu(chip, core).user[0])).toEqual([3, 3]);
  });

  it("is woken by SYNC signals, which change the flags of the cores they name", () => {
    const { chip, monitor, act, start } = chipWithMonitor();
    start(0b110);
    act(() => monitor.sync(0b010, 0));
    expect(readVirtualCpu(chip, 1).user[2]).toBe(0b100);
    act(() => monitor.sync(0b110, 1));
    expect([1, 2].map((core) => readVirtualCpu(chip, core).user[2])).toEqual([0b110, 0b110]);
  });

  it("gets messages and sends messages, through the chip's seven buffers", () => {
    const { monitor, messages, act, start } = chipWithMonitor();
    start(0b110);
    for (let n = 0; n < 20; n++) {
      const message = Uint8Array.from({ length: 8 + n }, (_, i) => i + n);
      act(() => expect(monitor.send(1 + (n & 1), message)).toBe(true));
      expect(messages.at(-1)).toEqual({ core: 1 + (n & 1), message });
    }
    expect(messages).toHaveLength(20);
  });

  it("stops", () => {
    const { chip, monitor, act, start } = chipWithMonitor();
    start(0b10);
    act(() => monitor.stop(0b10));
    expect(chip.cores[0]!.clocked).toBe(false);
    act(() => monitor.ping(1));
    expect(monitor.idle(1)).toBe(false);
    start(0b10);
    expect(monitor.state(1)).toBe(CORE_STATE.RUN);
  });

  it.each([
    { what: "an unknown entry", words: [9, 0, 0, 0] },
    { what: "a copy to nowhere", words: [2, 0x5000_0000, 16, 32] },
    { what: "a copy from nowhere", words: [1, 0, 0x5000_0000, 32] },
    { what: "a copy of more than there is", words: [1, 0, 0x6000_0000, 0xffff_ffff] },
    { what: "no entry point", words: new Array<number>(65_536).fill(3) },
  ])("is refused if its image holds $what", ({ words }) => {
    const { machine, monitor } = chipWithMonitor();
    machine.poke(0, 0, IMAGE, new Uint8Array(Uint32Array.from(words).buffer));
    const start = () => machine.act(() => monitor.startApplication(0b10, IMAGE, { appId: APP_ID, flags: 0 }));
    expect(start).toThrow(expect.objectContaining({ code: "APPLICATION_IMAGE" }));
  });
});
