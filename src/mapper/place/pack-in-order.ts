import type { Room, Units } from "./units.ts";

/**
 * Fills chips in the given order with units in the given order; a unit that does not fit goes to the first chip, in
 * the same order, that has room for it.
 *
 * Keeps what is near in both orders together. O(units + chips), plus O(chips) for each unit that has to look back.
 *
 * @param room what is free; taken from as units are placed
 * @param chip Int32Array[units]: units with a chip already are left alone
 * @returns units without a chip, in order
 */
export function packInOrder(
  units: Units,
  unitOrder: Int32Array,
  chipOrder: Int32Array,
  room: Room,
  chip: Int32Array,
): number[] {
  const unplaced: number[] = [];
  let current = 0;
  const fits = (unit: number, to: number): boolean =>
    room.cores[to]! >= units.cores[unit]! && room.sdram[to]! >= units.sdram[unit]!;
  for (const unit of unitOrder) {
    if (chip[unit]! >= 0) continue;
    while (current < chipOrder.length && room.cores[chipOrder[current]!]! === 0) current++;
    let at = current;
    if (at < chipOrder.length && !fits(unit, chipOrder[at]!)) {
      at = chipOrder.findIndex((to) => fits(unit, to));
      if (at > current) current = at;
    }
    if (at < 0 || at >= chipOrder.length) {
      unplaced.push(unit);
      continue;
    }
    const to = chipOrder[at]!;
    room.cores[to]! -= units.cores[unit]!;
    room.sdram[to]! -= units.sdram[unit]!;
    chip[unit] = to;
  }
  return unplaced;
}
