import { describe, expect, it } from "vitest";
import type { ScampVersionName } from "../../../src/host-sim/board/index.ts";
import { nnChecksum } from "../../../src/host-sim/board/nearest-neighbour.ts";
import { spin5, withFaults } from "../../../src/machine/index.ts";
import { type RawClient, scpDatagram } from "./raw-client.ts";
import { aplx, ScriptedEngine } from "./scripted-engine.ts";
import { type ServedBoard, serveBoard } from "./served-board.ts";

const NNP = 20;
const FFD = 23;
const READ = 2;
const STAGING = 0x6780_0000;
const APP = 66;
const NEXT_ID = 0x8000_0000;
const PROGRAM = aplx(Buffer.alloc(600, 0x5a));

interface Selection {
  readonly region: number;
  readonly cores: number;
}

/** As rig does it: start, one core selection after the other, blocks, end. */
async function floodFill(
  client: RawClient,
  image: Buffer,
  selections: readonly Selection[],
  start = 0,
  endCores = 0,
): Promise<void> {
  const id = 2;
  const blocks = Math.ceil(image.length / 256);
  await client.scp({ command: NNP, args: [(6 << 24) | (id << 16) | (blocks << 8), start, NEXT_ID | 0x3f18] });
  for (const { region, cores } of selections)
    await client.scp({ command: NNP, args: [(7 << 24) | cores, region, 0x3f18] });
  for (let block = 0; block < blocks; block++) {
    const data = image.subarray(256 * block, 256 * (block + 1));
    const args = [
      (0x3f << 24) | (0x18 << 16) | id,
      (block << 16) | ((data.length / 4 - 1) << 8),
      STAGING + 256 * block,
    ];
    await client.scp({ command: FFD, args, data });
  }
  await client.scp({ command: NNP, args: [(15 << 24) | id, (APP << 24) | endCores, 0x3f18] });
}

function serve(scampVersion: ScampVersionName): Promise<ServedBoard & { engine: ScriptedEngine }> {
  const engine = new ScriptedEngine();
  return serveBoard({ machine: spin5(), engine, scampVersion }).then((served) => ({ ...served, engine }));
}

/** Region words of level 3: one chip of a 4 × 4 block. */
const CHIP_0_0 = 0x0003_0001;
const CHIP_1_2 = 0x0003_0200;

describe("the checksum of nearest-neighbour packets", () => {
  it.each([
    { key: 0x0602_0102, data: 0, sealed: 0x4602_0102, what: "FFS" },
    { key: 0x0700_0006, data: 0x0003_0001, sealed: 0xd700_0006, what: "FFCS" },
    { key: 0x0c00_0702, data: 0x6780_0000, sealed: 0x3c00_0702, what: "FBS" },
    { key: 0x0f00_0002, data: 0x4204_0000, sealed: 0x3f00_0002, what: "FFE" },
    { key: 0x003f_0002, data: 0x5002_ff42, sealed: 0xc03f_0002, what: "STOP signal" },
    { key: 0x0500_0000, data: 0, sealed: 0xa500_0000, what: "address (0, 0)" },
  ])("of $what is as worked out by hand, and zero over the sealed packet", ({ key, data, sealed }) => {
    expect((key | nnChecksum(key, data)) >>> 0).toBe(sealed);
    expect(nnChecksum(sealed, data)).toBe(0);
  });
});

describe("a flood fill", () => {
  it("writes the image on every chip", async () => {
    await using served = await serve("4.0.0");
    await floodFill(served.client, PROGRAM, [{ region: CHIP_0_0, cores: 0b110 }]);
    for (const [x, y] of [
      [0, 0],
      [7, 7],
      [0, 3],
      [4, 7],
    ] as const) {
      const reply = await served.client.scp({ command: READ, args: [STAGING + 512, 128, 2], x, y });
      expect(reply.body.equals(PROGRAM.subarray(512, 640))).toBe(true);
    }
  });

  it("starts the selected cores of the selected chips (3.1.0)", async () => {
    await using served = await serve("3.1.0");
    await floodFill(served.client, PROGRAM, [
      { region: CHIP_0_0, cores: 0b110 },
      { region: CHIP_1_2, cores: 0b1000 },
    ]);
    expect(served.engine.calls).toEqual(["start 0.1 0.2 17.3"]);
  });

  it("to a region of 16 chips a side starts cores in it only (3.1.0)", async () => {
    await using served = await serve("3.1.0");
    // Level 1: squares of 16 chips a side; a whole board fits into one.
    await floodFill(served.client, PROGRAM, [{ region: 0x0001_0001, cores: 0b10 }]);
    expect(served.engine.cores.size).toBe(48);
  });

  it("ignores regions and starts the cores everywhere (4.0.0)", async () => {
    await using served = await serve("4.0.0");
    await floodFill(served.client, PROGRAM, [{ region: CHIP_0_0, cores: 0b100 }]);
    expect(served.engine.calls).toEqual([expect.stringMatching(/^start( \d+\.2){48}$/)]);
  });

  it("with its cores in the last packet and its region in the first starts all (3.1.0) or nothing (4.0.0)", async () => {
    await using old = await serve("3.1.0");
    await floodFill(old.client, PROGRAM, [], CHIP_1_2, 0b10);
    expect(old.engine.calls).toEqual(["start 17.1"]);
    await using recent = await serve("4.0.0");
    await floodFill(recent.client, PROGRAM, [], CHIP_1_2, 0b10);
    expect(recent.engine.calls).toEqual([]);
  });

  it("takes selections in ascending order only", async () => {
    await using served = await serve("3.1.0");
    await floodFill(served.client, PROGRAM, [
      { region: CHIP_1_2, cores: 0b10 },
      { region: CHIP_0_0, cores: 0b10 },
    ]);
    expect(served.engine.calls).toEqual(["start 17.1"]);
  });

  it("starts nothing if a block is missing", async () => {
    await using served = await serve("4.0.0");
    const { client } = served;
    const id = 2;
    await client.scp({ command: NNP, args: [(6 << 24) | (id << 16) | (3 << 8), 0, NEXT_ID | 0x3f18] });
    await client.scp({ command: NNP, args: [(7 << 24) | 0b10, CHIP_0_0, 0x3f18] });
    for (const block of [0, 2]) {
      const data = PROGRAM.subarray(256 * block, 256 * block + 128);
      await client.scp({
        command: FFD,
        args: [(0x3f << 24) | id, (block << 16) | (31 << 8), STAGING + 256 * block],
        data,
      });
    }
    await client.scp({ command: NNP, args: [(15 << 24) | id, APP << 24, 0x3f18] });
    expect(served.engine.calls).toEqual([]);
  });

  it("a block sent twice counts once", async () => {
    await using served = await serve("4.0.0");
    const { client } = served;
    const small = aplx(Buffer.alloc(32, 1));
    const id = 2;
    await client.scp({ command: NNP, args: [(6 << 24) | (id << 16) | (1 << 8), 0, NEXT_ID | 0x3f18] });
    await client.scp({ command: NNP, args: [(7 << 24) | 0b10, CHIP_0_0, 0x3f18] });
    const block = { command: FFD, args: [(0x3f << 24) | id, (small.length / 4 - 1) << 8, STAGING], data: small };
    await client.scp(block);
    await client.scp(block);
    await client.scp({ command: NNP, args: [(15 << 24) | id, APP << 24, 0x3f18] });
    expect(served.engine.cores.size).toBe(48);
  });

  it("finds its way round dead chips", async () => {
    const engine = new ScriptedEngine();
    const machine = withFaults(spin5(), {
      chips: [
        { x: 1, y: 1 },
        { x: 0, y: 1 },
      ],
    });
    await using served = await serveBoard({ machine, engine });
    await floodFill(served.client, PROGRAM, [{ region: 0, cores: 0b10 }]);
    expect(engine.cores.size).toBe(46);
  });

  it("takes a broken block, one word too long, without harm", async () => {
    await using served = await serve("4.0.0");
    const args = [(0x3f << 24) | 2, 255 << 8, STAGING];
    expect(await served.client.answersTo(scpDatagram({ command: FFD, args }))).toHaveLength(1);
    expect(served.trouble).toEqual([]);
  });
});

describe("other nearest-neighbour commands", () => {
  it("write a byte of sv on every chip", async () => {
    await using served = await serve("4.0.0");
    const { client } = served;
    // SIG1, width byte, base sv, offset 0x2b: led_period.
    await client.scp({ command: NNP, args: [(4 << 24) | (0x2b << 8), 7, NEXT_ID | 0x3f00] });
    const reply = await client.scp({ command: READ, args: [0xf500_7f2b, 1, 0], x: 5, y: 6 });
    expect(reply.body[0]).toBe(7);
  });

  it("are carried out once an id", async () => {
    await using served = await serve("4.0.0");
    const { client } = served;
    const led = async (): Promise<number> =>
      (await client.scp({ command: READ, args: [0xe200_0040, 4, 2], x: 3, y: 3 })).body[0]! & 1;
    const before = await led();
    const toggle = [(0x3f << 16) | 2, (1 << 28) | 1, 0x3f00];
    await client.scp({ command: NNP, args: toggle });
    expect(await led()).not.toBe(before);
    await client.scp({ command: NNP, args: toggle });
    expect(await led()).not.toBe(before);
  });
});
