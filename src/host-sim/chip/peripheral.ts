/**
 * What a peripheral is to the bus: registers at word offsets. Time and interrupt lines are handed in.
 */

/**
 * Virtual time in core clock cycles of 5 ns (200 MHz, the rate SCAMP sets), an exact integer.
 *
 * The owner sets {@link now} before every access and every event; a peripheral only reads it.
 */
export interface Clock {
  readonly now: number;
}

/** Core clock cycles per microsecond. */
export const CYCLES_PER_MICROSECOND = 200;
/** Core clock cycles per millisecond. */
export const CYCLES_PER_MILLISECOND = 200_000;

/** What a read returns where nothing answers; not a number, so that no register value can be mistaken for it. */
export const BUS_ERROR: number = Number.NaN;

export function isBusError(value: number): boolean {
  return Number.isNaN(value);
}

/** Word registers. Offsets are multiples of 4 below the size of the peripheral's window. */
export interface Peripheral {
  /** The register's 32 bits in either signedness, or {@link BUS_ERROR}. */
  read(offset: number): number;
  /** @param value 32 bits in either signedness. @returns false for a bus error */
  write(offset: number, value: number): boolean;
}

/** A time that never comes, for alarms that are not set. */
export const NEVER: number = Number.POSITIVE_INFINITY;

/** Things that happen by themselves at a later time, in order of time and then of asking. */
export interface Scheduler extends Clock {
  /** @param time not before {@link Clock.now} */
  at(time: number, action: () => void): void;
}
