import { afterEach, describe, expect, it } from "vitest";
import { allocateRouterEntries } from "../../src/sdp/allocation-commands.ts";
import { countCores } from "../../src/sdp/application-commands.ts";
import { version } from "../../src/sdp/chip-commands.ts";
import { ScpNoReplyError } from "../../src/sdp/errors.ts";
import { faultsBothWays, faultySockets } from "../../src/sdp/faulty-socket.ts";
import { readMemory, writeMemory } from "../../src/sdp/memory-commands.ts";
import { SCP_CODE } from "../../src/sdp/scp-codes.ts";
import { ScpConnection } from "../../src/sdp/scp-connection.ts";
import type { ScpConnectionOptions } from "../../src/sdp/scp-connection-options.ts";
import { readBlock, writeBlock } from "../../src/sdp/scp-memory.ts";
import { ROOT_CHIP } from "../../src/sdp/sdp.ts";
import { memoryScript, type Received, reply, type Script, ScriptedBoard } from "./scripted-board.ts";

const CHIP = { x: 0, y: 0 };
const BASE = 0x6000_0000;

const opened: AsyncDisposable[] = [];
afterEach(async () => {
  for (const resource of opened.splice(0).toReversed()) await resource[Symbol.asyncDispose]();
});

async function connect(
  script: Script,
  options: Partial<ScpConnectionOptions> = {},
): Promise<{ board: ScriptedBoard; connection: ScpConnection }> {
  const board = await ScriptedBoard.open(script);
  const connection = await ScpConnection.open({ host: "127.0.0.1", port: board.port, timeoutMillis: 40, ...options });
  opened.push(board, connection);
  return { board, connection };
}

function numbered(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 7 + (index >> 8)) & 0xff);
}

function word(value: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(value).buffer);
}

/** Keeps the first `count` requests and answers them all at the last, in the order given. */
function answerTogether(count: number, order: (held: Received[]) => Received[]): Script {
  const held: Received[] = [];
  return (received) => {
    held.push(received);
    if (held.length < count) return [];
    return order(held.splice(0)).map((one) => reply(one, word(one.request.arg1)));
  };
}

describe("matching", () => {
  it("replies may come in any order", async () => {
    const { connection } = await connect(answerTogether(8, (held) => held.toReversed()));
    const addresses = [0, 4, 8, 12, 16, 20, 24, 28];
    const words = await Promise.all(addresses.map((address) => connection.call(CHIP, readMemory(address, 4))));
    expect(words).toEqual(addresses.map(word));
  });

  it("the root chip answers under its own coordinates", async () => {
    const { connection } = await connect((received) => [reply(received, new Uint8Array(12))]);
    await expect(connection.call(ROOT_CHIP, version())).resolves.toMatchObject({ chip: { x: 0, y: 0 } });
  });

  it("a second reply to the same request is late, not garbage", async () => {
    const { connection } = await connect((received) => [reply(received, word(1)), reply(received, word(2))]);
    expect(await connection.call(CHIP, readMemory(0, 4))).toEqual(word(1));
    expect(await connection.call(CHIP, readMemory(0, 4))).toEqual(word(1));
    expect(connection.statistics).toMatchObject({ answered: 2, late: 1, garbage: 0 });
  });

  it("a reply from another chip than the one asked is not taken", async () => {
    const { connection } = await connect((received) => {
      const wrong = reply(received, word(13));
      wrong[9] = 5;
      return [wrong, reply(received, word(7))];
    });
    expect(await connection.call(CHIP, readMemory(0, 4))).toEqual(word(7));
    expect(connection.statistics.garbage).toBe(1);
  });
});

describe("the window", () => {
  it("never holds more requests than the board has transient tags", async () => {
    // Eight requests are held back until all of them are there; a ninth would be the first of the next eight.
    const answerEights = answerTogether(8, (held) => held);
    const held: number[] = [];
    let unanswered = 0;
    const { board, connection } = await connect((received) => {
      held.push(++unanswered);
      const answers = answerEights(received);
      unanswered -= answers.length;
      return answers;
    });
    await Promise.all(Array.from({ length: 64 }, () => connection.call(CHIP, readMemory(0, 4))));
    expect(Math.max(...held)).toBe(8);
    expect(board.received).toHaveLength(64);
  });

  it("sequence numbers are not used again at once", async () => {
    const { board, connection } = await connect((received) => [reply(received, word(0))]);
    for (let call = 0; call < 20; call++) await connection.call(CHIP, readMemory(0, 4));
    expect(new Set(board.received.map(({ request }) => request.sequence)).size).toBe(20);
  });
});

describe("losses", () => {
  it("a repeatable request goes out again with the same sequence number", async () => {
    const { board, connection } = await connect((received) => (received.index < 2 ? [] : [reply(received, word(5))]));
    expect(await connection.call(CHIP, readMemory(0, 4))).toEqual(word(5));
    expect(new Set(board.received.map(({ request }) => request.sequence)).size).toBe(1);
    expect(connection.statistics).toMatchObject({ sent: 3, timeouts: 2 });
  });

  it("what later replies have overtaken is sent again without waiting", async () => {
    const { connection } = await connect((received) => (received.index === 0 ? [] : [reply(received, word(0))]), {
      timeoutMillis: 30_000,
    });
    await Promise.all([0, 4, 8, 12].map((address) => connection.call(CHIP, readMemory(address, 4))));
    expect(connection.statistics).toMatchObject({ overtaken: 1, timeouts: 0, sent: 5 });
  });

  it("a request that may not be repeated fails at its first time-out and says that it may have run", async () => {
    const { board, connection } = await connect(() => []);
    const failure = await connection.call(CHIP, allocateRouterEntries(66, 5)).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "NO_REPLY", mayHaveRun: true, sends: 1 });
    expect(board.received).toHaveLength(1);
  });

  it("silence is reported with address, port, destination, command, tries and time waited", async () => {
    const { board, connection } = await connect(() => [], { tries: 3 });
    const failure = await connection
      .call({ x: 1, y: 2, core: 3 }, readMemory(BASE, 16))
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ScpNoReplyError);
    expect(failure).toMatchObject({ sends: 3, waitedMillis: 120, repliesBefore: 0, garbage: 0 });
    expect((failure as Error).message).toBe(
      `127.0.0.1:${board.port}, chip (1, 2) core 3, READ 16 bytes at 0x60000000: no reply after 3 tries in 0.1 s. ` +
        "Check that the address is right, that the board is switched on and booted, and that UDP gets through.",
    );
  });

  it("garbage is survived, counted and shown", async () => {
    const { connection } = await connect(
      (received) => {
        const unknownCode = reply(received);
        unknownCode[10] = 0x11;
        const otherSequence = reply(received);
        otherSequence[12] = 0x99;
        return [new Uint8Array(0), Uint8Array.of(0xde, 0xad), unknownCode, otherSequence];
      },
      { tries: 1 },
    );
    const failure = await connection.call(CHIP, readMemory(0, 4)).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "NO_REPLY", garbage: 4 });
    expect((failure as Error).message).toContain(
      "4 datagrams came that are no replies (2 too short, 1 unknown code, 1 unknown sequence number; last: 14 bytes",
    );
  });
});

describe("refusals", () => {
  it.each([SCP_CODE.CMD, SCP_CODE.ARG, SCP_CODE.ROUTE, SCP_CODE.CPU, SCP_CODE.DEAD, SCP_CODE.PKT_TX])(
    "code 0x%s ends the request at once",
    async (code) => {
      const { board, connection } = await connect((received) => [reply(received, undefined, code)]);
      const failure = await connection.call(CHIP, readMemory(0, 4)).catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: "REQUEST_REFUSED", returnCode: code });
      expect(board.received).toHaveLength(1);
    },
  );

  it.each([SCP_CODE.TIMEOUT, SCP_CODE.P2P_NOREPLY, SCP_CODE.P2P_BUSY, SCP_CODE.P2P_TIMEOUT, SCP_CODE.LEN])(
    "code 0x%s is tried again",
    async (code) => {
      const { connection } = await connect((received) => [
        received.index < 2 ? reply(received, undefined, code) : reply(received, word(3)),
      ]);
      expect(await connection.call(CHIP, readMemory(0, 4))).toEqual(word(3));
      expect(connection.statistics).toMatchObject({ answered: 1, busy: 2 });
    },
  );

  it("busy for ever is a refusal in the end", async () => {
    const { connection } = await connect((received) => [reply(received, undefined, SCP_CODE.P2P_BUSY)], { tries: 3 });
    await expect(connection.call(CHIP, readMemory(0, 4))).rejects.toMatchObject({ returnCode: SCP_CODE.P2P_BUSY });
  });

  it("an unrepeatable request whose far chip fell silent may have run", async () => {
    const { board, connection } = await connect((received) => [reply(received, undefined, SCP_CODE.P2P_TIMEOUT)]);
    await expect(connection.call(CHIP, allocateRouterEntries(66, 1))).rejects.toMatchObject({
      returnCode: SCP_CODE.P2P_TIMEOUT,
    });
    expect(board.received).toHaveLength(1);
  });

  it("an OK without the bytes that were read is a masked error of SCAMP 4.0.0", async () => {
    const { connection } = await connect((received) => [reply(received)]);
    await expect(connection.call(CHIP, readMemory(0, 4))).rejects.toMatchObject({ code: "REPLY_UNFIT", bodyBytes: 0 });
  });

  it("COUNT without a body means that another count is under way", async () => {
    const { connection } = await connect((received) => [
      received.index < 2 ? reply(received) : reply(received, Uint8Array.of(9, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0)),
    ]);
    expect(await connection.call(CHIP, countCores(66, 5))).toBe(9);
  });
});

describe("giving up", () => {
  it("an aborted call rejects with the reason and sends no more", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const { board, connection } = await connect(
      (received) => {
        if (received.index === 0) controller.abort(reason);
        return received.index === 0 ? [] : [reply(received, word(1))];
      },
      { tries: 5 },
    );
    await expect(connection.call(CHIP, readMemory(0, 4), { signal: controller.signal })).rejects.toBe(reason);
    expect(await connection.call(CHIP, readMemory(4, 4))).toEqual(word(1));
    expect(board.received.map(({ request }) => request.arg1)).toEqual([0, 4]);
  });

  it("an aborted transfer leaves the connection usable", async () => {
    const controller = new AbortController();
    const { connection } = await connect(memoryScript(new Uint8Array(1 << 16), BASE));
    const reading = readBlock(connection, CHIP, BASE, 1 << 16, {
      signal: controller.signal,
      onProgress: (bytes) => bytes > 4096 && controller.abort(),
    });
    await expect(reading).rejects.toMatchObject({ name: "AbortError" });
    await writeBlock(connection, CHIP, BASE, numbered(1000));
    expect(await readBlock(connection, CHIP, BASE, 1000)).toEqual(numbered(1000));
  });

  it("closing fails what is outstanding, and again is harmless", async () => {
    const { connection } = await connect(() => []);
    const call = connection.call(CHIP, readMemory(0, 4)).catch((error: unknown) => error);
    await connection.close();
    await connection.close();
    expect(await call).toMatchObject({ code: "CONNECTION_CLOSED" });
    await expect(connection.call(CHIP, readMemory(0, 4))).rejects.toMatchObject({ code: "CONNECTION_CLOSED" });
  });

  it("an unknown host is named", async () => {
    await expect(ScpConnection.open({ host: "no-such-board.invalid" })).rejects.toMatchObject({
      code: "UDP_FAILED",
      place: "host no-such-board.invalid",
    });
  });
});

describe("blocks of memory", () => {
  it.each([
    { offset: 0, length: 0, because: "nothing" },
    { offset: 0, length: 1, because: "one byte" },
    { offset: 3, length: 256, because: "a message's worth from an odd address" },
    { offset: 1, length: 5003, because: "many messages, odd at both ends" },
    { offset: 0, length: 20_000, because: "many windows" },
  ])("$because comes back as it was written", async ({ offset, length }) => {
    const memory = new Uint8Array(32_768);
    const { connection } = await connect(memoryScript(memory, BASE));
    const bytes = numbered(length);
    let written = 0;
    await writeBlock(connection, CHIP, BASE + offset, bytes, {
      onProgress: (done) => {
        written = done;
      },
    });
    expect(written).toBe(length);
    expect(memory.slice(offset, offset + length)).toEqual(bytes);
    expect(await readBlock(connection, CHIP, BASE + offset, length)).toEqual(bytes);
  });

  it("after the first, every message moves words", async () => {
    const { board, connection } = await connect(memoryScript(new Uint8Array(4096), BASE));
    await writeBlock(connection, CHIP, BASE + 1, numbered(1027));
    expect(board.received.map(({ request }) => request.arg3)).toEqual([0, 2, 2, 2, 2]);
  });

  it("the first failure ends the transfer and names the address", async () => {
    const { board, connection } = await connect((received) =>
      received.request.arg1 === BASE + 512 ? [reply(received, undefined, SCP_CODE.DEAD)] : [reply(received)],
    );
    const failure = await writeBlock(connection, CHIP, BASE, new Uint8Array(100_000)).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "REQUEST_REFUSED" });
    expect((failure as Error).message).toContain("WRITE 256 bytes at 0x60000200");
    expect(board.received.length).toBeLessThan(30);
  });

  it.each([
    { rates: { lose: 0.05, duplicate: 0.05, delay: 0.05, reorder: 0.05 }, because: "5 % of everything" },
    { rates: { lose: 0.3 }, because: "a third lost" },
    { rates: { duplicate: 1 }, because: "all doubled" },
    { rates: { reorder: 0.5 }, because: "half out of order" },
    { rates: { delay: 0.5 }, because: "half delayed" },
  ])("arrive unharmed through $because", async ({ rates }) => {
    const memory = new Uint8Array(16_384);
    const { connection } = await connect(memoryScript(memory, BASE), {
      sockets: faultySockets(faultsBothWays(7, rates)),
      timeoutMillis: 500,
      tries: 20,
    });
    const bytes = numbered(memory.length);
    await writeBlock(connection, CHIP, BASE, bytes);
    expect(memory).toEqual(bytes);
    expect(await readBlock(connection, CHIP, BASE, bytes.length)).toEqual(bytes);
  });

  it("two transfers share the window", async () => {
    const { connection } = await connect(memoryScript(new Uint8Array(8192), BASE));
    const [low, high] = [numbered(4096), numbered(4096).toReversed()];
    await Promise.all([
      writeBlock(connection, CHIP, BASE, low),
      writeBlock(connection, CHIP, BASE + 4096, high),
      connection.call(CHIP, writeMemory(BASE, low.subarray(0, 4))),
    ]);
    expect(await readBlock(connection, CHIP, BASE, 8192)).toEqual(Uint8Array.of(...low, ...high));
  });
});
