/** A rectangle of a signal: neighbouring columns, successive samples. */
export interface Rectangle {
  readonly firstSample: number;
  readonly samples: number;
  readonly firstColumn: number;
  readonly columns: number;
}

export interface Coverage {
  /** Samples before the first that is not complete. */
  readonly completeSamples: number;
  /** Words that lie in at least one rectangle. */
  readonly words: number;
}

/** How far rectangles, which may overlap, cover a signal of so many columns. */
export function coverage(rectangles: readonly Rectangle[], columns: number): Coverage {
  const edges = new Set<number>([0]);
  for (const { firstSample, samples } of rectangles) edges.add(firstSample).add(firstSample + samples);
  const sorted = [...edges].sort((a, b) => a - b);
  const waiting = rectangles.toSorted((a, b) => a.firstSample - b.firstSample);
  let next = 0;
  let active: Rectangle[] = [];
  let completeSamples = 0;
  let words = 0;
  for (let i = 0; i + 1 < sorted.length; i++) {
    const [from, to] = [sorted[i]!, sorted[i + 1]!];
    active = active.filter(({ firstSample, samples }) => firstSample + samples > from);
    for (; next < waiting.length && waiting[next]!.firstSample <= from; next++) {
      if (waiting[next]!.samples > 0) active.push(waiting[next]!);
    }
    const covered = coveredColumns(active);
    words += covered * (to - from);
    if (covered === columns && completeSamples === from) completeSamples = to;
  }
  return { completeSamples, words };
}

/** Columns that lie in at least one of the rectangles. */
function coveredColumns(active: readonly Rectangle[]): number {
  let covered = 0;
  let end = 0;
  for (const { firstColumn, columns } of active.toSorted((a, b) => a.firstColumn - b.firstColumn)) {
    covered += Math.max(0, firstColumn + columns - Math.max(end, firstColumn));
    end = Math.max(end, firstColumn + columns);
  }
  return covered;
}
