/**
 * SCP over UDP with one Ethernet chip (or one BMP): requests in a window, replies in any order, lost datagrams sent
 * again as far as each command allows.
 *
 * The board lends every request one of eight transient tags and drops the ninth in silence, so at most eight are
 * outstanding. Replies are matched by sequence number, source and length. Three things make a request go out again:
 * its time-out (adaptive for commands that may be repeated at any time), a return code that means "busy", and being
 * overtaken: one core answers in the order it was asked, so when several later requests to it have been answered, the
 * datagram was lost.
 */
import { onAbort } from "./abort.ts";
import {
  ClosedError,
  type ExchangePlace,
  inRange,
  ScpNoReplyError,
  ScpRefusedError,
  ScpUnfitReplyError,
  type UdpError,
} from "./errors.ts";
import {
  comesFrom,
  destinationText,
  type Exchange,
  endpointOf,
  newExchange,
  type ScpTarget,
  type Settle,
  sameCore,
} from "./exchange.ts";
import { RoundTripTime } from "./round-trip-time.ts";
import { SCP_BODY_OFFSET, SCP_CODE_OFFSET, SCP_PORT, SCP_SEQUENCE_OFFSET } from "./scp.ts";
import { SCP_CODE, scpCodeMeaning } from "./scp-codes.ts";
import type { Repeat, ScpCommand } from "./scp-command.ts";
import type { SdpEndpoint } from "./sdp.ts";
import { SequenceNumbers } from "./sequence-numbers.ts";
import { StrayDatagrams, type StrayReason } from "./stray-datagrams.ts";
import { resolveHost, type SocketModule, UdpTransport } from "./transport.ts";

/** Transient tags of an Ethernet chip, shared by all who talk to it. */
export const TRANSIENT_TAGS = 8;

export interface ScpConnectionOptions {
  /** Host name or dotted IPv4 address. */
  readonly host: string;
  /** By default {@link SCP_PORT}. */
  readonly port?: number;
  /** Most requests outstanding, 1 to 8; by default 8. Fewer when others use the same Ethernet chip. */
  readonly window?: number;
  /** Longest wait for one reply, ms, unless the command needs longer; below the tags' 2560 ms. By default 1000. */
  readonly timeoutMillis?: number;
  /** Time-outs after which a request fails; by default 8. It bears twice as many "busy" replies. */
  readonly tries?: number;
  readonly sockets?: SocketModule;
  /** Milliseconds of any steady clock. */
  readonly now?: () => number;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** Instead of the connection's. */
  readonly tries?: number;
  readonly timeoutMillis?: number;
}

export interface ScpStatistics {
  /** Requests answered. */
  readonly answered: number;
  /** Datagrams sent, repetitions included. */
  readonly sent: number;
  readonly timeouts: number;
  /** Requests sent again because later ones had been answered. */
  readonly overtaken: number;
  /** Replies "busy, ask again". */
  readonly busy: number;
  /** Replies to requests that had been answered before. */
  readonly late: number;
  /** Datagrams that were no replies. */
  readonly garbage: number;
}

/** So many later replies prove a loss: two could be a reordering in the network. */
const OVERTAKEN_LIMIT = 3;
/** Shorter waits would mistake a busy board or host for a lost datagram; infinite: the whole time-out. */
const LEAST_WAIT_MILLIS: Readonly<Record<Repeat, number>> = {
  again: 30,
  unhurried: 100,
  late: Number.POSITIVE_INFINITY,
  never: Number.POSITIVE_INFINITY,
};
/** A busy chip costs less than a silent one, and is more likely to come round. */
const BUSY_REPLIES_PER_TRY = 2;
const BUSY_DELAY_MILLIS = 10;
const LONGEST_BUSY_DELAY_MILLIS = 160;
const NOTHING = new Uint8Array(0);

/** Return codes that a repetition may cure. */
const BUSY_CODES = new Set<number>([
  SCP_CODE.LEN,
  SCP_CODE.SUM,
  SCP_CODE.TIMEOUT,
  SCP_CODE.P2P_NOREPLY,
  SCP_CODE.P2P_BUSY,
  SCP_CODE.P2P_TIMEOUT,
]);

export class ScpConnection implements AsyncDisposable {
  readonly address: string;
  readonly port: number;
  readonly window: number;
  readonly #transport: UdpTransport;
  readonly #timeoutMillis: number;
  readonly #tries: number;
  readonly #now: () => number;
  readonly #sequences = new SequenceNumbers();
  readonly #roundTrip = new RoundTripTime();
  readonly #stray = new StrayDatagrams();
  readonly #outstanding = new Map<number, Exchange>();
  #queue: Exchange[] = [];
  #queueHead = 0;
  #closed = false;
  #socketFailure: UdpError | undefined;
  #sendOrder = 0;
  #answered = 0;
  #timeouts = 0;
  #overtaken = 0;
  #busy = 0;
  #late = 0;

  /** Opens a socket; nothing is sent yet. @throws {UdpError} unknown host, no socket */
  static async open(options: ScpConnectionOptions): Promise<ScpConnection> {
    const window = inRange("SCP window", options.window ?? TRANSIENT_TAGS, 1, TRANSIENT_TAGS);
    const port = inRange("UDP port", options.port ?? SCP_PORT, 1, 65535);
    const address = await resolveHost(options.host);
    const transport = await UdpTransport.open(options.sockets === undefined ? {} : { sockets: options.sockets });
    return new ScpConnection(transport, address, port, window, options);
  }

  private constructor(
    transport: UdpTransport,
    address: string,
    port: number,
    window: number,
    options: ScpConnectionOptions,
  ) {
    this.#transport = transport;
    this.address = address;
    this.port = port;
    this.window = window;
    this.#timeoutMillis = options.timeoutMillis ?? 1000;
    this.#tries = options.tries ?? 8;
    this.#now = options.now ?? (() => performance.now());
    transport.listen((bytes, from, fromPort) => this.#receive(bytes, from, fromPort));
    // What the system refuses to send is lost like any datagram: time-outs notice, and name the reason.
    transport.onFailure((error) => {
      this.#socketFailure = error;
    });
  }

  get statistics(): ScpStatistics {
    return {
      answered: this.#answered,
      sent: this.#sendOrder,
      timeouts: this.#timeouts,
      overtaken: this.#overtaken,
      busy: this.#busy,
      late: this.#late,
      garbage: this.#stray.total,
    };
  }

  /**
   * Sends one command and waits for its result.
   *
   * @throws {ScpNoReplyError} no reply within the tries
   * @throws {ScpRefusedError} an error code
   * @throws {ScpUnfitReplyError} an OK that does not fit the command: a masked error of SCAMP 4.0.0
   */
  async call<Reply>(target: ScpTarget, command: ScpCommand<Reply>, options: CallOptions = {}): Promise<Reply> {
    // Checked before anybody listens to the signal.
    const destination = endpointOf(target);
    const body = await new Promise<Uint8Array>((resolve, reject) => {
      const stopListening = onAbort(options.signal, (reason) => {
        this.abandon(exchange);
        reject(reason);
      });
      const settle: Settle = (error, body) => {
        stopListening();
        if (error !== undefined) reject(error);
        else resolve(body);
      };
      const exchange = this.submit(destination, command, settle, options);
    });
    return command.readReply(body);
  }

  /** Puts a command in line; what {@link call} and the bulk transfers are made of. The endpoint has been checked. */
  submit(target: SdpEndpoint, command: ScpCommand<unknown>, settle: Settle, options: CallOptions = {}): Exchange {
    const exchange = newExchange(target, command, settle, {
      tries: options.tries ?? this.#tries,
      timeoutMillis: options.timeoutMillis ?? command.timeoutMillis ?? this.#timeoutMillis,
    });
    if (this.#closed) {
      exchange.state = "done";
      queueMicrotask(() => settle(new ClosedError(this.#name()), NOTHING));
      return exchange;
    }
    this.#queue.push(exchange);
    this.#pump();
    return exchange;
  }

  /** Gives up on a request without telling anybody. One already sent keeps its place in the window for its time-out. */
  abandon(exchange: Exchange): void {
    if (exchange.state === "queued") exchange.state = "done";
    else if (exchange.state === "outstanding") exchange.state = "abandoned";
  }

  /** Fails what is outstanding and closes the socket; again is harmless. */
  async close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      const unfinished = [...this.#outstanding.values(), ...this.#queue.slice(this.#queueHead)];
      this.#outstanding.clear();
      this.#queue = [];
      this.#queueHead = 0;
      for (const exchange of unfinished) {
        clearTimeout(exchange.timer);
        this.#settle(exchange, new ClosedError(this.#name()), NOTHING);
      }
    }
    await this.#transport.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #name(): string {
    return `${this.address}:${this.port}`;
  }

  /** Sends from the queue while the window has room. */
  #pump(): void {
    while (this.#outstanding.size < this.window && this.#queueHead < this.#queue.length) {
      const exchange = this.#queue[this.#queueHead]!;
      if (exchange.state === "queued") {
        const sequence = this.#sequences.take(this.#now());
        if (sequence === undefined) {
          setTimeout(() => this.#pump(), BUSY_DELAY_MILLIS);
          return;
        }
        exchange.sequence = sequence;
        exchange.datagram.writeUInt16LE(sequence, SCP_SEQUENCE_OFFSET);
        exchange.state = "outstanding";
        this.#outstanding.set(sequence, exchange);
        this.#send(exchange);
      }
      this.#queueHead++;
    }
    if (this.#queueHead === this.#queue.length) {
      this.#queue.length = 0;
      this.#queueHead = 0;
    }
  }

  #send(exchange: Exchange): void {
    exchange.sends++;
    exchange.sendOrder = ++this.#sendOrder;
    exchange.overtakenBy = 0;
    exchange.sentAt = this.#now();
    const leastWait = LEAST_WAIT_MILLIS[exchange.command.repeat];
    const wait = this.#roundTrip.timeout(exchange.timeouts, leastWait, exchange.timeoutMillis);
    clearTimeout(exchange.timer);
    exchange.timer = setTimeout(() => this.#timeOut(exchange, wait), wait);
    this.#transport.post(exchange.datagram, this.port, this.address);
  }

  #timeOut(exchange: Exchange, waited: number): void {
    this.#timeouts++;
    exchange.timeouts++;
    exchange.waitedMillis += waited;
    const repeatable = exchange.command.repeat !== "never";
    const more = exchange.timeouts < exchange.tries;
    if (exchange.state === "outstanding" && repeatable && more) {
      this.#send(exchange);
      return;
    }
    this.#finish(
      exchange,
      new ScpNoReplyError(this.#place(exchange), {
        sends: exchange.sends,
        waitedMillis: exchange.waitedMillis,
        garbage: this.#stray.total,
        garbageText: this.#stray.describe(),
        cause: this.#socketFailure,
        repliesBefore: this.#answered,
        mayHaveRun: !repeatable,
      }),
      NOTHING,
    );
  }

  #receive(bytes: Uint8Array, address: string, port: number): void {
    if (this.#closed) return;
    const sequence = bytes.length < SCP_BODY_OFFSET ? -1 : halfAt(bytes, SCP_SEQUENCE_OFFSET);
    const exchange = this.#outstanding.get(sequence);
    const stray = this.#strayReason(bytes, address, port, exchange);
    if (stray !== undefined) {
      this.#stray.add(stray, bytes);
    } else if (exchange === undefined) {
      this.#late++;
    } else {
      this.#noteOvertaken(exchange);
      const prompt = exchange.sends === 1 && exchange.command.repeat === "again";
      if (prompt) this.#roundTrip.add(this.#now() - exchange.sentAt);
      const body = new Uint8Array(bytes.buffer, bytes.byteOffset + SCP_BODY_OFFSET, bytes.length - SCP_BODY_OFFSET);
      this.#answer(exchange, halfAt(bytes, SCP_CODE_OFFSET), body);
    }
  }

  /** Why a datagram is no reply of this board to anything, or undefined when it is one, timely or late. */
  #strayReason(bytes: Uint8Array, address: string, port: number, exchange?: Exchange): StrayReason | undefined {
    if (address !== this.address || port !== this.port) return "from elsewhere";
    if (bytes.length < SCP_BODY_OFFSET) return "too short";
    if (scpCodeMeaning(halfAt(bytes, SCP_CODE_OFFSET)) === undefined) return "unknown code";
    if (exchange === undefined)
      return this.#sequences.recent(halfAt(bytes, SCP_SEQUENCE_OFFSET), this.#now())
        ? undefined
        : "unknown sequence number";
    return comesFrom(bytes, exchange.target) ? undefined : "wrong source";
  }

  #answer(exchange: Exchange, code: number, body: Uint8Array): void {
    const { command } = exchange;
    if (code === SCP_CODE.OK) {
      const fits = body.length >= command.minBody && body.length <= command.maxBody;
      if (fits) this.#finish(exchange, undefined, body);
      else if (command.unfitMeansBusy === true && this.#sendAfterBusy(exchange)) return;
      else {
        const wanted =
          command.minBody === command.maxBody ? `${command.minBody}` : `${command.minBody} to ${command.maxBody}`;
        this.#finish(exchange, new ScpUnfitReplyError(this.#place(exchange), body.length, wanted), NOTHING);
      }
      return;
    }
    // The far chip may have carried the command out and its answer got lost.
    const ambiguous = code === SCP_CODE.P2P_TIMEOUT && command.repeat === "never";
    if (BUSY_CODES.has(code) && !ambiguous && this.#sendAfterBusy(exchange)) return;
    this.#finish(exchange, new ScpRefusedError(this.#place(exchange), code, exchange.sends, body), NOTHING);
  }

  /** Sends again a little later, if any tries are left. */
  #sendAfterBusy(exchange: Exchange): boolean {
    this.#busy++;
    exchange.busyReplies++;
    if (exchange.state !== "outstanding" || exchange.busyReplies >= BUSY_REPLIES_PER_TRY * exchange.tries) return false;
    const delay = Math.min(LONGEST_BUSY_DELAY_MILLIS, BUSY_DELAY_MILLIS * 2 ** (exchange.busyReplies - 1));
    exchange.waitedMillis += delay;
    clearTimeout(exchange.timer);
    exchange.timer = setTimeout(() => this.#send(exchange), delay);
    return true;
  }

  /** A reply of a core proves lost what was sent to the core long enough before. */
  #noteOvertaken(answered: Exchange): void {
    if (answered.sends > 1) return;
    for (const other of this.#outstanding.values()) {
      if (
        other.sendOrder < answered.sendOrder &&
        other.command.repeat === "again" &&
        other.state === "outstanding" &&
        other.busyReplies === 0 &&
        sameCore(other.target, answered.target) &&
        ++other.overtakenBy === OVERTAKEN_LIMIT
      ) {
        this.#overtaken++;
        this.#send(other);
      }
    }
  }

  #finish(exchange: Exchange, error: unknown, body: Uint8Array): void {
    clearTimeout(exchange.timer);
    this.#outstanding.delete(exchange.sequence);
    this.#sequences.release(exchange.sequence, exchange.sends, this.#now());
    if (error === undefined) this.#answered++;
    this.#settle(exchange, error, body);
    this.#pump();
  }

  #settle(exchange: Exchange, error: unknown, body: Uint8Array): void {
    const wanted = exchange.state === "outstanding" || exchange.state === "queued";
    exchange.state = "done";
    if (wanted) exchange.settle(error, body);
  }

  #place(exchange: Exchange): ExchangePlace {
    return {
      address: this.address,
      port: this.port,
      destination: destinationText(exchange.target),
      command: exchange.command.describe(),
    };
  }
}

function halfAt(bytes: Uint8Array, offset: number): number {
  return bytes[offset]! | (bytes[offset + 1]! << 8);
}
