import { type Expr, inOrder, type Model, type Procedure, roots } from "../codegen/ir.ts";
import { MEASURED_CYCLES } from "./measured-cycles.ts";

/** Cycles of 5 ns on an ARM968: what one neuron costs once a tick, and in each sub-step. */
export interface CycleCost {
  readonly perTick: number;
  readonly perSubstep: number;
}

/**
 * Measured costs of the kernel where they exist. Otherwise an estimate from the expressions: every operation with its
 * ARM9E-S cycles (DDI 0222B table 8.2), every state and parameter loaded and every state stored once.
 */
export function estimatedCycles(model: Model): CycleCost {
  return MEASURED_CYCLES[model.name] ?? cyclesOfOperations(model);
}

function cyclesOfOperations(model: Model): CycleCost {
  return { perTick: procedureCycles(model.receive) + 10, perSubstep: procedureCycles(model.step) };
}

function procedureCycles(procedure: Procedure): number {
  let cycles = 2 * Object.keys(procedure.set).length + 2 * procedure.spikes.length + procedure.saturates.length;
  for (const e of inOrder(roots(procedure))) cycles += cyclesOf(e);
  return cycles;
}

function cyclesOf(e: Expr): number {
  switch (e.op) {
    case "const":
    case "tick":
    case "index":
      return 0;
    case "state":
    case "param":
      return 2;
    case "input":
      return 4;
    case "mulS":
    case "mulU":
      return e.shift === 0 ? 2 : e.shift === 32 ? 3 : 5;
    case "mulLow":
      return 2;
    case "sumProducts":
      return 3 * e.terms.length + 4;
    case "lookup":
      return 2;
    case "select":
    case "minU":
    case "minS":
    case "maxS":
    case "eq":
    case "ltS":
    case "geS":
    case "ltU":
    case "geU":
      return 2;
    case "shlBy":
      return 2;
    default:
      return 1;
  }
}
