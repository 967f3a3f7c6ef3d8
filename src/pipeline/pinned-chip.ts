import type { Machine } from "../machine/machine.ts";
import { PinError } from "../mapper/place/errors.ts";
import type { Population } from "../network/network.ts";

/**
 * Grid index of the chip that all slices of a population must be on, or -1.
 *
 * Checked here, where coordinates become an index: one beyond the grid's width would be another chip's.
 *
 * @throws {PinError} the machine has no such chip, or it does not work
 */
export function pinnedChip({ name, pinnedChip: pin }: Population, machine: Machine): number {
  if (pin === undefined) return -1;
  const inside = pin.x < machine.width && pin.y < machine.height;
  const chip = pin.y * machine.width + pin.x;
  if (inside && machine.alive[chip] === 1) return chip;
  throw new PinError(
    `population ${name}`,
    `pinned to chip (${pin.x}, ${pin.y}), which ${inside ? "does not work" : "does not exist"}`,
    `Pin it to a working chip of ${machine.name}, which is ${machine.width} by ${machine.height} chips.`,
  );
}
