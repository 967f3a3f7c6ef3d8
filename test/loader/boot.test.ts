import { describe, expect, it } from "vitest";
import { VirtualBoard } from "../../src/host-sim/board/index.ts";
import { bootBoard, bootVariables, checkBootImage, connectBoard, patchBootImage } from "../../src/loader/index.ts";
import { spin3, spin5 } from "../../src/machine/index.ts";
import { faultySockets } from "../../src/sdp/faulty-socket.ts";
import { scampImages } from "../host-sim/machine/scamp-image.ts";
import { bytesOf } from "../sdp/hex.ts";
import { idleBootImage } from "./idle-boot-image.ts";

/** The virtual board reads the variables only. */
const IMAGE = idleBootImage();
const QUICK = {
  image: IMAGE,
  kind: "spin5",
  unixTime: 0x6500_0000,
  pauseMillis: 0,
  settleMillis: 0,
  timeoutMillis: 50,
} as const;

/** Image offset 384, by SpiNNMan's encoder. */
const SPIN5_BLOCK = `
  00000000000000000000050004043300 00000000000000000000000000000065
  00000000c80082003f00c80132000000 01000000000000000000000000000000
  01071400000000000004000000000000 00400000000080000080000000000065
  00000000003f00000000000000000000 00000000000000000000000000000000`;

function withWord(offset: number, word: number): Uint8Array {
  const image = idleBootImage();
  new DataView(image.buffer).setUint32(offset, word, true);
  return image;
}

describe("boot image", () => {
  it("is patched for a SpiNN-5 as SpiNNMan does it", () => {
    expect(bootVariables("spin5", 0x6500_0000)).toEqual(bytesOf(SPIN5_BLOCK));
  });

  it("is patched in bytes 384 to 511 only", () => {
    const patched = patchBootImage(QUICK);
    expect(patched.subarray(384, 512)).toEqual(bootVariables("spin5", 0x6500_0000));
    expect(patched.subarray(0, 384)).toEqual(IMAGE.subarray(0, 384));
    expect(patched.subarray(512)).toEqual(IMAGE.subarray(512));
  });

  it.each([0, 4096, 32_769])("of %i bytes is none", (length) => {
    expect(() => patchBootImage({ ...QUICK, image: new Uint8Array(length) })).toThrow(
      expect.objectContaining({ code: "BOOT_IMAGE" }),
    );
  });

  it.each([
    { what: "text", image: new Uint8Array(29_868).fill(0x20), found: "its word at byte 16 is 0x20202020" },
    {
      what: "an image cut off",
      image: withWord(0x8c, 0x8000),
      found: "its list copies bytes 384 to 33152, and it has 29868",
    },
    {
      what: "a list that copies no variables",
      image: withWord(0x84, 0xf500_0000),
      found: "its list leaves the system variables where they are",
    },
    { what: "a list that jumps nowhere", image: withWord(0x90, 0), found: "its list starts nothing" },
  ])("is not $what", ({ image, found }) => {
    expect(() => checkBootImage(image, "my.boot")).toThrow(
      expect.objectContaining({ code: "BOOT_IMAGE", place: "my.boot", found }),
    );
  });

  it.each(scampImages)("is SCAMP $name", ({ bytes }) => {
    expect(() => checkBootImage(bytes)).not.toThrow();
  });
});

describe("booting", () => {
  it("brings an unbooted board up, and finds it booted the next time", async () => {
    await using board = await VirtualBoard.serve({ machine: spin3(), unbooted: true, bootMillis: 50 });
    const { address, port } = board.address();
    const where = { host: address, port, bootPort: board.bootAddress!.port };
    const first = await bootBoard({ ...QUICK, ...where, kind: "spin3" });
    expect(first).toMatchObject({ alreadyBooted: false, version: { name: "SC&MP", chip: { x: 0, y: 0 } } });
    expect(await bootBoard({ ...QUICK, ...where })).toMatchObject({ alreadyBooted: true });
    await using found = await connectBoard({ host: address, port });
    expect(found.facts.chips).toHaveLength(4);
  });

  it("says so when nobody answers to several boots", async () => {
    await using board = await VirtualBoard.serve({ machine: spin3(), unbooted: true });
    const { address, port } = board.address();
    const nobody = { host: address, port, bootPort: port };
    await expect(bootBoard({ ...QUICK, ...nobody, timeoutMillis: 20 })).rejects.toMatchObject({
      code: "BOARD_SILENT",
      place: `board ${address}:${port}`,
    });
  });

  it("sends again what the network lost", async () => {
    await using board = await VirtualBoard.serve({ machine: spin5(), unbooted: true, bootMillis: 0 });
    const { address, port } = board.address();
    const result = await bootBoard({
      ...QUICK,
      host: address,
      port,
      bootPort: board.bootAddress!.port,
      sockets: faultySockets({ seed: 5, outgoing: { lose: 0.1 } }),
    });
    expect(result.alreadyBooted).toBe(false);
  });
});
