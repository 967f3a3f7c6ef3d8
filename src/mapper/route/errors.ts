import { SpinloomError } from "../../errors.ts";
import { connectedParts } from "../../machine/components.ts";
import { gridShape, LINK_NAMES } from "../../machine/geometry.ts";
import { chipCoord, LINK_COUNT, LINK_STEPS, type Machine } from "../../machine/machine.ts";

/** A broken connection on the border of a cut-off part of the machine. */
export interface CutLink {
  readonly x: number;
  readonly y: number;
  readonly link: number;
}

/** No path of working links leads from a net's source to one of its sinks. */
export class UnreachableTargetError extends SpinloomError {
  readonly code = "UNREACHABLE_TARGET";
  /** Chips of the smaller of the two sides. */
  readonly cutOffChips: number;
  /** Dead links between two working chips, out of the smaller side: any one that worked would join the sides. */
  readonly cut: readonly CutLink[];

  constructor(machine: Machine, net: number, source: number, target: number) {
    const { side, chips } = smallerSide(machine, source, target);
    const cut = cutAround(machine, side);
    super(
      `net ${net}, from chip ${named(machine, source)} to chip ${named(machine, target)}`,
      `no path of working links; ${chips === 1 ? "1 chip is" : `${chips} chips are`} cut off with chip ${named(machine, side.chip)}`,
      cut.length === 0
        ? "Only dead chips surround them: use another machine, or mark them as dead so that nothing is placed there."
        : `Any one of these links would join them: ${cut.slice(0, 12).map(linkName).join(", ")}${cut.length > 12 ? `, and ${cut.length - 12} more` : ""}. Or mark them as dead so that nothing is placed there.`,
    );
    this.cutOffChips = chips;
    this.cut = cut;
  }
}

interface Side {
  readonly part: Int32Array;
  readonly chip: number;
}

function smallerSide(machine: Machine, a: number, b: number): { side: Side; chips: number } {
  const part = connectedParts(machine);
  const size = (chip: number): number => part.reduce((sum, at) => sum + (at === part[chip] ? 1 : 0), 0);
  const [ofA, ofB] = [size(a), size(b)];
  return ofA < ofB ? { side: { part, chip: a }, chips: ofA } : { side: { part, chip: b }, chips: ofB };
}

function cutAround(machine: Machine, { part, chip }: Side): CutLink[] {
  const { width, height, wrapX, wrapY } = gridShape(machine);
  const cut: CutLink[] = [];
  for (let at = 0; at < part.length; at++) {
    if (part[at] !== part[chip]) continue;
    const { x, y } = chipCoord(machine, at);
    for (let link = 0; link < LINK_COUNT; link++) {
      let toX = x + LINK_STEPS[link]!.x;
      let toY = y + LINK_STEPS[link]!.y;
      if (wrapX) toX = (toX + width) % width;
      if (wrapY) toY = (toY + height) % height;
      if (toX < 0 || toX >= width || toY < 0 || toY >= height) continue;
      const other = part[toY * width + toX]!;
      if (other >= 0 && other !== part[chip]) cut.push({ x, y, link });
    }
  }
  return cut;
}

function named(machine: Machine, chip: number): string {
  const { x, y } = chipCoord(machine, chip);
  return `(${x}, ${y})`;
}

function linkName({ x, y, link }: CutLink): string {
  return `(${x}, ${y}) ${LINK_NAMES[link]}`;
}
