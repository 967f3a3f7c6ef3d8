import { and, type Expr, geU, ltU, type Model, neuronIndex, not, param, tick } from "../codegen/ir.ts";
import {
  type CellContext,
  type CellModel,
  type EncodedCells,
  each,
  eachValue,
  largest,
  type Values,
} from "./cell-model.ts";
import { exp } from "./elementary.ts";
import { FRACTION, unsignedWord } from "./fixed-point.ts";
import { ParameterRangeError } from "./parameter-words.ts";
import { philox2x32Expr } from "./philox.ts";

/**
 * Poisson spike source: the number of spikes of source i in tick t follows from one random word, drawn for (seed,
 * population, i, t), by comparison with the probabilities of more than 0, 1, 2 ... spikes, exact to 2^-32.
 *
 * A tick with k spikes sends k packets. The mean rate is the user's to 2^-32, whatever the tick.
 */
export const SPIKE_SOURCE_POISSON: CellModel = {
  type: "SpikeSourcePoisson",
  receptors: [],
  weightUnit: "",
  encode,
};

/**
 * Most spikes a tick that each variant of the model can send; the smallest that leaves out less than 2^-32 is taken.
 * The last serves 40 spikes a tick.
 */
export const POISSON_PLANES: readonly number[] = [8, 32, 96];

/** The variant that sends up to `planes` spikes a tick. */
export function poissonModel(planes: number): Model {
  const [draw] = philox2x32Expr(tick(), neuronIndex(), param("stream"));
  const running = and(geU(tick(), param("start")), not(geU(tick(), param("stop"))));
  const more = Array.from({ length: planes }, (_, k) => param(moreThan(k)));
  const spikes: Expr[] = more.map((probability) => and(running, ltU(draw, probability)));
  return {
    name: `SpikeSourcePoisson${planes}`,
    receptors: [],
    states: [],
    params: ["stream", "start", "stop", ...more.map((_, k) => moreThan(k))],
    coreParams: [],
    tables: [],
    receive: { set: {}, spikes, saturates: [] },
    step: { set: {}, spikes: [], saturates: [] },
  };
}

function moreThan(k: number): string {
  return `more_than_${k}`;
}

function encode(context: CellContext): EncodedCells {
  const { size, timestepMs, parameters: p, parametersOfPhases = [p] } = context;
  const ratePerTick = (rates: Values): Values => eachValue([rates], size, (rate) => (rate * timestepMs) / 1000);
  const perTick = ratePerTick(p.rate!);
  const most = largest(perTick);
  if (most > POISSON_LIMIT) {
    throw new ParameterRangeError(
      context.population,
      "rate",
      (most * 1000) / timestepMs,
      `A source may expect at most ${POISSON_LIMIT} spikes a tick, ${(POISSON_LIMIT * 1000) / timestepMs} Hz here.`,
    );
  }
  const planes = Math.max(...parametersOfPhases.map(({ rate }) => planesFor(largest(ratePerTick(rate!)))));
  const tickOf = (ms: number): number => unsignedWord(ms / timestepMs, 1);
  const params: Record<string, number | Int32Array> = {
    stream: context.streamKey | 0,
    start: each([p.start!], size, tickOf),
    stop: each([p.start!, p.duration!], size, (start, duration) => tickOf(start + duration)),
  };
  for (let k = 0; k < planes; k++) {
    params[moreThan(k)] = each([perTick], size, (lambda) => unsignedWord(tail(lambda, k), FRACTION));
  }
  return {
    model: poissonModel(planes),
    substeps: 1,
    params,
    states: {},
    tables: {},
    recordables: [],
  };
}

/** Smallest variant whose left-out tail is below the resolution. */
export function planesFor(lambda: number): number {
  const fits = POISSON_PLANES.find((planes) => tail(lambda, planes) * FRACTION < 0.5);
  return fits ?? POISSON_PLANES.at(-1)!;
}

/** P(more than k) for mean lambda: the sum of the smaller side of the distribution, so that small tails are exact. */
function tail(lambda: number, k: number): number {
  let term = exp(-lambda);
  let below = term;
  for (let n = 1; n <= k; n++) {
    term *= lambda / n;
    below += term;
  }
  if (k + 1 < lambda) return 1 - below;
  let above = 0;
  for (let n = k + 1; n < k + 200; n++) {
    term *= lambda / n;
    above += term;
    if (term < 1e-18 * above) break;
  }
  return above;
}

/** No Poisson source may expect more spikes a tick than this. */
export const POISSON_LIMIT = 40;
