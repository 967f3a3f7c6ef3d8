/**
 * Benchmark 3 of Brette et al. (2007) with the published leak (10 nS) and initial state: potentials and conductances
 * spread widely, gates at rest, so that activity starts at once. `node dist/examples/cobahh-brette.js`
 */
import {
  FixedProbabilityConnector,
  HH_cond_exp,
  type Network,
  NetworkBuilder,
  RandomDistribution,
  StaticSynapse,
} from "../src/index.ts";
import { showWhenRun } from "./show.ts";

export function cobahhBrette(): Network {
  const net = new NetworkBuilder({ name: "cobahh-brette", seed: 2007, timestepMs: 0.1 });
  const cell = HH_cond_exp(
    {
      gbar_Na: 20,
      gbar_K: 6,
      g_leak: 0.01,
      cm: 0.2,
      v_offset: -63,
      e_rev_Na: 50,
      e_rev_K: -90,
      e_rev_leak: -60,
      e_rev_E: 0,
      e_rev_I: -80,
      tau_syn_E: 5,
      tau_syn_I: 10,
    },
    { spike_threshold: -20, gates_start: "steady-state" },
  );
  const initial = {
    v: RandomDistribution("normal", { mu: -65, sigma: 5 }),
    // Published as (4 ± 1.5) and (20 ± 12) times 10 nS; a conductance below 0 is drawn again.
    gsyn_exc: RandomDistribution("normal_clipped", { mu: 0.04, sigma: 0.015, low: 0, high: 1 }),
    gsyn_inh: RandomDistribution("normal_clipped", { mu: 0.2, sigma: 0.12, low: 0, high: 1 }),
  };
  const exc = net.population("exc", 3200, cell, { initial, record: ["spikes"] });
  const inh = net.population("inh", 800, cell, { initial, record: ["spikes"] });

  const connector = FixedProbabilityConnector(0.02);
  net.projection(exc, [exc, inh], connector, StaticSynapse({ weight: 0.006, delay: 0.1 }), { name: "E" });
  net.projection(inh, [exc, inh], connector, StaticSynapse({ weight: 0.067, delay: 0.1 }), {
    name: "I",
    receptor: "inhibitory",
  });
  return net.run(1000).build();
}

await showWhenRun(import.meta.url, cobahhBrette());
