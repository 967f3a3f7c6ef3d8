import { mulU, param, state } from "../codegen/ir.ts";
import { eachValue } from "./cell-model.ts";
import { meanDecay } from "./elementary.ts";
import { decayWords } from "./exponential-decay.ts";
import type { SynapseKind } from "./synapse.ts";
import { synapticInput, synapticInputWords, synapticStart } from "./synaptic-input.ts";

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
      encode: ({ context, stepMs, tau, bitsPerUserUnit, initial }) => {
        const { size, parameters } = context;
        const bits = eachValue([bitsPerUserUnit, parameters[tau]!], size, (perUnit, ms) => perUnit * mean(stepMs, ms));
        return {
          params: {
            [decay]: decayWords(context, tau, stepMs),
            ...synapticInputWords(context, receptor, bits, stateLimit),
          },
          states: { [name]: synapticStart(context, initial, bits, stateLimit) },
          recordedBits: bits,
        };
      },
    };
  };
}
