import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { LINK_COUNT } from "../src/machine/machine.ts";
import { LOCAL } from "../src/mapper/netlist.ts";
import { type ChipRoutes, firstMatchBlocks } from "../src/mapper/tables/index.ts";

/** A set of routing tables to be minimised, from a file of either published format. */
export interface TableSet {
  /** Chips by position in `tables`, as the file names them. */
  readonly chips: readonly { readonly x: number; readonly y: number }[];
  /** `chip` is the position in the set. */
  readonly tables: readonly ChipRoutes[];
}

/** Reads `*.bin.gz` (records of x, y, count and entries) or `*.json.gz` (rtab-1: key differences, sources, routes). */
export async function readTableSet(path: string): Promise<TableSet> {
  const bytes = gunzipSync(await readFile(path));
  return path.endsWith(".bin.gz") ? fromRecords(bytes) : fromJson(JSON.parse(bytes.toString()));
}

/** Records, little-endian: u8 x, u8 y, u16 n, then n times u32 key, mask, 0, route. Arrival links are not recorded. */
function fromRecords(bytes: Buffer): TableSet {
  const chips: { x: number; y: number }[] = [];
  const tables: ChipRoutes[] = [];
  for (let at = 0; at < bytes.length; ) {
    chips.push({ x: bytes.readUInt8(at), y: bytes.readUInt8(at + 1) });
    const count = bytes.readUInt16LE(at + 2);
    const words = (word: number) =>
      Uint32Array.from({ length: count }, (_, entry) => bytes.readUInt32LE(at + 4 + 16 * entry + 4 * word));
    tables.push(firstMatchBlocks({ chip: tables.length, key: words(0), mask: words(1), route: words(3) }));
    at += 4 + 16 * count;
  }
  return { chips, tables };
}

interface Rtab1 {
  readonly shift: number;
  readonly mask: number;
  readonly tables: readonly {
    readonly x: number;
    readonly y: number;
    readonly keys: readonly number[];
    readonly sources: readonly number[];
    readonly routes: readonly number[];
  }[];
}

function fromJson({ shift, mask, tables }: Rtab1): TableSet {
  return {
    chips: tables.map(({ x, y }) => ({ x, y })),
    tables: tables.map(({ keys, sources, routes }, chip) => {
      let sum = 0;
      const key = Uint32Array.from(keys, (difference) => {
        sum += difference;
        return sum * 2 ** shift;
      });
      const table = { chip, key, mask: new Uint32Array(keys.length).fill(mask), route: Uint32Array.from(routes) };
      return firstMatchBlocks(table, Uint8Array.from(sources, arrivalLink));
    }),
  };
}

/** A source word with one link bit is an arrival link; any other packet cannot be default-routed. */
function arrivalLink(source: number): number {
  const link = 31 - Math.clz32(source);
  return source === 1 << link && link < LINK_COUNT ? link : LOCAL;
}
