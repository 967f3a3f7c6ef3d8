import type { ChipCoord } from "./machine.ts";

/**
 * The 48-chip board (SpiNN-5) and how three of them tile a 12 by 12 block of chips.
 *
 * Rows y = 0 to 7 of a board hold x = 0-4, 0-5, 0-6, 0-7, 1-7, 2-7, 3-7, 4-7 relative to its Ethernet chip.
 * Ethernet chips sit at (0, 0), (4, 8) and (8, 4) modulo 12.
 * @see SpiNNakerManchester/spinnaker_tools `scamp/scamp-nn.c` (eth_map), SpiNNMachine `version/version_5.py`
 */
export const BOARD_CHIPS: readonly ChipCoord[] = Array.from({ length: 64 }, (_, at) => ({
  x: at % 8,
  y: at >> 3,
})).filter(({ x, y }) => isOnBoard(x, y));

/** Chips of a board that typically have one working core fewer. */
export const SEVENTEEN_CORE_CHIPS: readonly ChipCoord[] = [
  { x: 1, y: 1 },
  { x: 1, y: 3 },
  { x: 3, y: 1 },
  { x: 3, y: 3 },
  { x: 3, y: 5 },
  { x: 5, y: 2 },
  { x: 5, y: 4 },
  { x: 5, y: 6 },
];

/** Chips along one side of a triad, the block that three boards tile. */
export const TRIAD_SIDE = 12;

/** Ethernet chips of the boards of a triad. */
export const TRIAD_ETHERNETS: readonly ChipCoord[] = [
  { x: 0, y: 0 },
  { x: 4, y: 8 },
  { x: 8, y: 4 },
];

/** Is there a chip at this place relative to the board's Ethernet chip? */
export function isOnBoard(x: number, y: number): boolean {
  return x >= 0 && y >= 0 && x <= 7 && y <= 7 && x - y <= 4 && y - x <= 3;
}

/** Application cores a chip typically has, by its place relative to the board's Ethernet chip. */
export function typicalApplicationCores(x: number, y: number): number {
  return SEVENTEEN_CORE_CHIPS.some((chip) => chip.x === x && chip.y === y) ? 16 : 17;
}

/** Where, relative to the Ethernet chip of its board, a chip of the endless tiling lies. */
export function placeOnBoard(x: number, y: number): ChipCoord {
  for (const ethernet of TRIAD_ETHERNETS) {
    const dx = (((x - ethernet.x) % TRIAD_SIDE) + TRIAD_SIDE) % TRIAD_SIDE;
    const dy = (((y - ethernet.y) % TRIAD_SIDE) + TRIAD_SIDE) % TRIAD_SIDE;
    if (isOnBoard(dx, dy)) return { x: dx, y: dy };
  }
  throw new RangeError(`the boards of a triad do not cover (${x}, ${y})`);
}
