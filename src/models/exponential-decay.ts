import { exp, meanDecay } from "./elementary.ts";
import { FRACTION, unsignedWord } from "./fixed-point.ts";

/** exp(-h / tau) as u0.32. */
export function decayWord(stepMs: number, tauMs: number): number {
  return unsignedWord(exp(-stepMs / tauMs), FRACTION);
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
