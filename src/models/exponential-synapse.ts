import { mulU, param, state } from "../codegen/ir.ts";
import { each, eachValue } from "./cell-model.ts";
import { meanDecay } from "./elementary.ts";
import { decayWord } from "./exponential-decay.ts";
import { unsignedWord } from "./fixed-point.ts";
import type { SynapseKind } from "./synapse.ts";
import { bitsPerUnit, synapticInput, synapticInputWords } from "./synaptic-input.ts";

/**
 * g jumps by the weight and decays as exp(-t / tau).
 *
 * What acts on the membrane is the mean of g over the sub-step, g times a constant. Since everything here is linear in g,
 * the state holds that mean: the constant goes into the weights once instead of into every step. Leaving it out would
 * overstate the charge by h / (tau (1 - exp(-h / tau))), 21 % for 1 ms steps and 2.5 ms time constants.
 */
export const exponentialSynapse: SynapseKind = exponential((stepMs, tauMs) => meanDecay(stepMs / tauMs));

/** The same with g held at its value at the start of each step, as some models are defined. */
export const frozenExponentialSynapse: SynapseKind = exponential(() => 1);

function exponential(mean: (stepMs: number, tauMs: number) => number): SynapseKind {
  return (receptor, name, stateLimit) => {
    const decay = `${name}.decay`;
    const input = synapticInput(receptor, name, stateLimit);
    return {
      receptor,
      states: [name],
      params: [decay, ...input.params],
      coreParams: input.coreParams,
      recorded: name,
      receive: { [name]: input.value },
      receiveSaturates: [input.saturates],
      mean: state(name),
      advance: { [name]: mulU(state(name), param(decay), 32) },
      advanceSaturates: [],
      encode: ({ size, stepMs, tauMs, bitsPerUserUnit, weightUnit, initial }) => {
        const bits = eachValue([bitsPerUserUnit, tauMs], size, (perUnit, tau) => perUnit * mean(stepMs, tau));
        return {
          params: {
            [decay]: each([tauMs], size, (tau) => decayWord(stepMs, tau)),
            ...synapticInputWords(receptor, bitsPerUnit(weightUnit, bits, size), size, stateLimit),
          },
          states: {
            [name]: each([initial, bits], size, (g, perUnit) =>
              Math.min(stateLimit, unsignedWord(Math.abs(g), perUnit)),
            ),
          },
          recordedBits: bits,
        };
      },
    };
  };
}
