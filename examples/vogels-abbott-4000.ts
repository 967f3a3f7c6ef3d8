/**
 * The same network at its published size and a tick of 0.1 ms; the potential of 100 cells each is recorded, not that of
 * all, which would be half a gigabyte. `node dist/examples/vogels-abbott-4000.js`
 */
import type { Network } from "../src/index.ts";
import { showWhenRun } from "./show.ts";
import { vogelsAbbott } from "./vogels-abbott.ts";

export function vogelsAbbott4000(): Network {
  return vogelsAbbott({ name: "vogels-abbott-4000", cells: 4000, timestepMs: 0.1, tracedCells: 100 });
}

await showWhenRun(import.meta.url, vogelsAbbott4000());
