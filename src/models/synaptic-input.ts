import { add, constant, type Expr, input, minU, mulU, or, param, shlBy, state, xor } from "../codegen/ir.ts";
import { InputError } from "../errors.ts";
import { WEIGHT_LIMIT } from "../image/weight-grid.ts";
import { type CellContext, each, eachValue, largest, type Values, type Words } from "./cell-model.ts";
import { parameterWords } from "./parameter-words.ts";

/**
 * How a receptor's weight units enter a state: `state += units * scale`, clamped at the state's limit.
 *
 * The product is one 32 x 32 bit multiply: `umulh(units << shift, scale)` with `shift` chosen so that `scale` uses all 32
 * bits. `limit` is the number of units that would reach the state's limit alone, so nothing can wrap.
 */
export interface SynapticInput {
  readonly params: readonly string[];
  readonly coreParams: readonly string[];
  readonly value: Expr;
  readonly saturates: Expr;
}

/**
 * Expression of the state named `target` after the input of `receptor` came in.
 *
 * @param entering what of the input is added to the state; by default all
 */
export function synapticInput(
  receptor: string,
  target: string,
  stateLimit: number,
  entering: (added: Expr) => Expr = (added) => added,
): SynapticInput {
  const scale = `${receptor}.scale`;
  const shift = `${receptor}.shift`;
  const limit = `${receptor}.limit`;
  const units = input(receptor);
  const clamped = minU(units, param(limit));
  const sum = add(state(target), entering(mulU(shlBy(clamped, shift), param(scale), 32)));
  const value = minU(sum, constant(stateLimit));
  return {
    params: [scale, shift, limit],
    coreParams: [shift],
    value,
    // What a clamp changed: cheaper than asking again whether it would.
    saturates: or(xor(units, clamped), xor(sum, value)),
  };
}

/**
 * Words of the parameters above.
 *
 * @param bitsPerUserUnit state bits that 1 uS, nA or mV of weight adds, one number or one a neuron; positive
 * @throws {WeightRangeError} one weight unit is more than the state holds, or the largest weight is nothing to it
 */
export function synapticInputWords(
  context: CellContext,
  receptor: string,
  bitsPerUserUnit: Values,
  stateLimit: number,
): Record<string, Words> {
  const { size, weightUnits } = context;
  const unit = weightUnits[receptor];
  if (unit === undefined) return { [`${receptor}.scale`]: 0, [`${receptor}.shift`]: 0, [`${receptor}.limit`]: 0 };
  const bitsPerUnit = eachValue([bitsPerUserUnit], size, (bits) => unit * bits);
  const most = largest(bitsPerUnit);
  const perBit = unit / most;
  if (most > stateLimit) throw new WeightRangeError(context, receptor, { mostHeld: stateLimit * perBit });
  if (most * WEIGHT_LIMIT < 1) throw new WeightRangeError(context, receptor, { smallestStep: perBit });
  const shift = most <= 1 ? 0 : Math.floor(Math.log2(most)) + 1;
  return {
    [`${receptor}.scale`]: each([bitsPerUnit], size, (bits) =>
      Math.min(0xffff_ffff, Math.round(bits * 2 ** (32 - shift))),
    ),
    [`${receptor}.shift`]: shift,
    [`${receptor}.limit`]: Math.min(2 ** (32 - shift) - 1, Math.floor(stateLimit / most)),
  };
}

/**
 * Words of the initial value of a synaptic state; inhibitory currents are negative for the user, magnitudes in the state.
 *
 * @throws {ParameterRangeError} more than the state holds
 */
export function synapticStart(context: CellContext, variable: string, bits: Values, stateLimit: number): Words {
  const given = context.initial[variable] ?? 0;
  return parameterWords(
    context,
    `initial ${variable}`,
    given,
    {
      word: (value, perUnit) => Math.abs(value) * perUnit!,
      value: (word, perUnit) => (anyNegative(given) ? -word : word) / perUnit!,
      min: 0,
      max: stateLimit,
      given: "with this timestep and cell",
    },
    [bits],
  );
}

function anyNegative(values: Values): boolean {
  return typeof values === "number" ? values < 0 : values.some((value) => value < 0);
}

/** Weights onto a receptor do not fit the state that they add to. */
export class WeightRangeError extends InputError {
  readonly code = "WEIGHT_RANGE";

  /** @param state what the state can hold, in the unit of the weights */
  constructor(
    { population = "", largestWeights, weightUnits }: CellContext,
    receptor: string,
    state: { readonly mostHeld: number } | { readonly smallestStep: number },
  ) {
    const weight = (largestWeights?.[receptor] ?? weightUnits[receptor]!).toPrecision(4);
    const small = "smallestStep" in state;
    super(
      `population ${population}, receptor ${receptor}`,
      small
        ? `its weights are at most ${weight}, less than the smallest step of its state, ${state.smallestStep.toPrecision(4)}`
        : `there are weights of ${weight}, more than its state holds, ${state.mostHeld.toPrecision(4)}`,
      small
        ? "Give larger weights or cells with a smaller cm."
        : "Give smaller weights, cells with a larger cm, or more sub-steps.",
    );
  }
}
