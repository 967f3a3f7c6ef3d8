import { describe, expect, it } from "vitest";
import { machineOfSize, spin3, spin5, withFaults } from "../../../src/machine/index.ts";
import { RawClient, readReply, scpDatagram } from "./raw-client.ts";
import { aplx, ScriptedEngine } from "./scripted-engine.ts";
import { serveBoard } from "./served-board.ts";

const CMD = { ver: 0, read: 2, write: 3, ar: 19, count: 15 } as const;
const RC = { ok: 0x80, port: 0x85, timeout: 0x86, route: 0x87, cpu: 0x88, buf: 0x8a, noReply: 0x8b } as const;

describe("a message is refused, with an error that every version reports,", () => {
  it.each([
    { because: "the monitor has no port 1", request: { command: CMD.ver, port: 1 }, code: RC.port },
    { because: "there is no core 18", request: { command: CMD.ver, core: 18 }, code: RC.cpu },
    { because: "there is no way to that chip", request: { command: CMD.ver, x: 200, y: 3 }, code: RC.route },
  ])("because $because", async ({ request, code }) => {
    await using served = await serveBoard({ machine: spin3() });
    expect(await served.client.scp(request)).toMatchObject({ code, bytes: 14, flags: 0x07 });
  });

  it("because a core does not take the message before it (TIMEOUT), and all buffers are used up (BUF)", async () => {
    // Cores 1 to 9 fail at once and never look at their mailboxes again; a chip has seven buffers.
    const engine = new ScriptedEngine();
    engine.onStart = (core) => core.fail(9);
    await using served = await serveBoard({ machine: spin3(), engine });
    const { client } = served;
    const program = aplx(Buffer.alloc(4));
    await client.scp({ command: CMD.write, args: [0x6780_0000, program.length, 2], data: program });
    await client.scp({ command: CMD.ar, args: [0x4200_03fe] });
    const codes: number[] = [];
    await client.send(scpDatagram({ command: CMD.ver, core: 1 }));
    codes.push((await client.scp({ command: CMD.ver, core: 1 })).code);
    for (let core = 2; core <= 7; core++) await client.send(scpDatagram({ command: CMD.ver, core, flags: 7 }));
    codes.push((await client.scp({ command: CMD.ver, core: 8 })).code);
    expect(codes).toEqual([RC.timeout, RC.buf]);
  });

  it("because the chip has crashed (NOREPLY)", async () => {
    await using served = await serveBoard({ machine: spin3() });
    await served.client.send(scpDatagram({ command: CMD.read, args: [0x9000_0000, 4, 2], x: 1, y: 0 }));
    expect((await served.client.scp({ command: CMD.ver, x: 1, y: 0 })).code).toBe(RC.noReply);
  });

  it("or not at all if no reply was asked for", async () => {
    await using served = await serveBoard({ machine: spin3() });
    expect(await served.client.answersTo(scpDatagram({ command: CMD.ver, core: 18, flags: 7 }))).toEqual([]);
  });
});

describe("a message", () => {
  it("with flag bit 5 stays on the chip that received it, whatever its destination", async () => {
    await using served = await serveBoard({ machine: spin3(), monitorCore: () => 0 });
    const reply = await served.client.scp({ command: CMD.ver, x: 1, y: 1, flags: 0xa7 });
    expect(reply.flags).toBe(0x27);
    expect([reply.body[2], reply.body[3]]).toEqual([0, 0]);
  });

  it("to (255, 255) sent to another board goes to the root chip, one to its own chip stays", async () => {
    await using served = await serveBoard({ machine: machineOfSize(12, 12) });
    const { board } = served;
    const second = board.machine.ethernetChips[1]!;
    await using client = await RawClient.open(board, board.address(second));
    const root = await client.scp({ command: CMD.ver });
    expect([root.body[3], root.body[2]]).toEqual([0, 0]);
    const x = second % 12;
    const y = Math.floor(second / 12);
    const own = await client.scp({ command: CMD.ver, x, y });
    expect([own.body[3], own.body[2]]).toEqual([x, y]);
  });

  it("reaches every chip of the machine from the root, and answers from there", async () => {
    await using served = await serveBoard({ machine: machineOfSize(12, 12) });
    for (let x = 0; x < 12; x++) {
      for (let y = 0; y < 12; y++) {
        const reply = await served.client.scp({ command: CMD.ver, x, y });
        expect([reply.code, reply.body[3], reply.body[2]]).toEqual([RC.ok, x, y]);
      }
    }
  });

  it("between two cores that answer each other for ever dies out", async () => {
    await using served = await serveBoard({ machine: spin3() });
    const datagram = scpDatagram({ command: 77, core: 1, flags: 7 });
    datagram[5] = 2;
    expect(await served.client.answersTo(datagram)).toEqual([]);
  });
});

describe("a datagram", () => {
  it.each([
    { what: "nothing", length: 0 },
    { what: "a byte", length: 1 },
    { what: "less than a header", length: 9 },
    { what: "more than an SDP message", length: 283 },
    { what: "as much as UDP carries on Ethernet", length: 1472 },
  ])("of $what is dropped", async ({ length }) => {
    await using served = await serveBoard({ machine: spin3() });
    const datagram = Buffer.alloc(length);
    scpDatagram({ command: CMD.ver }).copy(datagram);
    expect(await served.client.answersTo(datagram)).toEqual([]);
  });

  it("of a whole SDP message is taken", async () => {
    await using served = await serveBoard({ machine: spin3() });
    expect((await served.client.scp({ command: CMD.ver, data: new Uint8Array(256) })).code).toBe(RC.ok);
  });

  it.each([
    { what: "no payload", length: 10 },
    { what: "a command and no arguments", length: 14 },
    { what: "two arguments", length: 22 },
  ])("with $what is too short for a command: an empty answer (4.0.0)", async ({ length }) => {
    await using served = await serveBoard({ machine: spin3() });
    const datagram = scpDatagram({ command: CMD.read, args: [0x6000_0000, 4] }).subarray(0, length);
    await served.client.send(datagram);
    expect((await served.client.receive()).length).toBe(14);
  });
});

describe("point-to-point tables", () => {
  /** Entries of a chip's table for the addresses of the machine, read as hosts do. */
  async function known(
    client: RawClient,
    at: { x: number; y: number },
    width: number,
    height: number,
  ): Promise<number> {
    let count = 0;
    for (let x = 0; x < width; x++) {
      const args = [0xe101_0000 + 128 * x, 4 * Math.ceil(height / 8), 2];
      const { body } = await client.scp({ command: CMD.read, args, ...at });
      for (let y = 0; y < height; y++) if (((body.readUInt32LE(4 * (y >> 3)) >>> (3 * (y & 7))) & 7) !== 6) count++;
    }
    return count;
  }

  it("of the root know all chips, those of other chips only Ethernet chips and what passes (4.0.0)", async () => {
    await using served = await serveBoard({ machine: spin5() });
    expect(await known(served.client, { x: 0, y: 0 }, 8, 8)).toBe(48);
    expect(await known(served.client, { x: 7, y: 7 }, 8, 8)).toBe(2);
  });

  it("are complete everywhere (3.1.0)", async () => {
    await using served = await serveBoard({ machine: spin5(), scampVersion: "3.1.0" });
    expect(await known(served.client, { x: 7, y: 7 }, 8, 8)).toBe(48);
  });

  it("of another Ethernet chip know their own board and the root", async () => {
    await using served = await serveBoard({ machine: machineOfSize(12, 12) });
    const second = served.board.machine.ethernetChips[1]!;
    const at = { x: second % 12, y: Math.floor(second / 12) };
    const count = await known(served.client, at, 12, 12);
    expect(count).toBeGreaterThanOrEqual(48 + 2);
    expect(count).toBeLessThan(144);
  });

  it("lead over links that work, whatever is dead", async () => {
    const machine = withFaults(spin5(), {
      chips: [
        { x: 1, y: 1 },
        { x: 3, y: 4 },
      ],
      links: [
        { x: 0, y: 0, link: 0 },
        { x: 0, y: 1, link: 0 },
      ],
    });
    await using served = await serveBoard({ machine });
    expect(await known(served.client, { x: 0, y: 0 }, 8, 8)).toBe(46);
    expect((await served.client.scp({ command: CMD.ver, x: 4, y: 4 })).code).toBe(RC.ok);
    expect((await served.client.scp({ command: CMD.ver, x: 1, y: 1 })).code).toBe(RC.route);
  });

  it("are what messages follow: a host that cuts a route gets no answer over it", async () => {
    await using served = await serveBoard({ machine: spin3() });
    const cleared = Buffer.alloc(4);
    cleared.writeUInt32LE(0x00db_6db6);
    await served.client.scp({ command: CMD.write, args: [0xe101_0080, 4, 2], data: cleared });
    expect((await served.client.scp({ command: CMD.ver, x: 1, y: 0 })).code).toBe(RC.route);
  });
});

describe("COUNT", () => {
  it("adds up the board's chips, and says so when one does not answer", async () => {
    await using served = await serveBoard({ machine: spin5() });
    const { client, board } = served;
    const idle = await client.scp({ command: CMD.count, args: [0, 15, 0] });
    expect([idle.bytes, idle.body.readUInt32LE()]).toEqual([26, 48 * 17 - 8]);
    await client.send(scpDatagram({ command: CMD.read, args: [0x9000_0000, 4, 2], x: 2, y: 2 }));
    const partial = await client.scp({ command: CMD.count, args: [0, 15, 0] });
    expect([partial.code, partial.bytes, partial.body.readUInt32LE()]).toEqual([RC.noReply, 18, 48 * 17 - 8 - 17]);
    expect(board.machine.name).toBe("spin5");
  });

  it("is one at a time: a second one meanwhile gets an OK without a body", async () => {
    await using served = await serveBoard({ machine: spin3() });
    const { client } = served;
    await client.send(scpDatagram({ command: CMD.count, args: [0, 15, 0], sequence: 1 }));
    await client.send(scpDatagram({ command: CMD.count, args: [0, 15, 0], sequence: 2 }));
    const [busy, done] = [readReply(await client.receive()), readReply(await client.receive())];
    expect([busy.sequence, busy.code, busy.bytes]).toEqual([2, RC.ok, 14]);
    expect([done.sequence, done.code, done.bytes]).toEqual([1, RC.ok, 26]);
  });
});
