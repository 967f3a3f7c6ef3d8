/**
 * What a cell type of one's own is made of: the language of models, number formats, and the parts that the standard
 * cells are put together from.
 */
export {
  add,
  and,
  constant,
  type Expr,
  eq,
  geS,
  geU,
  input,
  lookupPair,
  ltS,
  ltU,
  type Model,
  maxS,
  minS,
  minU,
  mulLow,
  mulS,
  mulU,
  neuronIndex,
  not,
  or,
  type Procedure,
  param,
  select,
  shl,
  shlBy,
  shrS,
  shrU,
  state,
  sub,
  sumProducts,
  tick,
  xor,
} from "../codegen/ir.ts";
export { type ReferenceNeuron, referenceTick } from "../codegen/reference.ts";
export { alphaSynapse } from "./alpha-synapse.ts";
export {
  type CellContext,
  type EncodedCells,
  each,
  eachValue,
  perBit,
  type Recordable,
  substepsOf,
  type Values,
  type Words,
} from "./cell-model.ts";
export { type Channel, channelConductance, type Gate, gateTable, tablePosition } from "./channel.ts";
export { BadModelError } from "./check-model.ts";
export { exp, expm1, exprel } from "./elementary.ts";
export { exponentialSynapse, frozenExponentialSynapse } from "./exponential-synapse.ts";
export {
  CONDUCTANCE,
  CONDUCTANCE_LIMIT,
  FRACTION,
  INCREMENT,
  INCREMENT_LIMIT,
  MILLIVOLT,
  signedWord,
  unsignedWord,
} from "./fixed-point.ts";
export { aboveFloor, LEAKY_FIRE_PARAMS, leakyFire, leakyFireWords } from "./leaky-fire.ts";
export { type CellDefinition, type ModelLibrary, modelLibrary, STANDARD_LIBRARY } from "./model-library.ts";
export {
  initialPotentialWords,
  linearWords,
  type ParameterFormat,
  ParameterRangeError,
  parameterWords,
  potentialWords,
} from "./parameter-words.ts";
export { philox2x32, philox2x32Expr } from "./philox.ts";
export { RELAXATION_TABLE, relaxation, relaxationTable } from "./relaxation-table.ts";
export type { Synapse, SynapseInput, SynapseKind } from "./synapse.ts";
