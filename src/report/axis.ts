import type { ScaleLinear } from "d3-scale";
import { element, FAINT_INK, INK, label, RULE } from "./svg.ts";

/** A scale from data to pixels. */
export type PixelScale = ScaleLinear<number, number>;

/** Where an axis stands and what it says. */
export interface AxisOptions {
  /** Quantity and unit: `time (ms)`. */
  readonly title?: string;
  /** About this many ticks; the scale picks round numbers. */
  readonly ticks: number;
  /** Only whole numbers, for counts and indices. */
  readonly whole?: boolean;
  /** Lines across the plot at each tick reach this far, in pixels from the axis. */
  readonly grid?: number;
}

/** Axis below a plot: line at `y`, ticks downwards. */
export function bottomAxis(scale: PixelScale, y: number, options: AxisOptions): string {
  const [left, right] = scale.range() as [number, number];
  const format = tickText(scale, options.ticks);
  const ticks = axisTicks(scale, options).map((value) => {
    const x = scale(value);
    return [
      options.grid === undefined
        ? ""
        : element("line", { x1: x, x2: x, y1: y, y2: y - options.grid, stroke: RULE, "stroke-width": 0.6 }),
      element("line", { x1: x, x2: x, y1: y, y2: y + 5, stroke: FAINT_INK }),
      label(x, y + 18, format(value), { "text-anchor": "middle", fill: FAINT_INK, "font-size": 11 }),
    ].join("");
  });
  const title =
    options.title === undefined ? "" : label((left + right) / 2, y + 36, options.title, { "text-anchor": "middle" });
  return [...ticks, element("line", { x1: left, x2: right, y1: y, y2: y, stroke: FAINT_INK }), title].join("");
}

/** Axis left of a plot: line at `x`, ticks to the left, the title turned and centred `titleDistance` away. */
export function leftAxis(scale: PixelScale, x: number, options: AxisOptions, titleDistance = 46): string {
  const [bottom, top] = scale.range() as [number, number];
  const format = tickText(scale, options.ticks);
  const ticks = axisTicks(scale, options).map((value) => {
    const y = scale(value);
    return [
      options.grid === undefined
        ? ""
        : element("line", { x1: x, x2: x + options.grid, y1: y, y2: y, stroke: RULE, "stroke-width": 0.6 }),
      element("line", { x1: x - 5, x2: x, y1: y, y2: y, stroke: FAINT_INK }),
      label(x - 8, y + 4, format(value), { "text-anchor": "end", fill: FAINT_INK, "font-size": 11 }),
    ].join("");
  });
  const title = options.title === undefined ? "" : turnedLabel(x - titleDistance, (bottom + top) / 2, options.title);
  return [...ticks, element("line", { x1: x, x2: x, y1: bottom, y2: top, stroke: FAINT_INK }), title].join("");
}

/** Words that read upwards, centred at a point. */
export function turnedLabel(x: number, y: number, content: string): string {
  return label(0, 0, content, {
    transform: `translate(${Math.round(x)} ${Math.round(y)}) rotate(-90)`,
    "text-anchor": "middle",
    fill: INK,
  });
}

function axisTicks(scale: PixelScale, { ticks, whole }: AxisOptions): readonly number[] {
  const values = scale.ticks(ticks);
  return whole === true ? values.filter((value) => Number.isInteger(value)) : values;
}

/** Numbers as the scale writes them, without separators in thousands. */
function tickText(scale: PixelScale, ticks: number): (value: number) => string {
  const format = scale.tickFormat(ticks);
  return (value) => format(value).replaceAll(",", "");
}
