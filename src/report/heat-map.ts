import { turnedLabel } from "./axis.ts";
import { colourBar, isDark, sequentialColour } from "./sequential-colour.ts";
import { element, FAINT_INK, INK, label, picture, RULE } from "./svg.ts";

/** A value for each pair of two parameters, such as the rates of a sweep. */
export interface HeatMap {
  readonly title: string;
  /** What the colours mean, with unit: `rate (Hz)`. */
  readonly quantity: string;
  readonly x: HeatMapAxis;
  readonly y: HeatMapAxis;
  /** Float64Array[y.values * x.values], row of the first y value first; NaN where there is no value. */
  readonly values: Float64Array;
}

export interface HeatMapAxis {
  /** Name and unit of the parameter. */
  readonly title: string;
  /** Texts of its values, in order; y goes upwards. */
  readonly values: readonly string[];
}

export interface HeatMapOptions {
  /** Pixels of the longer side of the cells' area. Default 460. */
  readonly size?: number;
  /** Ends of the colour scale. Default: the values' range. */
  readonly domain?: readonly [low: number, high: number];
}

const MARGIN = { left: 96, right: 28, top: 84, bottom: 62 } as const;
/** Cells from this size on carry their number. */
const NUMBERED_CELL = 34;
/** Pixels an axis label needs. */
const LABEL_PITCH = { x: 44, y: 16 } as const;

/** A heat map as an SVG file. Missing values are crossed out. */
export function heatMapSvg(map: HeatMap, options: HeatMapOptions = {}): string {
  const columns = map.x.values.length;
  const rows = map.y.values.length;
  const cell = Math.max(2, Math.min(64, Math.floor((options.size ?? 460) / Math.max(columns, rows, 1))));
  const plotWidth = cell * columns;
  const plotHeight = cell * rows;
  const width = MARGIN.left + Math.max(plotWidth, 260) + MARGIN.right;
  const height = MARGIN.top + plotHeight + MARGIN.bottom;
  const known = map.values.filter((value) => !Number.isNaN(value));
  const low = options.domain?.[0] ?? known.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const high = options.domain?.[1] ?? known.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const colour = known.length === 0 ? sequentialColour(0, 1) : sequentialColour(low, high);
  const cells = Array.from(map.values, (value, index) => {
    const x = MARGIN.left + (index % columns) * cell;
    const y = MARGIN.top + (rows - 1 - Math.floor(index / columns)) * cell;
    if (Number.isNaN(value)) return missingCell(x, y, cell);
    const square = element("rect", { x, y, width: cell, height: cell, fill: colour(value) });
    return cell < NUMBERED_CELL
      ? square
      : square + cellNumber(x + cell / 2, y + cell / 2 + 4, value, isDark(colour, value));
  });
  const everyX = Math.ceil(LABEL_PITCH.x / cell);
  const everyY = Math.ceil(LABEL_PITCH.y / cell);
  return picture(width, height, map.title, [
    label(MARGIN.left, 24, map.title, { "font-size": 14, "font-weight": 600 }),
    colourBar(colour, MARGIN.left, 48, 220, map.quantity),
    ...cells,
    element("rect", {
      x: MARGIN.left,
      y: MARGIN.top,
      width: plotWidth,
      height: plotHeight,
      fill: "none",
      stroke: RULE,
    }),
    ...map.x.values.map((text, column) =>
      column % everyX === 0
        ? label(MARGIN.left + (column + 0.5) * cell, MARGIN.top + plotHeight + 16, text, {
            "text-anchor": "middle",
            "font-size": 11,
            fill: FAINT_INK,
          })
        : "",
    ),
    ...map.y.values.map((text, row) =>
      row % everyY === 0
        ? label(MARGIN.left - 8, MARGIN.top + (rows - row - 0.5) * cell + 4, text, {
            "text-anchor": "end",
            "font-size": 11,
            fill: FAINT_INK,
          })
        : "",
    ),
    label(MARGIN.left + plotWidth / 2, MARGIN.top + plotHeight + 40, map.x.title, { "text-anchor": "middle" }),
    turnedLabel(30, MARGIN.top + plotHeight / 2, map.y.title),
  ]);
}

function missingCell(x: number, y: number, cell: number): string {
  return [
    element("rect", { x, y, width: cell, height: cell, fill: "#fff", stroke: RULE }),
    element("line", { x1: x, y1: y, x2: x + cell, y2: y + cell, stroke: RULE }),
    element("line", { x1: x, y1: y + cell, x2: x + cell, y2: y, stroke: RULE }),
  ].join("");
}

function cellNumber(x: number, y: number, value: number, onDark: boolean): string {
  const magnitude = Math.abs(value);
  const text = magnitude >= 100 ? value.toFixed(0) : magnitude >= 10 ? value.toFixed(1) : value.toFixed(2);
  return label(x, y, text, { "text-anchor": "middle", "font-size": 10, fill: onDark ? "#fff" : INK });
}
