import { describe, expect, it } from "vitest";
import { spin3 } from "../../../src/machine/index.ts";
import { ManualClock } from "./manual-clock.ts";
import { RawClient, type RawRequest, readReply, scpDatagram } from "./raw-client.ts";
import { aplx, ScriptedEngine } from "./scripted-engine.ts";
import { type ServedBoard, serveBoard } from "./served-board.ts";

const CMD = { ver: 0, write: 3, ar: 19, iptag: 26 } as const;
const OP = { new: 0, set: 1, get: 2, clear: 3, timeout: 4 } as const;
const FLAG = { strip: 1, reverse: 2, useSender: 4 } as const;
const APP = 66;

interface Served extends ServedBoard {
  readonly engine: ScriptedEngine;
  readonly clock: ManualClock;
}

/** A board whose clock stands still, with an application on core 1 of the root chip. */
async function serve(): Promise<Served> {
  const engine = new ScriptedEngine();
  const clock = new ManualClock();
  const served = await serveBoard({ machine: spin3(), engine, clock });
  const program = aplx(Buffer.alloc(4));
  await served.client.scp({ command: CMD.write, args: [0x6780_0000, program.length, 2], data: program });
  await served.client.scp({ command: CMD.ar, args: [(APP << 24) | 0b10] });
  return { ...served, engine, clock };
}

function tagRequest(op: number, tag: number, arg2 = 0, arg3 = 0, flags = 0): RawRequest {
  return { command: CMD.iptag, args: [(flags << 28) | (op << 16) | tag, arg2, arg3] };
}

/** A tag that the client sets to itself, to ask for replies without the pool. */
const OWN_TAG = 1;

/** A request that wants a reply and that no one answers: the application takes it. */
const UNANSWERED: RawRequest = { command: 99, core: 1, port: 3 };

describe("the pool of transient tags", () => {
  it("takes eight requests at a time; the ninth is dropped without a word", async () => {
    await using served = await serve();
    const { client, engine } = served;
    await client.scp(tagRequest(OP.set, OWN_TAG, client.port, 0x0100_007f));
    for (let i = 0; i < 8; i++) await client.send(scpDatagram(UNANSWERED));
    await client.send(scpDatagram({ command: CMD.ver, sequence: 2 }));
    expect((await client.scp({ command: CMD.ver, sequence: 3, tag: OWN_TAG })).sequence).toBe(3);
    expect(engine.messages.map((message) => message.tag)).toEqual([8, 9, 10, 11, 12, 13, 14, 15]);
  });

  it("takes a tag back with the reply, so that any number of requests can follow each other", async () => {
    await using served = await serve();
    for (let i = 0; i < 100; i++) expect((await served.client.scp({ command: CMD.ver })).code).toBe(0x80);
  });

  it("takes a tag back after 2.56 s; a reply that comes later is lost", async () => {
    await using served = await serve();
    const { client, engine, clock } = served;
    await client.send(scpDatagram(UNANSWERED));
    await client.scp({ command: CMD.ver });
    const request = engine.messages[0]!;
    const core = engine.cores.get("0.1")!;
    clock.advance(2559);
    core.sendSdp({ ...request, destination: request.source, source: request.destination });
    expect((await client.receive())[2]).toBe(0x87);
    core.sendSdp({ ...request, destination: request.source, source: request.destination });
    expect(await client.answersTo(scpDatagram({ command: CMD.ver, flags: 7 }))).toEqual([]);
  });

  it("keeps tags for ever when told so, and for 2^(n-1) hundredths of a second otherwise", async () => {
    await using served = await serve();
    const { client, clock } = served;
    await client.scp(tagRequest(OP.set, OWN_TAG, client.port, 0x0100_007f));
    await client.scp(tagRequest(OP.timeout, 0, 0));
    for (let i = 0; i < 7; i++) await client.send(scpDatagram(UNANSWERED));
    await client.scp(tagRequest(OP.timeout, 0, 3));
    await client.send(scpDatagram(UNANSWERED));
    const flags = async (tag: number): Promise<number> => {
      const reply = await client.scp({ ...tagRequest(OP.get, tag, 1), tag: OWN_TAG });
      return reply.body.readUInt16LE(14);
    };
    expect([await flags(8), await flags(15)]).toEqual([0xc000, 0xc003]);
    clock.advance(39);
    expect(await flags(15)).toBe(0xc003);
    clock.advance(1);
    expect(await flags(15)).toBe(0);
    clock.advance(1e9);
    expect(await flags(8)).toBe(0xc000);
  });

  it("is not touched by requests that want no reply", async () => {
    await using served = await serve();
    const { client, engine } = served;
    for (let i = 0; i < 20; i++) await client.send(scpDatagram({ ...UNANSWERED, flags: 0x07 }));
    expect((await client.scp({ command: CMD.ver })).code).toBe(0x80);
    expect(engine.messages).toHaveLength(20);
  });
});

describe("a host's own tag", () => {
  it("carries what a core sends to port 255 to the host it names", async () => {
    await using served = await serve();
    const { client, engine } = served;
    await using listener = await RawClient.open(served.board);
    await client.scp(tagRequest(OP.set, 3, listener.port, 0x0100_007f));
    engine.cores.get("0.1")!.sendSdp({
      flags: 0x07,
      tag: 3,
      destination: { x: 0, y: 0, port: 7, core: 31 },
      source: { x: 0, y: 0, port: 3, core: 1 },
      payload: Uint8Array.of(1, 2, 3, 4),
    });
    expect((await listener.receive()).toString("hex")).toBe("00000703ff6100000000" + "01020304");
  });

  it("leaves padding and header out if it is stripped", async () => {
    await using served = await serve();
    const { client, engine } = served;
    await using listener = await RawClient.open(served.board);
    await client.scp(tagRequest(OP.set, 3, listener.port, 0x0100_007f, FLAG.strip));
    engine.cores.get("0.1")!.sendSdp({
      flags: 0x07,
      tag: 3,
      destination: { x: 0, y: 0, port: 7, core: 31 },
      source: { x: 0, y: 0, port: 3, core: 1 },
      payload: Uint8Array.of(1, 2, 3, 4),
    });
    expect((await listener.receive()).toString("hex")).toBe("01020304");
    expect((await client.scp(tagRequest(OP.get, 3, 1))).body.readUInt32LE(16)).toBe(1);
  });

  it("may be set to whoever sends the command, by IP and by port", async () => {
    await using served = await serve();
    const { client } = served;
    await client.scp(tagRequest(OP.set, 1, 5, 0, FLAG.useSender));
    const entry = (await client.scp(tagRequest(OP.get, 1, 1))).body;
    expect([[...entry.subarray(0, 4)], entry.readUInt16LE(10)]).toEqual([[127, 0, 0, 1], client.port]);
    await client.scp(tagRequest(OP.set, 2, 5, 0));
    const other = (await client.scp(tagRequest(OP.get, 2, 1))).body;
    expect([[...other.subarray(0, 4)], other.readUInt16LE(10)]).toEqual([[127, 0, 0, 1], 5]);
  });

  it("does for replies too, beyond the pool of eight", async () => {
    await using served = await serve();
    const { client } = served;
    await client.scp(tagRequest(OP.set, 1, client.port, 0x0100_007f));
    for (let i = 0; i < 8; i++) await client.send(scpDatagram(UNANSWERED));
    expect((await client.scp({ command: CMD.ver, tag: 1 })).code).toBe(0x80);
  });

  it("takes nothing from requests that name a tag which is not set", async () => {
    await using served = await serve();
    expect(await served.client.answersTo(scpDatagram({ command: CMD.ver, tag: 5 }))).toEqual([]);
    expect(await served.client.answersTo(scpDatagram({ command: CMD.ver, tag: 77 }))).toEqual([]);
  });

  it("ORs its time-out into its flags, as SCAMP does: 9 also strips", async () => {
    await using served = await serve();
    const { client } = served;
    await client.scp({ command: CMD.iptag, args: [(9 << 24) | (OP.set << 16) | 1, 5, 0x0100_007f] });
    expect((await client.scp(tagRequest(OP.get, 1, 1))).body.readUInt16LE(14)).toBe(0x8100);
  });

  it("is new from the pool for NEW, and 255 if that is empty", async () => {
    await using served = await serve();
    const { client } = served;
    // The request itself holds tag 8.
    const numbers: number[] = [];
    for (let i = 0; i < 7; i++) numbers.push((await client.scp(tagRequest(OP.new, 0, 5, 1))).body.readUInt32LE());
    expect(numbers).toEqual([9, 10, 11, 12, 13, 14, 15]);
    expect((await client.scp(tagRequest(OP.new, 0, 5, 1))).body.readUInt32LE()).toBe(255);
  });

  it.each([
    { what: "a tag that there is not", request: tagRequest(OP.set, 16, 5) },
    { what: "more than eight entries", request: tagRequest(OP.get, 0, 9) },
    { what: "an operation that there is not", request: tagRequest(5, 0) },
  ])("refuses $what by an empty answer", async ({ request }) => {
    await using served = await serve();
    expect(await served.client.scp(request)).toMatchObject({ code: 0x80, bytes: 14 });
  });
});

describe("a reverse tag", () => {
  /** A UDP port that is free at the moment. */
  async function freePort(served: ServedBoard): Promise<number> {
    await using client = await RawClient.open(served.board);
    return client.port;
  }

  it("turns bare datagrams on its port into messages to a core, which can answer through it", async () => {
    await using served = await serve();
    const { client, engine } = served;
    const port = await freePort(served);
    const portAndCore = (1 << 5) | 1;
    const args = [((FLAG.reverse | FLAG.strip) << 28) | (OP.set << 16) | (portAndCore << 8) | 2, port];
    expect((await client.scp({ command: CMD.iptag, args })).body.readUInt32LE()).toBe(2);
    await using sender = await RawClient.open(served.board);
    await sender.send("0208050001000600", port);
    while (engine.messages.length === 0) await client.scp({ command: CMD.ver });
    const message = engine.messages[0]!;
    expect(message).toMatchObject({ flags: 0x07, tag: 2, source: { port: 7, core: 31 } });
    expect(Buffer.from(message.payload).toString("hex")).toBe("0208050001000600");
    engine.cores.get("0.1")!.sendSdp({ ...message, source: message.destination, destination: message.source });
    expect((await sender.receive()).toString("hex")).toBe("0208050001000600");
  });

  it("is deaf once it is cleared", async () => {
    await using served = await serve();
    const { client, engine } = served;
    const port = await freePort(served);
    await client.scp({ command: CMD.iptag, args: [(FLAG.reverse << 28) | (OP.set << 16) | (33 << 8) | 2, port] });
    await client.scp(tagRequest(OP.clear, 2));
    await using sender = await RawClient.open(served.board);
    await sender.send("00", port);
    expect(
      readReply(Buffer.from(await client.call(scpDatagram({ command: CMD.ver }).toString("hex")), "hex")).code,
    ).toBe(0x80);
    expect(engine.messages).toEqual([]);
  });
});
