import { describe, expect, it } from "vitest";
import { CommunicationsController, RX_DEPTH } from "../../../src/host-sim/chip/communications-controller.ts";
import { hasPayload, type Packet, packet } from "../../../src/host-sim/chip/packet.ts";
import { SOURCE } from "../../../src/host-sim/chip/vic.ts";

const TCR = 0x00;
const TCR_OVERRUN = 1 << 29;
const TDR = 0x04;
const TKR = 0x08;
const RSR = 0x0c;
const RDR = 0x10;
const RKR = 0x14;
const SAR = 0x18;

function controller() {
  const sent: { packet: Packet; route: number }[] = [];
  const state = { lines: 0, drained: 0 };
  const tested = new CommunicationsController({
    lines: (mask, levels) => {
      state.lines = (state.lines & ~mask) | (levels & mask);
    },
    send: (packet, route) => sent.push({ packet, route }),
    drained: () => {
      state.drained++;
    },
  });
  tested.reset();
  state.drained = 0;
  return { tested, sent, state, line: (source: number) => (state.lines & (1 << source)) !== 0 };
}

describe("communications controller (datasheet §8)", () => {
  it("is ready to send after reset: empty and not full, requests 11 and 23 are up", () => {
    const { tested, line } = controller();
    expect(tested.read(TCR) >>> 0).toBe(0x9000_0000);
    expect(tested.read(SAR)).toBe(0x0700_0000);
    expect([line(SOURCE.CC_TX_EMPTY), line(SOURCE.CC_TX_NOT_FULL), line(SOURCE.CC_TX_FULL)]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it("sends when the key is written, with a payload if the data register was written before", () => {
    const { tested, sent } = controller();
    tested.write(TKR, 0x1234);
    tested.write(TDR, 99);
    tested.write(TKR, 0x1235);
    tested.write(TKR, 0x1236);
    expect(sent.map((one) => [one.packet.key, hasPayload(one.packet)])).toEqual([
      [0x1234, false],
      [0x1235, true],
      [0x1236, false],
    ]);
  });

  it("decides on the payload by the data register and not by the control byte", () => {
    const { tested, sent } = controller();
    tested.write(TCR, 0x0002_0000);
    tested.write(TKR, 1);
    expect(hasPayload(sent[0]!.packet)).toBe(false);
  });

  it("puts the source into a P2P packet, and the sequence code of the key into its control byte", () => {
    const { tested, sent } = controller();
    tested.write(SAR, 0x0700_0102);
    tested.write(TCR, 0x0040_0000);
    tested.write(TKR, 0x0003_0405);
    expect(sent[0]!.packet.key).toBe(0x0102_0405);
    expect((sent[0]!.packet.control >>> 4) & 3).toBe(3);
  });

  it("shows the receiver of a P2P packet its source and sequence code", () => {
    const { tested } = controller();
    tested.receive(packet(0x40 | (2 << 4), 0x0102_0405), 3, false);
    expect(tested.read(RKR)).toBe(0x0002_0102);
  });

  it("sends with the route of SAR", () => {
    const { tested, sent } = controller();
    tested.write(SAR, 0x0300_0000);
    tested.write(TKR, 1);
    expect(sent[0]!.route).toBe(3);
  });

  it("tells of a received packet its type, link and control byte, until its key is read", () => {
    const { tested, line } = controller();
    const arrived = packet(0x80, 0xabcd, 0x77);
    tested.receive(arrived, 4, false);
    expect(tested.read(RSR) >>> 0).toBe(((0x94 << 24) | (arrived.control << 16) | (1 << 2)) >>> 0);
    expect([line(SOURCE.CC_RX_READY), line(SOURCE.CC_RX_NN), line(SOURCE.CC_RX_MC)]).toEqual([true, true, false]);
    expect(tested.read(RDR)).toBe(0x77);
    expect(tested.read(RKR)).toBe(0xabcd);
    expect(tested.read(RSR)).toBe(0);
    expect(line(SOURCE.CC_RX_NN)).toBe(false);
  });

  it.each([
    { control: 0x00, source: SOURCE.CC_RX_MC, type: "multicast" },
    { control: 0x40, source: SOURCE.CC_RX_P2P, type: "point-to-point" },
    { control: 0x80, source: SOURCE.CC_RX_NN, type: "nearest-neighbour" },
    { control: 0xc0, source: SOURCE.CC_RX_FR, type: "fixed-route" },
  ])("asks for interrupt $source when a $type packet waits", ({ control, source }) => {
    const { tested, line } = controller();
    tested.receive(packet(control, 1), 0, false);
    expect(line(source)).toBe(true);
  });

  it("holds a few packets in order; the reader of the first makes room for one more", () => {
    const { tested, state } = controller();
    for (let key = 0; key < RX_DEPTH; key++) tested.receive(packet(0, key), 7, false);
    expect(tested.ready).toBe(false);
    expect(tested.read(RKR)).toBe(0);
    expect(tested.ready).toBe(true);
    expect(state.drained).toBe(1);
    expect(tested.read(RKR)).toBe(1);
  });

  it("has room for what comes when the core could have taken it already, and keeps it until that is worked off", () => {
    const { tested, state } = controller();
    for (let key = 0; key < 3; key++) tested.receive(packet(0, key), 7, true);
    for (let key = 3; key < 3 + RX_DEPTH; key++) tested.receive(packet(0, key), 7, false);
    expect(tested.ready).toBe(false);
    tested.read(RKR);
    expect([tested.ready, state.drained]).toEqual([true, 1]);
    for (let key = 1; key < 3 + RX_DEPTH; key++) expect(tested.read(RKR)).toBe(key);
    for (let key = 0; key < RX_DEPTH; key++) tested.receive(packet(0, key), 7, false);
    expect(tested.ready).toBe(false);
  });

  it("remembers a parity error until 0 is written to its bit", () => {
    const { tested, line } = controller();
    const good = packet(0, 5);
    tested.receive({ ...good, key: 4 }, 0, false);
    expect(tested.read(RSR) >>> 28).toBe(0b1100);
    tested.read(RKR);
    expect(line(SOURCE.CC_RX_PARITY)).toBe(true);
    tested.write(RSR, 0);
    expect(line(SOURCE.CC_RX_PARITY)).toBe(false);
  });

  it("takes the packet that it has shown room for, though the router stops taking others meanwhile", () => {
    const { tested, sent } = controller();
    tested.read(TCR);
    tested.stall(1);
    tested.write(TKR, 1);
    expect(sent.map((one) => one.packet.key)).toEqual([1]);
    expect(tested.read(TCR) & TCR_OVERRUN).toBe(0);
    tested.write(TKR, 2);
    expect(sent).toHaveLength(1);
    expect(tested.read(TCR) & TCR_OVERRUN).toBe(TCR_OVERRUN);
  });

  it("is full while the router takes nothing; a packet sent then is lost, and both are remembered", () => {
    const { tested, sent, line } = controller();
    tested.stall(1);
    expect([line(SOURCE.CC_TX_FULL), line(SOURCE.CC_TX_NOT_FULL), line(SOURCE.CC_TX_EMPTY)]).toEqual([
      true,
      false,
      false,
    ]);
    tested.write(TKR, 1);
    expect(sent).toEqual([]);
    tested.stall(0);
    expect((tested.read(TCR) >>> 28) & 0xf).toBe(0b1111);
    tested.write(TCR, 0);
    expect((tested.read(TCR) >>> 28) & 0xf).toBe(0b1001);
  });
});
