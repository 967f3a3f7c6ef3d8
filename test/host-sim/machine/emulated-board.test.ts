/** A board in mode `scamp` behind real sockets on loopback. Needs boot images (SPINLOOM_SCAMP). */

import { describe, expect, it } from "vitest";
import { EmulatedBoard } from "../../../src/host-sim/machine/emulated-board.ts";
import { bootBoard, patchBootImage } from "../../../src/loader/boot.ts";
import { machineOfSize, spin3 } from "../../../src/machine/index.ts";
import { chipInfo, version } from "../../../src/sdp/chip-commands.ts";
import { setReverseIpTag } from "../../../src/sdp/ip-tag-commands.ts";
import { readMemory, writeMemory } from "../../../src/sdp/memory-commands.ts";
import { ScpConnection } from "../../../src/sdp/scp-connection.ts";
import { UdpTransport } from "../../../src/sdp/transport.ts";
import { idleBootImage } from "../../loader/idle-boot-image.ts";
import { type ScampImage, scampImages } from "./scamp-image.ts";

const none: readonly ScampImage[] = [{ name: "no image: set SPINLOOM_SCAMP", bytes: new Uint8Array(), major: 0 }];

describe("an emulated board", () => {
  it("gives each Ethernet chip an address of its own, all with one port", async () => {
    await using board = await EmulatedBoard.serve({ machine: machineOfSize(12, 12), host: "127.0.0.20" });
    const ends = board.machine.ethernetChips.map((chip) => board.address(chip));
    expect(ends.map((end) => end.address)).toEqual(["127.0.0.20", "127.0.0.21", "127.0.0.22"]);
    expect(new Set(ends.map((end) => end.port)).size).toBe(1);
  }, 60_000);

  it("does not answer SCP before it is booted", async () => {
    await using board = await EmulatedBoard.serve({ machine: machineOfSize(1, 1) });
    const { address, port } = board.address();
    await using connection = await ScpConnection.open({ host: address, port, timeoutMillis: 100, tries: 1 });
    await expect(connection.call({ x: 0, y: 0 }, version())).rejects.toThrow(
      expect.objectContaining({ code: "NO_REPLY" }),
    );
  });

  it("waits no longer than the longest stage of a boot for a program that is no SCAMP", async () => {
    await using board = await EmulatedBoard.serve({ machine: machineOfSize(1, 1) });
    expect(await board.boot(idleBootImage())).toBe(false);
    expect(board.emulated.milliseconds).toBeLessThan(5000);
  });
});

describe.each(scampImages.length > 0 ? scampImages : none)("an emulated board with SCAMP $name", (image) => {
  describe.skipIf(scampImages.length === 0)("of four chips", () => {
    it("is booted over UDP and answers many requests at a time", async () => {
      await using board = await EmulatedBoard.serve({ machine: spin3() });
      const { address, port } = board.address();
      const where = { host: address, port, bootPort: board.bootAddress.port };
      await bootBoard({ ...where, image: image.bytes, kind: "spin3", unixTime: 1, timeoutMillis: 1000 });
      await using connection = await ScpConnection.open({ ...where, timeoutMillis: 2000 });
      expect(await connection.call({ x: 255, y: 255 }, chipInfo())).toMatchObject({
        ethernetUp: true,
        ipAddress: address,
      });
      const blocks = Array.from({ length: 32 }, (_, n) => Uint8Array.from({ length: 256 }, (_, i) => i ^ n));
      await Promise.all(
        blocks.map((block, n) => connection.call({ x: 1, y: 1 }, writeMemory(0x6050_0000 + 256 * n, block))),
      );
      const read = await Promise.all(
        blocks.map((_, n) => connection.call({ x: 1, y: 1 }, readMemory(0x6050_0000 + 256 * n, 256))),
      );
      expect(read).toEqual(blocks);
    }, 120_000);

    it("can be booted from within, and opens the ports of reverse IP tags", async () => {
      await using board = await EmulatedBoard.serve({ machine: spin3() });
      expect(await board.boot(patchBootImage({ image: image.bytes, kind: "spin3", unixTime: 1 }))).toBe(true);
      const { address, port } = board.address();
      await using connection = await ScpConnection.open({ host: address, port, timeoutMillis: 2000 });
      await using host = await UdpTransport.open({ localAddress: address });
      const answer = new Promise<Uint8Array>((resolve) => host.listen((bytes) => resolve(bytes)));
      const idleCore = { x: 0, y: 0, core: 1, port: 0 };
      const tagPort = await freePort(address);
      expect(await connection.call({ x: 0, y: 0 }, setReverseIpTag(3, tagPort, idleCore))).toBe(3);
      const versionRequest = new Uint8Array(16);
      host.post(versionRequest, tagPort, address);
      expect(new TextDecoder("latin1").decode(await answer)).toContain("SARK/SpiNNaker");
    }, 120_000);
  });
});

async function freePort(address: string): Promise<number> {
  await using spare = await UdpTransport.open({ localAddress: address });
  return spare.localPort;
}
