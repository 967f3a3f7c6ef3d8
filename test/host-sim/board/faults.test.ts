import { describe, expect, it } from "vitest";
import { chipIndex, spin3, spin5, withFaults } from "../../../src/machine/index.ts";
import { ManualClock } from "./manual-clock.ts";
import { readReply, scpDatagram } from "./raw-client.ts";
import { aplx, ScriptedEngine } from "./scripted-engine.ts";
import { serveBoard } from "./served-board.ts";

const CMD = { ver: 0, read: 2, write: 3, linkRead: 17, ar: 19, sig: 22, info: 31 } as const;
const RC = { ok: 0x80, timeout: 0x86, route: 0x87, noReply: 0x8b } as const;
const STATE = { dead: 0, wdog: 3, init: 4, wait: 5, sync0: 8, run: 7, idle: 15 } as const;
const PROGRAM = aplx(Buffer.alloc(4));

describe("what is dead when the board is made", () => {
  it("a link is missing in INFO and answers no peek", async () => {
    const machine = withFaults(spin3(), { links: [{ x: 0, y: 0, link: 0 }] });
    await using served = await serveBoard({ machine, strictErrors: true });
    const info = await served.client.scp({ command: CMD.info });
    expect((info.body.readUInt32LE() >>> 8) & 1).toBe(0);
    expect((await served.client.scp({ command: CMD.linkRead, args: [0xf500_7f00, 4, 0] })).code).toBe(RC.timeout);
  });

  it("a core among others stays in state INIT when started, and is not idle before", async () => {
    const engine = new ScriptedEngine();
    const machine = withFaults(spin3(), { cores: [{ x: 0, y: 0, core: 2 }] });
    await using served = await serveBoard({ machine, engine });
    const { client } = served;
    const states = async (): Promise<number[]> => [...(await client.scp({ command: CMD.info })).body.subarray(13, 16)];
    expect(await states()).toEqual([STATE.idle, STATE.init, STATE.idle]);
    await client.scp({ command: CMD.write, args: [0x6780_0000, PROGRAM.length, 2], data: PROGRAM });
    await client.scp({ command: CMD.ar, args: [0x4200_000e] });
    expect(await states()).toEqual([STATE.sync0, STATE.init, STATE.sync0]);
    expect(engine.calls).toEqual(["start 0.1 0.3"]);
  });

  it("the last core makes the chip one smaller, and the board's serial ROM lists it", async () => {
    const machine = withFaults(spin3(), { cores: [{ x: 1, y: 1, core: 17 }] });
    await using served = await serveBoard({ machine, monitorCore: () => 0 });
    const { client } = served;
    expect((await client.scp({ command: CMD.info, x: 1, y: 1 })).body[0]! & 31).toBe(17);
    const serialRom = await client.scp({ command: 27, args: [0x0008_0020, 0x0300_0100] });
    expect(serialRom.body.readUInt32LE(0)).toBe(1);
    expect(serialRom.body.readUInt32LE(4)).toBe(((1 << 27) | (1 << 24) | (1 << 17)) >>> 0);
  });
});

describe("what dies while the board runs", () => {
  it("a chip: no answer from it, its neighbours live", async () => {
    await using served = await serveBoard({ machine: spin5() });
    served.board.killChip(chipIndex(served.board.machine, 1, 0));
    expect((await served.client.scp({ command: CMD.ver, x: 1, y: 0 })).code).toBe(RC.noReply);
    expect((await served.client.scp({ command: CMD.ver, x: 0, y: 1 })).code).toBe(RC.ok);
  });

  it("a core: state WDOG, its mailbox stays full", async () => {
    const engine = new ScriptedEngine();
    await using served = await serveBoard({ machine: spin3(), engine });
    const { client } = served;
    await client.scp({ command: CMD.write, args: [0x6780_0000, PROGRAM.length, 2], data: PROGRAM });
    await client.scp({ command: CMD.ar, args: [0x4200_0002] });
    served.board.killCore(chipIndex(served.board.machine, 0, 0), 1);
    expect(engine.calls).toEqual(["start 0.1", "stop 0.1"]);
    expect((await client.scp({ command: CMD.info })).body[13]).toBe(STATE.wdog);
    expect((await client.scp({ command: CMD.ver, core: 1 })).code).toBe(RC.timeout);
  });

  it("a link: messages that go over it are lost", async () => {
    await using served = await serveBoard({ machine: spin3() });
    const root = chipIndex(served.board.machine, 0, 0);
    for (let link = 0; link < 6; link++) served.board.breakLink(root, link);
    expect((await served.client.scp({ command: CMD.ver, x: 1, y: 1 })).code).toBe(RC.noReply);
    expect((await served.client.scp({ command: CMD.ver, x: 0, y: 0 })).code).toBe(RC.ok);
  });
});

describe("slow cores", () => {
  it("take their time over a start, a signal and a message", async () => {
    const clock = new ManualClock();
    const engine = new ScriptedEngine();
    await using served = await serveBoard({ machine: spin3(), engine, clock, coreLatencyMillis: () => 20 });
    const { client } = served;
    const state = async (): Promise<number> => (await client.scp({ command: CMD.info })).body[13]!;
    expect(await state()).toBe(STATE.init);
    clock.advance(20);
    expect(await state()).toBe(STATE.idle);
    await client.scp({ command: CMD.write, args: [0x6780_0000, PROGRAM.length, 2], data: PROGRAM });
    await client.scp({ command: CMD.ar, args: [0x4200_0002] });
    expect(await state()).toBe(STATE.init);
    clock.advance(20);
    expect(await state()).toBe(STATE.sync0);
    await client.scp({ command: CMD.sig, args: [0, 0x0004_ff42, 0xffff] });
    expect(await state()).toBe(STATE.sync0);
    clock.advance(20);
    expect(await state()).toBe(STATE.run);
    await client.send(scpDatagram({ command: CMD.ver, core: 1, sequence: 1 }));
    // The mailbox is busy: the next message is refused.
    expect((await client.scp({ command: CMD.ver, core: 1, sequence: 2 })).code).toBe(RC.timeout);
    clock.advance(20);
    expect(readReply(await client.receive())).toMatchObject({ code: RC.ok, sequence: 1 });
  });
});

describe("datagram faults", () => {
  it("are the same for the same seed, and leave the board alive", async () => {
    const answers = async (seed: number): Promise<number[]> => {
      await using served = await serveBoard({ machine: spin3(), faults: { seed, incoming: { lose: 0.5 } } });
      for (let sequence = 1; sequence <= 40; sequence++) {
        await served.client.send(scpDatagram({ command: CMD.ver, sequence }));
        await new Promise((resolve) => setImmediate(resolve));
      }
      const arrived: number[] = [];
      // Requests that get through come in order; the last one is repeated until one does.
      for (let last = 0; last !== 1000; ) {
        await served.client.send(scpDatagram({ command: CMD.ver, sequence: 1000 }));
        const reply = await Promise.race([served.client.receive(), nextTurns(20)]);
        if (reply === undefined) continue;
        last = readReply(reply).sequence;
        if (last !== 1000) arrived.push(last);
      }
      return arrived;
    };
    const [first, again, other] = [await answers(1), await answers(1), await answers(2)];
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
    expect(first.length).toBeGreaterThan(5);
    expect(first.length).toBeLessThan(35);
  });
});

async function nextTurns(count: number): Promise<undefined> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
  return undefined;
}
