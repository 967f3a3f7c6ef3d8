/** Entry of a thread that measures runs of a sweep, one after the other, as it is asked to. */
import { parentPort, workerData } from "node:worker_threads";
import { InputError, SpinloomError } from "../errors.ts";
import type { Machine } from "../machine/machine.ts";
import { measureRun, type SweepMeasure } from "./measure-run.ts";
import type { SweepPlan, SweepRun } from "./sweep-plan.ts";

export interface SweepThreadData {
  readonly plan: SweepPlan;
  readonly machine: Machine;
}

export type SweepAnswer =
  | { readonly kind: "measured"; readonly measure: SweepMeasure }
  /** What went wrong; `input` if it is the user's to put right. */
  | {
      readonly kind: "failed";
      readonly input: boolean;
      readonly place: string;
      readonly found: string;
      readonly remedy: string;
    };

const { plan, machine } = workerData as SweepThreadData;

parentPort!.on("message", async (run: SweepRun) => {
  parentPort!.postMessage(await answer(run));
});

async function answer(run: SweepRun): Promise<SweepAnswer> {
  try {
    return { kind: "measured", measure: await measureRun(plan, machine, run) };
  } catch (error) {
    if (!(error instanceof SpinloomError)) throw error;
    const { place, found, remedy } = error;
    return { kind: "failed", input: error instanceof InputError, place, found, remedy };
  }
}
