import { execFile, execFileSync } from "node:child_process";
import { connect, type Socket } from "node:net";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { GdbPacketReader, gdbPacket } from "../../../src/host-sim/debug/gdb-packet.ts";
import { GdbServer } from "../../../src/host-sim/debug/gdb-server.ts";
import { createEmulatedMachine, type EmulatedMachine } from "../../../src/host-sim/machine/emulated-machine.ts";
import { gridMachine } from "../../../src/machine/index.ts";

/** `mov r0, #0`, then for ever `add r0, r0, #1; str r0, [r1]; b .-8`, with r1 = 0x00400000. */
const COUNTER = [0xe3a0_1501, 0xe3a0_0000, 0xe280_0001, 0xe581_0000, 0xeaff_fffc];
const ADD = 0x08;
const STORE = 0x0c;

function machineThatCounts(): EmulatedMachine {
  const machine = createEmulatedMachine({
    machine: gridMachine("one chip", { width: 1, height: 1, wrapX: false, wrapY: false }),
    monitorCore: () => 0,
  });
  machine.act(() => {
    const core = machine.chip(0, 0).cores[2]!;
    core.writeTcm(0, new Uint8Array(Uint32Array.from(COUNTER).buffer));
    core.enterCode(0);
  });
  return machine;
}

/** Speaks the protocol over a real connection. */
class Client {
  readonly #socket: Socket;
  readonly #reader: GdbPacketReader = new GdbPacketReader();
  readonly #answers: string[] = [];
  #waiting: ((answer: string) => void) | undefined;
  /** Settled when the server has hung up. */
  readonly closed: Promise<void>;

  static async open(port: number): Promise<Client> {
    const socket = connect(port, "127.0.0.1");
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("error", reject);
    });
    return new Client(socket);
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.closed = new Promise((resolve) => socket.once("close", () => resolve()));
    socket.on("data", (bytes) => {
      for (const input of this.#reader.read(bytes)) {
        if (input.kind !== "packet") continue;
        const { data } = input;
        if (this.#waiting === undefined) this.#answers.push(data);
        else {
          this.#waiting(data);
          this.#waiting = undefined;
        }
      }
    });
  }

  ask(request: string): Promise<string> {
    this.#socket.write(gdbPacket(request));
    return this.answer();
  }

  answer(): Promise<string> {
    const ready = this.#answers.shift();
    if (ready !== undefined) return Promise.resolve(ready);
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  interrupt(): void {
    this.#socket.write(Uint8Array.of(3));
  }

  async close(): Promise<void> {
    this.#socket.destroy();
    await this.closed;
  }
}

async function withServer(use: (client: Client, machine: EmulatedMachine) => Promise<void>): Promise<void> {
  const machine = machineThatCounts();
  const server = await GdbServer.open({ machine, core: { x: 0, y: 0, core: 2 }, drive: true });
  const client = await Client.open(server.port);
  try {
    await use(client, machine);
  } finally {
    await client.close();
    await server.close();
  }
}

function word(hex: string): number {
  return new DataView(Uint8Array.from(Buffer.from(hex, "hex")).buffer).getUint32(0, true);
}

describe("GDB server", () => {
  it("describes an ARM core with 17 registers", () =>
    withServer(async (client) => {
      expect(await client.ask("qSupported:xmlRegisters=arm")).toContain("qXfer:features:read+");
      expect(await client.ask("qXfer:features:read:target.xml:0,1000")).toContain("armv5te");
      const registers = await client.ask("g");
      expect(registers).toHaveLength(17 * 8);
      expect(word(registers.slice(16 * 8)) & 0x1f, "supervisor mode").toBe(0x13);
    }));

  it("steps one instruction at a time", () =>
    withServer(async (client) => {
      for (const expected of [4, ADD, STORE]) {
        expect(await client.ask("s")).toBe("S05");
        expect(word(await client.ask("pf"))).toBe(expected);
      }
    }));

  it("stops at a breakpoint before its instruction, each time it is reached", () =>
    withServer(async (client) => {
      expect(await client.ask(`Z0,${STORE.toString(16)},4`)).toBe("OK");
      for (const count of [1, 2, 3]) {
        expect(await client.ask("c")).toBe("S05");
        expect(word(await client.ask("pf"))).toBe(STORE);
        expect(word(await client.ask("p0"))).toBe(count);
        expect(word(await client.ask("m400000,4"))).toBe(count - 1);
      }
    }));

  it("interrupts a running core, and time stands still until it goes on", () =>
    withServer(async (client, machine) => {
      const stopped = client.ask("c");
      client.interrupt();
      expect(await stopped).toBe("S02");
      const then = machine.cycles;
      machine.advance(1000);
      expect(machine.cycles).toBe(then);
    }));

  it("writes registers and memory", () =>
    withServer(async (client, machine) => {
      expect(await client.ask("P0=78563412")).toBe("OK");
      expect(machine.chip(0, 0).cores[2]!.core.registers[0]).toBe(0x1234_5678);
      expect(await client.ask("M60000000,4:01020304")).toBe("OK");
      expect(await client.ask("m60000000,4")).toBe("01020304");
      expect(await client.ask("M0,4:1eff2fe1"), "the ITCM too").toBe("OK");
      expect(await client.ask("m0,4")).toBe("1eff2fe1");
    }));

  it("refuses to read registers of peripherals, which would change the machine", () =>
    withServer(async (client) => {
      expect(await client.ask("m10000014,4")).toBe("E01");
      expect(await client.ask("m50000000,4")).toBe("E01");
    }));

  it("turns to another core by a monitor command", () =>
    withServer(async (client) => {
      expect(await client.ask("s")).toBe("S05");
      await client.ask(`qRcmd,${Buffer.from("core 0,0,5").toString("hex")}`);
      expect(word(await client.ask("pf"))).not.toBe(4);
      const answer = await client.ask(`qRcmd,${Buffer.from("core 9,9,5").toString("hex")}`);
      expect(Buffer.from(answer, "hex").toString()).toContain("no working chip at (9, 9)");
    }));

  it("survives requests it does not know, and damaged ones", () =>
    withServer(async (client) => {
      for (const request of ["X", "qUnknown", "vFoo", "Z2,0,4", "m", "P", "Pff=0", "mzz,zz", "M0,4:zz", "QX"]) {
        expect(["", "E01"]).toContain(await client.ask(request));
      }
    }));
});

describe("GDB server's port", () => {
  it("that is taken is reported", async () => {
    const core = { x: 0, y: 0, core: 2 };
    await using first = await GdbServer.open({ machine: machineThatCounts(), core });
    const second = GdbServer.open({ machine: machineThatCounts(), core, port: first.port });
    await expect(second).rejects.toThrow(expect.objectContaining({ code: "GDB_PORT" }));
  });

  it("belongs to the debugger that connected last; the machine is stopped for it", async () => {
    const machine = machineThatCounts();
    await using server = await GdbServer.open({ machine, core: { x: 0, y: 0, core: 2 } });
    const first = await Client.open(server.port);
    expect(await first.ask("?")).toBe("S05");
    const second = await Client.open(server.port);
    await first.closed;
    expect(await second.ask("?")).toBe("S05");
    expect(machine.paused).toBe(true);
    await second.close();
  });
});

describe("GDB packets", () => {
  it("carry the sum of their bytes", () => {
    expect(new TextDecoder().decode(gdbPacket("OK"))).toBe("$OK#9a");
  });

  it("are found whatever way they are cut, with the bytes between them ignored", () => {
    const reader = new GdbPacketReader();
    const bytes = new TextEncoder().encode("+$g#67+$m0,4#fd\x03$g#00");
    const inputs = [...bytes].flatMap((byte) => reader.read(Uint8Array.of(byte)));
    expect(inputs).toEqual([
      { kind: "packet", data: "g" },
      { kind: "packet", data: "m0,4" },
      { kind: "interrupt" },
      { kind: "damaged" },
    ]);
  });
});

describe.skipIf(!installed("gdb-multiarch"))("gdb-multiarch", () => {
  it("attaches, breaks, steps and prints", async () => {
    const machine = machineThatCounts();
    const server = await GdbServer.open({ machine, core: { x: 0, y: 0, core: 2 }, drive: true });
    const commands = [
      `target remote 127.0.0.1:${server.port}`,
      `break *${STORE}`,
      "continue",
      "continue",
      'printf "count %d pc %d\\n", $r0, $pc',
      "stepi",
      'printf "stored %d\\n", *(int *)0x400000',
      "monitor time",
      "detach",
    ];
    try {
      const args = ["-nx", "-batch", ...commands.flatMap((command) => ["-ex", command])];
      const { stdout, stderr } = await promisify(execFile)("gdb-multiarch", args, { timeout: 50_000 });
      expect(stdout + stderr).toContain(`count 2 pc ${STORE}`);
      expect(stdout + stderr).toContain("stored 2");
      expect(stdout + stderr).toMatch(/\d+\.\d+ ms/);
    } finally {
      await server.close();
    }
  });
});

function installed(program: string): boolean {
  try {
    execFileSync(program, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
