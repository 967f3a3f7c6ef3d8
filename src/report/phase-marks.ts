/** A moment of a run that plots over time show as a line with words. */
export interface Mark {
  readonly timeMs: number;
  readonly text: string;
}

/** Where the phases of a run begin, but for the first. A deployment has what is needed. */
export function phaseMarks(run: {
  readonly timestepMicros: number;
  readonly phases: readonly { readonly ticks: number; readonly phase: number }[];
}): readonly Mark[] {
  const marks: Mark[] = [];
  let [tick, before] = [0, 0];
  for (const { ticks, phase } of run.phases) {
    if (phase !== before) marks.push({ timeMs: (tick * run.timestepMicros) / 1000, text: `phase ${phase + 1}` });
    before = phase;
    tick += ticks;
  }
  return marks;
}
