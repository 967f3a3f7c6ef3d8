/**
 * What translated code calls for an access that it cannot make itself: functions of the chip, by core.
 *
 * Before such a call the core's r15 is the accessing instruction's address, and its word LEFT_AT_ACCESS the cycles left;
 * the call leaves the latter less by wait cycles, and says in ABORTED whether there was an abort.
 */

import { type FunctionType, I32 } from "../../../codegen/wasm/module-writer.ts";

/** Accesses in full, as `DataSide` makes them. */
export interface BusAccesses {
  load32(address: number): number;
  load16(address: number): number;
  load8(address: number): number;
  store32(address: number, value: number): void;
  store16(address: number, value: number): void;
  store8(address: number, value: number): void;
}

/** Index of each among the functions of a module, which imports them first. */
export const BUS_FUNCTION: Readonly<Record<keyof BusAccesses, number>> = {
  load32: 0,
  load16: 1,
  load8: 2,
  store32: 3,
  store16: 4,
  store8: 5,
};

/** After them: see `status-restore.ts`. */
export const RESTORE_STATUS = 6;
export const IMPORTED_FUNCTIONS = 7;

const LOAD: FunctionType = { params: [I32, I32], results: [I32] };
const STORE: FunctionType = { params: [I32, I32, I32], results: [] };

/** Types of the imports, in the order of their indices. Parameters: base of the core, address, value. */
export const IMPORTED_FUNCTION_TYPES: Readonly<Record<keyof BusAccesses | "restoreStatus", FunctionType>> = {
  load32: LOAD,
  load16: LOAD,
  load8: LOAD,
  store32: STORE,
  store16: STORE,
  store8: STORE,
  restoreStatus: { params: [I32], results: [I32] },
};
