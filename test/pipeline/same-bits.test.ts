import { beforeAll, describe, expect, it } from "vitest";
import { gridMachine, spin3, spin5, withFaults } from "../../src/machine/index.ts";
import { compareResults, type Results } from "../../src/results/index.ts";
import { faultsBothWays } from "../../src/sdp/faulty-socket.ts";
import { runOnEmulator, runOnVirtualBoard, vogelsAbbott } from "./vogels-abbott.ts";

/** Spikes and recorded words of the network must not depend on anything but the network and its seed. */
describe("Vogels-Abbott gives the same bits", () => {
  const network = vogelsAbbott({ durationMs: 300 });
  let expected: Results;

  beforeAll(async () => {
    expected = await runOnEmulator(network, spin5());
    expect(expected.populations[0]!.spikes!.tick.length).toBeGreaterThan(5000);
  });

  const same = (results: Results): void => {
    const { identical, first } = compareResults(expected, results);
    expect({ identical, first }).toEqual({ identical: true, first: undefined });
  };

  it.each([32, 100, 255])("with at most %d neurons a core", async (neuronsPerCore) => {
    same(await runOnEmulator(network, spin5(), { neuronsPerCore }));
  });

  it("on spin3, and on a torus of three boards", async () => {
    same(await runOnEmulator(network, spin3()));
    same(
      await runOnEmulator(network, gridMachine("12x12", { width: 12, height: 12, wrapX: true, wrapY: true }), {
        neuronsPerCore: 16,
      }),
    );
  });

  it("on a machine with dead chips, cores and links", async () => {
    const machine = withFaults(spin5(), {
      chips: [
        { x: 3, y: 3 },
        { x: 4, y: 5 },
        { x: 0, y: 2 },
      ],
      cores: [
        { x: 4, y: 4, core: 3 },
        { x: 1, y: 0, core: 1 },
      ],
      links: [
        { x: 4, y: 4, link: 0 },
        { x: 0, y: 0, link: 2 },
      ],
    });
    same(await runOnEmulator(network, machine, { neuronsPerCore: 16 }));
  });

  it("on two threads", async () => {
    same(await runOnEmulator(network, spin5(), { neuronsPerCore: 50, threads: 2 }));
  });

  it("on a virtual board over UDP", async () => {
    const { results, counters } = await runOnVirtualBoard(network, spin5(), { neuronsPerCore: 64 });
    same(results);
    expect(counters.certified).toBe(true);
  });

  it("on a virtual board that loses, duplicates, delays and reorders 5 % of all datagrams", async () => {
    const faults = faultsBothWays(11, { lose: 0.05, duplicate: 0.05, delay: 0.05, reorder: 0.05 });
    same((await runOnVirtualBoard(network, spin3(), { faults })).results);
  });
});
