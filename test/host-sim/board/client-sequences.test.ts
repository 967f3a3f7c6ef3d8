/**
 * What public host software does with a board, request by request: the order, arguments and checks of SpiNNMan 7 and of
 * rig 2, in our own words. Both were also run, as they are, against this board.
 */

import { describe, expect, it } from "vitest";
import { machineOfSize, spin3 } from "../../../src/machine/index.ts";
import { RawClient } from "./raw-client.ts";
import { aplx, ScriptedEngine } from "./scripted-engine.ts";
import { serveBoard } from "./served-board.ts";

const CMD = {
  ver: 0,
  read: 2,
  write: 3,
  count: 15,
  ar: 19,
  appCopyRun: 21,
  sig: 22,
  ffd: 23,
  nnp: 20,
  iptag: 26,
  alloc: 28,
  rtr: 29,
  info: 31,
} as const;
const OK = 0x80;
const SV = 0xe500_7f00;
const STAGING = 0x6780_0000;
const STATE = { ready: 5, sync0: 8, sync1: 9, idle: 15 } as const;
const APP = 17;

/** Byte offsets of links 0 to 5. */
const STEPS = [
  [1, 0],
  [1, 1],
  [0, 1],
  [-1, 0],
  [-1, -1],
  [0, -1],
] as const;

function checksum(image: Buffer): number {
  let sum = 0;
  for (let at = 0; at < image.length; at += 4) sum = (sum + image.readUInt32LE(at)) & 0x1fff_ffff;
  return sum >>> 0;
}

describe("SpiNNMan", () => {
  it("finds the machine, loads a binary down the tree of parent links, runs it and stops it", async () => {
    const engine = new ScriptedEngine();
    const width = 12;
    const height = 12;
    await using served = await serveBoard({ machine: machineOfSize(width, height), engine });
    const { client } = served;

    const version = await client.scp({ command: CMD.ver });
    expect(version.body.subarray(12).toString("latin1")).toBe("SC&MP/SpiNNaker\u00004.0.0\0");
    expect(version.body.readUInt16LE(2)).not.toBe(0xffff);
    expect((await client.scp({ command: CMD.iptag, args: [0x0004_0000, 9] })).bytes).toBe(18);

    const dims: number[] = [];
    for (const offset of [3, 2])
      dims.push((await client.scp({ command: CMD.read, args: [SV + offset, 1, 0] })).body[0]!);
    expect(dims).toEqual([width, height]);

    const present = new Set<string>();
    for (let x = 0; x < width; x++) {
      const args = [0xe101_0000 + 128 * x, 4 * Math.ceil(height / 8), 2];
      const column = (await client.scp({ command: CMD.read, args })).body;
      for (let y = 0; y < height; y++) {
        if (((column.readUInt32LE(4 * (y >> 3)) >>> (3 * (y & 7))) & 7) !== 6) present.add(`${x},${y}`);
      }
    }
    expect(present.size).toBe(width * height);

    const parent = new Map<string, number>();
    const ethernets: { x: number; y: number; ip: string }[] = [];
    let idle = 0;
    for (const name of present) {
      const [x, y] = name.split(",").map(Number) as [number, number];
      const info = await client.scp({ command: CMD.info, args: [0x5f], x, y });
      expect(info.bytes).toBe(52);
      const cores = info.body.readUInt32LE(0) & 31;
      for (let core = 1; core < cores; core++) expect(info.body[12 + core]).toBe(STATE.idle);
      idle += cores - 1;
      parent.set(name, info.body[36]!);
      const ip = [...info.body.subarray(32, 36)].join(".");
      if (ip !== "0.0.0.0") ethernets.push({ x, y, ip });
      const maps = await client.scp({ command: CMD.read, args: [SV + 0x94, 40, 0], x, y });
      const v2p = maps.body.subarray(20);
      for (let core = 0; core < cores; core++) expect(maps.body[v2p[core]!]).toBe(core);
    }
    expect(ethernets.map(({ ip }) => ip).toSorted()).toEqual(["127.0.0.1", "127.0.0.2", "127.0.0.3"]);
    expect([...parent.values()].filter((link) => link === 7)).toHaveLength(1);

    for (const { x, y } of ethernets) {
      for (let tag = 0; tag < 8; tag++) {
        expect((await client.scp({ command: CMD.iptag, args: [0x0002_0000 | tag, 1], x, y })).bytes).toBe(46);
        await client.scp({ command: CMD.iptag, args: [0x0003_0000 | tag], x, y });
      }
    }

    // The binary is written once and then copied from chip to chip, each from its parent.
    const image = aplx(Buffer.alloc(1000, 0x11));
    for (let at = 0; at < image.length; at += 256) {
      const data = image.subarray(at, at + 256);
      await client.scp({ command: CMD.write, args: [STAGING + at, data.length, 2], data });
    }
    const start = (APP << 24) | (1 << 18) | 0b110;
    await client.scp({ command: CMD.ar, args: [start] });
    const loaded = new Set(["0,0"]);
    while (loaded.size < present.size) {
      const before = loaded.size;
      for (const name of present) {
        const link = parent.get(name)!;
        if (loaded.has(name) || link > 5) continue;
        const [x, y] = name.split(",").map(Number) as [number, number];
        const [dx, dy] = STEPS[link]!;
        if (!loaded.has(`${(x + dx + width) % width},${(y + dy + height) % height}`)) continue;
        const args = [((checksum(image) << 3) | link) >>> 0, image.length, start];
        expect(await client.scp({ command: CMD.appCopyRun, args, x, y })).toMatchObject({ code: OK, bytes: 14 });
        loaded.add(name);
      }
      expect(loaded.size).toBeGreaterThan(before);
    }

    const inState = async (appId: number, state: number): Promise<number> => {
      let count = 0;
      for (const { x, y } of ethernets)
        count += (await client.scp({ command: CMD.count, args: [appId, state, 0], x, y })).body.readUInt32LE();
      return count;
    };
    const signal = (number: number): Promise<unknown> =>
      client.scp({ command: CMD.sig, args: [number < 3 ? 2 : 0, (number << 16) | (255 << 8) | APP, 0xffff] });

    // SC&MP 4.0.0 does not find the chips of boards that hang over the machine's edge.
    const found = await inState(APP, STATE.ready);
    expect(found).toBeLessThan(2 * present.size);
    expect(found % 2).toBe(0);
    await signal(3);
    expect(await inState(APP, STATE.sync0)).toBe(found);
    expect(engine.cores.size).toBe(2 * present.size);
    await signal(4);
    for (const core of engine.cores.values()) core.waitForSync();
    expect(await inState(APP, STATE.sync1)).toBe(found);
    await signal(2);
    expect(await inState(APP, STATE.sync1)).toBe(0);
    expect([...engine.cores.values()].some((core) => core.active)).toBe(false);
    expect(idle).toBe(engine.board!.machine.applicationCores.reduce((sum, cores) => sum + bits(cores), 0));
  });
});

describe("rig", () => {
  it("reads structures, allocates, writes by regions, flood-fills, counts by SIG and stops", async () => {
    const engine = new ScriptedEngine();
    await using served = await serveBoard({ machine: spin3(), engine, scampVersion: "3.1.0" });
    const { client } = served;
    const field = async (offset: number, bytes: number): Promise<number> =>
      (await client.scp({ command: CMD.read, args: [0xf500_7f00 + offset, bytes, 0], x: 0, y: 0 })).body.readUIntLE(
        0,
        bytes,
      );

    expect(await field(0x02, 2)).toBe((2 << 8) | 2);
    const vcpuBase = await field(0xcc, 4);
    const address = (
      await client.scp({ command: CMD.alloc, args: [APP << 8, 100, 4], x: 0, y: 0 })
    ).body.readUInt32LE();
    const allocTag = await field(0xdc, 4);
    const tagged = await client.scp({ command: CMD.read, args: [allocTag + 4 * ((APP << 8) | 4), 4, 2], x: 0, y: 0 });
    expect(tagged.body.readUInt32LE()).toBe(address);

    const image = aplx(Buffer.alloc(100, 0x22));
    const blocks = Math.ceil(image.length / 256);
    const id = 2;
    await client.scp({ command: CMD.nnp, args: [(6 << 24) | (id << 16) | (blocks << 8), 0, 0x8000_3f18] });
    await client.scp({ command: CMD.nnp, args: [(7 << 24) | 0b110, 0x0003_0001, 0x3f18] });
    for (let block = 0; block < blocks; block++) {
      const data = image.subarray(256 * block, 256 * (block + 1));
      const args = [
        (0x3f << 24) | (0x18 << 16) | id,
        (block << 16) | ((data.length / 4 - 1) << 8),
        STAGING + 256 * block,
      ];
      await client.scp({ command: CMD.ffd, args, data });
    }
    await client.scp({ command: CMD.nnp, args: [(15 << 24) | id, (APP << 24) | (1 << 18), 0x3f18] });

    const state = async (core: number): Promise<number> =>
      (await client.scp({ command: CMD.read, args: [vcpuBase + 128 * core + 46, 1, 0], x: 0, y: 0 })).body[0]!;
    expect([await state(1), await state(2), await state(3)]).toEqual([STATE.ready, STATE.ready, STATE.idle]);

    const count = async (number: number): Promise<number> => {
      const query = (1 << 22) | (2 << 20) | (number << 16) | (255 << 8) | APP;
      return (await client.scp({ command: CMD.sig, args: [1, query, 0xffff] })).body.readUInt32LE();
    };
    expect(await count(STATE.ready)).toBe(2);
    await client.scp({ command: CMD.sig, args: [2, (3 << 16) | (255 << 8) | APP, 0xffff] });
    expect(await count(STATE.sync0)).toBe(2);
    await client.scp({ command: CMD.sig, args: [2, (2 << 16) | (255 << 8) | APP, 0xffff] });
    expect(await state(1)).toBe(STATE.idle);
    const after = await client.scp({ command: CMD.read, args: [allocTag + 4 * ((APP << 8) | 4), 4, 2], x: 0, y: 0 });
    expect(after.body.readUInt32LE()).toBe(0);
  });

  it("finds the other boards by the IP addresses that their chips tell, all on one port", async () => {
    await using served = await serveBoard({ machine: machineOfSize(12, 12) });
    const { board, client } = served;
    for (const chip of board.machine.ethernetChips) {
      const x = chip % 12;
      const y = Math.floor(chip / 12);
      const ip = (await client.scp({ command: CMD.read, args: [0xf500_7ff0, 4, 0], x, y })).body;
      const address = [...ip].join(".");
      await using other = await RawClient.open(board, { address, port: board.address().port });
      expect(board.address(chip)).toEqual({ address, port: board.address().port });
      const reply = await other.scp({ command: CMD.ver, x, y });
      expect([reply.body[3], reply.body[2]]).toEqual([x, y]);
    }
  });
});

function bits(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count++;
  return count;
}
