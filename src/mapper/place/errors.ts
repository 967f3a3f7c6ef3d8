import { InputError } from "../../errors.ts";

/** Application cores of a 48-chip board of which none is dead. */
const CORES_A_BOARD = 808;

/** What the vertices of a netlist need beyond what a machine has. */
export interface Shortage {
  /** Application cores needed, and free for use. */
  readonly cores: { readonly needed: number; readonly free: number };
  /** Bytes of SDRAM needed, and free for use. */
  readonly sdram: { readonly needed: number; readonly free: number };
  /** Vertices that found no chip. */
  readonly unplaced: number;
  /** Cores on chips that faults cut off from the part of the machine that is used. */
  readonly cutOffCores: number;
}

/** The vertices do not fit on the machine, by cores or by memory. */
export class NoRoomError extends InputError {
  readonly code = "NO_ROOM";
  readonly shortage: Shortage;

  /** @param alternatives what else would make it fit: `with at least 12 neurons a core` */
  constructor(machine: string, shortage: Shortage, alternatives: readonly string[] = []) {
    const fits = [smallestChange(shortage), ...alternatives].join("; or ");
    super(`machine ${machine}`, foundShort(shortage), `It would fit ${fits}.`);
    this.shortage = shortage;
  }
}

/** A vertex, or vertices that must share a chip, need more than any chip has. */
export class ChipTooSmallError extends InputError {
  readonly code = "CHIP_TOO_SMALL";

  constructor(where: string, found: string, remedy: string) {
    super(where, found, remedy);
  }
}

/** A pin names a chip that cannot take what is pinned there, or two pins contradict each other. */
export class PinError extends InputError {
  readonly code = "PIN";
}

function foundShort({ cores, sdram, unplaced, cutOffCores }: Shortage): string {
  const short: string[] = [];
  if (cores.needed > cores.free) short.push(`${cores.needed} cores needed, ${cores.free} free`);
  if (sdram.needed > sdram.free) short.push(`${sdram.needed} bytes of SDRAM needed, ${sdram.free} free`);
  if (short.length === 0) {
    short.push(
      `${unplaced} vertices find no chip with a free core and enough SDRAM at once, although ${cores.free} cores and ${sdram.free} bytes would suffice for all together`,
    );
  }
  if (cutOffCores > 0) short.push(`faults cut off ${cutOffCores} more cores`);
  return short.join("; ");
}

function smallestChange({ cores, sdram, unplaced }: Shortage): string {
  const missingCores = cores.needed - cores.free;
  const missingBytes = sdram.needed - sdram.free;
  const changes: string[] = [];
  if (missingCores > 0) changes.push(`${missingCores} more cores (${boardsOf(missingCores)})`);
  if (missingBytes > 0)
    changes.push(`${missingBytes} more bytes of SDRAM${unplaced > 0 ? ", or as much less recording a run" : ""}`);
  if (changes.length === 0) {
    changes.push(`smaller vertices (fewer neurons a core), or a machine with ${unplaced} more chips`);
  }
  return `with ${changes.join(" and ")}`;
}

function boardsOf(cores: number): string {
  const boards = Math.ceil(cores / CORES_A_BOARD);
  return boards === 1 ? "1 more 48-chip board" : `${boards} more 48-chip boards`;
}
