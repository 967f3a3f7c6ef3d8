import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LONG_SLICE_CYCLES } from "../../../src/host-sim/machine/chip-machine.ts";
import { createEmulatedMachine, type EmulatedMachine } from "../../../src/host-sim/machine/emulated-machine.ts";
import type { TraceEvent } from "../../../src/host-sim/machine/machine-trace.ts";
import { formatTraceEvent } from "../../../src/host-sim/machine/machine-trace.ts";
import { gridMachine, spin3, withFaults } from "../../../src/machine/index.ts";
import type { Machine } from "../../../src/machine/machine.ts";
import { LOOKER, PINGER, SENDER } from "./small-programs.ts";

const CORE = 5;
const TO_EAST = 1;
const TO_WEST = 2;
const COUNT_AT = 0x6000_0000;

function lone(): Machine {
  return gridMachine("one chip", { width: 1, height: 1, wrapX: false, wrapY: false });
}

/** Puts a program on a core and lets it begin. */
function run(machine: EmulatedMachine, x: number, y: number, core: number, program: readonly number[]): void {
  machine.act(() => {
    const subsystem = machine.chip(x, y).cores[core]!;
    subsystem.writeTcm(0, new Uint8Array(Uint32Array.from(program).buffer));
    subsystem.enterCode(0);
  });
}

/** Multicast keys: to the core on the chip where the packet is now, or on the other one. */
function route(
  machine: EmulatedMachine,
  x: number,
  entries: readonly (readonly [key: number, vector: number])[],
): void {
  const { router } = machine.chip(x, 0);
  machine.act(() => {
    entries.forEach(([key, vector], entry) => {
      router.write(0x4000 + 4 * entry, vector);
      router.write(0x8000 + 4 * entry, key);
      router.write(0xc000 + 4 * entry, 0xffff_ffff);
    });
  });
}

/** Chips (0, 0) and (1, 0) of a SpiNN-3 board, each sending a packet to the other whenever one arrives. */
function pingPong(
  machine: Machine,
  { trace, routerControl }: { readonly trace?: (event: TraceEvent) => void; readonly routerControl?: number } = {},
): EmulatedMachine {
  const emulated = createEmulatedMachine({
    machine,
    monitorCore: () => 0,
    ...(trace === undefined ? {} : { trace: { kinds: ["packet"], sink: trace } }),
  });
  const toCore = 1 << (6 + CORE);
  route(emulated, 0, [
    [TO_EAST, 1 << 0],
    [TO_WEST, toCore],
  ]);
  route(emulated, 1, [
    [TO_EAST, toCore],
    [TO_WEST, 1 << 3],
  ]);
  if (routerControl !== undefined) for (const { chip } of emulated.chips()) chip.router.write(0, routerControl);
  for (const [x, key] of [TO_EAST, TO_WEST].entries()) {
    emulated.act(() => {
      emulated.chip(x, 0).cores[CORE]!.writeTcm(0x40_0000, Uint8Array.of(key, 0, 0, 0));
    });
    run(emulated, x, 0, CORE, PINGER);
  }
  emulated.advance(1000);
  return emulated;
}

function counted(machine: EmulatedMachine, x: number, y: number): number {
  return new DataView(machine.peek(x, y, COUNT_AT, 4).slice().buffer).getUint32(0, true);
}

describe("many chips in virtual time", () => {
  it("cores on two chips play ping-pong with multicast packets", () => {
    const machine = pingPong(spin3());
    machine.advance(200_000);
    expect(counted(machine, 0, 0)).toBeGreaterThan(10);
    expect(counted(machine, 1, 0)).toBeGreaterThan(10);
  });

  const deadLink = withFaults(spin3(), { links: [{ x: 0, y: 0, link: 0 }] });

  it("with emergency routing on, packets find their way round a dead link", () => {
    const machine = pingPong(deadLink);
    machine.advance(200_000);
    expect(counted(machine, 0, 0)).toBeGreaterThan(10);
    expect(machine.chip(0, 0).router.read(0x28), "nothing is dumped").toBe(0);
  });

  it("with emergency routing off, as SCAMP has it, what was to cross a dead link is dumped", () => {
    const machine = pingPong(deadLink, { routerControl: 0x0040_0001 });
    machine.advance(200_000);
    expect([counted(machine, 0, 0), counted(machine, 1, 0)]).toEqual([0, 0]);
    expect(machine.chip(0, 0).router.read(0x28) >>> 31).toBe(1);
    expect(machine.chip(0, 0).router.read(0x24)).toBe(1 << 0);
  });

  it("the same run gives the same cycle counts, packets and bytes", () => {
    const record = () => {
      const lines: string[] = [];
      const machine = pingPong(spin3(), { trace: (event) => lines.push(formatTraceEvent(event)) });
      machine.advance(100_000);
      const cores = [...machine.chips()].flatMap(({ chip }) =>
        chip.cores.map(({ core }) => `${core.cycles} ${core.instructions} ${[...core.registers]}`),
      );
      return { lines, cores };
    };
    const first = record();
    expect(first.lines.length).toBeGreaterThan(100);
    expect(record()).toEqual(first);
  });

  it("gives the same result however the caller cuts the time", () => {
    const result = (steps: readonly number[]) => {
      const machine = pingPong(spin3());
      for (const step of steps) machine.advance(step);
      return [counted(machine, 0, 0), machine.chip(1, 0).cores[CORE]!.core.instructions];
    };
    const whole = result([100_000]);
    expect(result(new Array<number>(50).fill(2000))).toEqual(whole);
    expect(result([40_000, 200, 59_800])).toEqual(whole);
  });

  it("a busy core sees a packet after it was sent, and not later than by the longest turn", () => {
    const ROUNDS_AT = 0x40_0000;
    const TRANSIT_CYCLES = 100;
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2000 }), fc.constantFrom([3, 7], [7, 3]), (rounds, [sender, looker]) => {
        const machine = createEmulatedMachine({ machine: lone() });
        route(machine, 0, [[-1, 1 << (6 + looker!)]]);
        const [from, to] = [sender!, looker!].map((core) => machine.chip(0, 0).cores[core]!);
        machine.act(() => from!.writeTcm(ROUNDS_AT, new Uint8Array(Uint32Array.of(rounds).buffer)));
        run(machine, 0, 0, sender!, SENDER);
        run(machine, 0, 0, looker!, LOOKER);
        machine.advance(20_000);
        expect([from!.sleeping, to!.sleeping]).toEqual([true, true]);
        const delay = to!.core.cycles - from!.core.cycles;
        expect(delay).toBeGreaterThan(0);
        expect(delay).toBeLessThan(LONG_SLICE_CYCLES + TRANSIT_CYCLES);
      }),
      { numRuns: 30 },
    );
  });

  it("idle cores cost nothing: an hour passes at once", () => {
    const machine = createEmulatedMachine({ machine: lone() });
    machine.advanceMillis(3_600_000);
    expect(machine.milliseconds).toBe(3_600_000);
  });

  it("stands still while it is paused", () => {
    const machine = pingPong(spin3());
    machine.paused = true;
    const before = [machine.cycles, counted(machine, 0, 0)];
    machine.advance(100_000);
    expect([machine.cycles, counted(machine, 0, 0)]).toEqual(before);
    machine.paused = false;
    machine.advance(100_000);
    expect(counted(machine, 0, 0)).toBeGreaterThan(before[1]!);
  });

  it("says where there is no chip and where nothing answers", () => {
    const machine = createEmulatedMachine({ machine: withFaults(spin3(), { chips: [{ x: 1, y: 1 }] }) });
    expect(() => machine.chip(1, 1)).toThrow(RangeError);
    expect(() => machine.peek(0, 0, 0x5000_0000, 4)).toThrow("bus error at 0x50000000 of chip (0, 0)");
  });
});

describe("a trace of instructions", () => {
  it("shows each instruction of the cores it is asked for, with registers, in the order of execution", () => {
    const lines: string[] = [];
    const machine = createEmulatedMachine({
      machine: lone(),
      monitorCore: () => 0,
      trace: {
        kinds: ["instruction", "registers"],
        cores: [CORE],
        sink: (event) => lines.push(formatTraceEvent(event)),
      },
    });
    run(machine, 0, 0, CORE, [0xe3a0_0007, 0xe280_1001, 0xee07_0f90]);
    run(machine, 0, 0, CORE + 1, [0xe3a0_0007, 0xee07_0f90]);
    machine.advance(1000);
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/^0 0,0,5 pc 00000000 cpsr 000000d3 /);
    expect(lines[2]).toMatch(/^2 0,0,5 pc 00000008 cpsr 000000d3 00000007 00000008 /);
  });
});

describe("wild code", () => {
  const word = fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff });

  it("any words whatever, run as a program, leave the host alive and time running", () => {
    const machine = createEmulatedMachine({ machine: spin3(), monitorCore: () => 0 });
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 64 }), fc.integer({ min: 1, max: 17 }), (program, core) => {
        const before = machine.cycles;
        run(machine, 0, 0, core, program);
        machine.advance(2000);
        expect(machine.cycles).toBe(before + 2000);
      }),
      { numRuns: 150 },
    );
  });

  it("stores of anything anywhere in the peripherals leave the host alive", () => {
    const machine = createEmulatedMachine({ machine: spin3(), monitorCore: () => 0 });
    const region = fc.constantFrom(0x1000_0000, 0x1100_0000, 0x1f00_0000, 0x3000_0000, 0xe000_0000, 0xe100_0000);
    const shared = fc.constantFrom(0xe200_0000, 0xe300_0000, 0xe400_c000, 0xe400_0000, 0xe500_0000, 0xffff_f000);
    const offset = fc.oneof(fc.integer({ min: 0, max: 63 }), fc.integer({ min: 0, max: 0x5000 })).map((n) => 4 * n);
    const data = fc.oneof(
      word,
      fc.integer({ min: 0, max: 0xf_ffff }).map((low) => 0x5ec0_0000 | low),
    );
    const access = fc.record({ region: fc.oneof(region, shared), offset, data, load: fc.boolean() });
    fc.assert(
      fc.property(fc.array(access, { minLength: 1, maxLength: 30 }), (accesses) => {
        const before = machine.cycles;
        machine.act(() => {
          const subsystem = machine.chip(0, 0).cores[7]!;
          for (const { region: base, offset: at, data: value, load } of accesses) {
            if (load) subsystem.read32((base + at) | 0);
            else subsystem.write32((base + at) | 0, value);
          }
          subsystem.fault = false;
        });
        machine.advance(3000);
        expect(machine.cycles).toBe(before + 3000);
      }),
      { numRuns: 300 },
    );
  });

  it("a frame of anything leaves the host alive, whoever is awake to take it", () => {
    const machine = createEmulatedMachine({ machine: lone() });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1600 }), (frame) => {
        machine.act(() => machine.chip(0, 0).receiveFrame(frame));
        machine.advance(100);
      }),
    );
  });
});

describe("the boot ROM's stand-in", () => {
  it("tells the network every 4096 ms that the board is not booted", () => {
    const hellos: number[] = [];
    const machine = createEmulatedMachine({
      machine: lone(),
      onUdp: (_chip, { destination, payload }) => {
        expect(destination).toEqual({ address: "255.255.255.255", port: 54_321 });
        expect(Buffer.from(payload).toString("hex")).toBe("000100000041020100000000000043505453");
        hellos.push(Math.floor(machine.milliseconds));
      },
    });
    machine.advanceMillis(13_000);
    expect(hellos).toEqual([4096, 8192, 12_288]);
  });
});
