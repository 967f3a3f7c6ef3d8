/**
 * Boards from a spalloc server, by its classic protocol: newline-terminated JSON over TCP, one response a request in order,
 * notifications at any time.
 *
 * @see SpiNNakerManchester/spalloc_server `docs/source/protocol.rst`, SpiNNakerManchester/spalloc
 */
import { connect, type Socket } from "node:net";
import { InputError, SpinloomError } from "../errors.ts";
import { ClosedError } from "../sdp/errors.ts";

/** TCP port of the classic protocol. */
export const SPALLOC_PORT = 22_244;

/** The server is not to be reached, or gone. */
export class SpallocConnectionError extends InputError {
  readonly code = "SPALLOC_CONNECTION";

  constructor(place: string, found: string, cause?: unknown) {
    super(place, found, "Check the server's name and port, and that it runs.", { cause });
  }
}

/** The server refused a command, or answers what is no response. */
export class SpallocCommandError extends SpinloomError {
  readonly code = "SPALLOC_COMMAND";

  constructor(place: string, command: string, found: string) {
    super(`${place}, ${command}`, found, "Check the arguments; `spalloc` rules are the server's.");
  }
}

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export interface SpallocOptions {
  readonly host: string;
  /** By default {@link SPALLOC_PORT}. */
  readonly port?: number;
  /** Longest wait for a response, ms; by default 10 000. */
  readonly timeoutMillis?: number;
}

interface Waiting {
  readonly command: string;
  readonly resolve: (value: Json) => void;
  readonly reject: (error: unknown) => void;
  readonly timer: NodeJS.Timeout;
}

/** Longest line that is taken for a message, characters. */
const LINE_MAX = 1 << 20;

export class SpallocClient implements AsyncDisposable {
  readonly place: string;
  readonly #socket: Socket;
  readonly #timeoutMillis: number;
  readonly #waiting: Waiting[] = [];
  #notified: (notification: Readonly<Record<string, Json>>) => void = () => {};
  #text = "";
  #failure: SpinloomError | undefined;

  /** @throws {SpallocConnectionError} */
  static open(options: SpallocOptions): Promise<SpallocClient> {
    const { host, port = SPALLOC_PORT, timeoutMillis = 10_000 } = options;
    const place = `spalloc server ${host}:${port}`;
    return new Promise((resolve, reject) => {
      const socket = connect({ host, port });
      const timer = setTimeout(() => {
        socket.destroy(new Error(`no connection in ${timeoutMillis} ms`));
      }, timeoutMillis);
      const refused = (error: Error): void => {
        clearTimeout(timer);
        reject(new SpallocConnectionError(place, error.message, error));
      };
      socket.once("error", refused);
      socket.once("connect", () => {
        clearTimeout(timer);
        socket.off("error", refused);
        resolve(new SpallocClient(socket, place, timeoutMillis));
      });
    });
  }

  private constructor(socket: Socket, place: string, timeoutMillis: number) {
    this.#socket = socket;
    this.place = place;
    this.#timeoutMillis = timeoutMillis;
    socket.setEncoding("utf8");
    socket.setNoDelay(true);
    socket.on("data", (text: string) => this.#take(text));
    socket.on("error", (error) => this.#fail(new SpallocConnectionError(place, error.message, error)));
    socket.on("close", () => this.#fail(new SpallocConnectionError(place, "the server closed the connection")));
  }

  /** Told of every notification: `{ jobs_changed: [17] }`. */
  onNotification(listener: (notification: Readonly<Record<string, Json>>) => void): void {
    this.#notified = listener;
  }

  /**
   * Sends a command and waits for what it returns.
   *
   * @throws {SpallocCommandError} the server refuses it
   * @throws {SpallocConnectionError} the connection is lost, or there is no response in time
   */
  call(command: string, args: readonly Json[] = [], kwargs: Readonly<Record<string, Json>> = {}): Promise<Json> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) {
        reject(this.#failure);
        return;
      }
      const timer = setTimeout(() => {
        const found = `no response to ${command} in ${this.#timeoutMillis} ms`;
        this.#socket.destroy();
        this.#fail(new SpallocConnectionError(this.place, found));
      }, this.#timeoutMillis);
      this.#waiting.push({ command, resolve, reject, timer });
      this.#socket.write(`${JSON.stringify({ command, args, kwargs })}\n`);
    });
  }

  /** Closes the connection; again is harmless. Jobs live on until their keep-alive runs out. */
  close(): Promise<void> {
    this.#fail(new ClosedError(this.place));
    return new Promise((resolve) => {
      if (this.#socket.closed) resolve();
      else this.#socket.once("close", () => resolve());
      this.#socket.destroy();
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #take(text: string): void {
    this.#text += text;
    for (let end = this.#text.indexOf("\n"); end >= 0; end = this.#text.indexOf("\n")) {
      const line = this.#text.slice(0, end);
      this.#text = this.#text.slice(end + 1);
      if (line.trim() !== "") this.#takeMessage(line);
    }
    if (this.#text.length > LINE_MAX) this.#disconnect(`a line of more than ${LINE_MAX} characters`);
  }

  #takeMessage(line: string): void {
    const message = parseObject(line);
    if (message === undefined) {
      this.#disconnect(`a line that is no message: ${line.slice(0, 60)}`);
    } else if ("return" in message || "exception" in message) {
      this.#takeResponse(message);
    } else {
      this.#notified(message);
    }
  }

  #takeResponse(message: Readonly<Record<string, Json>>): void {
    const waiting = this.#waiting.shift();
    if (waiting === undefined) {
      this.#disconnect("a response that nobody asked for");
      return;
    }
    clearTimeout(waiting.timer);
    if (message.return !== undefined) waiting.resolve(message.return);
    else waiting.reject(new SpallocCommandError(this.place, waiting.command, String(message.exception)));
  }

  #disconnect(found: string): void {
    this.#socket.destroy();
    this.#fail(new SpallocConnectionError(this.place, found));
  }

  /** Fails all that wait, now and later; the first failure stays. */
  #fail(error: SpinloomError): void {
    this.#failure ??= error;
    for (const waiting of this.#waiting.splice(0)) {
      clearTimeout(waiting.timer);
      waiting.reject(this.#failure);
    }
  }
}

function parseObject(line: string): Readonly<Record<string, Json>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, Json>)
      : undefined;
  } catch {
    return undefined;
  }
}
