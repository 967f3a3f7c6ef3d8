export {
  CELL_TYPES,
  type CellType,
  defaultSubsteps,
  type OptionSpec,
  type ParameterSpec,
  type ReceptorSpec,
  type VariableSpec,
} from "./cell-types.ts";
export { connect } from "./connect/connect.ts";
export type { Connectivity } from "./connectivity.ts";
export { type CellValues, cellValues, drawValues, parameterValues } from "./draw-values.ts";
export type {
  AssemblyPart,
  Cell,
  ConnectionList,
  Connector,
  CurrentSource,
  CurrentWaveform,
  Distribution,
  NamedView,
  Network,
  Phase,
  Population,
  Projection,
  Recording,
  Value,
  View,
} from "./network.ts";
export { MAX_DELAY_TICKS, msToTicks } from "./network.ts";
export { type ReadNetworkOptions, readNetwork } from "./read-network.ts";
export type { Setting } from "./settings.ts";
export { writeNetwork } from "./write-network.ts";
