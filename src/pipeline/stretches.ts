import { msToTicks, type Network } from "../network/network.ts";
import type { ParameterChange } from "./encode-populations.ts";

/** Ticks that run without a change from outside, from one change to the next. */
export interface Stretch {
  readonly tick: number;
  readonly ticks: number;
  /** Phase it is a part of, and whether that begins here; elsewhere only parameters change. */
  readonly phase: number;
  readonly begins: boolean;
}

/** All stretches of a run, in order. */
export function stretchesOf(network: Network, changes: readonly (readonly ParameterChange[])[]): Stretch[] {
  const phaseAt = new Map<number, number>();
  let end = 0;
  network.phases.forEach(({ durationMs }, phase) => {
    phaseAt.set(end, phase);
    end += msToTicks(durationMs, network.timestepMicros);
  });
  const ticks = new Set([...phaseAt.keys(), ...changes.flat().map(({ tick }) => tick)]);
  const starts = [...ticks].sort((a, b) => a - b);
  let phase = 0;
  return starts.map((tick, i) => {
    phase = phaseAt.get(tick) ?? phase;
    return { tick, ticks: (starts[i + 1] ?? end) - tick, phase, begins: phaseAt.has(tick) };
  });
}
