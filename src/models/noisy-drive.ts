import {
  add,
  constant,
  type Expr,
  eq,
  type Model,
  mulS,
  neuronIndex,
  type Procedure,
  param,
  select,
  state,
  sub,
  tick,
} from "../codegen/ir.ts";
import { replaced } from "../codegen/replace.ts";
import { NORMAL_BITS, NORMAL_TABLE, normalVariate } from "./normal-table.ts";
import { philox2x32, philox2x32Expr } from "./philox.ts";

/** Most noisy currents into one neuron. */
export const NOISE_SLOTS = 4;

/** Parameters and states of one noisy current. */
export interface NoiseNames {
  /** Drive bits of one standard deviation; 0 outside the current's time and neurons. */
  readonly scale: string;
  /** Key of the random numbers: one for the population. */
  readonly stream: string;
  /** Ticks between variates, less 1. */
  readonly interval: string;
  /** The variate held, in s3.28; ticks until the next. */
  readonly variate: string;
  readonly wait: string;
}

export function noiseNames(slot: number): NoiseNames {
  const name = (what: string): string => `noise${slot}.${what}`;
  return {
    scale: name("scale"),
    stream: name("stream"),
    interval: name("interval"),
    variate: name("variate"),
    wait: name("wait"),
  };
}

const variants = new WeakMap<Model, Map<string, Model>>();

/**
 * A model with so many noisy currents added to its drive: every so many ticks each neuron draws a normal number, a pure
 * function of (stream, neuron, tick), and holds it until the next.
 *
 * @param drive parameter that injected currents add to
 */
export function withNoise(model: Model, drive: string, slots: number): Model {
  const known = variants.get(model) ?? new Map<string, Model>();
  variants.set(model, known);
  const id = `${drive} ${slots}`;
  let made = known.get(id);
  if (made === undefined) {
    made = noisyModel(model, drive, slots);
    known.set(id, made);
  }
  return made;
}

function noisyModel(model: Model, drive: string, slots: number): Model {
  const names = Array.from({ length: slots }, (_, slot) => noiseNames(slot));
  const driven = names.reduce<Expr>(
    (sum, { variate, scale }) => add(sum, mulS(state(variate), param(scale), NORMAL_BITS)),
    param(drive),
  );
  const noisy = (procedure: Procedure): Procedure =>
    replaced(procedure, (e) => (e.op === "param" && e.name === drive ? driven : undefined));
  const receive = noisy(model.receive);
  return {
    ...model,
    name: `${model.name}_noise${slots}`,
    states: [...model.states, ...names.flatMap(({ variate, wait }) => [variate, wait])],
    params: [...model.params, ...names.flatMap(({ scale, stream, interval }) => [scale, stream, interval])],
    tables: [...model.tables, NORMAL_TABLE],
    receive: {
      ...receive,
      set: Object.assign({ ...receive.set }, ...names.map(drawing)) as Procedure["set"],
    },
    step: noisy(model.step),
  };
}

function drawing({ stream, interval, variate, wait }: NoiseNames): Procedure["set"] {
  const due = eq(state(wait), constant(0));
  const [random] = philox2x32Expr(tick(), neuronIndex(), param(stream));
  return {
    [variate]: select(due, normalVariate(random), state(variate)),
    [wait]: select(due, param(interval), sub(state(wait), constant(1))),
  };
}

/** Key of the random numbers of a population's noisy current. */
export function noiseKey(seed: number, population: number, slot: number): number {
  return philox2x32(seed, population, 0x4e4f_4953 + slot)[0];
}
