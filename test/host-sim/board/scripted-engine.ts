import type { ApplicationCore, ApplicationEngine, BoardAccess } from "../../../src/host-sim/board/index.ts";
import type { SdpMessage } from "../../../src/sdp/sdp.ts";

/** An engine that writes down what the board tells it, and does what the test says. */
export class ScriptedEngine implements ApplicationEngine {
  readonly name = "scripted";
  /** Calls as text: `start 0.1 0.2 3.4` is chip index and core. */
  readonly calls: string[] = [];
  readonly cores: Map<string, ApplicationCore> = new Map();
  readonly messages: SdpMessage[] = [];
  board: BoardAccess | undefined;
  onStart: (core: ApplicationCore) => void = (core) => core.waitForSync();
  onAdvance: () => boolean | Promise<boolean> = () => false;

  attach(board: BoardAccess): void {
    this.board = board;
  }

  start(cores: readonly ApplicationCore[]): void {
    this.#note("start", cores);
    for (const core of cores) {
      this.cores.set(nameOf(core), core);
      this.onStart(core);
    }
  }

  resume(cores: readonly ApplicationCore[]): void {
    this.#note("resume", cores);
  }

  signal(signal: number, cores: readonly ApplicationCore[]): void {
    this.#note(`signal ${signal}`, cores);
  }

  receive(core: ApplicationCore, message: SdpMessage): void {
    this.#note(`receive port ${message.destination.port}`, [core]);
    this.messages.push(message);
  }

  stop(cores: readonly ApplicationCore[]): void {
    this.#note("stop", cores);
  }

  advance(): boolean | Promise<boolean> {
    return this.onAdvance();
  }

  #note(call: string, cores: readonly ApplicationCore[]): void {
    this.calls.push(`${call} ${cores.map(nameOf).join(" ")}`);
  }
}

function nameOf(core: ApplicationCore): string {
  return `${core.chip}.${core.virtualCore}`;
}

/** A minimal APLX: copies `program` to ITCM 0 and jumps there. */
export function aplx(program: Uint8Array): Buffer {
  const image = Buffer.alloc(64 + Math.ceil(program.length / 32) * 32);
  [2, 0, 64, program.length, 4, 0, 0, 0].forEach((word, i) => {
    image.writeUInt32LE(word, 4 * i);
  });
  image.set(program, 64);
  return image;
}
