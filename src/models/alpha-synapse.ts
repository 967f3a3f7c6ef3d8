import { add, constant, ltU, minU, mulU, param, state } from "../codegen/ir.ts";
import { each, eachValue } from "./cell-model.ts";
import { exp, meanDecay } from "./elementary.ts";
import { decayWords, meanWord } from "./exponential-decay.ts";
import { FRACTION, unsignedWord } from "./fixed-point.ts";
import type { SynapseKind } from "./synapse.ts";
import { synapticInput, synapticInputWords, synapticStart } from "./synaptic-input.ts";

/**
 * g follows w (t / tau) exp(1 - t / tau), peak w at tau: the response b of a two-stage cascade whose first stage a jumps
 * by e w. Exact over a step h with z = h / tau: a decays by exp(-z), b becomes b exp(-z) + a z exp(-z).
 */
export const alphaSynapse: SynapseKind = (receptor, prefix, stateLimit) => {
  const rise = `${prefix}.rise`;
  const [mean, meanRise, decay, feed] = [`${prefix}.mean`, `${prefix}.mean_rise`, `${prefix}.decay`, `${prefix}.feed`];
  const input = synapticInput(receptor, rise, stateLimit);
  const response = add(mulU(state(prefix), param(decay), 32), mulU(state(rise), param(feed), 32));
  return {
    receptor,
    states: [prefix, rise],
    params: [mean, meanRise, decay, feed, ...input.params],
    coreParams: input.coreParams,
    recorded: prefix,
    receive: { [rise]: input.value },
    receiveSaturates: [input.saturates],
    mean: minU(add(mulU(state(prefix), param(mean), 32), mulU(state(rise), param(meanRise), 32)), constant(stateLimit)),
    advance: { [prefix]: minU(response, constant(stateLimit)), [rise]: mulU(state(rise), param(decay), 32) },
    advanceSaturates: [ltU(constant(stateLimit), response)],
    encode: ({ context, stepMs, tau: tauName, bitsPerUserUnit, initial }) => {
      const { size, parameters } = context;
      const tauMs = parameters[tauName]!;
      return {
        params: {
          [mean]: each([tauMs], size, (tau) => meanWord(stepMs, tau)),
          [meanRise]: each([tauMs], size, (tau) => unsignedWord(meanOfRise(stepMs / tau), FRACTION)),
          [decay]: decayWords(context, tauName, stepMs),
          [feed]: each([tauMs], size, (tau) => unsignedWord((stepMs / tau) * exp(-stepMs / tau), FRACTION)),
          ...synapticInputWords(
            context,
            receptor,
            eachValue([bitsPerUserUnit], size, (bits) => bits * exp(1)),
            stateLimit,
          ),
        },
        states: { [prefix]: synapticStart(context, initial, bitsPerUserUnit, stateLimit), [rise]: 0 },
        recordedBits: bitsPerUserUnit,
      };
    },
  };
};

/** Mean over s from 0 to z of s exp(-s): what the first stage adds to the response within a step. */
function meanOfRise(z: number): number {
  // (1 - (1 + z) exp(-z)) / z, whose difference cancels for short steps: by its series there.
  if (z < 0.1) {
    let [sum, term] = [0, z];
    for (let n = 0; n < 12; n++) {
      sum += term / (n + 2);
      term *= -z / (n + 1);
    }
    return sum;
  }
  return meanDecay(z) - exp(-z);
}
