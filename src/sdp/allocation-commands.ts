/**
 * Commands that give out memory and routing entries and load routing tables: ALLOC and RTR.
 *
 * @see SpiNNakerManchester/spinnaker_tools `scamp/scamp-cmd.c` (cmd_alloc, cmd_rtr), `sark/sark_alloc.c`
 */
import { DatagramError, inRange } from "./errors.ts";
import { NO_DATA } from "./scp.ts";
import { SCP_COMMAND } from "./scp-codes.ts";
import { commandWithoutReply, commandWithWord, hex, type ScpCommand, wordAt } from "./scp-command.ts";

export const ALLOC_OPERATION = {
  sdramAllocate: 0,
  sdramFree: 1,
  sdramFreeByApplication: 2,
  routerAllocate: 3,
  routerFree: 4,
  routerFreeByApplication: 5,
  sdramSpace: 6,
  sdramTagged: 7,
} as const;

/** Return an existing block of the same tag and size instead of failing: makes allocation repeatable (SCAMP 4). */
export const TAG_RETRY = 4;

export interface AllocationArgument {
  readonly operation: number;
  readonly appId: number;
  readonly flags: number;
}

/** `flags << 16 | app_id << 8 | operation`. */
export function packAllocation(argument: AllocationArgument): number {
  inRange("ALLOC operation", argument.operation, 0, 255);
  inRange("app id", argument.appId, 0, 255);
  inRange("ALLOC flags", argument.flags, 0, 255);
  return (argument.flags << 16) | (argument.appId << 8) | argument.operation;
}

export function unpackAllocation(word: number): AllocationArgument {
  return { operation: word & 0xff, appId: (word >>> 8) & 0xff, flags: (word >>> 16) & 0xff };
}

/**
 * Allocates SDRAM; the reply is the address, or undefined when there is no room or the tag is taken.
 *
 * @param bytes a multiple of 4, as the tag-retry comparison is against the block's rounded size
 * @param tag 1 to 255 names the block within the application; 0 leaves it nameless
 * @param tagRetry SCAMP 4 only: asking again returns the same block
 */
export function allocateSdram(
  appId: number,
  bytes: number,
  tag: number,
  tagRetry: boolean,
): ScpCommand<number | undefined> {
  inRange("ALLOC words", bytes / 4, 1, 0x3fff_ffff);
  inRange("ALLOC tag", tag, 0, 255);
  const flags = tagRetry ? TAG_RETRY : 0;
  return commandWithWord(
    SCP_COMMAND.ALLOC,
    [packAllocation({ operation: ALLOC_OPERATION.sdramAllocate, appId, flags }), bytes, tag],
    tagRetry && tag !== 0 ? "again" : "never",
    () => `ALLOC ${bytes} bytes of SDRAM, tag ${tag}, application ${appId}`,
    zeroIsFailure,
  );
}

/** Gives one block back. A second time would corrupt the heap; address 0 would halt the monitor and is refused. */
export function freeSdram(address: number): ScpCommand<void> {
  return commandWithoutReply(
    SCP_COMMAND.ALLOC,
    [
      packAllocation({ operation: ALLOC_OPERATION.sdramFree, appId: 0, flags: 0 }),
      inRange("block address", address, 1, 0xffff_ffff),
      0,
    ],
    "never",
    () => `ALLOC free SDRAM block ${hex(address)}`,
  );
}

/** Gives back all SDRAM of an application; the reply is the number of blocks. */
export function freeSdramOfApplication(appId: number): ScpCommand<number> {
  return commandWithWord(
    SCP_COMMAND.ALLOC,
    [packAllocation({ operation: ALLOC_OPERATION.sdramFreeByApplication, appId, flags: 0 }), 0, 0],
    "again",
    () => `ALLOC free SDRAM of application ${appId}`,
    (blocks) => blocks,
  );
}

/** Address of an application's block by tag, or undefined. Application 0 is SCAMP's own. */
export function taggedSdram(appId: number, tag: number): ScpCommand<number | undefined> {
  return commandWithWord(
    SCP_COMMAND.ALLOC,
    [packAllocation({ operation: ALLOC_OPERATION.sdramTagged, appId, flags: 0 }), inRange("ALLOC tag", tag, 0, 255), 0],
    "again",
    () => `ALLOC find tag ${tag} of application ${appId}`,
    zeroIsFailure,
  );
}

/** Free SDRAM in bytes: all of it, and the largest block. */
export function sdramSpace(): ScpCommand<{ readonly free: number; readonly largest: number }> {
  return {
    command: SCP_COMMAND.ALLOC,
    arg1: packAllocation({ operation: ALLOC_OPERATION.sdramSpace, appId: 0, flags: 0 }),
    arg2: 0,
    arg3: 0,
    data: NO_DATA,
    repeat: "again",
    minBody: 8,
    maxBody: 8,
    describe: () => "ALLOC SDRAM space",
    readReply: (body) => ({ free: wordAt(body, 0), largest: wordAt(body, 4) }),
  };
}

/** Allocates consecutive routing entries; the reply is the first, or undefined when no free block is long enough. */
export function allocateRouterEntries(appId: number, entries: number): ScpCommand<number | undefined> {
  return commandWithWord(
    SCP_COMMAND.ALLOC,
    [
      packAllocation({ operation: ALLOC_OPERATION.routerAllocate, appId, flags: 0 }),
      inRange("router entries", entries, 1, 1023),
      0,
    ],
    "never",
    () => `ALLOC ${entries} router entries, application ${appId}`,
    zeroIsFailure,
  );
}

/** Gives one block of routing entries back, and clears the entries if asked to. */
export function freeRouterEntries(first: number, clear: boolean): ScpCommand<void> {
  return commandWithoutReply(
    SCP_COMMAND.ALLOC,
    [
      packAllocation({ operation: ALLOC_OPERATION.routerFree, appId: 0, flags: 0 }),
      inRange("first router entry", first, 1, 1023),
      clear ? 1 : 0,
    ],
    "never",
    () => `ALLOC free router entries from ${first}`,
  );
}

/** Gives back all routing entries of an application; the reply is the number of blocks. */
export function freeRouterEntriesOfApplication(appId: number, clear: boolean): ScpCommand<number> {
  return commandWithWord(
    SCP_COMMAND.ALLOC,
    [packAllocation({ operation: ALLOC_OPERATION.routerFreeByApplication, appId, flags: 0 }), clear ? 1 : 0, 0],
    "again",
    () => `ALLOC free router entries of application ${appId}`,
    (blocks) => blocks,
  );
}

export const ROUTER_OPERATION = { init: 0, clear: 1, load: 2, fixedRoute: 3 } as const;

export interface RouterArgument {
  readonly operation: number;
  readonly appId: number;
  readonly count: number;
}

/** `count << 16 | app_id << 8 | operation`. */
export function packRouter(argument: RouterArgument): number {
  inRange("RTR operation", argument.operation, 0, 255);
  inRange("app id", argument.appId, 0, 255);
  inRange("RTR count", argument.count, 0, 1024);
  return ((argument.count << 16) | (argument.appId << 8) | argument.operation) >>> 0;
}

export function unpackRouter(word: number): RouterArgument {
  return { operation: word & 0xff, appId: (word >>> 8) & 0xff, count: word >>> 16 };
}

/** Clears the multicast table (all but entry 0, SCAMP's) and forgets every allocation of entries. */
export function initRouter(): ScpCommand<void> {
  return commandWithoutReply(
    SCP_COMMAND.RTR,
    [packRouter({ operation: ROUTER_OPERATION.init, appId: 0, count: 0 }), 0, 0],
    "again",
    () => "RTR init",
  );
}

/** Clears consecutive entries. */
export function clearRouterEntries(first: number, count: number): ScpCommand<void> {
  return commandWithoutReply(
    SCP_COMMAND.RTR,
    [packRouter({ operation: ROUTER_OPERATION.clear, appId: 0, count }), inRange("first entry", first, 1, 1023), 0],
    "again",
    () => `RTR clear ${count} entries from ${first}`,
  );
}

/** Loads `count` rows, staged in the chip's memory at `address` by {@link encodeRouterRows}, from entry `first` on. */
export function loadRouterEntries(appId: number, address: number, count: number, first: number): ScpCommand<void> {
  return commandWithoutReply(
    SCP_COMMAND.RTR,
    [
      packRouter({ operation: ROUTER_OPERATION.load, appId, count: inRange("RTR count", count, 1, 1024) }),
      inRange("table address", address, 0, 0xffff_ffff),
      inRange("first entry", first, 0, 1023),
    ],
    "again",
    () => `RTR load ${count} entries from ${first}`,
  );
}

const READ_FIXED_ROUTE = 0x8000_0000;

/** Sets the route of fixed-route packets: bits 0-5 links, bits 6-23 virtual cores. */
export function setFixedRoute(route: number): ScpCommand<void> {
  return commandWithoutReply(
    SCP_COMMAND.RTR,
    [
      packRouter({ operation: ROUTER_OPERATION.fixedRoute, appId: 0, count: 0 }),
      inRange("fixed route", route, 0, 0xff_ffff),
      0,
    ],
    "again",
    () => "RTR set fixed route",
  );
}

export function fixedRoute(): ScpCommand<number> {
  return commandWithWord(
    SCP_COMMAND.RTR,
    [packRouter({ operation: ROUTER_OPERATION.fixedRoute, appId: 0, count: 0 }), READ_FIXED_ROUTE, 0],
    "again",
    () => "RTR get fixed route",
    (route) => route & 0xff_ffff,
  );
}

/** Bytes of a staged routing row: u16 index, u16 count, u32 route, key, mask. */
export const ROUTER_ROW_BYTES = 16;

/** Rows of a multicast table in parallel arrays, in the order the router tries them. */
export interface RouterRows {
  readonly key: Uint32Array;
  readonly mask: Uint32Array;
  /** Bits 0-5 are links, bits 6-23 are virtual cores 0-17. */
  readonly route: Uint32Array;
}

/** Staging form of a table; row i gets index i, and the base of the load command is added to it. */
export function encodeRouterRows(rows: RouterRows): Uint8Array {
  const bytes = new Uint8Array(rows.key.length * ROUTER_ROW_BYTES);
  const view = new DataView(bytes.buffer);
  for (let row = 0; row < rows.key.length; row++) {
    const at = row * ROUTER_ROW_BYTES;
    view.setUint16(at, row, true);
    view.setUint32(at + 4, rows.route[row]!, true);
    view.setUint32(at + 8, rows.key[row]!, true);
    view.setUint32(at + 12, rows.mask[row]!, true);
  }
  return bytes;
}

/** @throws {DatagramError} not a whole number of rows */
export function decodeRouterRows(bytes: Uint8Array): RouterRows & { readonly index: Uint16Array } {
  if (bytes.length % ROUTER_ROW_BYTES !== 0)
    throw new DatagramError("routing rows", `${bytes.length} bytes`, `A multiple of ${ROUTER_ROW_BYTES} is needed.`);
  const count = bytes.length / ROUTER_ROW_BYTES;
  const index = new Uint16Array(count);
  const [key, mask, route] = [new Uint32Array(count), new Uint32Array(count), new Uint32Array(count)];
  for (let row = 0; row < count; row++) {
    const at = row * ROUTER_ROW_BYTES;
    index[row] = bytes[at]! | (bytes[at + 1]! << 8);
    route[row] = wordAt(bytes, at + 4);
    key[row] = wordAt(bytes, at + 8);
    mask[row] = wordAt(bytes, at + 12);
  }
  return { index, key, mask, route };
}

function zeroIsFailure(word: number): number | undefined {
  return word === 0 ? undefined : word;
}
