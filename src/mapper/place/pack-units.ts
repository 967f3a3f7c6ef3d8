import type { Machine } from "../../machine/machine.ts";
import { compactPath } from "./compact-path.ts";
import { NoRoomError } from "./errors.ts";
import type { Room, Units } from "./units.ts";

/**
 * All units in order of number on a compact set of chips, or largest first if they do not fit so.
 *
 * @param room what is free; left as it is
 * @param pinned Int32Array[units]: chips of pinned units, -1 for the others; left as it is
 * @param cutOffCores for the error only: cores on chips that faults cut off
 * @returns Int32Array[units]: chip of each unit
 * @throws {NoRoomError} some unit fits on no chip
 */
export function packUnits(
  units: Units,
  machine: Machine,
  room: Room,
  pinned: Int32Array,
  cutOffCores: number,
): Int32Array {
  const order = Int32Array.from({ length: units.count }, (_, unit) => unit).filter((unit) => pinned[unit]! < 0);
  let needed = 0;
  for (const unit of order) needed += units.cores[unit]!;
  const chips = compactPath(machine, room, needed);

  const inOrder = packInOrder(units, order, chips, room, pinned);
  if (inOrder.homeless === 0) return inOrder.chip;
  order.sort((a, b) => units.sdram[b]! - units.sdram[a]! || units.cores[b]! - units.cores[a]! || a - b);
  const largestFirst = packInOrder(units, order, chips, room, pinned);
  if (largestFirst.homeless === 0) return largestFirst.chip;

  let sdram = 0;
  for (const unit of order) sdram += units.sdram[unit]!;
  let freeCores = 0;
  let freeSdram = 0;
  for (const chip of chips) {
    freeCores += room.cores[chip]!;
    freeSdram += room.sdram[chip]!;
  }
  throw new NoRoomError(machine.name, {
    cores: { needed, free: freeCores },
    sdram: { needed: sdram, free: freeSdram },
    unplaced: largestFirst.homeless,
    cutOffCores,
  });
}

/**
 * Fills chips in the given order with units in the given order; a unit that does not fit goes to the first chip, in
 * the same order, that has room for it.
 *
 * Keeps what is near in both orders together. O(units + chips), plus O(chips) for each unit that has to look back.
 */
function packInOrder(
  units: Units,
  unitOrder: Int32Array,
  chipOrder: Int32Array,
  room: Room,
  pinned: Int32Array,
): { readonly chip: Int32Array; readonly homeless: number } {
  const chip = pinned.slice();
  const freeCores = room.cores.slice();
  const freeSdram = room.sdram.slice();
  let homeless = 0;
  let current = 0;
  const fits = (unit: number, to: number): boolean =>
    freeCores[to]! >= units.cores[unit]! && freeSdram[to]! >= units.sdram[unit]!;
  for (const unit of unitOrder) {
    while (current < chipOrder.length && freeCores[chipOrder[current]!]! === 0) current++;
    let at = current;
    if (at < chipOrder.length && !fits(unit, chipOrder[at]!)) {
      at = chipOrder.findIndex((to) => fits(unit, to));
      if (at > current) current = at;
    }
    if (at < 0 || at >= chipOrder.length) {
      homeless += units.cores[unit]!;
      continue;
    }
    const to = chipOrder[at]!;
    freeCores[to]! -= units.cores[unit]!;
    freeSdram[to]! -= units.sdram[unit]!;
    chip[unit] = to;
  }
  return { chip, homeless };
}
