export {
  type CellDescription,
  cell,
  HH_cond_exp,
  IF_cond_alpha,
  IF_cond_exp,
  IF_curr_alpha,
  IF_curr_delta,
  IF_curr_exp,
  Izhikevich,
  SpikeSourceArray,
  SpikeSourcePoisson,
} from "./cells.ts";
export {
  AllToAllConnector,
  type ConnectorDescription,
  DistanceDependentProbabilityConnector,
  ExcitatoryInhibitoryConnector,
  type ExcitatoryInhibitoryOptions,
  FixedNumberPostConnector,
  FixedNumberPreConnector,
  FixedProbabilityConnector,
  FixedTotalNumberConnector,
  FromFileConnector,
  FromListConnector,
  OneToOneConnector,
  SmallWorldConnector,
} from "./connectors.ts";
export { type CurrentSourceDescription, DCSource, NoisyCurrentSource, StepCurrentSource } from "./current-sources.ts";
export {
  NetworkBuilder,
  type NetworkBuilderOptions,
  PopulationBuilder,
  type PopulationOptions,
  type PopulationView,
  type ProjectionEnd,
  type ProjectionOptions,
  type RecordOptions,
  StaticSynapse,
  type Structure,
  type SynapseOptions,
} from "./network-builder.ts";
export { RandomDistribution } from "./random-distribution.ts";
