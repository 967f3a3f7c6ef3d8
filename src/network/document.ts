/**
 * A network file as it stands: what `proto/network.proto` says, after the shorthands are spelled out and types are
 * checked, before names are resolved and numbers judged. Field for field the messages of the schema; a field left out of
 * the file is absent.
 */

export interface NetworkDocument {
  format?: number;
  name?: string;
  seed?: number;
  timestep_ms?: number;
  duration_ms?: number;
  min_delay_ms?: number;
  max_delay_ms?: number;
  populations?: PopulationDocument[];
  projections?: ProjectionDocument[];
  phases?: PhaseDocument[];
}

export interface PhaseDocument {
  duration_ms?: number;
  add_projections?: string[];
  set_parameters?: { population?: string; parameters?: Record<string, ValueDocument> }[];
}

export interface ValueDocument {
  constant?: number;
  values?: number[];
  distribution?: string;
  low?: number;
  high?: number;
  mu?: number;
  sigma?: number;
  beta?: number;
}

export interface OptionDocument {
  number?: number;
  word?: string;
  flag?: boolean;
}

export interface PopulationDocument {
  name?: string;
  size?: number;
  cell?: CellDocument;
  initial?: Record<string, ValueDocument>;
  record?: RecordingDocument[];
  label?: string;
  structure?: StructureDocument;
  views?: { name?: string; neurons?: NeuronsDocument }[];
  inject?: CurrentSourceDocument[];
  max_neurons_per_core?: number;
  pinned_chip?: { x?: number; y?: number };
}

export interface CellDocument {
  type?: string;
  parameters?: Record<string, ValueDocument>;
  options?: Record<string, OptionDocument>;
  spike_times?: { ms?: number[] }[];
}

export interface RecordingDocument {
  variable?: string;
  sampling_interval_ms?: number;
  neurons?: NeuronsDocument;
}

export interface NeuronsDocument {
  start?: number;
  stop?: number;
  step?: number;
  indices?: number[];
}

export interface StructureDocument {
  type?: string;
  aspect_ratio?: number;
  aspect_ratio_xy?: number;
  aspect_ratio_xz?: number;
  dx?: number;
  dy?: number;
  dz?: number;
  x0?: number;
  y0?: number;
  z0?: number;
  y?: number;
  z?: number;
  width?: number;
  height?: number;
  depth?: number;
  radius?: number;
  positions?: number[];
}

export interface CurrentSourceDocument {
  type?: string;
  amplitude?: number;
  start?: number;
  stop?: number;
  times?: number[];
  amplitudes?: number[];
  mean?: number;
  stdev?: number;
  dt?: number;
  neurons?: NeuronsDocument;
}

export interface ViewDocument {
  population?: string;
  neurons?: NeuronsDocument;
}

export interface ProjectionDocument {
  name?: string;
  pre?: ViewDocument[];
  post?: ViewDocument[];
  receptor?: string;
  connector?: ConnectorDocument;
  weight?: ValueDocument;
  delay?: ValueDocument;
}

export interface ConnectorDocument {
  type?: string;
  allow_self_connections?: boolean;
  p_connect?: number;
  n?: number;
  with_replacement?: boolean;
  connections?: ConnectionDocument[];
  file?: string;
  d_expression?: string;
  degree?: number;
  rewiring?: number;
  exc_ratio?: number;
  exc_prob?: number;
  inh_prob?: number;
  exc_weight?: ValueDocument;
  inh_weight?: ValueDocument;
  exc_delay?: ValueDocument;
  inh_delay?: ValueDocument;
  edges?: string;
  generator?: string;
  generator_seed?: number;
}

export interface ConnectionDocument {
  pre?: number;
  post?: number;
  weight?: number;
  delay?: number;
}
