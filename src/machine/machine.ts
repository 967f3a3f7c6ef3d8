import type { Brand } from "../brand.ts";

/** Index of a chip in a machine's row-major grid: `y * width + x`, whether the chip works or not. */
export type ChipIndex = Brand<number, "ChipIndex">;

/** A chip as people name it. */
export interface ChipCoord {
  readonly x: number;
  readonly y: number;
}

/** Number of links of a chip; link l leads to {@link LINK_STEPS}[l] and arrives there on link (l + 3) mod 6. */
export const LINK_COUNT = 6;

/** Steps of links 0 to 5: east, north-east, north, west, south-west, south. */
export const LINK_STEPS: readonly ChipCoord[] = [
  { x: 1, y: 0 },
  { x: 1, y: 1 },
  { x: 0, y: 1 },
  { x: -1, y: 0 },
  { x: -1, y: -1 },
  { x: 0, y: -1 },
];

/**
 * A SpiNNaker machine as the mapper, the loader and the virtual board see it: which chips, cores and links work.
 *
 * Plain immutable data in grid-indexed arrays; chips that are absent or dead have `alive` 0 and zeros elsewhere.
 */
export interface Machine {
  /** Preset or file it came from, for people: `spin5`, `24x12`, a host name. */
  readonly name: string;
  readonly width: number;
  readonly height: number;
  /** Uint8Array[chips]: 1 where a chip works. */
  readonly alive: Uint8Array;
  /** Int32Array[chips * 6]: chip reached over link l of chip c at `c * 6 + l`, or -1 where there is no working link. */
  readonly neighbour: Int32Array;
  /** Uint32Array[chips]: bit p set where virtual core p may run an application; bit 0 (the monitor) is never set. */
  readonly applicationCores: Uint32Array;
  /** Uint32Array[chips]: bytes of SDRAM an application may allocate. */
  readonly sdramBytes: Uint32Array;
  /** Uint16Array[chips]: free multicast routing entries. */
  readonly routerEntries: Uint16Array;
  /** Int32Array[chips]: the Ethernet chip of the board the chip sits on. */
  readonly ethernetChip: Int32Array;
  /** Chips (grid indices, ascending) with a working Ethernet connection; the first is the root chip of the boot. */
  readonly ethernetChips: readonly ChipIndex[];
}

export function chipIndex(machine: Machine, x: number, y: number): ChipIndex {
  return (y * machine.width + x) as ChipIndex;
}

export function chipCoord(machine: Machine, chip: number): ChipCoord {
  return { x: chip % machine.width, y: Math.floor(chip / machine.width) };
}
