/**
 * The balanced network of Vogels and Abbott (J. Neurosci. 2005) as benchmark 1 of Brette et al. (2007): a PyNN script,
 * line by line. Run it with `node dist/examples/vogels-abbott.js`.
 */
import {
  FixedProbabilityConnector,
  IF_cond_exp,
  type Network,
  NetworkBuilder,
  RandomDistribution,
  SpikeSourcePoisson,
  StaticSynapse,
} from "../src/index.ts";
import { showWhenRun } from "./show.ts";

export interface VogelsAbbottOptions {
  readonly name?: string;
  readonly seed?: number;
  readonly cells?: number;
  readonly timestepMs?: number;
  /** Weights in nS: the plane that Vogels and Abbott scan for self-sustained activity. */
  readonly excitatoryNs?: number;
  readonly inhibitoryNs?: number;
  /** Cells of each population whose potential is recorded, once a ms; by default all that can be is recorded of all. */
  readonly tracedCells?: number;
}

export function vogelsAbbott({
  name = "vogels-abbott",
  seed = 98766987,
  cells = 1500,
  timestepMs = 1,
  excitatoryNs = 4,
  inhibitoryNs = 51,
  tracedCells,
}: VogelsAbbottOptions = {}): Network {
  const delay = 2;
  const net = new NetworkBuilder({ name, seed, timestepMs, minDelayMs: delay });

  const areaCm2 = 20000e-8;
  const capacitanceNf = 1 * areaCm2 * 1000;
  const cell = IF_cond_exp({
    cm: capacitanceNf,
    tau_m: 20,
    v_rest: -60,
    v_reset: -60,
    v_thresh: -50,
    tau_refrac: 5,
    tau_syn_E: 5,
    tau_syn_I: 10,
    e_rev_E: 0,
    e_rev_I: -80,
    i_offset: 0,
  });
  // Four excitatory cells for each inhibitory one.
  const excitatory = Math.round((cells * 4) / 5);
  const exc = net.population("exc", excitatory, cell, { label: "Excitatory_Cells" });
  const inh = net.population("inh", cells - excitatory, cell, { label: "Inhibitory_Cells" });
  for (const population of [exc, inh]) {
    if (tracedCells === undefined) population.record(["spikes", "v", "gsyn_exc", "gsyn_inh"]);
    else population.record("spikes").record("v", { samplingIntervalMs: 1, neurons: first(tracedCells) });
    population.initialize({ v: RandomDistribution("uniform", { low: -60, high: -50 }) });
  }

  const connector = FixedProbabilityConnector(0.02);
  const excSynapse = StaticSynapse({ weight: excitatoryNs / 1000, delay });
  const inhSynapse = StaticSynapse({ weight: inhibitoryNs / 1000, delay });
  net.projection(exc, exc, connector, excSynapse, { name: "e2e", receptor: "excitatory" });
  net.projection(exc, inh, connector, excSynapse, { name: "e2i", receptor: "excitatory" });
  net.projection(inh, exc, connector, inhSynapse, { name: "i2e", receptor: "inhibitory" });
  net.projection(inh, inh, connector, inhSynapse, { name: "i2i", receptor: "inhibitory" });

  // 50 ms of stimulation by 20 thalamic cells; their delay is the shortest, 2 ms.
  const thalamus = net.population("thalamus", 20, SpikeSourcePoisson({ rate: 100, start: 0, duration: 50 }), {
    label: "expoisson",
  });
  thalamus.record("spikes");
  const stimulus = FixedProbabilityConnector(0.01);
  net.projection(thalamus, exc, stimulus, StaticSynapse({ weight: 0.1 }), { name: "ext2e" });
  net.projection(thalamus, inh, stimulus, StaticSynapse({ weight: 0.1 }), { name: "ext2i" });

  return net.run(1000).build();
}

function first(count: number): number[] {
  return Array.from({ length: count }, (_, neuron) => neuron);
}

await showWhenRun(import.meta.url, vogelsAbbott());
