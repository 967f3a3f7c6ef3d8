/**
 * States and run-time errors of a core as its vcpu block names them.
 *
 * @see SpiNNakerManchester/spinnaker_tools `include/sark.h` (cpu_state_e, rte_code_e)
 */

export const CORE_STATE = {
  DEAD: 0,
  PWRDN: 1,
  RTE: 2,
  WDOG: 3,
  INIT: 4,
  WAIT: 5,
  SARK: 6,
  RUN: 7,
  SYNC0: 8,
  SYNC1: 9,
  PAUSE: 10,
  EXIT: 11,
  IDLE: 15,
} as const;

const STATE_NAMES = new Map<number, string>(Object.entries(CORE_STATE).map(([name, state]) => [state, name]));

/** `SYNC0`, or `state 12` for numbers without a name. */
export function coreStateName(state: number): string {
  return STATE_NAMES.get(state) ?? `state ${state}`;
}

const RTE_NAMES: readonly string[] = [
  "NONE",
  "RESET",
  "UNDEF",
  "SVC",
  "PABT",
  "DABT",
  "IRQ",
  "FIQ",
  "VIC",
  "ABORT",
  "MALLOC",
  "DIV0",
  "EVENT",
  "SWERR",
  "IOBUF",
  "ENABLE",
  "NULL",
  "PKT",
  "TIMER",
  "API",
  "VER",
];

/** `DABT`, or `code 33` for numbers without a name. */
export function runTimeErrorName(code: number): string {
  return RTE_NAMES[code] ?? `code ${code}`;
}
