/**
 * dendrify's tutorial "LIF network + inhibition": 300 inhibitory and 700 excitatory cells driven by the same 200 Poisson
 * inputs. Inhibitory cells get their input only after 250 ms: what is said between two runs begins with the second, and
 * all state is kept. `node dist/examples/dendrify-lif.js`
 */
import {
  FixedProbabilityConnector,
  IF_cond_exp,
  type Network,
  NetworkBuilder,
  SpikeSourcePoisson,
  StaticSynapse,
} from "../src/index.ts";
import { showWhenRun } from "./show.ts";

export function dendrifyLif(): Network {
  const net = new NetworkBuilder({ name: "dendrify-lif", seed: 123, timestepMs: 0.1 });
  const cell = IF_cond_exp({
    cm: 0.281,
    tau_m: 281 / 30, // 281 pF over 30 nS
    v_rest: -70.6,
    v_thresh: -40.4,
    v_reset: -65.6,
    tau_refrac: 0,
    tau_syn_E: 2.5, // AMPA
    tau_syn_I: 7.5, // GABA
    e_rev_E: 0,
    e_rev_I: -80,
  });
  // The tutorial's indices: 0 to 299 inhibitory, 300 to 999 excitatory.
  const inhibitory = net.population("inhibitory", 300, cell, { initial: { v: -70.6 }, record: ["spikes"] });
  const excitatory = net.population("excitatory", 700, cell, { initial: { v: -70.6 }, record: ["spikes"] });
  const input = net.population("input", 200, SpikeSourcePoisson({ rate: 90 }), { record: ["spikes"] });

  const synapse = StaticSynapse({ weight: 0.002, delay: 0.1 });
  net.projection(input, excitatory, FixedProbabilityConnector(0.2), synapse, { name: "ext_a" });
  net.projection(inhibitory, excitatory, FixedProbabilityConnector(0.15), synapse, {
    name: "inh",
    receptor: "inhibitory",
  });
  net.run(250);
  net.projection(input, inhibitory, FixedProbabilityConnector(0.2), synapse, { name: "ext_b" });
  return net.run(250).build();
}

await showWhenRun(import.meta.url, dendrifyLif());
