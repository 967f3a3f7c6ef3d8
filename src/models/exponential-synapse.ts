import { mulU, param, state } from "../codegen/ir.ts";
import { each } from "./cell-model.ts";
import { decayWord, meanWord } from "./exponential-decay.ts";
import { unsignedWord } from "./fixed-point.ts";
import type { SynapseKind } from "./synapse.ts";
import { bitsPerUnit, synapticInput, synapticInputWords } from "./synaptic-input.ts";

/** g jumps by the weight and decays as exp(-t / tau). */
export const exponentialSynapse: SynapseKind = (receptor, prefix, stateLimit) => {
  const [mean, decay] = [`${prefix}.mean`, `${prefix}.decay`];
  const input = synapticInput(receptor, prefix, stateLimit);
  return {
    receptor,
    states: [prefix],
    params: [mean, decay, ...input.params],
    coreParams: input.coreParams,
    recorded: prefix,
    receive: { [prefix]: input.value },
    receiveSaturates: [input.saturates],
    mean: mulU(state(prefix), param(mean), 32),
    advance: { [prefix]: mulU(state(prefix), param(decay), 32) },
    advanceSaturates: [],
    encode: ({ size, stepMs, tauMs, bitsPerUserUnit, weightUnit, initial }) => ({
      params: {
        [mean]: each([tauMs], size, (tau) => meanWord(stepMs, tau)),
        [decay]: each([tauMs], size, (tau) => decayWord(stepMs, tau)),
        ...synapticInputWords(receptor, bitsPerUnit(weightUnit, bitsPerUserUnit, size), size, stateLimit),
      },
      states: {
        [prefix]: each([initial, bitsPerUserUnit], size, (g, bits) =>
          Math.min(stateLimit, unsignedWord(Math.abs(g), bits)),
        ),
      },
    }),
  };
};
