import { describe, expect, it } from "vitest";
import { Ethernet, RX_RING_BYTES } from "../../../src/host-sim/chip/ethernet.ts";
import { HandDrivenTime } from "./hand-driven-time.ts";

const COMMAND = 0xc000;
const STATUS = 0xc004;
const TX_LENGTH = 0xc008;
const TX_COMMAND = 0xc00c;
const RX_COMMAND = 0xc010;
const MAC_LOW = 0xc014;
const MAC_HIGH = 0xc018;
const PHY = 0xc01c;
const INT_CLR = 0xc020;
const RX_READ_POINTER = 0xc024;
const RX_DESCRIPTOR_POINTER = 0xc02c;

/** What SCAMP writes: tx, rx, error filter, unicast, broadcast, no byte reordering. */
const SCAMP_COMMAND = 0x45b;
const MAC = [0x02, 0x11, 0x22, 0x33, 0x44, 0x55];
const OTHER = [0x02, 0x99, 0x99, 0x99, 0x99, 0x99];

function ethernet() {
  const time = new HandDrivenTime();
  const seen = { tx: false, rx: false, frames: [] as Uint8Array[] };
  const tested = new Ethernet(time, {
    interrupts: (tx, rx) => Object.assign(seen, { tx, rx }),
    transmit: (frame) => seen.frames.push(frame),
  });
  tested.write(MAC_HIGH, 0x0211);
  tested.write(MAC_LOW, 0x2233_4455);
  tested.write(COMMAND, SCAMP_COMMAND);
  const unread = () => (tested.read(STATUS) >>> 1) & 0x3f;
  return { tested, time, seen, unread };
}

function frame(destination: readonly number[], length = 60): Uint8Array {
  const bytes = Uint8Array.from({ length }, (_, i) => i);
  bytes.set(destination);
  return bytes;
}

describe("Ethernet MII (datasheet §15)", () => {
  it("puts a frame into the ring as it came, byte 0 first, and its length into the descriptor", () => {
    const { tested, seen, unread } = ethernet();
    tested.receive(frame(MAC, 77));
    expect(unread()).toBe(1);
    expect(seen.rx).toBe(true);
    expect(tested.read(0x8000)).toBe(77);
    expect([...tested.rxRing.subarray(0, 8)]).toEqual([...MAC, 6, 7]);
  });

  it.each([
    { to: "itself", destination: MAC, unread: 1 },
    { to: "everybody", destination: [0xff, 0xff, 0xff, 0xff, 0xff, 0xff], unread: 1 },
    { to: "another station", destination: OTHER, unread: 0 },
    { to: "a group", destination: [0x01, 0, 0x5e, 0, 0, 1], unread: 0 },
  ])("with SCAMP's filters takes $unread frames addressed to $to", ({ destination, unread: expected }) => {
    const { tested, unread } = ethernet();
    tested.receive(frame(destination));
    expect(unread()).toBe(expected);
  });

  it("takes frames for anybody in promiscuous mode, and none while its receiver is off", () => {
    const { tested, unread } = ethernet();
    tested.write(COMMAND, SCAMP_COMMAND | 0x80);
    tested.receive(frame(OTHER));
    tested.write(COMMAND, 0);
    tested.receive(frame(MAC));
    expect(unread()).toBe(1);
  });

  it("keeps asking for attention while frames are unread", () => {
    const { tested, seen, unread } = ethernet();
    tested.receive(frame(MAC));
    tested.receive(frame(MAC));
    tested.write(RX_COMMAND, 1);
    tested.write(INT_CLR, 0x10);
    expect(seen.rx).toBe(true);
    tested.write(RX_COMMAND, 1);
    tested.write(INT_CLR, 0x10);
    expect([seen.rx, unread()]).toEqual([false, 0]);
  });

  it("starts each frame at a word, after the check sum of the one before", () => {
    const { tested } = ethernet();
    tested.receive(frame(MAC, 61));
    tested.receive(frame(MAC, 60));
    tested.write(RX_COMMAND, 1);
    expect(tested.read(RX_READ_POINTER)).toBe(68);
    expect(tested.read(RX_DESCRIPTOR_POINTER)).toBe(1);
  });

  it("toggles the rollover bit of a pointer when it wraps", () => {
    const { tested } = ethernet();
    for (let i = 0; i < RX_RING_BYTES / 64 + 1; i++) {
      tested.receive(frame(MAC, 60));
      tested.write(RX_COMMAND, 1);
    }
    expect(tested.read(RX_READ_POINTER)).toBe(0x1000 | 64);
  });

  it("counts the frames it has no room for", () => {
    const { tested, unread } = ethernet();
    for (let i = 0; i < 50; i++) tested.receive(frame(MAC, 60));
    expect(unread()).toBe(48);
    expect(tested.read(STATUS) >>> 16).toBe(2);
    tested.write(COMMAND, SCAMP_COMMAND | (1 << 9));
    expect(tested.read(STATUS) >>> 16).toBe(0);
  });

  it("sends the frame in its buffer at 100 Mbit/s, busy meanwhile, and interrupts at the end", () => {
    const { tested, time, seen } = ethernet();
    tested.txFrame.set(frame(OTHER));
    tested.write(TX_LENGTH, 60);
    tested.write(TX_COMMAND, 1);
    expect(tested.read(STATUS) & 1).toBe(1);
    time.pass(84 * 16);
    expect(tested.read(STATUS) & 1).toBe(0);
    expect(seen.frames).toEqual([frame(OTHER)]);
    expect(seen.tx).toBe(true);
    tested.write(INT_CLR, 1);
    expect(seen.tx).toBe(false);
  });

  it("reorders the bytes of each word unless that is turned off: the boot ROM works so", () => {
    const { tested } = ethernet();
    tested.write(COMMAND, 0x7b);
    tested.receive(frame(MAC));
    expect([...tested.rxRing.subarray(0, 4)]).toEqual([0x33, 0x22, 0x11, 0x02]);
  });
});

describe("PHY management (IEEE 802.3 clause 22)", () => {
  const NRESET = 1;
  const DATA_IN = 2;
  const DATA_OUT = 4;
  const ENABLE = 8;
  const CLOCK = 16;

  /** A bit-banged management interface, as SCAMP drives it. */
  function smi() {
    const { tested } = ethernet();
    tested.write(PHY, NRESET);
    const send = (bits: number, count: number, enable: number) => {
      for (let i = count - 1; i >= 0; i--) {
        const data = ((bits >>> i) & 1) !== 0 ? DATA_OUT : 0;
        tested.write(PHY, NRESET | enable | data);
        tested.write(PHY, NRESET | enable | data | CLOCK);
        tested.write(PHY, NRESET | enable | data);
      }
    };
    const receive = () => {
      let value = 0;
      for (let i = 0; i < 16; i++) {
        value = (value << 1) | ((tested.read(PHY) & DATA_IN) !== 0 ? 1 : 0);
        tested.write(PHY, NRESET | CLOCK);
        tested.write(PHY, NRESET);
      }
      return value;
    };
    const read = (register: number) => {
      send(-1, 32, ENABLE);
      send((0b0110 << 10) | register, 14, ENABLE);
      send(0, 2, 0);
      return receive();
    };
    const write = (register: number, value: number) => {
      send(-1, 32, ENABLE);
      send((0b0101 << 28) | (register << 18) | (0b10 << 16) | value, 32, ENABLE);
    };
    return { tested, read, write };
  }

  it("tells by bit 2 of register 1 whether the link is up", () => {
    const { tested, read } = smi();
    expect(read(1) & 4).toBe(4);
    tested.phy.linkUp = false;
    expect(read(1) & 4).toBe(0);
  });

  it("keeps what is written", () => {
    const { read, write } = smi();
    write(4, 0x0041);
    write(0, 0x1200);
    expect(read(4)).toBe(0x0041);
    expect(read(0)).toBe(0x1200);
  });
});
