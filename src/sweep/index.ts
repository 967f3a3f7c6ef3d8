/** Runs over a grid of parameters and several seeds. */
export type { SweepMeasure } from "./measure-run.ts";
export { type SweepOptions, SweepRunError, SweepValueError, sweep } from "./sweep.ts";
export { JOURNAL_FILE, SweepJournalError } from "./sweep-journal.ts";
export { sweepMaps } from "./sweep-maps.ts";
export { parseSweepSetting, type SweepAxis, type SweepPlan, SweepPlanError } from "./sweep-plan.ts";
export { type SweepPoint, sweepCsv } from "./sweep-table.ts";
