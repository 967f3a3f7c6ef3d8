import { placeOnBoard, TRIAD_SIDE, typicalApplicationCores } from "./board.ts";
import { type ChipDescription, firstApplicationCores, MAX_SIDE, machineFromChips } from "./describe-chips.ts";
import { MachineSizeError } from "./errors.ts";
import type { GridShape } from "./geometry.ts";
import { LINK_COUNT, LINK_STEPS, type Machine } from "./machine.ts";

/**
 * Largest block of SDRAM after a boot with the settings of spinnaker_tools: 128 MiB less system buffers, system heap and
 * 4 MiB of user SDRAM. SpiNNMan's settings leave 4 MiB more; what fits here fits there.
 */
export const TYPICAL_SDRAM_BYTES = 119_275_488;

/** Entry 0 of the 1,024 belongs to SCAMP. */
export const TYPICAL_ROUTER_ENTRIES = 1023;

/** The 4-chip board: two by two, north and south edges joined, east and west not. */
export function spin3(): Machine {
  return gridMachine("spin3", { width: 2, height: 2, wrapX: false, wrapY: true });
}

/** One 48-chip board without its external links. */
export function spin5(): Machine {
  return boardsMachine("spin5", { width: 8, height: 8, wrapX: false, wrapY: false });
}

/**
 * A machine of the given size in chips.
 *
 * 1x1 is a lone chip, 2x2 the 4-chip board, 8x8 one 48-chip board. Otherwise a side is a multiple of 12 and wraps round,
 * or is 12k + 4 and does not; both are tiled by triads of 48-chip boards with their typical core map.
 *
 * @throws {MachineSizeError} no arrangement of boards has this size
 */
export function machineOfSize(width: number, height: number): Machine {
  const name = `${width}x${height}`;
  if (width === 1 && height === 1) return gridMachine(name, { width, height, wrapX: false, wrapY: false });
  if (width === 2 && height === 2) return { ...spin3(), name };
  if (width === 8 && height === 8) return { ...spin5(), name };
  if (!isBoardsSide(width) || !isBoardsSide(height)) throw new MachineSizeError(width, height);
  return boardsMachine(name, { width, height, wrapX: width % TRIAD_SIDE === 0, wrapY: height % TRIAD_SIDE === 0 });
}

/** What every chip of a {@link gridMachine} has. */
export interface GridChips {
  readonly applicationCores?: number;
  readonly sdramBytes?: number;
  readonly routerEntries?: number;
}

/** A full grid of like chips with one Ethernet chip at (0, 0): small boards, and ideal machines to reason about. */
export function gridMachine(name: string, shape: GridShape, chips: GridChips = {}): Machine {
  const described: ChipDescription[] = [];
  for (let y = 0; y < shape.height; y++) {
    for (let x = 0; x < shape.width; x++) {
      described.push({
        x,
        y,
        links: linksInside(shape, x, y),
        applicationCores: firstApplicationCores(chips.applicationCores ?? 17),
        sdramBytes: chips.sdramBytes ?? TYPICAL_SDRAM_BYTES,
        routerEntries: chips.routerEntries ?? TYPICAL_ROUTER_ENTRIES,
        ethernet: { x: 0, y: 0 },
      });
    }
  }
  return machineFromChips(name, shape, described);
}

/** All whole boards of the tiling that fit on the grid; on an axis that wraps, boards lie across the edge. */
function boardsMachine(name: string, shape: GridShape): Machine {
  const described: ChipDescription[] = [];
  for (let y = 0; y < shape.height; y++) {
    for (let x = 0; x < shape.width; x++) {
      const place = placeOnBoard(x, y);
      let ethernetX = x - place.x;
      let ethernetY = y - place.y;
      if (shape.wrapX) ethernetX = (ethernetX + shape.width) % shape.width;
      if (shape.wrapY) ethernetY = (ethernetY + shape.height) % shape.height;
      const fits = (at: number, side: number, wraps: boolean): boolean => wraps || (at >= 0 && at + 8 <= side);
      if (!fits(ethernetX, shape.width, shape.wrapX) || !fits(ethernetY, shape.height, shape.wrapY)) continue;
      described.push({
        x,
        y,
        links: linksInside(shape, x, y),
        applicationCores: firstApplicationCores(typicalApplicationCores(place.x, place.y)),
        sdramBytes: TYPICAL_SDRAM_BYTES,
        routerEntries: TYPICAL_ROUTER_ENTRIES,
        ethernet: { x: ethernetX, y: ethernetY },
      });
    }
  }
  return machineFromChips(name, shape, described);
}

/** Links of a chip that do not lead over an edge that ends there. */
function linksInside(shape: GridShape, x: number, y: number): number {
  let links = 0;
  for (let link = 0; link < LINK_COUNT; link++) {
    const toX = x + LINK_STEPS[link]!.x;
    const toY = y + LINK_STEPS[link]!.y;
    const insideX = shape.wrapX || (toX >= 0 && toX < shape.width);
    const insideY = shape.wrapY || (toY >= 0 && toY < shape.height);
    if (insideX && insideY) links |= 1 << link;
  }
  return links;
}

function isBoardsSide(side: number): boolean {
  return side >= TRIAD_SIDE && side <= MAX_SIDE && (side % TRIAD_SIDE === 0 || side % TRIAD_SIDE === 4);
}
