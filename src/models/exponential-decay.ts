import { exactLog } from "../random/index.ts";
import type { CellContext, Words } from "./cell-model.ts";
import { exp, meanDecay } from "./elementary.ts";
import { FRACTION, unsignedWord } from "./fixed-point.ts";
import { parameterWords } from "./parameter-words.ts";

/** exp(-h / tau) as u0.32, for the parameter that is tau. */
export function decayWords(context: CellContext, tau: string, stepMs: number): Words {
  return parameterWords(context, tau, context.parameters[tau]!, {
    word: (ms) => exp(-stepMs / ms) * FRACTION,
    value: (word) => -stepMs / exactLog(Math.max(1, word) / FRACTION),
    min: 0,
    max: FRACTION - 1,
  });
}

/**
 * Mean of exp(-t / tau) over a step, as u0.32.
 *
 * A synapse that decays within the step delivers this part of its start value. Leaving it out overstates the charge by
 * h / (tau (1 - exp(-h / tau))), 21 % for 1 ms steps and 2.5 ms time constants.
 */
export function meanWord(stepMs: number, tauMs: number): number {
  return unsignedWord(meanDecay(stepMs / tauMs), FRACTION);
}
