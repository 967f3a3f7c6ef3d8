import type { Machine } from "../machine/machine.ts";
import type { RoutingTable } from "../mapper/netlist.ts";

/** What is to be loaded, as bytes and words; the loader does not look into images. */
export interface LoadPlan {
  /** 16 to 255, not in use on the board. */
  readonly appId: number;
  /** Whose chip numbers {@link tables} use. */
  readonly machine: Machine;
  /** APLX files. */
  readonly applications: readonly Uint8Array[];
  readonly cores: readonly CoreImage[];
  /** At most one a chip. */
  readonly tables: readonly RoutingTable[];
}

/** What goes to one core. Its image lies in one block of SDRAM, whose address the core finds in `vcpu.user0`. */
export interface CoreImage {
  readonly x: number;
  readonly y: number;
  /** Virtual core, 1 to 17. */
  readonly core: number;
  /** Index into {@link LoadPlan.applications}. */
  readonly application: number;
  /** What the host writes at the start of the block. */
  readonly bytes: Uint8Array;
  /** Size of the block, at least `bytes.length`: what the core itself writes follows the image. */
  readonly sdramBytes: number;
  /** Byte offset in the image of the word "run until tick n": written before every run. */
  readonly runUntilOffset: number;
}

export type LoadStage = "allocate" | "images" | "tables" | "applications" | "wait";

export interface LoadProgress {
  readonly stage: LoadStage;
  /** Cores, bytes, chips, chips, cores. */
  readonly done: number;
  readonly total: number;
}
