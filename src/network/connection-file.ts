import { WrongTypeError } from "./errors.ts";
import type { ConnectionList } from "./network.ts";
import { Place } from "./place.ts";

/**
 * Connections as a table: pre, post, and optionally weight and delay (ms), one a line, separated by commas, tabs or
 * spaces. Lines that start with `#` are comments; `# columns = ["i", "j", "weight", "delay"]`, as PyNN writes it, gives
 * the order of the columns.
 *
 * @param file its name, for error messages
 */
export function parseConnectionFile(text: string, file: string): ConnectionList {
  let columns: readonly string[] = ["i", "j", "weight", "delay"];
  const rows: number[][] = [];
  const place = Place.root(file);
  text.split(/\r?\n/).forEach((line, i) => {
    const named = /^#\s*columns\s*=\s*\[(.*)\]/.exec(line);
    if (named !== null) columns = named[1]!.split(",").map((column) => column.trim().replace(/^['"]|['"]$/g, ""));
    if (isNoConnection(line)) return;
    const at = place.field(`line ${i + 1}`);
    const cells = line.trim().split(/\s*[,;\t ]\s*/);
    const row = cells.map((cell) => (cell === "" ? Number.NaN : Number(cell)));
    if (!row.every(Number.isFinite)) throw new WrongTypeError(at, line, "numbers separated by commas");
    const wanted = rows[0]?.length;
    if (row.length < 2 || row.length > columns.length || (wanted !== undefined && row.length !== wanted)) {
      throw new WrongTypeError(at, line, `${wanted ?? "2 to 4"} columns: ${columns.join(", ")}`);
    }
    for (const column of [columns.indexOf("i"), columns.indexOf("j")]) {
      const index = row[column];
      if (index === undefined || !Number.isInteger(index) || index < 0 || index > 0xffff_ffff) {
        throw new WrongTypeError(at, line, "whole indices of pre and post neuron");
      }
    }
    rows.push(row);
  });
  const column = (name: string): number[] | undefined => {
    const at = columns.indexOf(name);
    return at < 0 || at >= (rows[0]?.length ?? 0) ? undefined : rows.map((row) => row[at]!);
  };
  const weight = column("weight");
  const delay = column("delay");
  return {
    pre: Uint32Array.from(column("i") ?? []),
    post: Uint32Array.from(column("j") ?? []),
    ...(weight === undefined ? {} : { weight: Float64Array.from(weight) }),
    ...(delay === undefined ? {} : { delayMs: Float64Array.from(delay) }),
  };
}

/** Line, from 1, of connection i of a file that {@link parseConnectionFile} has read. */
export function lineOfConnection(text: string, connection: number): number {
  let before = -1;
  return 1 + text.split(/\r?\n/).findIndex((line) => !isNoConnection(line) && ++before === connection);
}

function isNoConnection(line: string): boolean {
  return line.startsWith("#") || line.trim() === "";
}
