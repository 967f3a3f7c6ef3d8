import { describe, expect, it } from "vitest";
import { spin3 } from "../../../src/machine/index.ts";
import { type RawClient, type RawReply, scpDatagram } from "./raw-client.ts";
import { serveBoard } from "./served-board.ts";

const READ = 2;
const WRITE = 3;
const FILL = 5;
const LINK_READ = 17;
const LINK_WRITE = 18;
const OK = 0x80;

const BYTE = 0;
const HALF = 1;
const WORD = 2;

interface At {
  readonly x?: number;
  readonly y?: number;
  readonly core?: number;
}

function read(client: RawClient, address: number, length: number, unit: number, at: At = {}): Promise<RawReply> {
  return client.scp({ command: READ, args: [address, length, unit], ...at });
}

function write(
  client: RawClient,
  address: number,
  data: readonly number[],
  unit: number,
  at: At = {},
): Promise<RawReply> {
  return client.scp({ command: WRITE, args: [address, data.length, unit], data: Uint8Array.from(data), ...at });
}

const TEXT = [...Buffer.from("a word on memory")];

describe("memory through READ and WRITE", () => {
  it.each([
    { what: "SDRAM", address: 0x6100_0004 },
    { what: "System RAM", address: 0xe500_0100 },
    { what: "ITCM of the monitor", address: 0x0000_0100 },
    { what: "DTCM of the monitor", address: 0x0040_1000 },
    { what: "SDRAM across a page boundary of ours", address: 0x6100_3ff8 },
  ])("$what keeps bytes", async ({ address }) => {
    await using served = await serveBoard({ machine: spin3() });
    expect(await write(served.client, address, TEXT, BYTE)).toMatchObject({ code: OK, bytes: 14 });
    expect([...(await read(served.client, address, TEXT.length, WORD)).body]).toEqual(TEXT);
    expect([...(await read(served.client, address + 2, 6, HALF)).body]).toEqual(TEXT.slice(2, 8));
  });

  it.each([
    { what: "buffered and unbuffered SDRAM", one: 0x6200_0000, other: 0x7200_0000 },
    { what: "SDRAM again every 128 MiB", one: 0x6200_0000, other: 0x6a00_0000 },
    { what: "buffered and unbuffered System RAM", one: 0xe500_0200, other: 0xf500_0200 },
    { what: "System RAM in the boot area", one: 0xe500_0200, other: 0xffff_0200 },
  ])("$what are one memory", async ({ one, other }) => {
    await using served = await serveBoard({ machine: spin3() });
    await write(served.client, one, TEXT, BYTE);
    expect([...(await read(served.client, other, TEXT.length, WORD)).body]).toEqual(TEXT);
  });

  it("keeps the chips' memories apart, and the cores' TCMs, but not what cores share", async () => {
    await using served = await serveBoard({ machine: spin3() });
    const { client } = served;
    await write(client, 0x6100_0000, TEXT, WORD, { x: 1, y: 0 });
    await write(client, 0x0040_0000, TEXT, WORD, { x: 1, y: 0, core: 3 });
    expect([...(await read(client, 0x6100_0000, 16, WORD, { x: 0, y: 1 })).body]).toEqual(Array(16).fill(0));
    expect([...(await read(client, 0x0040_0000, 16, WORD, { x: 1, y: 0, core: 4 })).body]).toEqual(Array(16).fill(0));
    expect([...(await read(client, 0x0040_0000, 16, WORD, { x: 1, y: 0, core: 3 })).body]).toEqual(TEXT);
    expect([...(await read(client, 0x6100_0000, 16, WORD, { x: 1, y: 0, core: 4 })).body]).toEqual(TEXT);
  });

  it("answers a READ with the length asked for, of which it read whole units", async () => {
    await using served = await serveBoard({ machine: spin3() });
    await write(served.client, 0x6100_0000, TEXT, BYTE);
    const reply = await read(served.client, 0x6100_0000, 7, WORD);
    expect(reply.bytes).toBe(14 + 7);
    expect([...reply.body.subarray(0, 4)]).toEqual(TEXT.slice(0, 4));
  });

  it("writes zeros for data that a WRITE promised but did not bring", async () => {
    await using served = await serveBoard({ machine: spin3() });
    const { client } = served;
    await client.scp({ command: FILL, args: [0x6100_0000, 0xffff_ffff, 32] });
    await client.scp({ command: WRITE, args: [0x6100_0000, 16, WORD], data: Uint8Array.of(1, 2, 3, 4) });
    const expected = [1, 2, 3, 4, ...Array(12).fill(0), 255, 255, 255, 255];
    expect([...(await read(client, 0x6100_0000, 20, WORD)).body]).toEqual(expected);
  });

  it("fills with a word, whole words only", async () => {
    await using served = await serveBoard({ machine: spin3() });
    await served.client.scp({ command: FILL, args: [0x6100_0000, 0x0403_0201, 11] });
    expect([...(await read(served.client, 0x6100_0000, 12, WORD)).body]).toEqual([1, 2, 3, 4, 1, 2, 3, 4, 0, 0, 0, 0]);
  });

  it("fills all of SDRAM at once", async () => {
    await using served = await serveBoard({ machine: spin3() });
    const { client } = served;
    await client.scp({ command: FILL, args: [0x6100_0000, 0xdead_beef, 0x0400_0000] });
    expect((await read(client, 0x64ff_fffc, 4, WORD)).body.readUInt32LE()).toBe(0xdead_beef);
    expect((await read(client, 0x6500_0000, 4, WORD)).body.readUInt32LE()).toBe(0);
    expect([...(await read(client, 0x6300_0001, 3, BYTE)).body]).toEqual([0xbe, 0xad, 0xde]);
  });

  it("peeks and pokes the chip over a link, by whole words", async () => {
    await using served = await serveBoard({ machine: spin3() });
    const { client } = served;
    const north = 2;
    await client.scp({ command: LINK_WRITE, args: [0x6100_0000, 6, north], data: Uint8Array.from(TEXT), x: 0, y: 0 });
    expect([...(await read(client, 0x6100_0000, 8, WORD, { x: 0, y: 1 })).body]).toEqual([
      ...TEXT.slice(0, 4),
      0,
      0,
      0,
      0,
    ]);
    const peeked = await client.scp({ command: LINK_READ, args: [0x6100_0000, 4, north], x: 0, y: 0 });
    expect([...peeked.body]).toEqual(TEXT.slice(0, 4));
  });

  it("shows a neighbour System RAM where a core has its ITCM", async () => {
    await using served = await serveBoard({ machine: spin3() });
    const { client } = served;
    const peeked = await client.scp({ command: LINK_READ, args: [0x7f00, 4, 2], x: 0, y: 0 });
    expect(peeked.body.readUInt16LE()).toBe(0x0001);
  });
});

describe("an access that nothing answers", () => {
  const NOWHERE = 0x9000_0000;
  const ROM = 0xf600_0000;
  const KEYS = 0xe100_8000;

  it.each([
    { what: "reading no memory", command: READ, args: [NOWHERE, 4, WORD] },
    { what: "writing no memory", command: WRITE, args: [NOWHERE, 4, WORD] },
    { what: "filling past memory", command: FILL, args: [0x7fff_fffc, 0, 8] },
    { what: "reading a register by bytes", command: READ, args: [0xe100_0000, 4, BYTE] },
    { what: "reading a word at an odd address", command: READ, args: [0x6000_0002, 4, WORD] },
    { what: "writing ROM", command: WRITE, args: [ROM, 4, WORD] },
    { what: "reading the router's keys, which are write-only", command: READ, args: [KEYS, 4, WORD] },
  ])("$what ends the monitor: no answer, and none any more", async ({ command, args }) => {
    await using served = await serveBoard({ machine: spin3() });
    const { client } = served;
    await client.send(scpDatagram({ command, args, x: 1, y: 1, sequence: 7 }));
    // Its neighbour can still look: state RTE (2), code DABT (5).
    const vcpu = await client.scp({ command: LINK_READ, args: [0xe500_7000 + 44, 4, 1], x: 0, y: 0 });
    expect([vcpu.body[0], vcpu.body[2]]).toEqual([5, 2]);
    const noReply = await client.scp({ command: 0, x: 1, y: 1 });
    expect(noReply.code).toBe(0x8b);
    expect(served.trouble).toEqual(["chip (1, 1), monitor"]);
  });

  it("ends only the core that made it", async () => {
    await using served = await serveBoard({ machine: spin3() });
    const { client } = served;
    expect(await client.answersTo(scpDatagram({ command: READ, args: [NOWHERE, 4, WORD], core: 3 }))).toEqual([]);
    const state = await read(client, 0xe500_7000 + 3 * 128 + 44, 3, BYTE);
    expect([state.body[0], state.body[2]]).toEqual([5, 2]);
    expect((await client.scp({ command: 0, core: 4 })).code).toBe(OK);
  });

  it("reads zero and does nothing if the board is told so", async () => {
    await using served = await serveBoard({ machine: spin3(), badAddress: "zero" });
    const { client } = served;
    expect([...(await read(client, NOWHERE, 4, WORD)).body]).toEqual([0, 0, 0, 0]);
    expect((await write(client, NOWHERE, TEXT, WORD)).code).toBe(OK);
    expect((await client.scp({ command: FILL, args: [0x7fff_fffc, 1, 8] })).code).toBe(OK);
    expect((await read(client, 0x7fff_fffc, 4, WORD)).body.readUInt32LE()).toBe(1);
    expect(served.trouble).toEqual([]);
  });
});
