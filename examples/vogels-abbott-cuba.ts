/**
 * The current-based variant (benchmark 2 of Brette et al. 2007): synaptic currents have the size that 0.27 and 4.5 nS
 * have at -60 mV, and cells rest above threshold. `node dist/examples/vogels-abbott-cuba.js`
 */
import {
  FixedProbabilityConnector,
  IF_curr_exp,
  type Network,
  NetworkBuilder,
  RandomDistribution,
  SpikeSourcePoisson,
  StaticSynapse,
} from "../src/index.ts";
import { showWhenRun } from "./show.ts";

export function vogelsAbbottCuba(): Network {
  const delay = 2;
  const net = new NetworkBuilder({ name: "vogels-abbott-cuba", seed: 98766987, timestepMs: 1, minDelayMs: delay });
  const cell = IF_curr_exp({
    cm: 0.2,
    tau_m: 20,
    v_rest: -49,
    v_reset: -60,
    v_thresh: -50,
    tau_refrac: 5,
    tau_syn_E: 5,
    tau_syn_I: 10,
  });
  const exc = net.population("exc", 1200, cell, { label: "Excitatory_Cells" });
  const inh = net.population("inh", 300, cell, { label: "Inhibitory_Cells" });
  for (const population of [exc, inh]) {
    population.record(["spikes", "v", "gsyn_exc", "gsyn_inh"]);
    population.initialize({ v: RandomDistribution("uniform", { low: -60, high: -50 }) });
  }

  // nS times mV is pA; inhibitory currents are negative.
  const excSynapse = StaticSynapse({ weight: 0.0162, delay }); // 0.27 nS · (0 - -60) mV
  const inhSynapse = StaticSynapse({ weight: -0.09, delay }); // 4.5 nS · (-80 - -60) mV
  const connector = FixedProbabilityConnector(0.02);
  net.projection(exc, exc, connector, excSynapse, { name: "e2e" });
  net.projection(exc, inh, connector, excSynapse, { name: "e2i" });
  net.projection(inh, exc, connector, inhSynapse, { name: "i2e", receptor: "inhibitory" });
  net.projection(inh, inh, connector, inhSynapse, { name: "i2i", receptor: "inhibitory" });

  const thalamus = net.population("thalamus", 20, SpikeSourcePoisson({ rate: 100, duration: 50 }), {
    label: "expoisson",
    record: ["spikes"],
  });
  const stimulus = FixedProbabilityConnector(0.01);
  net.projection(thalamus, exc, stimulus, StaticSynapse({ weight: 0.1 }), { name: "ext2e" });
  net.projection(thalamus, inh, stimulus, StaticSynapse({ weight: 0.1 }), { name: "ext2i" });

  return net.run(1000).build();
}

await showWhenRun(import.meta.url, vogelsAbbottCuba());
