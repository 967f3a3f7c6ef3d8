/**
 * Benchmark 3 of Brette et al. (2007) as braincell's tutorial has it: 4000 Hodgkin-Huxley cells with the channels of
 * Traub and Miles, each cell with exactly 80 targets, drawn with replacement over all 4000. The leak is the tutorial's:
 * 5 nS/cm² of 20000 µm², a pA-scale 0.001 nS. `node dist/examples/cobahh.js`
 */
import {
  FixedNumberPostConnector,
  HH_cond_exp,
  type Network,
  NetworkBuilder,
  RandomDistribution,
  StaticSynapse,
} from "../src/index.ts";
import { showWhenRun } from "./show.ts";

export function cobahh(): Network {
  const net = new NetworkBuilder({ name: "cobahh", seed: 2007, timestepMs: 0.1 });
  const cell = HH_cond_exp(
    {
      gbar_Na: 20, // 100 mS/cm² of 20000 µm², in µS
      gbar_K: 6,
      g_leak: 1e-6,
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
    { spike_threshold: -20 },
  );
  // The tutorial's `init_all_states` closes all gates; the first volley comes from there.
  const initial = { v: RandomDistribution("uniform", { low: -70, high: -60 }), m: 0, h: 0, n: 0 };
  const exc = net.population("exc", 3200, cell, { initial, record: ["spikes"] });
  const inh = net.population("inh", 800, cell, { initial, record: ["spikes"] });

  // One draw over both populations together: the out-degree is 80 in all.
  const connector = FixedNumberPostConnector(80, { withReplacement: true });
  net.projection(exc, [exc, inh], connector, StaticSynapse({ weight: 0.006, delay: 0.1 }), { name: "E" });
  net.projection(inh, [exc, inh], connector, StaticSynapse({ weight: 0.067, delay: 0.1 }), {
    name: "I",
    receptor: "inhibitory",
  });
  return net.run(100).build();
}

await showWhenRun(import.meta.url, cobahh());
