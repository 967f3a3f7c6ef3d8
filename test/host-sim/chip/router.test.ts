import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MulticastTable } from "../../../src/host-sim/chip/multicast-table.ts";
import { emergencyField, type Packet, packet } from "../../../src/host-sim/chip/packet.ts";
import { BUS_ERROR, isBusError } from "../../../src/host-sim/chip/peripheral.ts";
import { Router } from "../../../src/host-sim/chip/router.ts";
import { waitCycles } from "../../../src/host-sim/chip/router-wait.ts";
import { HandDrivenTime } from "./hand-driven-time.ts";

const LOCAL = 7;
const CONTROL = 0x00;
const ERROR_KEY = 0x0c;
const ERROR_STATUS = 0x14;
const DUMP_HEADER = 0x18;
const DUMP_KEY = 0x1c;
const DUMP_LINKS = 0x24;
const DUMP_STATUS = 0x28;
const DIAGNOSTIC_ENABLE = 0x2c;
const DIVERSION = 0x80;
const FIXED_ROUTE = 0x84;

const MONITOR = 3;
/** What SCAMP leaves: wait1 240 cycles, no emergency routing. */
const SCAMP_CONTROL = 0x0040_0001 | (MONITOR << 8);

const MC = 0x00;
const P2P = 0x40;
const NN = 0x80;
const PEEK_POKE = 0xa0;
const FR = 0xc0;

interface Output {
  readonly to: string;
  readonly packet: Packet;
}

function router(control = SCAMP_CONTROL) {
  const time = new HandDrivenTime();
  const outputs: Output[] = [];
  const chip = {
    blockedLinks: 0,
    fullCores: 0,
    waiting: new Map<number, number>(),
    memory: new Map<number, number>(),
    interrupts: [false, false, false],
    taken: 0,
  };
  const tested = new Router(time, {
    linkReady: (link) => (chip.blockedLinks & (1 << link)) === 0,
    linkSend: (link, sent) => outputs.push({ to: `link ${link}`, packet: sent }),
    coreReady: (core) => (chip.fullCores & (1 << core)) === 0,
    coreSend: (core, sent) => outputs.push({ to: `core ${core}`, packet: sent }),
    linkTaken: () => {
      chip.taken++;
    },
    coreWaiting: (core, packets) => chip.waiting.set(core, packets),
    peek: (address) => chip.memory.get(address) ?? BUS_ERROR,
    poke: (address, value) => {
      if (!chip.memory.has(address)) return false;
      chip.memory.set(address, value);
      return true;
    },
    interrupts: (...levels) => {
      chip.interrupts = levels;
    },
  });
  tested.write(CONTROL, control);
  const entry = (index: number, key: number, mask: number, route: number) => {
    tested.write(0x4000 + 4 * index, route);
    tested.write(0x8000 + 4 * index, key);
    tested.write(0xc000 + 4 * index, mask);
  };
  const destinations = () => outputs.splice(0).map((output) => output.to);
  return { tested, time, chip, outputs, entry, destinations };
}

describe("multicast routing (datasheet §10.4)", () => {
  it("sends a packet to all links and cores of the first entry that matches", () => {
    const { tested, entry, destinations } = router();
    entry(5, 0x1000, 0xffff_f000, (1 << 2) | (1 << (6 + 9)));
    entry(9, 0x1200, 0xffff_ff00, 1 << 0);
    tested.acceptFromCore(packet(MC, 0x1234), 0, LOCAL);
    expect(destinations()).toEqual(["link 2", "core 9"]);
  });

  it("routes what no entry matches straight on, from each link to the opposite one", () => {
    const { tested, destinations } = router();
    for (let link = 0; link < 6; link++) tested.acceptFromLink(packet(MC, 0x1234), link);
    expect(destinations()).toEqual(["link 3", "link 4", "link 5", "link 0", "link 1", "link 2"]);
  });

  it("dumps what no entry matches when it comes from a core of the chip", () => {
    const { tested, destinations } = router();
    tested.acceptFromCore(packet(MC, 0x1234), 4, LOCAL);
    expect(destinations()).toEqual([]);
    expect(tested.read(DUMP_KEY)).toBe(0x1234);
    expect((tested.read(DUMP_HEADER) >>> 24) & 7).toBe(LOCAL);
    expect(tested.read(DUMP_STATUS) >>> 31).toBe(1);
  });

  it("routes a packet of a core that pretends to come from a link as one from there", () => {
    const { tested, destinations } = router();
    tested.acceptFromCore(packet(MC, 0x1234), 4, 2);
    expect(destinations()).toEqual(["link 5"]);
  });

  it.each([
    { field: 0b00, to: ["link 4"], does: "goes straight on" },
    { field: 0b01, to: [`core ${MONITOR}`], does: "goes to the monitor" },
    { field: 0b10, to: [], does: "is destroyed" },
    { field: 0b11, to: [`core ${MONITOR}`], does: "goes to the monitor" },
  ])("a default-routed packet $does with diversion $field for its link", ({ field, to }) => {
    const { tested, destinations } = router();
    tested.write(DIVERSION, field << 2);
    tested.acceptFromLink(packet(MC, 1), 1);
    expect(destinations()).toEqual(to);
  });

  it("finds the entry that a search through all 1024 finds", () => {
    const nibble = fc.integer({ min: 0, max: 15 });
    fc.assert(
      fc.property(fc.array(fc.tuple(nibble, nibble), { maxLength: 12 }), nibble, (entries, key) => {
        const table = new MulticastTable();
        entries.forEach(([entryKey, mask], i) => {
          table.setKey(i * 80, entryKey);
          table.setMask(i * 80, mask);
        });
        const expected = entries.findIndex(([entryKey, mask]) => (key & mask) === entryKey);
        expect(table.match(key)).toBe(expected < 0 ? -1 : expected * 80);
      }),
    );
  });

  it("tells by the test registers which entry a key would hit", () => {
    const { tested, entry } = router();
    entry(77, 5, 0xffff_ffff, 1);
    tested.write(0xf04, 5);
    expect(tested.read(0xf00)).toBe(77 << 1);
    tested.write(0xf04, 6);
    expect(tested.read(0xf00) & 1).toBe(1);
  });

  it("shows routes, but keys and masks can only be written", () => {
    const { tested, entry } = router();
    entry(3, 1, 2, 0x12_3456);
    expect(tested.read(0x400c)).toBe(0x12_3456);
    expect(isBusError(tested.read(0x800c))).toBe(true);
    expect(isBusError(tested.read(0xc00c))).toBe(true);
  });
});

describe("point-to-point and fixed routing", () => {
  it("looks a P2P destination up in the 3-bit table: link, monitor, or nowhere", () => {
    const { tested, destinations } = router();
    tested.write(0x1_0000, 4 | (7 << 3) | (6 << 6));
    for (const destination of [0, 1, 2]) tested.acceptFromLink(packet(P2P, 0x0101_0000 | destination), 0);
    expect(destinations()).toEqual(["link 4", `core ${MONITOR}`]);
  });

  it("sends fixed-route packets by the vector of its register", () => {
    const { tested, destinations } = router();
    tested.write(FIXED_ROUTE, (1 << 1) | (1 << (6 + 17)));
    tested.acceptFromLink(packet(FR, 42), 0);
    expect(destinations()).toEqual(["link 1", "core 17"]);
  });
});

describe("nearest-neighbour routing (datasheet §10.6)", () => {
  it.each([
    { route: 4, to: ["link 4"] },
    { route: 6, to: ["link 0", "link 3"] },
    { route: 7, to: [`core ${MONITOR}`] },
  ])("sends a core's packet with route field $route to $to", ({ route, to }) => {
    const { tested, destinations } = router();
    tested.write(FIXED_ROUTE, (0b001001 << 26) >>> 0);
    tested.acceptFromCore(packet(NN | (route << 2), 1), 5, LOCAL);
    expect(destinations()).toEqual(to);
  });

  it("gives a neighbour's packet to the monitor", () => {
    const { tested, destinations } = router();
    tested.acceptFromLink(packet(NN, 1, 2), 5);
    expect(destinations()).toEqual([`core ${MONITOR}`]);
  });

  it("swallows packets for a monitor that is no core", () => {
    const { tested, destinations } = router(SCAMP_CONTROL | (0x1f << 8));
    tested.acceptFromLink(packet(NN, 1, 2), 5);
    expect(destinations()).toEqual([]);
    expect(tested.read(DUMP_STATUS)).toBe(0);
  });

  it("answers a peek on its link with address + 1 and the word", () => {
    const { tested, chip, outputs } = router();
    chip.memory.set(0x6000_0010, 0xcafe);
    tested.acceptFromLink(packet(PEEK_POKE, 0x6000_0010), 2);
    expect(outputs).toMatchObject([{ to: "link 2", packet: { key: 0x6000_0011, payload: 0xcafe } }]);
    expect(outputs[0]!.packet.control & 0xe2, "a normal packet with payload").toBe(0x82);
  });

  it("answers a poke with address + 1 and no payload", () => {
    const { tested, chip, outputs } = router();
    chip.memory.set(0x6000_0010, 0);
    tested.acceptFromLink(packet(PEEK_POKE, 0x6000_0010, 77), 2);
    expect(chip.memory.get(0x6000_0010)).toBe(77);
    expect(outputs).toMatchObject([{ to: "link 2", packet: { key: 0x6000_0011, payload: 0 } }]);
    expect(outputs[0]!.packet.control & 0x02).toBe(0);
  });

  it.each([
    { what: "peek", payload: undefined },
    { what: "poke", payload: 1 },
  ])("sets bit 1 of the answer to a $what where nothing answers", ({ payload }) => {
    const { tested, outputs } = router();
    tested.acceptFromLink(packet(PEEK_POKE, 0x5000_0000, payload), 0);
    expect(outputs[0]!.packet.key).toBe(0x5000_0003);
  });
});

describe("blocked outputs", () => {
  it.each([
    { field: 0x00, cycles: 0, because: "zero is no wait" },
    { field: 0x2f, cycles: 108, because: "the boot ROM's wait" },
    { field: 0x40, cycles: 240, because: "SCAMP's wait" },
    { field: 0x4f, cycles: 480, because: "largest mantissa of exponent 4" },
    { field: 0x50, cycles: 512, because: "from exponent 5 on the mantissa has a hidden 16" },
    { field: 0xff, cycles: Number.POSITIVE_INFINITY, because: "the last value waits for ever" },
  ])("a wait field of $field means $cycles router cycles: $because", ({ field, cycles }) => {
    expect(waitCycles(field)).toBe(cycles);
  });

  it("wait times grow with the field", () => {
    for (let field = 1; field <= 0xff; field++) expect(waitCycles(field)).toBeGreaterThan(waitCycles(field - 1));
  });

  it("waits for wait1 and then dumps, naming the outputs it did not get rid of", () => {
    const { tested, time, chip, entry, destinations } = router();
    entry(0, 1, -1, (1 << 0) | (1 << 4) | (1 << (6 + 2)));
    chip.blockedLinks = 1 << 4;
    tested.acceptFromCore(packet(MC, 1), 0, LOCAL);
    expect(destinations()).toEqual(["link 0", "core 2"]);
    time.pass(359);
    expect(tested.read(DUMP_STATUS)).toBe(0);
    time.pass(1);
    expect(tested.read(DUMP_LINKS)).toBe(1 << 4);
    expect(tested.read(DUMP_STATUS) >>> 0).toBe((0x8000_0000 | (1 << 4)) >>> 0);
    expect(tested.read(DUMP_STATUS), "reading clears it").toBe(0);
  });

  it("delivers in time if the output becomes free before that", () => {
    const { tested, time, chip, entry, destinations } = router();
    entry(0, 1, -1, 1 << (6 + 2));
    chip.fullCores = 1 << 2;
    tested.acceptFromCore(packet(MC, 1), 0, LOCAL);
    time.pass(300);
    chip.fullCores = 0;
    tested.retry();
    expect(destinations()).toEqual(["core 2"]);
    expect(tested.read(DUMP_STATUS)).toBe(0);
  });

  it("holds up everything behind a blocked packet, and tells the cores so", () => {
    const { tested, time, chip, entry, destinations } = router();
    entry(0, 1, -1, 1 << 4);
    chip.blockedLinks = 1 << 4;
    tested.acceptFromCore(packet(MC, 1), 0, LOCAL);
    tested.acceptFromCore(packet(NN | (1 << 2), 1), 9, LOCAL);
    expect(destinations()).toEqual([]);
    expect(chip.waiting.get(9)).toBe(1);
    time.pass(360);
    expect(destinations()).toEqual(["link 1"]);
    expect(chip.waiting.get(9)).toBe(0);
  });

  it("remembers the first dumped packet and that there were more", () => {
    const { tested } = router();
    tested.acceptFromCore(packet(MC, 1), 0, LOCAL);
    tested.acceptFromCore(packet(MC, 2), 0, LOCAL);
    expect(tested.read(DUMP_KEY)).toBe(1);
    expect(tested.read(DUMP_STATUS) >>> 30).toBe(0b11);
  });

  it("interrupts for dumped packets if CONTROL[2] allows it, until the status is read", () => {
    const { tested, chip } = router(SCAMP_CONTROL | 4);
    tested.acceptFromCore(packet(MC, 1), 0, LOCAL);
    expect(chip.interrupts[1]).toBe(true);
    tested.read(DUMP_STATUS);
    expect(chip.interrupts[1]).toBe(false);
  });

  it("waits for ever with wait1 = 0xff, until the counter is set anew by CONTROL[15]", () => {
    const { tested, time, chip, entry } = router(0x00ff_0001);
    entry(0, 1, -1, 1 << 4);
    chip.blockedLinks = 1 << 4;
    tested.acceptFromCore(packet(MC, 1), 0, LOCAL);
    time.pass(1_000_000);
    expect(tested.read(DUMP_STATUS)).toBe(0);
    tested.write(CONTROL, 0x0040_8001);
    time.pass(360);
    expect(tested.read(DUMP_STATUS) >>> 31).toBe(1);
  });
});

describe("emergency routing (datasheet §10.9)", () => {
  const EMERGENCY_CONTROL = 0x4040_0001;

  it("after wait1 sends a multicast packet by the link one step clockwise, marked as diverted", () => {
    const { tested, time, chip, entry, outputs } = router(EMERGENCY_CONTROL);
    entry(0, 1, -1, 1 << 0);
    chip.blockedLinks = 1 << 0;
    tested.acceptFromCore(packet(MC, 1), 0, LOCAL);
    time.pass(360);
    expect(outputs.map((output) => [output.to, emergencyField(output.packet)])).toEqual([["link 5", 2]]);
  });

  it("marks it as carrying a normal copy too if that link is one of its own and was blocked with it", () => {
    const { tested, time, chip, entry, outputs } = router(EMERGENCY_CONTROL);
    entry(0, 1, -1, (1 << 1) | (1 << 0));
    chip.blockedLinks = (1 << 1) | (1 << 0) | (1 << 5);
    tested.acceptFromCore(packet(MC, 1), 0, LOCAL);
    time.pass(400);
    expect(outputs).toEqual([]);
    chip.blockedLinks = (1 << 1) | (1 << 5);
    tested.retry();
    expect(outputs.map((output) => [output.to, emergencyField(output.packet)])).toEqual([["link 0", 1]]);
  });

  it("does not divert P2P packets: they are dumped after wait1", () => {
    const { tested, time, chip, destinations } = router(EMERGENCY_CONTROL);
    tested.write(0x1_0000, 0);
    chip.blockedLinks = 1;
    tested.acceptFromCore(packet(P2P, 0), 0, LOCAL);
    time.pass(360);
    expect(destinations()).toEqual([]);
    expect(tested.read(DUMP_STATUS) >>> 31).toBe(1);
  });

  it("dumps after wait1 and wait2 if the way round is blocked too", () => {
    const { tested, time, chip, entry } = router(EMERGENCY_CONTROL);
    entry(0, 1, -1, 1);
    chip.blockedLinks = 0b100001;
    tested.acceptFromCore(packet(MC, 1), 0, LOCAL);
    time.pass(719);
    expect(tested.read(DUMP_STATUS)).toBe(0);
    time.pass(1);
    expect(tested.read(DUMP_STATUS) >>> 31).toBe(1);
  });

  it("turns a diverted packet back on the next link as a reverting one, and no normal copy of it", () => {
    const { tested, entry, outputs } = router();
    entry(0, 1, -1, 1 << (6 + 2));
    tested.acceptFromLink(packet(MC | (2 << 4), 1), 2);
    expect(outputs.map((output) => [output.to, emergencyField(output.packet)])).toEqual([["link 1", 3]]);
  });

  it("does both for one that came along with a normal copy", () => {
    const { tested, entry, outputs } = router();
    entry(0, 1, -1, 1 << (6 + 2));
    tested.acceptFromLink(packet(MC | (1 << 4), 1), 2);
    expect(outputs.map((output) => [output.to, emergencyField(output.packet)])).toEqual([
      ["core 2", 0],
      ["link 1", 3],
    ]);
  });

  it("routes a reverting packet by the table, or by default two links on", () => {
    const { tested, entry, outputs } = router();
    entry(0, 1, -1, 1 << (6 + 2));
    tested.acceptFromLink(packet(MC | (3 << 4), 1), 2);
    tested.acceptFromLink(packet(MC | (3 << 4), 99), 2);
    expect(outputs.map((output) => [output.to, emergencyField(output.packet)])).toEqual([
      ["core 2", 0],
      ["link 4", 0],
    ]);
  });
});

describe("errors and time stamps (datasheet §10.7, §10.8)", () => {
  it("stamps a core's packet with the current time phase", () => {
    const { tested, entry, outputs } = router(SCAMP_CONTROL | (2 << 6));
    entry(0, 1, -1, 1);
    tested.acceptFromCore(packet(MC, 1), 0, LOCAL);
    expect((outputs[0]!.packet.control >>> 2) & 3).toBe(2);
  });

  it.each([
    { phase: 0b00, stamp: 0b11, kept: false },
    { phase: 0b10, stamp: 0b01, kept: false },
    { phase: 0b11, stamp: 0b01, kept: true },
    { phase: 0b00, stamp: 0b10, kept: true },
  ])("in phase $phase a packet stamped $stamp is two phases old: $kept to be kept", ({ phase, stamp, kept }) => {
    const { tested, destinations } = router(SCAMP_CONTROL | (phase << 6));
    tested.acceptFromLink(packet(MC | (stamp << 2), 1), 0);
    expect(destinations()).toEqual(kept ? ["link 3"] : []);
    expect(tested.read(ERROR_STATUS) >>> 31).toBe(kept ? 0 : 1);
  });

  it("does not route a packet with wrong parity, but shows and counts it", () => {
    const { tested, chip, destinations } = router(SCAMP_CONTROL | (1 << 5) | (1 << 1));
    tested.acceptFromLink({ ...packet(MC, 1), key: 3 }, 0);
    tested.acceptFromLink({ ...packet(MC, 1), key: 5 }, 0);
    tested.acceptFromLink({ ...packet(MC, 1), key: 9 }, 0);
    expect(chip.interrupts[2]).toBe(true);
    expect(tested.read(ERROR_KEY)).toBe(3);
    expect(tested.read(ERROR_STATUS) >>> 0).toBe(0xe000_0003);
    expect(chip.interrupts[2]).toBe(false);
    expect(destinations()).toEqual([]);
  });

  it("gives inputs room again when it takes their packets", () => {
    const { tested, chip } = router();
    tested.acceptFromLink(packet(MC, 1), 0);
    expect(chip.taken).toBe(1);
  });
});

describe("diagnostic counters (datasheet §10.11)", () => {
  /** Filters as SCAMP sets them: local and other multicast, dumped multicast. */
  const LOCAL_MC = 0x01fe_7cf1;
  const EXTERNAL_MC = 0x01fe_bcf1;
  const DUMPED_MC = 0x0001_fcf1;

  function counting() {
    const made = router();
    for (const [n, filter] of [LOCAL_MC, EXTERNAL_MC, DUMPED_MC].entries()) made.tested.write(0x200 + 4 * n, filter);
    made.tested.write(DIAGNOSTIC_ENABLE, 0xffff_ffff);
    made.entry(0, 1, -1, 1);
    return { ...made, counts: () => [0, 1, 2].map((n) => made.tested.read(0x300 + 4 * n)) };
  }

  it("count local, external and dumped multicast packets with SCAMP's filters", () => {
    const { tested, counts } = counting();
    tested.acceptFromCore(packet(MC, 1), 0, LOCAL);
    tested.acceptFromCore(packet(MC, 1, 5), 0, LOCAL);
    tested.acceptFromLink(packet(MC, 9), 0);
    tested.acceptFromCore(packet(MC, 9), 0, LOCAL);
    tested.acceptFromLink(packet(NN, 9), 0);
    expect(counts()).toEqual([2, 1, 1]);
  });

  it("are cleared by the upper half of the enable register, and stand still while disabled", () => {
    const { tested, counts } = counting();
    tested.acceptFromCore(packet(MC, 1), 0, LOCAL);
    tested.write(DIAGNOSTIC_ENABLE, 0x0001_0000);
    tested.acceptFromCore(packet(MC, 1), 0, LOCAL);
    expect(counts()).toEqual([0, 0, 0]);
  });

  it("interrupt at an event if their filter says so, until the filter is read", () => {
    const { tested, chip } = counting();
    tested.write(0x200, LOCAL_MC | (1 << 30));
    tested.acceptFromCore(packet(MC, 1), 0, LOCAL);
    expect(chip.interrupts[0]).toBe(true);
    expect((tested.read(0x200) >>> 29) & 7).toBe(0b111);
    expect(chip.interrupts[0]).toBe(false);
    expect((tested.read(0x200) >>> 29) & 7).toBe(0b010);
  });
});
