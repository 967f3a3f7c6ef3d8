import fc from "fast-check";
import {
  type GridShape,
  gridMachine,
  type Machine,
  machineOfSize,
  spin3,
  spin5,
  withFaults,
} from "../../src/machine/index.ts";

/** Machines of every kind we can name, small enough to search exhaustively. */
export const NAMED_MACHINES: readonly Machine[] = [
  machineOfSize(1, 1),
  spin3(),
  spin5(),
  machineOfSize(12, 12),
  machineOfSize(24, 12),
  machineOfSize(16, 16),
  machineOfSize(28, 16),
  machineOfSize(12, 16),
];

const shape: fc.Arbitrary<GridShape> = fc.record({
  width: fc.integer({ min: 1, max: 7 }),
  height: fc.integer({ min: 1, max: 7 }),
  wrapX: fc.boolean(),
  wrapY: fc.boolean(),
});

/** A machine with or without boards, with up to a good part of it broken. */
export const anyMachine: fc.Arbitrary<Machine> = fc
  .oneof(
    {
      weight: 3,
      arbitrary: fc
        .record({ shape, applicationCores: fc.integer({ min: 1, max: 17 }) })
        .map((grid) => gridMachine("grid", grid.shape, { applicationCores: grid.applicationCores })),
    },
    { weight: 1, arbitrary: fc.constantFrom(...NAMED_MACHINES) },
  )
  .chain((machine) => {
    const x = fc.nat(machine.width - 1);
    const y = fc.nat(machine.height - 1);
    const part = Math.max(1, machine.alive.length >> 2);
    return fc
      .record({
        chips: fc.array(fc.record({ x, y }), { maxLength: part }),
        cores: fc.array(fc.record({ x, y, core: fc.integer({ min: 1, max: 17 }) }), { maxLength: part }),
        links: fc.array(fc.record({ x, y, link: fc.nat(5) }), { maxLength: part }),
      })
      .map((faults) => withFaults(machine, faults));
  });
