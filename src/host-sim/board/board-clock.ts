/** Time on the board, in milliseconds since it was made. Time is a parameter: tests turn the hands themselves. */

import { performance } from "node:perf_hooks";

export interface BoardClock {
  /** Milliseconds since the clock was made, never going back; fractions allowed. */
  now(): number;
  /** Call once, at least `delayMillis` from now. @returns a function that calls it off */
  after(delayMillis: number, action: () => void): () => void;
  /** Call off everything outstanding. */
  stop(): void;
}

/** The clock of the host: a board in real time. */
export function realTimeClock(): BoardClock {
  const origin = performance.now();
  const timers = new Set<NodeJS.Timeout>();
  return {
    now: () => performance.now() - origin,
    after(delayMillis, action) {
      const timer = setTimeout(() => {
        timers.delete(timer);
        action();
      }, delayMillis);
      timers.add(timer);
      return () => {
        clearTimeout(timer);
        timers.delete(timer);
      };
    },
    stop() {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
}
