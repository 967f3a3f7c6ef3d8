import { describe, expect, it } from "vitest";
import { spin3 } from "../../../src/machine/index.ts";
import type { RawClient } from "./raw-client.ts";
import { aplx, ScriptedEngine } from "./scripted-engine.ts";
import { serveBoard } from "./served-board.ts";

const CMD = { ver: 0, read: 2, write: 3, remap: 16, ar: 19, led: 25, srom: 27, rtr: 29, info: 31, sync: 32 } as const;
const OK = 0x80;

async function word(client: RawClient, address: number): Promise<number> {
  return (await client.scp({ command: CMD.read, args: [address, 4, 2] })).body.readUInt32LE();
}

async function write(client: RawClient, address: number, value: number): Promise<void> {
  const data = Buffer.alloc(4);
  data.writeUInt32LE(value >>> 0);
  await client.scp({ command: CMD.write, args: [address, 4, 2], data });
}

describe("REMAP", () => {
  const maps = async (client: RawClient): Promise<{ p2v: number[]; v2p: number[]; cores: number }> => {
    const { body } = await client.scp({ command: CMD.read, args: [0xf500_7f94, 41, 0] });
    return { p2v: [...body.subarray(0, 18)], v2p: [...body.subarray(20, 38)], cores: body[40]! };
  };

  // The monitor is physical core 5: virtual cores 1, 2, 3 are physical 0, 1, 2.
  it.each([
    { by: "virtual", args: [3, 0], gone: 2 },
    { by: "physical", args: [3, 1], gone: 3 },
  ])("takes a core out by its $by number and restarts the others under new ones", async ({ args, gone }) => {
    const engine = new ScriptedEngine();
    await using served = await serveBoard({ machine: spin3(), engine, monitorCore: () => 5 });
    const { client } = served;
    const program = aplx(Buffer.alloc(4));
    await client.scp({ command: CMD.write, args: [0x6780_0000, program.length, 2], data: program });
    await client.scp({ command: CMD.ar, args: [0x4200_0002] });
    await client.scp({ command: CMD.remap, args });
    const { p2v, v2p, cores } = await maps(client);
    const others = Array.from({ length: 18 }, (_, core) => core).filter((core) => core !== gone && core !== 5);
    expect(cores).toBe(17);
    expect(v2p).toEqual([5, ...others, 255]);
    expect([p2v[5], p2v[gone]]).toEqual([0, 255]);
    expect(engine.calls).toEqual(["start 0.1", "stop 0.1"]);
    const info = await client.scp({ command: CMD.info });
    expect([...info.body.subarray(12, 30)]).toEqual([7, ...Array(16).fill(15), 0]);
    expect((await client.scp({ command: CMD.ver, core: 17 })).code).toBe(0x88);
  });

  it.each([
    { what: "the monitor", args: [0, 0] },
    { what: "a core that is not there", args: [19, 0] },
    { what: "a physical core that is not there", args: [200, 1] },
  ])("refuses $what", async ({ args }) => {
    await using served = await serveBoard({ machine: spin3(), strictErrors: true });
    expect((await served.client.scp({ command: CMD.remap, args })).code).toBe(0x84);
  });
});

describe("SROM", () => {
  const READ = 0x0300_0000;
  const WRITE = 0x0200_0000;
  const STATUS = 0x0500_0000;

  it("reads back what was written, erased bytes as ff, and is always ready", async () => {
    await using served = await serveBoard({ machine: spin3() });
    const { client } = served;
    await client.scp({ command: CMD.srom, args: [(4 << 16) | 0x1a0 | 32, WRITE | 0x400], data: Buffer.from("srom") });
    const read = await client.scp({ command: CMD.srom, args: [(6 << 16) | 32, READ | 0x3ff] });
    expect(read.body.toString("latin1")).toBe("\u00ffsrom\u00ff");
    expect((await client.scp({ command: CMD.srom, args: [(1 << 16) | 8, STATUS] })).body[0]).toBe(0);
  });

  it("reads zeros on a chip that has none", async () => {
    await using served = await serveBoard({ machine: spin3() });
    const read = await served.client.scp({ command: CMD.srom, args: [(4 << 16) | 32, READ | 0x100], x: 1, y: 0 });
    expect([...read.body]).toEqual([0, 0, 0, 0]);
  });
});

describe("LED", () => {
  it("drives the pins that led0 names, low for on: 1 toggles, 2 is off, 3 on, 0 leaves alone", async () => {
    await using served = await serveBoard({ machine: spin3() });
    const { client } = served;
    // spin3: two LEDs, on pins 0 and 5.
    const lit = async (): Promise<boolean[]> => {
      const port = await word(client, 0xe200_0040);
      return [0, 5].map((pin) => ((port >>> pin) & 1) === 0);
    };
    const set = (first: number, second: number): Promise<unknown> =>
      client.scp({ command: CMD.led, args: [first | (second << 2)] });
    await set(3, 2);
    expect(await lit()).toEqual([true, false]);
    await set(1, 1);
    expect(await lit()).toEqual([false, true]);
    await set(0, 2);
    expect(await lit()).toEqual([false, false]);
  });
});

describe("the router's other registers", () => {
  it("keep the fixed route, with physical cores", async () => {
    await using served = await serveBoard({ machine: spin3(), monitorCore: () => 2 });
    const { client } = served;
    const virtual = (0b110 << 6) | 0b1;
    await client.scp({ command: CMD.rtr, args: [3, virtual] });
    expect((await client.scp({ command: CMD.rtr, args: [3, 0x8000_0000] })).body.readUInt32LE()).toBe(virtual);
    expect(await word(client, 0xe100_0084)).toBe((0xfc00_0000 | (0b11 << 6) | 0b1) >>> 0);
  });

  it("count packets where they are let, and are cleared together", async () => {
    const engine = new ScriptedEngine();
    await using served = await serveBoard({ machine: spin3(), engine });
    const { client } = served;
    const router = engine.board!.chip(engine.board!.machine.ethernetChips[0]!).router;
    router.addToCounter(8, 5);
    router.addToCounter(12, 7);
    expect([await word(client, 0xe100_0320), await word(client, 0xe100_0330)]).toEqual([5, 7]);
    await write(client, 0xf100_002c, 0xffff_0000);
    router.addToCounter(8, 5);
    expect([await word(client, 0xe100_0320), await word(client, 0xe100_0330)]).toEqual([0, 0]);
    await write(client, 0xf100_002c, 0xffff_ffff);
    router.addToCounter(8, 5);
    expect(await word(client, 0xe100_0320)).toBe(5);
  });

  it("take entries that a host writes into the hardware table itself", async () => {
    const engine = new ScriptedEngine();
    await using served = await serveBoard({ machine: spin3(), engine, monitorCore: () => 0 });
    const { client } = served;
    const router = engine.board!.chip(engine.board!.machine.ethernetChips[0]!).router;
    const { revision } = router;
    await write(client, 0xe100_4004, (1 << 8) | 1);
    await write(client, 0xe100_8004, 0x1234_0000);
    await write(client, 0xe100_c004, 0xffff_0000);
    expect(router.revision).toBeGreaterThan(revision);
    const table = router.table();
    expect([table.key[1], table.mask[1], table.route[1]]).toEqual([0x1234_0000, 0xffff_0000, (1 << 8) | 1]);
  });
});

describe("the system controller", () => {
  it("tells the chip's type, takes and releases locks by reading, and its flags are the SYNC flags", async () => {
    await using served = await serveBoard({ machine: spin3() });
    const { client } = served;
    expect(await word(client, 0xe200_0000)).toBe(0x5911_1012);
    const lock = [0xe200_0104, 0xe200_0104, 0xe200_0184, 0xe200_0104];
    const old: number[] = [];
    for (const address of lock) old.push((await word(client, address)) >>> 31);
    expect(old).toEqual([0, 1, 1, 0]);
    expect(await word(client, 0xe200_0058)).toBe(0x3_fffe);
    await write(client, 0xe200_005c, 0b10);
    expect(await word(client, 0xe200_0058)).toBe(0x3_fffc);
  });
});

it("SYNC, the clock-drift beacon, is taken and does nothing", async () => {
  await using served = await serveBoard({ machine: spin3() });
  expect(await served.client.scp({ command: CMD.sync, args: [0] })).toMatchObject({ code: OK, bytes: 14 });
});
