import { describe, expect, it } from "vitest";
import { gridMachine } from "../../src/machine/index.ts";
import type { Machine } from "../../src/machine/machine.ts";
import * as build from "../../src/network/builder/index.ts";
import { ArmTarget } from "../../src/pipeline/arm-target.ts";
import { deploy } from "../../src/pipeline/deploy.ts";
import { readProvenance } from "../../src/pipeline/provenance.ts";
import { TWO_CHIPS } from "./on-chips.ts";

const ONE_CHIP: Machine = gridMachine("one chip", { width: 1, height: 1, wrapX: false, wrapY: false });
const VOLLEYS = [5, 10, 15];

/** All sources fire at once, 16 a core, each for all cells. What the cells' cores lost, and who counted it. */
async function volley(machine: Machine, sources: number, cells: number) {
  const network = new build.NetworkBuilder({ seed: 4 });
  const from = network.population("sources", sources, build.SpikeSourceArray(VOLLEYS));
  const to = network.population("cells", cells, build.IF_cond_exp(), { record: ["spikes"] });
  network.projection(from, to, build.AllToAllConnector(), { weight: 1e-6, delay: 1 });
  const deployment = deploy(network.run(20).build(), machine, { neuronsPerCore: 16, timeScale: 10 });
  const target = new ArmTarget(deployment);
  await target.runUntil(20);
  const counted = await readProvenance(deployment, target);
  let lost = 0;
  let lostByCores = 0;
  deployment.cores.forEach(({ binary }, core) => {
    lostByCores += counted[core]!.droppedPackets;
    if (binary === "IF_cond_exp") lost += sources * VOLLEYS.length - counted[core]!.packetsReceived;
  });
  const routers = await target.droppedByRouters();
  return { lost, lostByCores, givenUpByRouters: routers.reduce((sum, { packets }) => sum + packets, 0) };
}

describe("a volley: all sources send at once, every packet to all cells", () => {
  it("waits in the router until the cores have taken it in", async () => {
    expect(await volley(ONE_CHIP, 128, 96)).toEqual({ lost: 0, lostByCores: 0, givenUpByRouters: 0 });
  });

  it("is not waited for without end where links are too narrow for it; what routers give up is counted", async () => {
    const { lost, lostByCores, givenUpByRouters } = await volley(TWO_CHIPS, 256, 208);
    expect(lost).toBeGreaterThan(0);
    expect(lostByCores).toBe(0);
    expect(givenUpByRouters).toBeGreaterThan(0);
    expect(givenUpByRouters).toBeLessThanOrEqual(lost);
  });
});
