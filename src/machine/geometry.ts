import { LINK_COUNT, LINK_STEPS, type Machine } from "./machine.ts";

/**
 * Hops from one chip to another on the triangular mesh, wrap-around ignored.
 * The six links go to (±1, 0), (0, ±1) and ±(1, 1), so equal signs share hops and opposite signs add.
 */
export function meshHops(dx: number, dy: number): number {
  const sameSign = dx * dy >= 0;
  return sameSign ? Math.max(Math.abs(dx), Math.abs(dy)) : Math.abs(dx) + Math.abs(dy);
}

/** Shape of a grid of chips, as far as distances care. */
export interface GridShape {
  readonly width: number;
  readonly height: number;
  /** Do east and west edge meet? */
  readonly wrapX: boolean;
  /** Do north and south edge meet? */
  readonly wrapY: boolean;
}

/**
 * Hops of a shortest path over a fault-free grid, for a displacement of at most one width and height either way.
 *
 * On an axis that wraps, going round the other way is the only rival to going straight: once round more never helps.
 */
export function gridHops(shape: GridShape, dx: number, dy: number): number {
  const roundX = dx > 0 ? dx - shape.width : dx + shape.width;
  const roundY = dy > 0 ? dy - shape.height : dy + shape.height;
  let hops = meshHops(dx, dy);
  if (shape.wrapX) hops = Math.min(hops, meshHops(roundX, dy));
  if (shape.wrapY) hops = Math.min(hops, meshHops(dx, roundY));
  if (shape.wrapX && shape.wrapY) hops = Math.min(hops, meshHops(roundX, roundY));
  return hops;
}

/** The shape of a machine: an axis wraps when at least one working link crosses its edge. */
export function gridShape(machine: Machine): GridShape {
  const { width, height, neighbour } = machine;
  const crosses = (chip: number, link: number, axis: "x" | "y"): boolean => {
    if (neighbour[chip * LINK_COUNT + link]! < 0) return false;
    const step = LINK_STEPS[link]![axis];
    const at = (axis === "x" ? chip % width : Math.floor(chip / width)) + step;
    return at < 0 || at >= (axis === "x" ? width : height);
  };
  let wrapX = false;
  let wrapY = false;
  for (let chip = 0; chip < width * height; chip++) {
    const x = chip % width;
    const y = Math.floor(chip / width);
    if (x !== 0 && y !== 0 && x !== width - 1 && y !== height - 1) continue;
    for (let link = 0; link < LINK_COUNT; link++) {
      wrapX ||= crosses(chip, link, "x");
      wrapY ||= crosses(chip, link, "y");
    }
  }
  return { width, height, wrapX, wrapY };
}

/** Names of links 0 to 5. */
export const LINK_NAMES = ["E", "NE", "N", "W", "SW", "S"] as const;

/** The link by which a packet arrives that left its chip over `link`, and the way back. */
export function oppositeLink(link: number): number {
  return (link + 3) % LINK_COUNT;
}
