import type {
  HodgkinHuxleyParameter,
  IzhikevichParameter,
  MembraneParameter,
  PoissonParameter,
  Reversal,
  SynapticTime,
} from "../cell-types.ts";
import type { CellDocument } from "../document.ts";
import { mapValues, optionDocument, valueDocument } from "../document-from-network.ts";
import type { Value } from "../network.ts";

/** A cell type with the parameters that differ from PyNN's defaults. Units: mV, ms, nF, uS, nA, Hz. */
export interface CellDescription {
  readonly document: CellDocument;
}

/** Parameters by PyNN's names; those left out take PyNN's defaults. */
export type Parameters<Name extends string> = { readonly [name in Name]?: Value };

/** Integration steps a tick; by default as few as keep each within 0.25 ms. */
export interface IntegrationOptions {
  readonly substeps?: number;
}

/** A cell type by name, also one that the user made. */
export function cell(
  type: string,
  parameters: Parameters<string> = {},
  options: { readonly [name: string]: number | string | boolean | undefined } = {},
): CellDescription {
  const given = Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== undefined));
  const chosen = Object.fromEntries(Object.entries(options).filter(([, option]) => option !== undefined));
  return {
    document: {
      type,
      parameters: mapValues(given as Record<string, Value>, valueDocument),
      options: mapValues(chosen as Record<string, number | string | boolean>, optionDocument),
    },
  };
}

/** Leaky integrate and fire, exponentially decaying conductances. */
export function IF_cond_exp(
  parameters: Parameters<MembraneParameter | SynapticTime | Reversal> = {},
  options: IntegrationOptions & { readonly rule?: "exponential-euler" | "spynnaker" } = {},
): CellDescription {
  return cell("IF_cond_exp", parameters, { ...options });
}

/** Leaky integrate and fire, conductances that rise and fall as t·exp(-t). */
export function IF_cond_alpha(
  parameters: Parameters<MembraneParameter | SynapticTime | Reversal> = {},
  options: IntegrationOptions = {},
): CellDescription {
  return cell("IF_cond_alpha", parameters, { ...options });
}

/** Leaky integrate and fire, exponentially decaying currents. */
export function IF_curr_exp(
  parameters: Parameters<MembraneParameter | SynapticTime> = {},
  options: IntegrationOptions = {},
): CellDescription {
  return cell("IF_curr_exp", parameters, { ...options });
}

/** Leaky integrate and fire, currents that rise and fall as t·exp(-t). */
export function IF_curr_alpha(
  parameters: Parameters<MembraneParameter | SynapticTime> = {},
  options: IntegrationOptions = {},
): CellDescription {
  return cell("IF_curr_alpha", parameters, { ...options });
}

/** Leaky integrate and fire; a spike moves the potential at once, by the weight in mV. */
export function IF_curr_delta(
  parameters: Parameters<MembraneParameter> = {},
  options: IntegrationOptions = {},
): CellDescription {
  return cell("IF_curr_delta", parameters, { ...options });
}

/** Izhikevich's quadratic model with exponentially decaying currents. */
export function Izhikevich(
  parameters: Parameters<IzhikevichParameter> = {},
  options: IntegrationOptions = {},
): CellDescription {
  return cell("Izhikevich", parameters, { ...options });
}

/** Hodgkin and Huxley's cell with the channels of Traub and Miles and exponentially decaying conductances. */
export function HH_cond_exp(
  parameters: Parameters<HodgkinHuxleyParameter> = {},
  options: IntegrationOptions & {
    /** A spike is an upward crossing of this potential (mV); default -20. */
    readonly spike_threshold?: number;
    /** Where gates without an initial value start: at their default, or at rest for the cell's initial v. */
    readonly gates_start?: "given" | "steady-state";
    /** Update the gates before v: more accurate, but not braincell's order. */
    readonly gates_first?: boolean;
  } = {},
): CellDescription {
  return cell("HH_cond_exp", parameters, { ...options });
}

/** Independent Poisson spike trains. */
export function SpikeSourcePoisson(parameters: Parameters<PoissonParameter> = {}): CellDescription {
  return cell("SpikeSourcePoisson", parameters);
}

/** Given spikes. @param spikeTimesMs one list for all sources, or one for each */
export function SpikeSourceArray(spikeTimesMs: readonly number[] | readonly (readonly number[])[]): CellDescription {
  const lists = spikeTimesMs.every((times) => typeof times === "number") ? [spikeTimesMs] : spikeTimesMs;
  return {
    document: {
      type: "SpikeSourceArray",
      spike_times: (lists as readonly (readonly number[])[]).map((ms) => ({ ms: [...ms] })),
    },
  };
}
