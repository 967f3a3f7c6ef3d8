import { reachableChips } from "../machine/components.ts";
import type { Machine } from "../machine/machine.ts";
import { PinError } from "../mapper/place/errors.ts";
import type { Population } from "../network/network.ts";

/**
 * Grid index of the chip that all slices of a population must be on, or -1.
 *
 * Checked here, where coordinates become an index: one beyond the grid's width would be another chip's.
 *
 * @throws {PinError} the machine has no such chip, it does not work, or no host could load it
 */
export function pinnedChip({ name, pinnedChip: pin }: Population, machine: Machine): number {
  if (pin === undefined) return -1;
  const inside = pin.x < machine.width && pin.y < machine.height;
  const chip = pin.y * machine.width + pin.x;
  const works = inside && machine.alive[chip] === 1;
  if (works && reachableChips(machine)[chip] === 1) return chip;
  const fault = !inside ? "does not exist" : works ? "no Ethernet chip has a way to" : "does not work";
  throw new PinError(
    `population ${name}`,
    `pinned to chip (${pin.x}, ${pin.y}), which ${fault}`,
    `Pin it to a working chip of ${machine.name}, which is ${machine.width} by ${machine.height} chips.`,
  );
}
