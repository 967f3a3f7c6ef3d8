import type { FinishedRun } from "./sweep-journal.ts";
import { pointValues, type SweepPlan } from "./sweep-plan.ts";

/** A point of a sweep: means over its seeds. */
export interface SweepPoint {
  /** Value of each axis. */
  readonly values: readonly number[];
  readonly seeds: number;
  readonly rateHz: number;
  /** Sample standard deviation over the seeds; 0 for one. */
  readonly rateSdHz: number;
  /** Mean over the seeds that have one. */
  readonly cvIsi: number | undefined;
  readonly survivalMs: number;
}

/** @param runs in the order of the plan */
export function sweepTable({ axes, seeds }: SweepPlan, runs: readonly FinishedRun[]): SweepPoint[] {
  return Array.from({ length: runs.length / seeds.length }, (_, point) => {
    const measures = runs.slice(point * seeds.length, (point + 1) * seeds.length).map(({ measure }) => measure);
    const rates = measures.map(({ rateHz }) => rateHz);
    const cvs = measures.flatMap(({ cvIsi }) => (cvIsi === undefined ? [] : [cvIsi]));
    const rateHz = mean(rates);
    return {
      values: pointValues(axes, point),
      seeds: seeds.length,
      rateHz,
      rateSdHz:
        rates.length < 2 ? 0 : Math.sqrt(rates.reduce((sum, r) => sum + (r - rateHz) ** 2, 0) / (rates.length - 1)),
      cvIsi: cvs.length === 0 ? undefined : mean(cvs),
      survivalMs: mean(measures.map(({ survivalMs }) => survivalMs)),
    };
  });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** One line a point, after a line of column names. Where no neuron had intervals enough, cv_isi is empty. */
export function sweepCsv({ axes }: SweepPlan, points: readonly SweepPoint[]): string {
  const names = [...axes.map(({ path }) => quoted(path)), "seeds", "rate_hz", "rate_sd_hz", "cv_isi", "survival_ms"];
  const rows = points.map(({ values, seeds, rateHz, rateSdHz, cvIsi, survivalMs }) =>
    [...values, seeds, short(rateHz), short(rateSdHz), cvIsi === undefined ? "" : short(cvIsi), short(survivalMs)].join(
      ",",
    ),
  );
  return `${[names.join(","), ...rows].join("\n")}\n`;
}

/** Six digits are more than a mean over seeds is worth. */
function short(value: number): string {
  return String(Number(value.toPrecision(6)));
}

function quoted(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
