/**
 * A server that GDB connects to (`target remote :PORT`) to debug a core of an emulated machine.
 *
 * One connection at a time, the latest; connecting stops the machine. `monitor core X,Y,P` turns to another core (virtual number),
 * `monitor describe` prints the core with its IOBUF, `monitor time` the virtual time.
 */

import { createServer, type Server, type Socket } from "node:net";
import { InputError } from "../../errors.ts";
import { CYCLES_PER_MILLISECOND } from "../chip/peripheral.ts";
import { formatCore } from "../machine/core-description.ts";
import type { EmulatedMachine } from "../machine/emulated-machine.ts";
import { CoreDebugger, type CorePlace, type DebugStop, GDB_REGISTERS } from "./core-debugger.ts";
import { fromHex, GDB_ACKNOWLEDGE, GDB_REFUSE, GdbPacketReader, gdbPacket, toHex } from "./gdb-packet.ts";

const MEMORY_BYTES_MAX = 0x1000;
/** Virtual time between two looks at the connection, while the server itself lets the machine run. */
const DRIVE_CYCLES = CYCLES_PER_MILLISECOND;

const TARGET_DESCRIPTION = `<?xml version="1.0"?>
<!DOCTYPE target SYSTEM "gdb-target.dtd">
<target version="1.0"><architecture>armv5te</architecture>
<feature name="org.gnu.gdb.arm.core">
${Array.from({ length: 13 }, (_, i) => `<reg name="r${i}" bitsize="32" type="uint32"/>`).join("")}
<reg name="sp" bitsize="32" type="data_ptr"/><reg name="lr" bitsize="32" type="code_ptr"/>
<reg name="pc" bitsize="32" type="code_ptr"/><reg name="cpsr" bitsize="32" regnum="16"/>
</feature></target>`;

const SIGNAL: Readonly<Record<DebugStop, string>> = { breakpoint: "S05", step: "S05", interrupt: "S02" };

export interface GdbServerOptions {
  readonly machine: EmulatedMachine;
  readonly core: CorePlace;
  /** By default 0: any free port. */
  readonly port?: number;
  /** By default 127.0.0.1: whoever connects has the machine in their hands. */
  readonly host?: string;
  /** Let virtual time pass while the debugger lets the core run. Off where somebody else advances the machine. */
  readonly drive?: boolean;
}

/** The TCP port for GDB cannot be had. */
export class GdbPortError extends InputError {
  readonly code = "GDB_PORT";

  constructor(host: string, port: number, cause: unknown) {
    super(
      `TCP ${host}:${port}`,
      cause instanceof Error ? cause.message : String(cause),
      "Choose another port for GDB (0 takes any free one).",
      { cause },
    );
  }
}

export class GdbServer implements AsyncDisposable {
  readonly #options: GdbServerOptions;
  readonly #server: Server;
  #connection: GdbConnection | undefined;

  /** @throws {GdbPortError} the port is not to be had */
  static async open(options: GdbServerOptions): Promise<GdbServer> {
    const { host = "127.0.0.1", port = 0 } = options;
    const gdb = new GdbServer(options);
    await new Promise<void>((resolve, reject) => {
      gdb.#server.once("error", (cause) => reject(new GdbPortError(host, port, cause)));
      gdb.#server.listen(port, host, resolve);
    });
    return gdb;
  }

  private constructor(options: GdbServerOptions) {
    this.#options = options;
    this.#server = createServer((socket) => this.#accept(socket));
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  async close(): Promise<void> {
    this.#connection?.end();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Whoever comes last debugs: a debugger that has died may not have hung up. */
  #accept(socket: Socket): void {
    this.#connection?.end();
    this.#connection = new GdbConnection(socket, this.#options);
  }
}

class GdbConnection {
  readonly #socket: Socket;
  readonly #options: GdbServerOptions;
  readonly #reader: GdbPacketReader = new GdbPacketReader();
  #debugger: CoreDebugger;
  #acknowledge = true;
  #ended = false;
  #last: Uint8Array = new Uint8Array(0);

  constructor(socket: Socket, options: GdbServerOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#debugger = this.#attach(options.core);
    socket.setNoDelay(true);
    socket.on("data", (bytes) => this.#received(bytes));
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.end());
  }

  /** Lets go of the core and hangs up. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#debugger.detach();
    this.#socket.destroy();
  }

  #attach(place: CorePlace): CoreDebugger {
    const attached = new CoreDebugger(this.#options.machine, place);
    attached.onStop = (reason) => this.#send(SIGNAL[reason]);
    return attached;
  }

  #received(bytes: Uint8Array): void {
    for (const input of this.#reader.read(bytes)) {
      if (input.kind === "interrupt") this.#debugger.interrupt();
      else if (input.kind === "refused") this.#socket.write(this.#last);
      else if (input.kind === "damaged") this.#socket.write(GDB_REFUSE);
      else {
        if (this.#acknowledge) this.#socket.write(GDB_ACKNOWLEDGE);
        const answer = this.#answer(input.data);
        if (answer !== undefined) this.#send(answer);
      }
    }
  }

  #send(data: string): void {
    this.#last = gdbPacket(data);
    if (!this.#socket.destroyed) this.#socket.write(this.#last);
  }

  /** Undefined where the answer comes when the core stops, or never. */
  #answer(request: string): string | undefined {
    const rest = request.slice(1);
    switch (request[0]) {
      case "?":
        return "S05";
      case "g":
        return Array.from({ length: GDB_REGISTERS }, (_, i) => wordHex(this.#debugger.register(i))).join("");
      case "G":
        return this.#writeRegisters(rest);
      case "p":
        return this.#readRegister(rest);
      case "P":
        return this.#writeRegister(rest);
      case "m":
        return this.#readMemory(rest);
      case "M":
        return this.#writeMemory(rest);
      case "Z":
      case "z":
        return this.#breakpoint(request[0] === "Z", rest);
      case "c":
        return this.#resume(rest);
      case "s":
        return this.#resume(rest, 1);
      case "D":
        this.#debugger.detach();
        return "OK";
      case "k":
        this.#socket.end();
        return undefined;
      case "H":
      case "T":
        return "OK";
      case "q":
        return this.#query(rest);
      case "Q":
        return this.#set(rest);
      case "v":
        return this.#verbose(rest);
      default:
        return "";
    }
  }

  #query(query: string): string {
    if (query.startsWith("Supported")) return "PacketSize=4000;qXfer:features:read+;QStartNoAckMode+;vContSupported+";
    if (query === "Attached") return "1";
    if (query === "C") return "QC1";
    if (query === "fThreadInfo") return "m1";
    if (query === "sThreadInfo") return "l";
    if (query.startsWith("Xfer:features:read:target.xml:")) return this.#description(query.slice(30));
    if (query.startsWith("Rcmd,")) return this.#monitor(query.slice(5));
    return "";
  }

  #set(request: string): string {
    if (request !== "StartNoAckMode") return "";
    this.#acknowledge = false;
    return "OK";
  }

  #verbose(request: string): string | undefined {
    if (request === "Cont?") return "vCont;c;C;s;S";
    if (request.startsWith("Cont;")) return this.#resume("", request[5] === "s" || request[5] === "S" ? 1 : undefined);
    if (request.startsWith("Kill")) return "OK";
    return "";
  }

  #description(range: string): string {
    const [offset = 0, length = 0] = range.split(",").map((text) => Number.parseInt(text, 16));
    const part = TARGET_DESCRIPTION.slice(offset, offset + length);
    return `${offset + length >= TARGET_DESCRIPTION.length ? "l" : "m"}${part}`;
  }

  #monitor(hex: string): string {
    const command = new TextDecoder().decode(fromHex(hex) ?? new Uint8Array(0)).trim();
    const place = /^core\s+(\d+)\s*,\s*(\d+)\s*,\s*(\d+)$/.exec(command);
    let answer: string;
    if (place !== null) answer = this.#turnTo(Number(place[1]), Number(place[2]), Number(place[3]));
    else if (command === "describe") {
      const { x, y, core } = this.#debugger.place;
      answer = formatCore(this.#options.machine.describeCore(x, y, core));
    } else if (command === "time") answer = `${this.#options.machine.milliseconds.toFixed(6)} ms`;
    else answer = "Commands: core X,Y,P (virtual core number), describe, time";
    return toHex(new TextEncoder().encode(`${answer}\n`));
  }

  #turnTo(x: number, y: number, core: number): string {
    try {
      const next = this.#attach({ x, y, core });
      this.#debugger.detach();
      this.#debugger = next;
      this.#options.machine.paused = true;
      return `core ${core} of chip (${x}, ${y}); now: maintenance flush register-cache`;
    } catch (error) {
      if (error instanceof RangeError) return error.message;
      throw error;
    }
  }

  #readRegister(text: string): string {
    const index = Number.parseInt(text, 16);
    return index >= 0 && index < GDB_REGISTERS ? wordHex(this.#debugger.register(index)) : "E01";
  }

  #writeRegister(text: string): string {
    const [index = "", value = ""] = text.split("=");
    const word = readWordHex(value);
    const register = Number.parseInt(index, 16);
    if (word === undefined || !(register < GDB_REGISTERS)) return "E01";
    this.#debugger.setRegister(register, word);
    return "OK";
  }

  #writeRegisters(text: string): string {
    for (let i = 0; i < GDB_REGISTERS && 8 * i < text.length; i++) {
      const word = readWordHex(text.slice(8 * i, 8 * i + 8));
      if (word === undefined) return "E01";
      this.#debugger.setRegister(i, word);
    }
    return "OK";
  }

  #readMemory(text: string): string {
    const [address = Number.NaN, length = Number.NaN] = text.split(",").map((part) => Number.parseInt(part, 16));
    if (!(length <= MEMORY_BYTES_MAX)) return "E01";
    const data = this.#debugger.readMemory(address, length);
    return data === undefined ? "E01" : toHex(data);
  }

  #writeMemory(text: string): string {
    const [range = "", hex = ""] = text.split(":");
    const address = Number.parseInt(range, 16);
    const data = fromHex(hex);
    return data !== undefined && this.#debugger.writeMemory(address, data) ? "OK" : "E01";
  }

  /** Software and hardware breakpoints alike; watchpoints are not supported. */
  #breakpoint(set: boolean, text: string): string {
    const [type, place = ""] = text.split(",");
    const address = Number.parseInt(place, 16);
    if ((type !== "0" && type !== "1") || Number.isNaN(address)) return "";
    if (set) this.#debugger.setBreakpoint(address);
    else this.#debugger.clearBreakpoint(address);
    return "OK";
  }

  #resume(address: string, steps?: number): undefined {
    if (address !== "") this.#debugger.setRegister(15, Number.parseInt(address, 16));
    this.#debugger.resume(steps);
    if (this.#options.drive === true) this.#drive();
    return undefined;
  }

  #drive(): void {
    if (this.#socket.destroyed || !this.#debugger.running) return;
    this.#options.machine.advance(DRIVE_CYCLES);
    setImmediate(() => this.#drive());
  }
}

/** Four bytes, least significant first. */
function wordHex(word: number): string {
  return toHex(Uint8Array.of(word, word >>> 8, word >>> 16, word >>> 24));
}

function readWordHex(text: string): number | undefined {
  const bytes = fromHex(text);
  return bytes?.length === 4 ? new DataView(bytes.buffer).getUint32(0, true) : undefined;
}
