import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { spin3 } from "../../../src/machine/index.ts";
import type { RawClient } from "./raw-client.ts";
import { serveBoard } from "./served-board.ts";

const CMD = { read: 2, write: 3, alloc: 28, rtr: 29, info: 31 } as const;
const STAGING = 0x6780_0000;
const APP = 66;

async function allocate(client: RawClient, entries: number, appId = APP): Promise<number> {
  return (await client.scp({ command: CMD.alloc, args: [(appId << 8) | 3, entries] })).body.readUInt32LE();
}

async function load(client: RawClient, rows: readonly number[][], base: number, count = rows.length): Promise<void> {
  const table = Buffer.alloc(16 * rows.length);
  rows.forEach(([index, route, key, mask], i) => {
    table.writeUInt16LE(index!, 16 * i);
    table.writeUInt16LE(rows.length, 16 * i + 2);
    table.writeUInt32LE(route!, 16 * i + 4);
    table.writeUInt32LE(key!, 16 * i + 8);
    table.writeUInt32LE(mask!, 16 * i + 12);
  });
  await client.scp({ command: CMD.write, args: [STAGING, table.length, 2], data: table });
  await client.scp({ command: CMD.rtr, args: [(count << 16) | (APP << 8) | 2, STAGING, base] });
}

async function word(client: RawClient, address: number): Promise<number> {
  return (await client.scp({ command: CMD.read, args: [address, 4, 2] })).body.readUInt32LE();
}

async function freeEntries(client: RawClient): Promise<number> {
  return ((await client.scp({ command: CMD.info })).body.readUInt32LE() >>> 14) & 0x7ff;
}

describe("routing entries", () => {
  it("are 1023 after boot: entry 0 carries SCAMP's signals", async () => {
    await using served = await serveBoard({ machine: spin3() });
    const { client } = served;
    expect(await freeEntries(client)).toBe(1023);
    const copy = await word(client, 0xe500_7fd4);
    expect([await word(client, copy + 8), await word(client, copy + 12)]).toEqual([0xffff_5554, 0xffff_fffe]);
  });

  it("stand in the copy with virtual cores and in the hardware table with physical ones", async () => {
    await using served = await serveBoard({ machine: spin3(), monitorCore: () => 2 });
    const { client } = served;
    // Virtual cores 0 1 2 3 are physical 2 0 1 3.
    await load(client, [[0, (0b1110 << 6) | 0b100, 0x1_0000, 0xffff_0000]], 5);
    const copy = await word(client, 0xe500_7fd4);
    expect((await word(client, copy + 5 * 16)) >>> 16).toBe(0x8000 | APP);
    expect(await word(client, copy + 5 * 16 + 4)).toBe((0b1110 << 6) | 0b100);
    expect(await word(client, 0xe100_4000 + 4 * 5)).toBe((0b1011 << 6) | 0b100);
  });

  it("a count of 0 takes the first row's", async () => {
    await using served = await serveBoard({ machine: spin3() });
    const { client } = served;
    await load(
      client,
      [
        [3, 1, 1, 0xf],
        [4, 2, 2, 0xf],
      ],
      0,
      0,
    );
    expect([await word(client, 0xe100_400c), await word(client, 0xe100_4010)]).toEqual([1, 2]);
  });

  it("an index past 1023 stops the load; rows before it stay", async () => {
    await using served = await serveBoard({ machine: spin3(), strictErrors: true });
    const { client } = served;
    await load(
      client,
      [
        [3, 1, 1, 0xf],
        [1024, 2, 2, 0xf],
      ],
      0,
    );
    expect(await word(client, 0xe100_400c)).toBe(1);
    const reply = await client.scp({ command: CMD.rtr, args: [(2 << 16) | 2, STAGING, 0] });
    expect(reply.code).toBe(0x84);
  });

  it("are cleared by RTR, one block or all but SCAMP's", async () => {
    await using served = await serveBoard({ machine: spin3() });
    const { client } = served;
    await load(
      client,
      [
        [3, 1, 1, 0xf],
        [4, 2, 2, 0xf],
      ],
      0,
    );
    await client.scp({ command: CMD.rtr, args: [(1 << 16) | 1, 3] });
    expect([await word(client, 0xe100_400c), await word(client, 0xe100_4010)]).toEqual([0xff00_0000, 2]);
    await allocate(client, 100);
    await client.scp({ command: CMD.rtr, args: [0] });
    expect(await word(client, 0xe100_4010)).toBe(0xff00_0000);
    expect(await word(client, 0xe100_4000)).not.toBe(0xff00_0000);
    expect(await freeEntries(client)).toBe(1023);
  });

  it("are given first fit and taken back by block or by application", async () => {
    await using served = await serveBoard({ machine: spin3() });
    const { client } = served;
    expect([await allocate(client, 10), await allocate(client, 5, 67), await allocate(client, 1)]).toEqual([1, 11, 16]);
    expect(await allocate(client, 1023)).toBe(0);
    await client.scp({ command: CMD.alloc, args: [4, 11, 1] });
    expect(await allocate(client, 3)).toBe(11);
    const freed = await client.scp({ command: CMD.alloc, args: [(APP << 8) | 5, 1] });
    expect(freed.body.readUInt32LE()).toBe(3);
    expect(await freeEntries(client)).toBe(1023);
  });

  it("never overlap and are all free again at the end, whatever is allocated", async () => {
    await using served = await serveBoard({ machine: spin3() });
    const { client } = served;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 400 }), { maxLength: 8 }), async (sizes) => {
        const taken = new Set<number>();
        for (const size of sizes) {
          const first = await allocate(client, size);
          for (let entry = first; first !== 0 && entry < first + size; entry++) {
            expect(taken.has(entry)).toBe(false);
            expect(entry).toBeLessThan(1024);
            taken.add(entry);
          }
        }
        await client.scp({ command: CMD.alloc, args: [(APP << 8) | 5, 0] });
        expect(await freeEntries(client)).toBe(1023);
      }),
      { numRuns: 30 },
    );
  });
});
