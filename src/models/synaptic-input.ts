import { add, constant, type Expr, input, ltU, minU, mulU, or, param, shlBy, state } from "../codegen/ir.ts";
import { each, eachValue, largest, type Values, type Words } from "./cell-model.ts";

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

/** Expression of the state named `target` after the input of `receptor` came in. */
export function synapticInput(receptor: string, target: string, stateLimit: number): SynapticInput {
  const scale = `${receptor}.scale`;
  const shift = `${receptor}.shift`;
  const limit = `${receptor}.limit`;
  const units = input(receptor);
  const clamped = minU(units, param(limit));
  const sum = add(state(target), mulU(shlBy(clamped, shift), param(scale), 32));
  return {
    params: [scale, shift, limit],
    coreParams: [shift],
    value: minU(sum, constant(stateLimit)),
    saturates: or(ltU(param(limit), units), ltU(constant(stateLimit), sum)),
  };
}

/**
 * Words of the parameters above.
 *
 * @param bitsPerUnit state bits that one weight unit adds, one number or one a neuron; positive
 */
export function synapticInputWords(
  receptor: string,
  bitsPerUnit: Values,
  size: number,
  stateLimit: number,
): Record<string, Words> {
  const most = largest(bitsPerUnit);
  const shift = most <= 1 ? 0 : Math.min(31, Math.floor(Math.log2(most)) + 1);
  return {
    [`${receptor}.scale`]: each([bitsPerUnit], size, (bits) =>
      Math.min(0xffff_ffff, Math.round(bits * 2 ** (32 - shift))),
    ),
    [`${receptor}.shift`]: shift,
    [`${receptor}.limit`]: most <= 0 ? -1 : Math.min(2 ** (32 - shift) - 1, Math.floor(stateLimit / most)),
  };
}

/** State bits a weight unit adds when the state is `unitsToState * weight`. */
export function bitsPerUnit(weightUnit: number, unitsToState: Values, size: number): Values {
  return eachValue([unitsToState], size, (factor) => weightUnit * factor);
}
