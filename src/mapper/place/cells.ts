import { gridHops, gridShape } from "../../machine/geometry.ts";
import type { Machine } from "../../machine/machine.ts";
import type { Room } from "./units.ts";

/**
 * The machine at one level of detail: a grid of cells, each a block of chips with what is free on them together.
 *
 * Distances look like `distance[place[b] - place[a] + middle]`: hops between the centres of the cells.
 */
export interface CellGrid {
  readonly count: number;
  readonly columns: number;
  readonly rows: number;
  /** Chips the grid is wide and high. */
  readonly chipColumns: number;
  readonly chipRows: number;
  /** Int32Array[cells]: free cores. */
  readonly cores: Int32Array;
  /** Float64Array[cells]: free bytes of SDRAM. */
  readonly sdram: Float64Array;
  /** Int32Array[cells]: where the cell stands in the table of distances. */
  readonly place: Int32Array;
  readonly distance: Float32Array;
  readonly middle: number;
  /** Int32Array[chips]: cell of a chip. */
  readonly ofChip: Int32Array;
  /** Do the edges meet? Then so do those of the cells. */
  readonly wrapX: boolean;
  readonly wrapY: boolean;
}

/** The chips of a machine in `columns` by `rows` cells as equal as can be. O(chips + cells). */
export function cellGrid(machine: Machine, room: Room, columns: number, rows: number): CellGrid {
  const shape = gridShape(machine);
  const count = columns * rows;
  const cores = new Int32Array(count);
  const sdram = new Float64Array(count);
  const ofChip = new Int32Array(machine.alive.length);
  for (let chip = 0; chip < ofChip.length; chip++) {
    const column = Math.floor(((chip % shape.width) * columns) / shape.width);
    const row = Math.floor((Math.floor(chip / shape.width) * rows) / shape.height);
    const cell = row * columns + column;
    ofChip[chip] = cell;
    if (room.cores[chip]! <= 0) continue;
    cores[cell]! += room.cores[chip]!;
    sdram[cell]! += room.sdram[chip]!;
  }
  const stride = 2 * columns;
  const place = Int32Array.from({ length: count }, (_, cell) => Math.floor(cell / columns) * stride + (cell % columns));
  const distance = new Float32Array(stride * 2 * rows);
  const middle = rows * stride + columns;
  const { wrapX, wrapY } = shape;
  for (let dy = 1 - rows; dy < rows; dy++) {
    for (let dx = 1 - columns; dx < columns; dx++) {
      distance[middle + dy * stride + dx] = gridHops(shape, (dx * shape.width) / columns, (dy * shape.height) / rows);
    }
  }
  const { width: chipColumns, height: chipRows } = shape;
  return { count, columns, rows, chipColumns, chipRows, cores, sdram, place, distance, middle, ofChip, wrapX, wrapY };
}

/** The cell a step over link `link` away; -1 beyond an edge that does not wrap. */
export function stepFrom(grid: CellGrid, cell: number, link: number): number {
  const { columns, rows } = grid;
  let row = Math.floor(cell / columns);
  let column = cell - row * columns;
  if (link === 0 || link === 1) column++;
  else if (link === 3 || link === 4) column--;
  if (link === 1 || link === 2) row++;
  else if (link === 4 || link === 5) row--;
  if (column < 0 || column >= columns) {
    if (!grid.wrapX) return -1;
    column = column < 0 ? columns - 1 : 0;
  }
  if (row < 0 || row >= rows) {
    if (!grid.wrapY) return -1;
    row = row < 0 ? rows - 1 : 0;
  }
  return row * columns + column;
}
