import { describe, expect, it } from "vitest";
import * as build from "../../src/network/builder/index.ts";
import { ArmTarget } from "../../src/pipeline/arm-target.ts";
import { deploy } from "../../src/pipeline/deploy.ts";
import { EmulatorTarget } from "../../src/pipeline/emulator-target.ts";
import { recordingPlan } from "../../src/pipeline/read-recordings.ts";
import { type RunCounters, runCounts } from "../../src/pipeline/run-counters.ts";
import { runDeployment } from "../../src/pipeline/run-deployment.ts";
import { ResultsAssembler } from "../../src/results/index.ts";
import { TWO_CHIPS } from "./on-chips.ts";

/** Sources whose rows differ in length, cells that nobody listens to, and two phases of which only one has a projection. */
function network(): build.NetworkBuilder {
  const net = new build.NetworkBuilder({ seed: 8 });
  const sources = net.population("sources", 30, build.SpikeSourcePoisson({ rate: 100 }));
  const cells = net.population("cells", 50, build.IF_curr_exp(), { record: ["spikes"] });
  const ends = net.population("ends", 20, build.IF_curr_exp(), { record: ["spikes"] });
  const options = { weight: 4, delay: build.RandomDistribution("uniform", { low: 1, high: 9 }) };
  net.projection(sources, cells, build.FixedProbabilityConnector(0.4), options);
  net.run(40);
  net.projection(cells, ends, build.FixedProbabilityConnector(0.5), options);
  return net.run(40);
}

describe("what cores count", () => {
  it("is the same in the engine as in the kernels, but for what only kernels can measure", async () => {
    const deployment = deploy(network().build(), TWO_CHIPS, { neuronsPerCore: 16 });
    const run = (target: ArmTarget | EmulatorTarget): Promise<RunCounters> =>
      runDeployment(deployment, target, new ResultsAssembler(recordingPlan(deployment)));
    const measured = runCounts(deployment, await run(new ArmTarget(deployment))).cores;
    const computed = runCounts(deployment, await run(new EmulatorTarget(deployment, 2))).cores;

    expect(measured).toMatchObject(computed);
    for (const { population, counters } of measured) {
      expect(counters.worst_cycles).toBeGreaterThan(0);
      expect(counters.synaptic_events! > 0).toBe(population !== "sources");
    }
    for (const { counters } of computed) expect(Object.keys(counters)).not.toContain("worst_cycles");
  });
});
