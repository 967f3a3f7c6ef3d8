import { describe, expect, it } from "vitest";
import type { ScampVersionName } from "../../../src/host-sim/board/index.ts";
import { spin3, spin5 } from "../../../src/machine/index.ts";
import type { RawRequest } from "./raw-client.ts";
import { aplx, ScriptedEngine } from "./scripted-engine.ts";
import { serveBoard } from "./served-board.ts";

const CMD = {
  ver: 0,
  read: 2,
  write: 3,
  ar: 19,
  appCopyRun: 21,
  sig: 22,
  iptag: 26,
  alloc: 28,
  rtr: 29,
  info: 31,
  sync: 32,
};
const RC = { ok: 0x80, length: 0x81, command: 0x83, argument: 0x84, timeout: 0x86 };

/** Requests that a command refuses, and the code it does it with. */
const REFUSED: readonly { what: string; request: RawRequest; code: number }[] = [
  { what: "a command that there is not", request: { command: 99 }, code: RC.command },
  { what: "a READ of 257 bytes", request: { command: CMD.read, args: [0x6000_0000, 257, 0] }, code: RC.argument },
  { what: "a READ of unit 3", request: { command: CMD.read, args: [0x6000_0000, 4, 3] }, code: RC.argument },
  { what: "an ALLOC operation that there is not", request: { command: CMD.alloc, args: [8] }, code: RC.argument },
  { what: "an RTR operation that there is not", request: { command: CMD.rtr, args: [4] }, code: RC.argument },
  { what: "AR of the monitor", request: { command: CMD.ar, args: [1] }, code: RC.argument },
  { what: "SIG by a transport that there is not", request: { command: CMD.sig, args: [3] }, code: RC.argument },
  {
    what: "SIG by multicast elsewhere than at the root",
    request: { command: CMD.sig, args: [0, 0x3ff42], x: 1, y: 0 },
    code: RC.argument,
  },
  { what: "LINK_READ over link 6", request: { command: 17, args: [0x6000_0000, 4, 6] }, code: RC.argument },
  { what: "IPTAG of tag 16", request: { command: CMD.iptag, args: [0x0001_0010, 5] }, code: RC.argument },
  { what: "clearing entry 1024", request: { command: CMD.rtr, args: [0x0001_0001, 1024] }, code: RC.argument },
];

describe("a command that is refused", () => {
  it.each(REFUSED)(
    "$what: OK without a body from 4.0.0, a code from 3.4.1 or when strict",
    async ({ request, code }) => {
      await using recent = await serveBoard({ machine: spin3() });
      expect(await recent.client.scp(request)).toMatchObject({ code: RC.ok, bytes: 14 });
      await using strict = await serveBoard({ machine: spin3(), strictErrors: true });
      expect(await strict.client.scp(request)).toMatchObject({ code, bytes: 14 });
      await using old = await serveBoard({ machine: spin3(), scampVersion: "3.4.1" });
      expect(await old.client.scp(request)).toMatchObject({ code, bytes: 14 });
    },
  );

  it("LINK_READ over a link to nowhere: no answer in time", async () => {
    await using strict = await serveBoard({ machine: spin5(), strictErrors: true });
    expect((await strict.client.scp({ command: 17, args: [0x6000_0000, 4, 3] })).code).toBe(RC.timeout);
  });

  it("SARK on application cores never masks", async () => {
    await using served = await serveBoard({ machine: spin3() });
    expect((await served.client.scp({ command: 99, core: 1 })).code).toBe(RC.command);
    expect((await served.client.scp({ command: CMD.read, args: [0, 300, 0], core: 1 })).code).toBe(RC.argument);
  });
});

describe("what the versions of SC&MP differ in", () => {
  it.each([
    { version: "3.1.0", infoBytes: 50, peekTime: 100 },
    { version: "3.4.1", infoBytes: 52, peekTime: 100 },
    { version: "4.0.0", infoBytes: 52, peekTime: 200 },
  ] as const)("$version: name, length of INFO, defaults of sv", async ({ version, infoBytes, peekTime }) => {
    await using served = await serveBoard({ machine: spin3(), scampVersion: version });
    const ver = await served.client.scp({ command: CMD.ver });
    expect(ver.body.subarray(12).toString("latin1")).toBe(`SC&MP/SpiNNaker\0${version}\0`);
    expect((await served.client.scp({ command: CMD.info })).bytes).toBe(infoBytes);
    const peek = await served.client.scp({ command: CMD.read, args: [0xf500_7f2a, 1, 0] });
    expect(peek.body[0]).toBe(peekTime);
  });

  it.each([
    { command: 15, name: "COUNT" },
    { command: CMD.appCopyRun, name: "APP_COPY_RUN" },
    { command: CMD.sync, name: "SYNC" },
  ])("$name is unknown to 3.4.1", async ({ command }) => {
    await using served = await serveBoard({ machine: spin3(), scampVersion: "3.4.1" });
    expect((await served.client.scp({ command, args: [0, 0, 0] })).code).toBe(RC.command);
  });

  it("the tag-retry flag of ALLOC means nothing to 3.4.1", async () => {
    await using served = await serveBoard({ machine: spin3(), scampVersion: "3.4.1" });
    const request = { command: CMD.alloc, args: [0x0004_4200, 64, 3] };
    expect((await served.client.scp(request)).body.readUInt32LE()).not.toBe(0);
    expect((await served.client.scp(request)).body.readUInt32LE()).toBe(0);
  });

  async function countBySignal(version: ScampVersionName): Promise<{ bytes: number; words: number[] }> {
    await using served = await serveBoard({ machine: spin3(), scampVersion: version, engine: new ScriptedEngine() });
    const { client } = served;
    const program = aplx(Buffer.alloc(4));
    await client.scp({ command: CMD.write, args: [0x6780_0000, program.length, 2], data: program });
    await client.scp({ command: CMD.ar, args: [0x4204_000e] });
    const words: number[] = [];
    let bytes = 0;
    // op 1; count, any, all of state WAIT (5), any of state RUN (7).
    for (const query of [0x0065_ff42, 0x0045_ff42, 0x0055_ff42, 0x0047_ff42]) {
      const reply = await client.scp({ command: CMD.sig, args: [1, query, 0xffff] });
      bytes = reply.bytes;
      words.push(reply.body.length >= 4 ? reply.body.readUInt32LE() : -1);
    }
    return { bytes, words };
  }

  it("states are asked for by SIG type 1 up to 3.4.1: count, any, all", async () => {
    expect(await countBySignal("3.1.0")).toEqual({ bytes: 18, words: [3, 0x1_0004, 0x1_0004, 0x0_0004] });
  });

  it("and no longer in 4.0.0", async () => {
    expect(await countBySignal("4.0.0")).toEqual({ bytes: 14, words: [-1, -1, -1, -1] });
  });

  it("INFO asks the neighbours in 3.x and remembers in 4.x", async () => {
    const links = async (version: ScampVersionName): Promise<number> => {
      await using served = await serveBoard({ machine: spin3(), scampVersion: version });
      served.board.breakLink(served.board.machine.ethernetChips[0]!, 0);
      return ((await served.client.scp({ command: CMD.info })).body.readUInt32LE() >>> 8) & 0x3f;
    };
    const [old, recent] = [await links("3.4.1"), await links("4.0.0")];
    expect(recent & 1).toBe(1);
    expect(old).toBe(recent & ~1);
  });
});
