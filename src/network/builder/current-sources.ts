import type { CurrentSourceDocument } from "../document.ts";

/** A current to inject; amplitudes in nA, times in ms. */
export interface CurrentSourceDescription {
  readonly document: CurrentSourceDocument;
}

export interface TimeWindow {
  /** ms; default 0 */
  readonly start?: number;
  /** ms; default: the end of the run */
  readonly stop?: number;
}

export function DCSource(options: TimeWindow & { readonly amplitude: number }): CurrentSourceDescription {
  return { document: { type: "DCSource", ...options } };
}

/** From each of the times on the amplitude beside it. */
export function StepCurrentSource(options: {
  readonly times: readonly number[];
  readonly amplitudes: readonly number[];
}): CurrentSourceDescription {
  return {
    document: { type: "StepCurrentSource", times: [...options.times], amplitudes: [...options.amplitudes] },
  };
}

/** White noise: every dt (ms, default one tick) a new normal number for each neuron. */
export function NoisyCurrentSource(
  options: TimeWindow & { readonly mean: number; readonly stdev: number; readonly dt?: number },
): CurrentSourceDescription {
  return { document: { type: "NoisyCurrentSource", ...options } };
}
