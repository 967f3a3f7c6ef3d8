import { describe, expect, it } from "vitest";
import { spin3 } from "../../../src/machine/index.ts";
import { type RawClient, scpDatagram } from "./raw-client.ts";
import { aplx, ScriptedEngine } from "./scripted-engine.ts";
import { type ServedBoard, serveBoard } from "./served-board.ts";

const CMD = { read: 2, write: 3, ar: 19, appCopyRun: 21, sig: 22, as: 24, alloc: 28, info: 31 } as const;
const OK = 0x80;
const STAGING = 0x6780_0000;
const APP = 66;
const WAIT_FLAG = 1 << 18;
const SIGNAL = { stop: 2, start: 3, sync0: 4, sync1: 5, pause: 6, cont: 7, exit: 8, usr0: 10 } as const;
const STATE = {
  pwrdn: 1,
  rte: 2,
  init: 4,
  wait: 5,
  sark: 6,
  run: 7,
  sync0: 8,
  sync1: 9,
  pause: 10,
  exit: 11,
  idle: 15,
} as const;

const PROGRAM = aplx(Buffer.from("an application of some words....and more"));

async function stage(client: RawClient, image: Buffer, at: { x?: number; y?: number } = {}): Promise<void> {
  for (let offset = 0; offset < image.length; offset += 256) {
    const data = image.subarray(offset, offset + 256);
    await client.scp({ command: CMD.write, args: [STAGING + offset, data.length, 2], data, ...at });
  }
}

/** Start on cores of the root chip. */
async function start(client: RawClient, cores: number, flags = 0, appId = APP): Promise<void> {
  await stage(client, PROGRAM);
  await client.scp({ command: CMD.ar, args: [(appId << 24) | flags | cores] });
}

async function signal(client: RawClient, number: number, appId = APP, mask = 255): Promise<void> {
  await client.scp({ command: CMD.sig, args: [0, (number << 16) | (mask << 8) | appId, 0xffff] });
}

/** cpu_state of a core of the root chip. */
async function stateOf(client: RawClient, core: number): Promise<number> {
  return (await client.scp({ command: CMD.read, args: [0xe500_7000 + 128 * core + 46, 1, 0] })).body[0]!;
}

function serve(): Promise<ServedBoard & { engine: ScriptedEngine }> {
  const engine = new ScriptedEngine();
  return serveBoard({ machine: spin3(), engine }).then((served) => ({ ...served, engine }));
}

describe("an application core", () => {
  it("is idle until it is started, runs the image, and tells the engine once c_main would begin", async () => {
    await using served = await serve();
    const { client, engine } = served;
    expect(await stateOf(client, 1)).toBe(STATE.idle);
    await start(client, 0b110);
    expect(engine.calls).toEqual(["start 0.1 0.2"]);
    expect(await stateOf(client, 1)).toBe(STATE.sync0);
    expect(await stateOf(client, 3)).toBe(STATE.idle);
    const core = engine.cores.get("0.1")!;
    expect(Buffer.from(core.itcm.subarray(0, 14)).toString()).toBe("an application");
    expect({ appId: core.appId, entryPoint: core.entryPoint }).toEqual({ appId: APP, entryPoint: 0 });
  });

  it("waits for START if it was told to, and only signals for its app id count", async () => {
    await using served = await serve();
    const { client, engine } = served;
    await start(client, 0b10, WAIT_FLAG);
    expect(await stateOf(client, 1)).toBe(STATE.wait);
    await signal(client, SIGNAL.start, APP + 1);
    expect(await stateOf(client, 1)).toBe(STATE.wait);
    await signal(client, SIGNAL.start);
    expect(await stateOf(client, 1)).toBe(STATE.sync0);
    expect(engine.calls).toEqual(["start 0.1"]);
  });

  it("alternates SYNC0 and SYNC1; a signal of the same polarity twice releases nothing", async () => {
    await using served = await serve();
    const { client, engine } = served;
    await start(client, 0b110);
    await signal(client, SIGNAL.sync1);
    expect(await stateOf(client, 1)).toBe(STATE.sync0);
    await signal(client, SIGNAL.sync0);
    expect(engine.calls).toEqual(["start 0.1 0.2", "resume 0.1 0.2"]);
    expect(await stateOf(client, 2)).toBe(STATE.run);
    for (const core of engine.cores.values()) core.waitForSync();
    expect(await stateOf(client, 1)).toBe(STATE.sync1);
    await signal(client, SIGNAL.sync0);
    expect(await stateOf(client, 1)).toBe(STATE.sync1);
    await signal(client, SIGNAL.sync1);
    expect(await stateOf(client, 1)).toBe(STATE.run);
  });

  it("goes straight on if the signal came before it waited", async () => {
    await using served = await serve();
    const { client, engine } = served;
    engine.onStart = () => undefined;
    await start(client, 0b10);
    expect(await stateOf(client, 1)).toBe(STATE.sark);
    await signal(client, SIGNAL.sync0);
    engine.cores.get("0.1")!.waitForSync();
    expect(await stateOf(client, 1)).toBe(STATE.run);
    expect(engine.calls).toEqual(["start 0.1", "resume 0.1"]);
  });

  it("one SYNC releases the cores of all chips in one call", async () => {
    await using served = await serve();
    const { client, engine } = served;
    for (const [x, y] of [
      [1, 1],
      [0, 0],
      [1, 0],
    ] as const) {
      await stage(client, PROGRAM, { x, y });
      await client.scp({ command: CMD.ar, args: [(APP << 24) | 0b1010], x, y });
    }
    await signal(client, SIGNAL.sync0);
    expect(engine.calls.at(-1)).toBe("resume 0.1 0.3 1.1 1.3 3.1 3.3");
  });

  it("pauses, continues, exits and takes user signals", async () => {
    await using served = await serve();
    const { client, engine } = served;
    await start(client, 0b10);
    await signal(client, SIGNAL.pause);
    expect(await stateOf(client, 1)).toBe(STATE.pause);
    await signal(client, SIGNAL.cont);
    expect(await stateOf(client, 1)).toBe(STATE.run);
    await signal(client, SIGNAL.usr0);
    await signal(client, SIGNAL.exit);
    expect(engine.calls).toEqual(["start 0.1", "signal 6 0.1", "signal 7 0.1", "signal 10 0.1", "signal 8 0.1"]);
    engine.cores.get("0.1")!.exit();
    expect(await stateOf(client, 1)).toBe(STATE.exit);
  });

  it("fails with a run-time error that the host can read", async () => {
    await using served = await serve();
    const { client, engine } = served;
    engine.onStart = (core) => core.fail(10);
    await start(client, 0b10);
    const vcpu = await client.scp({ command: CMD.read, args: [0xe500_7080 + 44, 4, 2] });
    const [rteCode, , state, appId] = vcpu.body;
    expect({ rteCode, state, appId }).toEqual({ rteCode: 10, state: STATE.rte, appId: APP });
  });

  it("keeps what the host put into user0 to user3 over its start, and nothing else of vcpu", async () => {
    await using served = await serve();
    const { client, engine } = served;
    const data = Buffer.alloc(32);
    data.writeUInt32LE(0x1234, 0);
    data.writeUInt32LE(0x6024_0018, 16);
    await client.scp({ command: CMD.write, args: [0xe500_7080 + 96, 32, 2], data });
    await start(client, 0b10);
    expect(engine.cores.get("0.1")!.user(0)).toBe(0x6024_0018);
    engine.cores.get("0.1")!.setUser(1, 0xffff_fffe);
    const vcpu = await client.scp({ command: CMD.read, args: [0xe500_7080 + 96, 32, 2] });
    expect([vcpu.body.readUInt32LE(0), vcpu.body.readUInt32LE(16), vcpu.body.readUInt32LE(20)]).toEqual([
      0, 0x6024_0018, 0xffff_fffe,
    ]);
  });

  it("hangs in state INIT if its image does not jump anywhere", async () => {
    await using served = await serve();
    const { client, engine } = served;
    await client.scp({ command: CMD.as, args: [0x6100_0000, (APP << 24) | 0b10] });
    expect(await stateOf(client, 1)).toBe(STATE.init);
    expect(engine.calls).toEqual([]);
  });

  it("is started anew by a second start; the first one's handle is dead", async () => {
    await using served = await serve();
    const { client, engine } = served;
    await start(client, 0b10);
    const first = engine.cores.get("0.1")!;
    await start(client, 0b10, 0, APP + 1);
    expect(engine.calls).toEqual(["start 0.1", "stop 0.1", "start 0.1"]);
    expect([first.active, engine.cores.get("0.1")!.appId]).toEqual([false, APP + 1]);
    first.fail(9);
    first.print("too late\n");
    first.setUser(0, 1);
    expect(await stateOf(client, 1)).toBe(STATE.sync0);
    expect(engine.cores.get("0.1")!.user(0)).toBe(0);
  });
});

describe("STOP", () => {
  it("makes cores idle, frees their memory, tags and routes, and overwrites the staging area", async () => {
    await using served = await serve();
    const { client, engine } = served;
    const before = await client.scp({ command: CMD.info });
    await client.scp({ command: CMD.alloc, args: [APP << 8, 4096, 9] });
    await client.scp({ command: CMD.alloc, args: [(APP << 8) | 3, 100] });
    const kept = await client.scp({ command: CMD.alloc, args: [((APP + 1) << 8) | 0, 64, 1] });
    await start(client, 0b110);
    engine.cores.get("0.1")!.print("hello\n");
    await signal(client, SIGNAL.stop);
    expect(engine.calls).toEqual(["start 0.1 0.2", "stop 0.1 0.2"]);
    expect([await stateOf(client, 1), await stateOf(client, 2)]).toEqual([STATE.idle, STATE.idle]);
    expect((await client.scp({ command: CMD.alloc, args: [(APP << 8) | 7, 9] })).body.readUInt32LE()).toBe(0);
    expect((await client.scp({ command: CMD.alloc, args: [((APP + 1) << 8) | 7, 1] })).body).toEqual(kept.body);
    const after = await client.scp({ command: CMD.info });
    expect((after.body.readUInt32LE(0) >>> 14) & 0x7ff).toBe((before.body.readUInt32LE(0) >>> 14) & 0x7ff);
    // The other application's block lies above the freed one, which is free again at the bottom.
    expect((await client.scp({ command: CMD.alloc, args: [APP << 8, 4096, 9] })).body.readUInt32LE()).toBe(0x6064_0018);
    const staged = await client.scp({ command: CMD.read, args: [STAGING, 64, 2] });
    expect(staged.body.equals(PROGRAM.subarray(0, 64))).toBe(false);
  });

  it("for a mask of bits stops every app id that matches", async () => {
    await using served = await serve();
    const { client, engine } = served;
    await start(client, 0b0010, 0, 0x40);
    await start(client, 0b0100, 0, 0x43);
    await start(client, 0b1000, 0, 0x50);
    await signal(client, SIGNAL.stop, 0x40, 0xf0);
    expect(engine.calls.at(-1)).toBe("stop 0.1 0.2");
    expect(await stateOf(client, 3)).toBe(STATE.sync0);
  });
});

describe("starting an image that lies on the neighbour", () => {
  const CHECKSUM = 0x0880_7870;
  const COUNTING = Buffer.from(Array.from({ length: 32 }, (_, i) => i));

  it("copies it, checks its sum, and starts it (APP_COPY_RUN)", async () => {
    await using served = await serve();
    const { client, engine } = served;
    await stage(client, PROGRAM);
    const west = 3;
    const args = [west, PROGRAM.length, (APP << 24) | 0b110];
    expect(await client.scp({ command: CMD.appCopyRun, args, x: 1, y: 0 })).toMatchObject({ code: OK, bytes: 14 });
    expect(engine.calls).toEqual(["start 1.1 1.2"]);
  });

  it("accepts the checksum of the worked example and answers a wrong one with the sum", async () => {
    await using served = await serve();
    const { client } = served;
    await stage(client, COUNTING);
    const west = 3;
    const right = [((CHECKSUM << 3) | west) >>> 0, 32, (APP << 24) | WAIT_FLAG | 0b110];
    expect((await client.scp({ command: CMD.appCopyRun, args: right, x: 1, y: 0 })).bytes).toBe(14);
    const wrong = [(((CHECKSUM + 1) << 3) | west) >>> 0, 32, (APP << 24) | 0b110];
    const reply = await client.scp({ command: CMD.appCopyRun, args: wrong, x: 1, y: 0 });
    expect([reply.code, reply.bytes, reply.body.readUInt32LE() & 0x1fff_ffff]).toEqual([OK, 18, CHECKSUM]);
  });
});

describe("IOBUF", () => {
  async function readIoBuf(client: RawClient, core: number): Promise<string> {
    let block = (
      await client.scp({ command: CMD.read, args: [0xe500_7000 + 128 * core + 88, 4, 2] })
    ).body.readUInt32LE();
    let text = "";
    while (block !== 0) {
      const header = (await client.scp({ command: CMD.read, args: [block, 16, 2] })).body;
      const length = header.readUInt32LE(12);
      for (let at = 0; at < length; at += 256) {
        const count = Math.min(256, length - at);
        text += (await client.scp({ command: CMD.read, args: [block + 16 + at, count, 0] })).body.toString("latin1");
      }
      block = header.readUInt32LE(0);
    }
    return text;
  }

  it("shows whole lines only", async () => {
    await using served = await serve();
    const { client, engine } = served;
    await start(client, 0b10);
    expect(await readIoBuf(client, 1)).toBe("");
    const core = engine.cores.get("0.1")!;
    core.print("tick 1\nti");
    expect(await readIoBuf(client, 1)).toBe("tick 1\n");
    core.print("ck 2\n");
    expect(await readIoBuf(client, 1)).toBe("tick 1\ntick 2\n");
  });

  it("goes on in further blocks", async () => {
    await using served = await serve();
    const { client, engine } = served;
    await start(client, 0b10);
    const line = `${"0123456789".repeat(99)}\n`;
    const text = line.repeat(40);
    engine.cores.get("0.1")!.print(text);
    expect(await readIoBuf(client, 1)).toBe(text);
  });

  it("stops the core with error 14 when the system heap is full", async () => {
    await using served = await serve();
    const { client, engine } = served;
    const size = Buffer.alloc(4);
    size.writeUInt32LE(8 << 20);
    await client.scp({ command: CMD.write, args: [0xf500_7f50, 4, 2], data: size });
    await start(client, 0b10);
    engine.cores.get("0.1")!.print("no block of 8 MiB is to be had\n");
    expect(await stateOf(client, 1)).toBe(STATE.rte);
    expect((await client.scp({ command: CMD.read, args: [0xe500_7080 + 44, 1, 0] })).body[0]).toBe(14);
  });
});

describe("the engine", () => {
  it("works in slices, with datagrams served in between", async () => {
    await using served = await serve();
    const { client, engine } = served;
    let slices = 0;
    engine.onAdvance = () => {
      slices++;
      return slices < 1000;
    };
    await start(client, 0b10);
    const seen: number[] = [];
    while (slices < 1000) {
      await client.scp({ command: CMD.info });
      seen.push(slices);
    }
    expect(seen.some((count) => count < 1000)).toBe(true);
  });

  it("that throws ends its cores with error 13, not the board", async () => {
    await using served = await serve();
    const { client, engine } = served;
    engine.onStart = () => {
      throw new Error("a defect of the engine");
    };
    await start(client, 0b10);
    expect(await stateOf(client, 1)).toBe(STATE.rte);
    expect(served.trouble).toEqual(["application engine"]);
  });

  it("whose slice throws, or whose promise fails, ends its cores too", async () => {
    await using served = await serve();
    const { client, engine } = served;
    engine.onAdvance = () => Promise.reject(new Error("a worker died"));
    await start(client, 0b10);
    while (served.trouble.length === 0) await client.scp({ command: CMD.info });
    expect(await stateOf(client, 1)).toBe(STATE.rte);
  });

  it("is told to stop a core that aborts on a host's request", async () => {
    await using served = await serve();
    const { client, engine } = served;
    await start(client, 0b10);
    const nowhere = scpDatagram({ command: CMD.read, args: [0x9000_0000, 4, 2], core: 1 });
    expect(await client.answersTo(nowhere)).toEqual([]);
    expect(engine.calls).toEqual(["start 0.1", "stop 0.1"]);
    await signal(client, SIGNAL.stop);
    expect(engine.calls).toHaveLength(2);
  });

  it("hears of no signal before its core has started or after it has ended", async () => {
    await using served = await serve();
    const { client, engine } = served;
    await start(client, 0b10, WAIT_FLAG);
    await signal(client, SIGNAL.usr0);
    await signal(client, SIGNAL.start);
    engine.cores.get("0.1")!.exit();
    await signal(client, SIGNAL.usr0);
    expect(engine.calls).toEqual(["start 0.1"]);
  });

  it("gets a last advance after that, to end what worked for its cores", async () => {
    const served = await serve();
    await start(served.client, 0b110);
    served.engine.calls.length = 0;
    served.engine.onAdvance = () => {
      served.engine.calls.push("advance");
      return false;
    };
    await served.client[Symbol.asyncDispose]();
    await served.board.close();
    expect(served.engine.calls.slice(-2)).toEqual(["stop 0.1 0.2", "advance"]);
  });

  it("is told to stop its cores when the board closes", async () => {
    const served = await serve();
    await start(served.client, 0b10);
    await served[Symbol.asyncDispose]();
    await served.board.close();
    expect(served.engine.calls).toEqual(["start 0.1", "stop 0.1"]);
  });

  it("sees the chip's memory and routing table, cores in virtual numbers", async () => {
    await using served = await serve();
    const { client, engine } = served;
    const rows = Buffer.alloc(16);
    rows.writeUInt32LE(((1 << 6) << 2) | 0b1, 4);
    rows.writeUInt32LE(0x0001_0000, 8);
    rows.writeUInt32LE(0xffff_0000, 12);
    await client.scp({ command: CMD.write, args: [STAGING, 16, 2], data: rows });
    await client.scp({ command: 29, args: [(1 << 16) | (APP << 8) | 2, STAGING, 5] });
    const chip = engine.board!.chip(engine.board!.machine.ethernetChips[0]!);
    const table = chip.router.table();
    expect([...table.key].slice(1)).toEqual([0x0001_0000]);
    expect([...table.route].slice(1)).toEqual([0b1_0000_0001]);
    expect(chip.memory.readWord(STAGING + 8)).toBe(0x0001_0000);
    chip.memory.sdramPage(STAGING)[8] = 7;
    expect((await client.scp({ command: CMD.read, args: [STAGING + 8, 1, 0] })).body[0]).toBe(7);
  });
});
