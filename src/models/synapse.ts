import type { Expr } from "../codegen/ir.ts";
import type { CellContext, Values, Words } from "./cell-model.ts";

/**
 * One receptor's synapse, apart from the membrane it acts on: its states, how input enters them, what they amount to on
 * average over a sub-step, and how they decay.
 */
export interface Synapse {
  readonly receptor: string;
  readonly states: readonly string[];
  readonly params: readonly string[];
  readonly coreParams: readonly string[];
  /** State that is recorded as the receptor's gsyn. */
  readonly recorded: string;
  /** New states once a tick, when the input has come in. */
  readonly receive: Readonly<Record<string, Expr>>;
  readonly receiveSaturates: readonly Expr[];
  /** Mean over the sub-step, in the unit of the states. */
  readonly mean: Expr;
  /** New states after the sub-step. */
  readonly advance: Readonly<Record<string, Expr>>;
  readonly advanceSaturates: readonly Expr[];
  encode(input: SynapseInput): {
    readonly params: Record<string, Words>;
    readonly states: Record<string, Words>;
    /** Bits of the recorded state that are one user unit. */
    readonly recordedBits: Values;
  };
}

export interface SynapseInput {
  readonly context: CellContext;
  /** Sub-step in ms. */
  readonly stepMs: number;
  /** Parameter that is the time constant, and variable that is the initial value of the recorded state. */
  readonly tau: string;
  readonly initial: string;
  /** State bits of one user unit (uS or nA) of weight. */
  readonly bitsPerUserUnit: Values;
}

/** A kind of synapse, for any receptor and range of its states. */
export type SynapseKind = (receptor: string, prefix: string, stateLimit: number) => Synapse;
