/** Booting without SCAMP: an image of ours, over Ethernet and from neighbour to neighbour. */

import { describe, expect, it } from "vitest";
import { crc32, nnCheckSum } from "../../../src/host-sim/chip/boot-image.ts";
import { packet } from "../../../src/host-sim/chip/packet.ts";
import { createEmulatedMachine } from "../../../src/host-sim/machine/emulated-machine.ts";
import type { UdpFromChip } from "../../../src/host-sim/machine/host-network.ts";
import { gridMachine, spin3 } from "../../../src/machine/index.ts";
import { BOOT_PORT, bootPackets } from "../../../src/sdp/boot-packets.ts";

const HOST = { address: "10.0.0.9", port: 1234 };
const MONITOR = 7;

/** `mov r0, #0x60000000; mrs r1, cpsr; stmia r0, {r1, sp}; mcr p15, 0, r0, c7, c0, 4; b .-4` */
const REPORT = [0xe3a0_0206, 0xe10f_1000, 0xe880_2002, 0xee07_0f90, 0xeaff_fffd];

function image(): Uint8Array {
  const words = new Uint32Array(512);
  words.set(REPORT);
  words[511] = 0x1234_5678;
  return new Uint8Array(words.buffer);
}

function unbooted() {
  const udp: UdpFromChip[] = [];
  const machine = createEmulatedMachine({
    machine: gridMachine("one chip", { width: 1, height: 1, wrapX: false, wrapY: false }),
    monitorCore: () => MONITOR,
    address: () => "10.0.0.1",
    onUdp: (_chip, datagram) => udp.push(datagram),
  });
  const root = machine.machine.ethernetChips[0]!;
  const send = (payload: Uint8Array, port = BOOT_PORT) => {
    machine.receiveUdp(root, HOST, port, payload);
    machine.advanceMillis(10);
  };
  return { machine, send, udp, monitor: machine.chip(0, 0).cores[MONITOR]! };
}

describe("a chip booted over Ethernet", () => {
  it("runs the image from ITCM in supervisor mode, and keeps a copy where SCAMP looks for it", () => {
    const { machine, send, monitor } = unbooted();
    for (const datagram of bootPackets(image())) send(datagram);
    expect(machine.peek(0, 0, 0x6000_0000, 1)[0]).toBe(0xd3);
    expect(new DataView(monitor.core.dtcm.buffer, monitor.core.dtcm.byteOffset).getUint32(0x8000 + 2044, true)).toBe(
      0x1234_5678,
    );
    expect(machine.chip(0, 0).inRom).toBe(false);
  });

  it("does not run it before every block has come", () => {
    const { send, monitor } = unbooted();
    const [start, first, second, execute] = bootPackets(image()) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
    for (const datagram of [start, first, execute]) send(datagram);
    expect(monitor.activity).toBe("rom");
    for (const datagram of [second, execute]) send(datagram);
    expect(monitor.activity).toBe("code");
  });

  it("takes nothing on other ports", () => {
    const { send, monitor } = unbooted();
    for (const datagram of bootPackets(image())) send(datagram, 17_893);
    expect(monitor.activity).toBe("rom");
  });
});

describe("a chip booted by its neighbour", () => {
  it("runs the image that its router hands to the monitor, packet by packet, once a block's CRC is right", () => {
    const machine = createEmulatedMachine({ machine: spin3(), monitorCore: () => MONITOR });
    const chip = machine.chip(0, 1);
    const bytes = image().subarray(0, 1024);
    const words = new Uint32Array(bytes.slice().buffer);
    const send = (key: number, data: number) => {
      machine.act(() => chip.arrive(5, packet(0x80, key | (nnCheckSum(key, data) << 28), data)));
      machine.advance(100);
    };
    const sendBlock = (crc: number) => {
      send(0x0200_ff03, 0);
      for (const [i, word] of words.entries()) send(0x0300_0003 | (i << 8), word);
      send(0x0400_0003, crc);
    };
    send(0x0100_0003, 0);
    sendBlock(0xdead_beef);
    send(0x0500_0103, 0);
    expect(chip.inRom).toBe(true);
    sendBlock(crc32(bytes));
    send(0x0500_0103, 0);
    expect(chip.inRom).toBe(false);
    expect(machine.peek(0, 1, 0x6000_0000, 1)[0]).toBe(0xd3);
  });
});

describe("a chip in its boot ROM", () => {
  it("can be read and written by its neighbours, who need no processor of it", () => {
    const machine = createEmulatedMachine({ machine: spin3(), monitorCore: () => MONITOR });
    machine.act(() => machine.chip(1, 1).arrive(2, packet(0xa0, 0x6000_0040, 99)));
    machine.advance(2000);
    expect(machine.peek(1, 1, 0x6000_0040, 4)).toEqual(Uint8Array.of(99, 0, 0, 0));
  });
});
