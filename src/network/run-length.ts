import { ValueRangeError } from "./errors.ts";
import { msToTicks, type Network, type Phase } from "./network.ts";
import { Place } from "./place.ts";
import { wholeTicks } from "./value-from-document.ts";

/** Ticks are counted in 32 bits, on cores as in files. */
export const MAX_RUN_TICKS = 0xffff_ffff;

/** @throws {ValueRangeError} the phases together have more than {@link MAX_RUN_TICKS} ticks */
export function checkRunLength(phases: readonly Pick<Phase, "durationMs">[], timestepMicros: number, at: Place): void {
  const ticks = phases.reduce((sum, { durationMs }) => sum + msToTicks(durationMs, timestepMicros), 0);
  if (ticks <= MAX_RUN_TICKS) return;
  const longestMs = (MAX_RUN_TICKS * timestepMicros) / 1000;
  throw new ValueRangeError(at, (ticks * timestepMicros) / 1000, `a run of at most ${longestMs} ms`);
}

/**
 * The network with a run of another length: its phases are cut short, or the last one goes on for longer.
 *
 * @param source what gave the length, for errors
 * @throws {ValueRangeError} no whole number of ticks, or too many
 */
export function withDuration(network: Network, durationMs: number, source: string): Network {
  const place = Place.root(source);
  wholeTicks(durationMs, network.timestepMicros, place);
  checkRunLength([{ durationMs }], network.timestepMicros, place);
  const phases: Phase[] = [];
  let left = durationMs;
  network.phases.forEach((phase, i) => {
    if (left <= 0) return;
    const last = i === network.phases.length - 1;
    phases.push({ ...phase, durationMs: last ? left : Math.min(left, phase.durationMs) });
    left -= phase.durationMs;
  });
  return { ...network, phases };
}
