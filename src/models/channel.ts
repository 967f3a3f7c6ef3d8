import {
  add,
  and,
  constant,
  type Expr,
  lookupPair,
  maxS,
  minS,
  mulLow,
  mulS,
  mulU,
  param,
  shl,
  shrS,
  shrU,
  state,
  sub,
} from "../codegen/ir.ts";
import { exp } from "./elementary.ts";
import { MILLIVOLT } from "./fixed-point.ts";

/**
 * A voltage-gated channel as a part of a cell: its gates with their rates, and the powers they open it by.
 *
 * Add a channel by writing one of these and naming it in the cell's list; nothing else changes.
 */
export interface Channel {
  /** Prefix of the channel's parameters: `na` gives `na.g` and `na.e_rev`. */
  readonly name: string;
  readonly gates: readonly Gate[];
}

/** dx/dt = a (1 - x) - b x, rates in 1/ms as functions of V - V_shift in mV. */
export interface Gate {
  /** State and table of the gate. */
  readonly name: string;
  readonly power: number;
  readonly opening: (u: number) => number;
  readonly closing: (u: number) => number;
}

/** Gate tables cover these mV; V is clamped to them for look-up. */
export const TABLE_START_MV = -112;
export const TABLE_END_MV = 72;
/** Bins of 0.25 mV: 2^21 in s8.23. */
const BIN_BITS = 21;
const BINS: number = ((TABLE_END_MV - TABLE_START_MV) * MILLIVOLT) / 2 ** BIN_BITS;

/**
 * One word a bin edge: D = 1 - exp(-h (a + b)) in the low half, steady state a / (a + b) in the high half, both u0.16.
 * D and the steady state rather than their product keep the steady state exact where D is small.
 */
export function gateTable({ opening, closing }: Gate, shiftMv: number, stepMs: number): Int32Array {
  const words = new Int32Array(BINS + 1);
  for (let i = 0; i <= BINS; i++) {
    const u = TABLE_START_MV + (i * 2 ** BIN_BITS) / MILLIVOLT - shiftMv;
    const [a, b] = [opening(u), closing(u)];
    words[i] = half(1 - exp(-stepMs * (a + b))) | (half(a / (a + b)) << 16);
  }
  return words;
}

/** Steady state of a gate, for initial values. */
export function steadyState({ opening, closing }: Gate, u: number): number {
  return opening(u) / (opening(u) + closing(u));
}

function half(value: number): number {
  return Math.max(0, Math.min(0xffff, Math.round(value * 0x1_0000)));
}

/** Position in the gate tables of V: index of the bin, and how far into it in 15 bits. */
export interface TablePosition {
  readonly index: Expr;
  readonly fraction: Expr;
}

export function tablePosition(v: Expr): TablePosition {
  const low = constant(TABLE_START_MV * MILLIVOLT);
  // The last bin is entered only up to its end, so that its upper edge exists.
  const high = constant(TABLE_END_MV * MILLIVOLT - 1);
  const offset = sub(maxS(minS(v, high), low), low);
  return {
    index: shrU(offset, BIN_BITS),
    fraction: shrU(and(offset, constant(2 ** BIN_BITS - 1)), BIN_BITS - 15),
  };
}

/** The gate after a step: x + D (steady - x). Gates are s0.31, from 0 to just below 1. */
export function advanceGate(gate: Gate, { index, fraction }: TablePosition): Expr {
  const [left, right] = lookupPair(gate.name, index);
  const between = (a: Expr, b: Expr): Expr => add(a, shrS(mulLow(sub(b, a), fraction), 15));
  const low = (e: Expr): Expr => and(e, constant(0xffff));
  const high = (e: Expr): Expr => shrU(e, 16);
  const rate = between(low(left), low(right));
  const steady = shl(between(high(left), high(right)), 15);
  return add(state(gate.name), mulS(sub(steady, state(gate.name)), rate, 16));
}

/** Open fraction times the channel's conductance h g / C, in u5.27. */
export function channelConductance(channel: Channel, gateValue: (gate: Gate) => Expr): Expr {
  const factors = channel.gates.flatMap((gate) => {
    const open = shl(gateValue(gate), 1);
    return Array.from({ length: gate.power }, () => open);
  });
  return mulU(product(factors), param(`${channel.name}.g`), 32);
}

/** Product of fractions u0.32; equal neighbours are squared first, which shares work among even powers. */
function product(factors: readonly Expr[]): Expr {
  let level: readonly Expr[] = factors;
  while (level.length > 1) {
    const next: Expr[] = [];
    const known = new Map<Expr, Expr>();
    let i = 0;
    while (i + 1 < level.length) {
      if (level[i] === level[i + 1]) {
        let square = known.get(level[i]!);
        if (square === undefined) {
          square = mulU(level[i]!, level[i]!, 32);
          known.set(level[i]!, square);
        }
        next.push(square);
      } else {
        next.push(mulU(level[i]!, level[i + 1]!, 32));
      }
      i += 2;
    }
    if (i < level.length) next.push(level[i]!);
    level = next;
  }
  return level[0]!;
}
