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
  overtakenBy,
  type ScpTarget,
  type Settle,
} from "./exchange.ts";
import { RoundTripTime } from "./round-trip-time.ts";
import { SCP_PORT, SCP_SEQUENCE_OFFSET } from "./scp.ts";
import type { Repeat, ScpCommand } from "./scp-command.ts";
import {
  type CallOptions,
  type ScpConnectionOptions,
  type ScpStatistics,
  TRANSIENT_TAGS,
} from "./scp-connection-options.ts";
import { judgeReply, readReply, type ScpReply } from "./scp-reply.ts";
import type { SdpEndpoint } from "./sdp.ts";
import { SequenceNumbers } from "./sequence-numbers.ts";
import { StrayDatagrams } from "./stray-datagrams.ts";
import { resolveHost, UdpTransport } from "./transport.ts";

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
    const reply = address === this.address && port === this.port ? readReply(bytes) : "from elsewhere";
    if (typeof reply === "string") {
      this.#stray.add(reply, bytes);
      return;
    }
    const exchange = this.#outstanding.get(reply.sequence);
    if (exchange === undefined) {
      if (this.#sequences.recent(reply.sequence, this.#now())) this.#late++;
      else this.#stray.add("unknown sequence number", bytes);
    } else if (!comesFrom(bytes, exchange.target)) {
      this.#stray.add("wrong source", bytes);
    } else {
      for (const lost of overtakenBy(exchange, this.#outstanding.values())) {
        this.#overtaken++;
        this.#send(lost);
      }
      const prompt = exchange.sends === 1 && exchange.command.repeat === "again";
      if (prompt) this.#roundTrip.add(this.#now() - exchange.sentAt);
      this.#answer(exchange, reply);
    }
  }

  #answer(exchange: Exchange, reply: ScpReply): void {
    const verdict = judgeReply(reply, exchange.command);
    if (verdict.kind === "done") {
      this.#finish(exchange, undefined, reply.body);
      return;
    }
    if (verdict.again && this.#sendAfterBusy(exchange)) return;
    const place = this.#place(exchange);
    const error =
      verdict.kind === "unfit"
        ? new ScpUnfitReplyError(place, reply.body.length, verdict.wanted)
        : new ScpRefusedError(place, reply.code, exchange.sends, reply.body);
    this.#finish(exchange, error, NOTHING);
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
