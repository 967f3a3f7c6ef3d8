import { describe, expect, it } from "vitest";
import { bootVariables } from "../../../src/host-sim/board/boot-variables.ts";
import { SCAMP_VERSIONS, VirtualBoard, type VirtualBoardOptions } from "../../../src/host-sim/board/index.ts";
import { spin3 } from "../../../src/machine/index.ts";
import { UdpTransport } from "../../../src/sdp/transport.ts";
import { ManualClock } from "./manual-clock.ts";
import { RawClient, scpDatagram } from "./raw-client.ts";

const CMD = { ver: 0, read: 2, info: 31 } as const;
const BLOCK_BYTES = 1024;

/** sv's first half as SpiNNMan patches it for a 48-chip board at time 0x65000000. */
const SPINNMAN_SV = [
  "00000000000000000000050004043300",
  "00000000000000000000000000000065",
  "00000000c80082003f00c80132000000",
  "01000000000000000000000000000000",
  "01071400000000000004000000000000",
  "00400000000080000080000000000065",
  "00000000003f00000000000000000000",
  "00000000000000000000000000000000",
].join("");

/** A boot image with nothing else in it. */
function image(): Buffer {
  const bytes = Buffer.alloc(3 * BLOCK_BYTES);
  bytes.set(Buffer.from(SPINNMAN_SV, "hex"), 384);
  return bytes;
}

function bootPacket(
  opcode: number,
  operands: readonly [number, number, number],
  data: Buffer = Buffer.alloc(0),
): Buffer {
  const packet = Buffer.alloc(18 + data.length);
  packet.writeUInt16BE(1, 0);
  packet.writeUInt32BE(opcode, 2);
  operands.forEach((operand, i) => {
    packet.writeUInt32BE(operand, 6 + 4 * i);
  });
  for (let at = 0; at < data.length; at += 4) packet.writeUInt32BE(data.readUInt32LE(at), 18 + at);
  return packet;
}

interface Unbooted extends AsyncDisposable {
  readonly board: VirtualBoard;
  readonly client: RawClient;
  readonly clock: ManualClock;
  boot(packet: Buffer): Promise<void>;
}

async function serveUnbooted(options: Partial<VirtualBoardOptions> = {}): Promise<Unbooted> {
  const clock = new ManualClock();
  const board = await VirtualBoard.serve({ machine: spin3(), unbooted: true, clock, ...options });
  const client = await RawClient.open(board);
  const transport = await UdpTransport.open({ localAddress: "127.0.0.1" });
  const target = board.bootAddress!;
  return {
    board,
    client,
    clock,
    boot: (packet) => transport.send(packet, target.port, target.address),
    async [Symbol.asyncDispose]() {
      await transport.close();
      await client[Symbol.asyncDispose]();
      await board.close();
    },
  };
}

const BLOCKS = [0, 1, 2].map((n) =>
  bootPacket(3, [(255 << 8) | n, 0, 0], image().subarray(n * BLOCK_BYTES, (n + 1) * BLOCK_BYTES)),
);
const START = bootPacket(1, [0, 0, BLOCKS.length - 1]);
const EXECUTE = bootPacket(5, [1, 0, 0]);

/** Ask for VER until the board answers: it boots only when the packets sent before have arrived. */
async function firstVersion(client: RawClient): Promise<Buffer> {
  const answer = client.receive();
  for (let tries = 0; tries < 1000; tries++) {
    await client.send(scpDatagram({ command: CMD.ver }));
    const first = await Promise.race([answer, new Promise<undefined>((resolve) => setImmediate(resolve, undefined))]);
    if (first !== undefined) return first;
  }
  throw new Error("the board does not boot");
}

describe("a board that comes up booted", () => {
  it("has the variables that SpiNNMan boots with", () => {
    const variables = bootVariables({ hardwareVersion: 5, unixTime: 0x6500_0000 }, SCAMP_VERSIONS["4.0.0"]);
    expect(Buffer.from(variables).toString("hex")).toBe(SPINNMAN_SV);
  });
});

describe("an unbooted board", () => {
  it("boots from the packets, answers VER without an address until its network is set up, then with it", async () => {
    await using served = await serveUnbooted({ bootMillis: 3500 });
    const { client, clock } = served;
    for (const packet of [START, ...BLOCKS, EXECUTE]) await served.boot(packet);
    expect((await firstVersion(client)).readUInt16LE(16)).toBe(0xffff);
    clock.advance(3499);
    expect((await client.scp({ command: CMD.ver, sequence: 9 })).sequence).toBeDefined();
    clock.advance(1);
    await using fresh = await RawClient.open(served.board);
    const ready = await fresh.scp({ command: CMD.ver });
    expect(ready.body.readUInt16LE(2)).toBe(0);
  });

  it("takes sv from bytes 384 to 511 of the image", async () => {
    await using served = await serveUnbooted({ bootMillis: 0 });
    for (const packet of [START, ...BLOCKS, EXECUTE]) await served.boot(packet);
    await firstVersion(served.client);
    await using client = await RawClient.open(served.board);
    const sv = (await client.scp({ command: CMD.read, args: [0xf500_7f00, 96, 2] })).body;
    const read = {
      hardware: sv[0x0a],
      unixTime: sv.readUInt32LE(0x1c),
      watchdog: sv[0x43],
      ioBuf: sv.readUInt32LE(0x50),
    };
    expect(read).toEqual({ hardware: 5, unixTime: 0x6500_0000, watchdog: 0, ioBuf: 16384 });
    // No SDRAM set aside: SpiNNMan's figure.
    expect((await client.scp({ command: CMD.info })).body.readUInt32LE(4)).toBe(123_469_792);
  });

  it("takes blocks in any order, each once, and a last one that is short", async () => {
    await using served = await serveUnbooted({ bootMillis: 0 });
    const garbage = bootPacket(3, [(255 << 8) | 0, 0, 0], Buffer.alloc(BLOCK_BYTES, 0xee));
    const short = BLOCKS[2]!.subarray(0, 18 + 64);
    for (const packet of [START, short, BLOCKS[0]!, BLOCKS[1]!, garbage, EXECUTE]) await served.boot(packet);
    expect((await firstVersion(served.client)).readUInt16LE(10)).toBe(0x80);
  });

  it.each([
    { what: "without a start", packets: [...BLOCKS, EXECUTE] },
    { what: "with a block missing", packets: [START, BLOCKS[0]!, BLOCKS[2]!, EXECUTE] },
    { what: "without the order to execute", packets: [START, ...BLOCKS] },
    {
      what: "in another version of the protocol",
      packets: [START, ...BLOCKS, Buffer.concat([Buffer.of(0, 2), EXECUTE.subarray(2)])],
    },
    { what: "by stray bytes", packets: [Buffer.alloc(0), Buffer.alloc(17), Buffer.alloc(1500, 3)] },
  ])("does not boot $what", async ({ packets }) => {
    await using served = await serveUnbooted({ bootMillis: 0 });
    for (const packet of packets) await served.boot(packet);
    await served.client.send(scpDatagram({ command: CMD.ver, sequence: 1 }));
    // Now boot it for good: only that is answered.
    for (const packet of [START, ...BLOCKS, EXECUTE]) await served.boot(packet);
    await firstVersion(served.client);
    expect(served.board.bootAddress).toBeDefined();
  });

  it("reads big-endian words of the worked example", () => {
    const counting = Buffer.from(Array.from({ length: BLOCK_BYTES }, (_, i) => i & 255));
    const packet = bootPacket(3, [(255 << 8) | 0, 0, 0], counting);
    expect(packet.length).toBe(1042);
    expect(packet.subarray(0, 34).toString("hex")).toBe(
      "0001000000030000ff00000000000000000003020100070605040b0a09080f0e0d0c",
    );
  });

  it("whose image holds nonsense comes up as far as it can, without harm", async () => {
    const trouble: unknown[] = [];
    await using served = await serveUnbooted({ bootMillis: 0, onTrouble: (_place, error) => trouble.push(error) });
    const nonsense = Buffer.alloc(BLOCK_BYTES, 0xff);
    const packets = [bootPacket(1, [0, 0, 0]), bootPacket(3, [255 << 8, 0, 0], nonsense), EXECUTE];
    for (const packet of packets) await served.boot(packet);
    for (let tries = 0; trouble.length === 0 && tries < 1000; tries++) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(trouble[0]).toMatchObject({ code: "MEMORY_FAULT" });
  });
});
