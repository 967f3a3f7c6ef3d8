/**
 * `braintools.conn.ExcitatoryInhibitory` with the weights and delays of its documentation, between 1000 cells and
 * themselves: the edges are those that braintools draws with seed 42. A Poisson source for each cell keeps them firing.
 * `node dist/examples/ei-braintools.js`
 */
import {
  ExcitatoryInhibitoryConnector,
  IF_cond_exp,
  type Network,
  NetworkBuilder,
  OneToOneConnector,
  RandomDistribution,
  SpikeSourcePoisson,
  StaticSynapse,
} from "../src/index.ts";
import { showWhenRun } from "./show.ts";

export function eiBraintools(): Network {
  const net = new NetworkBuilder({ name: "ei-braintools", seed: 42, timestepMs: 0.1 });
  const cell = IF_cond_exp({
    cm: 1,
    tau_m: 20,
    v_rest: -60,
    v_reset: -60,
    v_thresh: -50,
    tau_refrac: 5,
    tau_syn_E: 5,
    tau_syn_I: 10,
    e_rev_E: 0,
    e_rev_I: -80,
  });
  const cells = net.population("cells", 1000, cell, {
    initial: { v: RandomDistribution("uniform", { low: -60, high: -50 }) },
    record: ["spikes"],
  });
  cells.view("excitatory", range(0, 800));
  cells.view("inhibitory", range(800, 1000));
  const background = net.population("background", 1000, SpikeSourcePoisson({ rate: 40 }));

  const connector = ExcitatoryInhibitoryConnector({
    excRatio: 0.8,
    excProb: 0.1,
    inhProb: 0.2,
    excWeight: 0.001, // 1 nS
    inhWeight: -0.0008, // -0.8 nS: the sign says inhibitory, the conductance is 0.8 nS
    excDelay: 1.5,
    inhDelay: 0.8,
    generator: "mt19937",
    generatorSeed: 42,
  });
  net.projection(cells, cells, connector, {}, { name: "ei" });
  net.projection(background, cells, OneToOneConnector(), StaticSynapse({ weight: 0.025, delay: 0.1 }), {
    name: "drive",
  });
  return net.run(500).build();
}

function range(start: number, stop: number): number[] {
  return Array.from({ length: stop - start }, (_, i) => start + i);
}

await showWhenRun(import.meta.url, eiBraintools());
