/**
 * Matchers for vitest, so that a project's own tests can hold its networks to their mappings and their spikes:
 *
 * ```ts
 * import "spinloom/vitest";
 * expect(deploy(network, spin5())).toDeliverEverySpike();
 * expect(deploy(network, spin5())).toHaveTablesOfAtMost(500);
 * expect((await emulate(deployment)).results).toEqualRun(expected);
 * ```
 *
 * Importing this module adds them to `expect`.
 */
import { expect } from "vitest";
import type { Deployment } from "../image/deployment.ts";
import { chipCoord } from "../machine/machine.ts";
import { deliverySpec, faultText, verifyDelivery } from "../mapper/verify/index.ts";
import { compareResults, describeDifference, type Results } from "../results/index.ts";

interface Verdict {
  readonly pass: boolean;
  readonly message: () => string;
}

/** The matchers themselves, for an `expect` of one's own. */
export const matchers = {
  /** Every key of every population reaches exactly its targets: proved, not sampled. */
  toDeliverEverySpike(deployment: Deployment): Verdict {
    const { machine, tables, netlist, placement, keys } = deployment;
    const { faults, netsProved } = verifyDelivery(machine, tables, deliverySpec(netlist, placement, keys));
    return {
      pass: faults.length === 0,
      message: () =>
        faults.length === 0
          ? `all ${netsProved} nets deliver every key`
          : faults.map((fault) => faultText(fault, machine)).join("\n"),
    };
  },

  /** No chip needs more routing entries than this. */
  toHaveTablesOfAtMost(deployment: Deployment, entries: number): Verdict {
    const { machine, tables } = deployment;
    const over = tables.filter(({ key }) => key.length > entries);
    const name = (chip: number): string => {
      const { x, y } = chipCoord(machine, chip);
      return `chip (${x}, ${y})`;
    };
    return {
      pass: over.length === 0,
      message: () =>
        over.length === 0
          ? `no table has more than ${entries} entries`
          : over
              .map(({ chip, key }) => `${name(chip)} has ${key.length} entries, at most ${entries} were wanted`)
              .join("\n"),
    };
  },

  /** Every spike and every recorded word is that of another run. */
  toEqualRun(results: Results, expected: Results): Verdict {
    const { identical, differences, first } = compareResults(expected, results);
    return {
      pass: identical,
      message: () =>
        first === undefined
          ? "the runs are identical"
          : `${differences} differences, the first: ${describeDifference(first, "expected", "received")}`,
    };
  },
};

expect.extend(matchers);

declare module "vitest" {
  // The name and its parameter are vitest's.
  interface Matchers<T> {
    toDeliverEverySpike(): T;
    toHaveTablesOfAtMost(entries: number): T;
    toEqualRun(expected: Results): T;
  }
}
