import { describe, expect, it } from "vitest";
import { Engine } from "../../../src/host-sim/engine/engine.ts";
import { ImageView } from "../../../src/image/image-view.ts";
import { CORE_KINDS, PROVENANCE } from "../../../src/image/layout.ts";
import { spin5 } from "../../../src/machine/index.ts";
import { builtInModel } from "../../../src/models/registry.ts";
import {
  FromListConnector,
  IF_cond_exp,
  NetworkBuilder,
  SpikeSourceArray,
} from "../../../src/network/builder/index.ts";
import type { Network } from "../../../src/network/index.ts";
import { deploy } from "../../../src/pipeline/deploy.ts";

const TICKS = 30;

/** Twenty cells; cell n spikes in tick n + 2 or so, cell 7 gets more than its conductance holds. */
function network(): Network {
  const net = new NetworkBuilder({ timestepMs: 1, seed: 1 });
  const cells = net.population("cells", 20, IF_cond_exp({ tau_refrac: 3 }), { record: ["spikes", "gsyn_exc"] });
  const events = Array.from({ length: 40 }, (_, n) => (n < 20 ? [n] : [7]));
  const array = net.population("array", 40, SpikeSourceArray(events));
  const rows = events.map((_, n): [number, number, number, number] => [n, n < 20 ? n : 7, 5, 1]);
  net.projection(array, cells, FromListConnector(rows));
  return net.run(TICKS).build();
}

/** What each core of cells recorded and counted, in the order of its first cell. */
async function run(neuronsPerCore: number) {
  const { machine, tables, cores } = deploy(network(), spin5(), { neuronsPerCore });
  const views = cores.map(({ chip, core, image, totalBytes }) => {
    const memory = new Uint8Array(totalBytes);
    memory.set(image);
    const view = new ImageView(memory);
    const isModel = view.config("kind") === CORE_KINDS.model;
    return { chip, core, image: view, model: isModel ? builtInModel(view.modelHash) : undefined };
  });
  const engine = await Engine.create({ machine, tables, cores: views, threads: 1, tick: 0 });
  await engine.run(TICKS);
  engine.writeBack();
  await engine.close();
  return views
    .map(({ image, model }, i) => {
      const neurons = image.config("neurons");
      const spikes = engine.recorded(i, 0);
      const words = spikes.words.length / spikes.samples;
      const spiked = (n: number): number[] =>
        Array.from({ length: TICKS }, (_, t) => t).filter(
          (t) => ((spikes.words[t * words + (n >>> 5)]! >>> (n & 31)) & 1) === 1,
        );
      return {
        model,
        first: image.config("firstIndex"),
        spikes: Array.from({ length: neurons }, (_, n) => spiked(n)),
        v: [...image.state(0).subarray(0, neurons)],
        saturations: image.regionWords("provenance")[PROVENANCE.saturations]!,
      };
    })
    .filter(({ model }) => model !== undefined)
    .sort((a, b) => a.first - b.first);
}

describe("cores whose cells are computed together", () => {
  it("keep recordings, states and counters of their own, also where their cells do not fill whole vectors", async () => {
    const together = await run(20);
    const apart = await run(3);

    expect(together).toHaveLength(1);
    expect(apart).toHaveLength(7);
    expect(apart.flatMap(({ spikes }) => spikes)).toEqual(together[0]!.spikes);
    expect(together[0]!.spikes.filter((times) => times.length > 0)).toHaveLength(20);
    expect(apart.flatMap(({ v }) => v)).toEqual(together[0]!.v);
    expect(together[0]!.saturations).toBeGreaterThan(0);
    expect(apart.map(({ saturations }) => saturations)).toEqual([0, 0, together[0]!.saturations, 0, 0, 0, 0]);
  });
});
