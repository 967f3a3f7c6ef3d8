/**
 * UDP sockets that lose, duplicate, delay and reorder datagrams on purpose: real sockets underneath, so that everything
 * above them is what runs every day. Deterministic: what happens to the n-th datagram of a direction depends on the
 * seed, the direction and n alone.
 */
import * as dgram from "node:dgram";
import { inRange } from "./errors.ts";
import type { SocketModule } from "./transport.ts";

/** Probabilities from 0 to 1, each drawn for itself. */
export interface FaultRates {
  readonly lose?: number;
  readonly duplicate?: number;
  /** Held back for a while of up to {@link FaultPlan.maxDelayMillis}. */
  readonly delay?: number;
  /** Held back until the next datagram of the direction has passed, or for {@link FaultPlan.maxDelayMillis}. */
  readonly reorder?: number;
}

export interface FaultPlan {
  /** Unsigned 32 bits. */
  readonly seed: number;
  readonly outgoing?: FaultRates;
  readonly incoming?: FaultRates;
  /** By default 5. */
  readonly maxDelayMillis?: number;
}

/** The same rates in both directions. */
export function faultsBothWays(seed: number, rates: FaultRates): FaultPlan {
  return { seed, outgoing: rates, incoming: rates };
}

/** What is done to one datagram. Held copies leave `delayMillis` later. */
export interface Fate {
  /** Copies that pass at once or later: 0, 1 or 2. */
  readonly copies: number;
  readonly delayMillis: number;
  readonly afterNext: boolean;
}

const DEFAULT_DELAY_MILLIS = 5;

/** Fate of the n-th datagram of a direction. */
export function fateOf(plan: FaultPlan, direction: "outgoing" | "incoming", n: number): Fate {
  const rates = plan[direction] ?? {};
  const maxDelay = plan.maxDelayMillis ?? DEFAULT_DELAY_MILLIS;
  const stream = hash(plan.seed ^ (direction === "outgoing" ? 0x5eed_0007 : 0x5eed_1009));
  const chance = (question: number): number => hash(stream + Math.imul(n, 5) + question) / 2 ** 32;
  const lost = chance(0) < (rates.lose ?? 0);
  return {
    copies: lost ? 0 : chance(1) < (rates.duplicate ?? 0) ? 2 : 1,
    delayMillis: chance(2) < (rates.delay ?? 0) ? 1 + Math.floor(chance(4) * maxDelay) : 0,
    afterNext: chance(3) < (rates.reorder ?? 0),
  };
}

/** A stand-in for `node:dgram` whose UDP sockets suffer the plan. All sockets of one stand-in share its counters. */
export function faultySockets(plan: FaultPlan): SocketModule {
  for (const rates of [plan.outgoing, plan.incoming])
    for (const [name, rate] of Object.entries(rates ?? {}))
      inRange(`fault rate ${name} in 1/1000000`, Math.round(rate * 1e6), 0, 1e6);
  const outgoing = new FaultyDirection(plan, "outgoing");
  const incoming = new FaultyDirection(plan, "incoming");
  const createSocket: SocketModule["createSocket"] = (options, callback) => {
    const socket = dgram.createSocket(typeof options === "string" ? { type: options } : options, callback);
    afflict(socket, outgoing, incoming);
    return socket;
  };
  return { createSocket };
}

type SendCallback = (error: Error | null, sent: number) => void;

/** Puts the faults between a real socket and its user. */
function afflict(socket: dgram.Socket, outgoing: FaultyDirection, incoming: FaultyDirection): void {
  let open = true;
  socket.once("close", () => {
    open = false;
  });
  const send = socket.send.bind(socket) as (...args: unknown[]) => void;
  // node:dgram's two forms: (bytes, port, address, callback) and (bytes, offset, length, port, address, callback).
  socket.send = (...args: unknown[]): void => {
    const callback = typeof args.at(-1) === "function" ? (args.pop() as SendCallback) : undefined;
    const whole = Buffer.from(args.shift() as Uint8Array);
    const [from, length] = args.length > 2 ? (args.splice(0, 2) as [number, number]) : [0, whole.length];
    const bytes = whole.subarray(from, from + length);
    outgoing.pass(() => {
      if (open) send(bytes, ...args);
    });
    // To the sender a lost datagram looks like any other.
    if (callback !== undefined) process.nextTick(callback, null, length);
  };
  const emit = socket.emit.bind(socket) as (event: string, ...args: unknown[]) => boolean;
  socket.emit = (event: string, ...args: unknown[]): boolean => {
    if (event !== "message") return emit(event, ...args);
    incoming.pass(() => {
      if (open) emit(event, ...args);
    });
    return true;
  };
}

/** Counts the datagrams of one direction and decides when each passes. */
class FaultyDirection {
  readonly #plan: FaultPlan;
  readonly #direction: "outgoing" | "incoming";
  #count = 0;
  #held: (() => void) | undefined;

  constructor(plan: FaultPlan, direction: "outgoing" | "incoming") {
    this.#plan = plan;
    this.#direction = direction;
  }

  pass(deliver: () => void): void {
    const fate = fateOf(this.#plan, this.#direction, this.#count++);
    const overtaken = this.#held;
    this.#held = undefined;
    if (fate.copies === 2) deliver();
    if (fate.copies > 0) {
      if (fate.delayMillis > 0) setTimeout(deliver, fate.delayMillis);
      else if (fate.afterNext) this.#hold(deliver);
      else deliver();
    }
    overtaken?.();
  }

  #hold(deliver: () => void): void {
    let waiting = true;
    const once = (): void => {
      if (waiting) deliver();
      waiting = false;
    };
    this.#held = once;
    setTimeout(once, this.#plan.maxDelayMillis ?? DEFAULT_DELAY_MILLIS);
  }
}

/** 32 well-mixed bits of a counter (finaliser of MurmurHash3, public domain). */
function hash(counter: number): number {
  let bits = counter | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85eb_ca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2_ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
