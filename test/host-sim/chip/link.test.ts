import { describe, expect, it } from "vitest";
import { LINK_DEPTH, LINK_LATENCY_CYCLES, Link } from "../../../src/host-sim/chip/link.ts";
import { LONG_PACKET_CYCLES, packet, SHORT_PACKET_CYCLES } from "../../../src/host-sim/chip/packet.ts";
import { HandDrivenTime } from "./hand-driven-time.ts";

const SHORT = packet(0, 1);
const LONG = packet(0, 1, 2);

function link(connected = true) {
  const time = new HandDrivenTime();
  const arrivals: number[] = [];
  const seen = { unblocked: 0 };
  const tested = new Link(time, connected, {
    deliver: () => arrivals.push(time.now),
    unblocked: () => {
      seen.unblocked++;
    },
  });
  return { tested, time, arrivals, seen };
}

describe("link", () => {
  it("delivers a packet after the time of its symbols and the wire", () => {
    const { tested, time, arrivals } = link();
    tested.send(SHORT, 0);
    time.pass(1000);
    expect(arrivals).toEqual([SHORT_PACKET_CYCLES + LINK_LATENCY_CYCLES]);
  });

  it("sends one packet after the other", () => {
    const { tested, time, arrivals } = link();
    tested.send(LONG, 0);
    tested.send(SHORT, 0);
    time.pass(1000);
    expect(arrivals[1]! - arrivals[0]!).toBe(SHORT_PACKET_CYCLES);
  });

  it("is blocked while a packet waits behind another one, and says when it is free", () => {
    const { tested, time, seen } = link();
    tested.send(LONG, 0);
    expect(tested.ready(0)).toBe(true);
    tested.send(LONG, 0);
    expect(tested.ready(0)).toBe(false);
    time.pass(LONG_PACKET_CYCLES);
    expect(seen.unblocked).toBe(1);
    expect(tested.ready(time.now)).toBe(true);
  });

  it("is blocked when the far side takes nothing", () => {
    const { tested, time, seen } = link();
    for (let n = 0; n < LINK_DEPTH; n++) {
      time.pass(200);
      expect(tested.ready(time.now)).toBe(true);
      tested.send(SHORT, time.now);
    }
    time.pass(10_000);
    expect(tested.ready(time.now)).toBe(false);
    tested.taken();
    expect(seen.unblocked).toBe(1);
    expect(tested.ready(time.now)).toBe(true);
  });

  it("takes nothing if it leads nowhere, or while its transmitter is off", () => {
    expect(link(false).tested.ready(0)).toBe(false);
    const { tested, seen } = link();
    tested.transmitterOff = true;
    expect(tested.ready(0)).toBe(false);
    tested.transmitterOff = false;
    expect([tested.ready(0), seen.unblocked]).toEqual([true, 1]);
  });
});
