import { MachineDescriptionError } from "./errors.ts";
import { oppositeLink } from "./geometry.ts";
import { type ChipCoord, type ChipIndex, LINK_COUNT, LINK_STEPS, type Machine } from "./machine.ts";

/** Cores of a chip, virtual numbers 0 to 17; core 0 is the monitor (SCAMP). */
export const CORES_PER_CHIP = 18;

/** Chips are addressed by one byte an axis. */
export const MAX_SIDE = 256;

/** A working chip as its chip information reports it. */
export interface ChipDescription {
  readonly x: number;
  readonly y: number;
  /** Bit l set where link l works, as seen from this chip. */
  readonly links: number;
  /** Bit p set where virtual core p is free for an application. */
  readonly applicationCores: number;
  /** Largest block of SDRAM, bytes. */
  readonly sdramBytes: number;
  /** Free multicast routing entries. */
  readonly routerEntries: number;
  /** The Ethernet chip of its board. */
  readonly ethernet: ChipCoord;
}

/**
 * The machine made of the given chips; all other places of the grid are dead.
 *
 * A link works if both chips on it say so: one that is dead one way is dead both ways, because what is sent over it can
 * never be answered or returned. A link that crosses the edge of the grid leads to the opposite edge. An Ethernet chip
 * is one that its board names and that works.
 *
 * @throws {MachineDescriptionError} a chip outside the grid, or described twice
 */
export function machineFromChips(
  name: string,
  size: { readonly width: number; readonly height: number },
  chips: readonly ChipDescription[],
): Machine {
  const { width, height } = size;
  if (!isSide(width) || !isSide(height)) {
    throw new MachineDescriptionError(
      `machine "${name}"`,
      `a grid of ${width}x${height} chips`,
      `Each side has 1 to ${MAX_SIDE} chips.`,
    );
  }
  const count = width * height;
  const alive = new Uint8Array(count);
  const links = new Uint8Array(count);
  const applicationCores = new Uint32Array(count);
  const sdramBytes = new Uint32Array(count);
  const routerEntries = new Uint16Array(count);
  const ethernetChip = new Int32Array(count);
  const inside = (at: ChipCoord): boolean => at.x >= 0 && at.x < width && at.y >= 0 && at.y < height;

  for (const chip of chips) {
    const at = chip.y * width + chip.x;
    if (!inside(chip) || !inside(chip.ethernet) || alive[at]) {
      const twice = inside(chip) && alive[at];
      throw new MachineDescriptionError(
        `machine "${name}", chip (${chip.x}, ${chip.y})`,
        twice ? "described twice" : `it or its Ethernet chip (${chip.ethernet.x}, ${chip.ethernet.y}) is off the grid`,
        `Give each chip of the ${width}x${height} grid at most once.`,
      );
    }
    alive[at] = 1;
    links[at] = chip.links & 0x3f;
    applicationCores[at] = chip.applicationCores & 0x3fffe;
    sdramBytes[at] = chip.sdramBytes;
    routerEntries[at] = chip.routerEntries;
    ethernetChip[at] = chip.ethernet.y * width + chip.ethernet.x;
  }

  const neighbour = new Int32Array(count * LINK_COUNT).fill(-1);
  for (let chip = 0; chip < count; chip++) {
    for (let link = 0; link < LINK_COUNT; link++) {
      if ((links[chip]! & (1 << link)) === 0) continue;
      const x = ((chip % width) + LINK_STEPS[link]!.x + width) % width;
      const y = (Math.floor(chip / width) + LINK_STEPS[link]!.y + height) % height;
      const other = y * width + x;
      if (other !== chip && alive[other] && (links[other]! & (1 << oppositeLink(link))) !== 0) {
        neighbour[chip * LINK_COUNT + link] = other;
      }
    }
  }

  const ethernetChips = [...new Set(ethernetChip.filter((_, chip) => alive[chip] === 1))]
    .filter((chip) => alive[chip] === 1)
    .sort((a, b) => a - b) as ChipIndex[];
  return {
    name,
    width,
    height,
    alive,
    neighbour,
    applicationCores,
    sdramBytes,
    routerEntries,
    ethernetChip,
    ethernetChips,
  };
}

/** Bits of application cores 1 to n: what a chip with n + 1 working cores offers. */
export function firstApplicationCores(count: number): number {
  return (1 << (count + 1)) - 2;
}

function isSide(side: number): boolean {
  return Number.isInteger(side) && side >= 1 && side <= MAX_SIDE;
}
