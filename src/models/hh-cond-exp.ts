import {
  add,
  and,
  constant,
  type Expr,
  geS,
  ltS,
  type Model,
  mulS,
  param,
  state,
  sub,
  sumProducts,
} from "../codegen/ir.ts";
import {
  type CellContext,
  type CellModel,
  type EncodedCells,
  each,
  eachValue,
  perBit,
  substepsOf,
  type Values,
  type Words,
} from "./cell-model.ts";
import {
  advanceGate,
  type Channel,
  channelConductance,
  type Gate,
  gateTable,
  steadyState,
  tablePosition,
} from "./channel.ts";
import { frozenExponentialSynapse } from "./exponential-synapse.ts";
import { CONDUCTANCE, CONDUCTANCE_LIMIT, MILLIVOLT, signedWord, unsignedWord } from "./fixed-point.ts";
import { PerCorePropertyError } from "./per-core-property-error.ts";
import { RELAXATION_TABLE, relaxation, relaxationTable } from "./relaxation-table.ts";
import { POTASSIUM, SODIUM } from "./traub-miles-channels.ts";

/**
 * Hodgkin-Huxley cell with the Traub-Miles channels and exponential conductance synapses; a spike is an upward crossing
 * of a threshold, without reset.
 *
 * Every state is advanced from the same old values: V relaxes exactly towards the momentary reversal with the old gates
 * (exponential Euler), the gates with the rates at the old V; synaptic conductances act with their value at the start of
 * the step, as the models this cell comes from have it. With `gates_first` V moves with the new gates: the staggered
 * scheme, more accurate at the same cost.
 *
 * States: v in s8.23 mV; gates in s0.31; g_e and g_i as h g / C in u5.27.
 */
export const HH_COND_EXP: CellModel = {
  type: "HH_cond_exp",
  receptors: ["excitatory", "inhibitory"],
  weightUnit: "uS",
  encode,
};

const CHANNELS: readonly Channel[] = [SODIUM, POTASSIUM];

const excitatory = frozenExponentialSynapse("excitatory", "g_e", CONDUCTANCE_LIMIT);
const inhibitory = frozenExponentialSynapse("inhibitory", "g_i", CONDUCTANCE_LIMIT);

export const HH_COND_EXP_MODEL: Model = model("HH_cond_exp", CHANNELS, false);
export const HH_COND_EXP_GATES_FIRST_MODEL: Model = model("HH_cond_exp_gates_first", CHANNELS, true);

function model(name: string, channels: readonly Channel[], gatesFirst: boolean): Model {
  const v = state("v");
  const gates = channels.flatMap((c) => c.gates);
  const position = tablePosition(v);
  const advanced = new Map(gates.map((gate) => [gate, advanceGate(gate, position)]));
  const gateValue = (gate: Gate): Expr => (gatesFirst ? advanced.get(gate)! : state(gate.name));
  const conductances = channels.map((c) => channelConductance(c, gateValue));
  const [gE, gI] = [state("g_e"), state("g_i")];
  const total = [...conductances, gE, gI].reduce(add, param("leak"));
  const pull = sumProducts(
    [
      [param("leak"), sub(param("e_leak"), v)],
      ...channels.map((c, k) => [conductances[k]!, sub(param(`${c.name}.e_rev`), v)] as const),
      [gE, sub(param("e_rev_e"), v)],
      [gI, sub(param("e_rev_i"), v)],
      [param("drive"), constant(1 << 23)],
    ],
    30,
    1n << 29n,
  );
  const moved = add(v, mulS(relaxation(total), pull, 27));
  return {
    name,
    receptors: ["excitatory", "inhibitory"],
    states: ["v", ...gates.map((g) => g.name), "g_e", "g_i"],
    params: [
      "leak",
      "e_leak",
      "e_rev_e",
      "e_rev_i",
      "drive",
      "v_thresh",
      ...channels.flatMap((c) => [`${c.name}.g`, `${c.name}.e_rev`]),
      ...excitatory.params,
      ...inhibitory.params,
    ],
    coreParams: [...excitatory.coreParams, ...inhibitory.coreParams],
    tables: [RELAXATION_TABLE, ...gates.map((g) => g.name)],
    receive: {
      set: { ...excitatory.receive, ...inhibitory.receive },
      spikes: [],
      saturates: [...excitatory.receiveSaturates, ...inhibitory.receiveSaturates],
    },
    step: {
      set: {
        v: moved,
        ...Object.fromEntries(gates.map((gate) => [gate.name, advanced.get(gate)!])),
        ...excitatory.advance,
        ...inhibitory.advance,
      },
      spikes: [and(ltS(v, param("v_thresh")), geS(moved, param("v_thresh")))],
      saturates: [],
    },
  };
}

function encode(context: CellContext): EncodedCells {
  const { size, timestepMs, parameters: p, initial, options, weightUnits } = context;
  const substeps = substepsOf(context);
  const h = timestepMs / substeps;
  const shift = onePerCore(p.v_offset!, "v_offset");
  const mv = (values: Values): Words => each([values], size, (value) => signedWord(value, MILLIVOLT));
  const bitsPerUserUnit = eachValue([p.cm!], size, (cm) => (h / cm) * CONDUCTANCE);
  const conductance = (g: Values): Words =>
    each([g, bitsPerUserUnit], size, (value, bits) => unsignedWord(value, bits));
  const synapse = { size, stepMs: h, bitsPerUserUnit };
  const e = excitatory.encode({
    ...synapse,
    tauMs: p.tau_syn_E!,
    weightUnit: weightUnits.excitatory!,
    initial: initial.gsyn_exc ?? 0,
  });
  const i = inhibitory.encode({
    ...synapse,
    tauMs: p.tau_syn_I!,
    weightUnit: weightUnits.inhibitory!,
    initial: initial.gsyn_inh ?? 0,
  });
  const gates = CHANNELS.flatMap((c) => c.gates);
  const v0 = initial.v ?? -65;
  const gateStart = (gate: Gate): Words => {
    if (initial[gate.name] === undefined && options.gates_start === "steady-state") {
      return each([v0], size, (v) => gateWord(steadyState(gate, v - shift)));
    }
    return each([initial[gate.name] ?? GATE_DEFAULTS[gate.name]!], size, gateWord);
  };
  return {
    model: options.gates_first === true ? HH_COND_EXP_GATES_FIRST_MODEL : HH_COND_EXP_MODEL,
    substeps,
    params: {
      leak: conductance(p.g_leak!),
      e_leak: mv(p.e_rev_leak!),
      e_rev_e: mv(p.e_rev_E!),
      e_rev_i: mv(p.e_rev_I!),
      drive: each([p.i_offset!, p.cm!], size, (current, cm) => signedWord((h * current) / cm, CONDUCTANCE)),
      v_thresh: signedWord(Number(options.spike_threshold ?? DEFAULT_THRESHOLD_MV), MILLIVOLT),
      "na.g": conductance(p.gbar_Na!),
      "na.e_rev": mv(p.e_rev_Na!),
      "k.g": conductance(p.gbar_K!),
      "k.e_rev": mv(p.e_rev_K!),
      ...e.params,
      ...i.params,
    },
    states: {
      v: mv(v0),
      ...Object.fromEntries(gates.map((gate) => [gate.name, gateStart(gate)])),
      ...e.states,
      ...i.states,
    },
    tables: {
      [RELAXATION_TABLE]: relaxationTable(),
      ...Object.fromEntries(gates.map((gate) => [gate.name, gateTable(gate, shift, h)])),
    },
    recordables: [
      { variable: "v", state: "v", unit: "mV", scale: 1 / MILLIVOLT },
      { variable: "gsyn_exc", state: "g_e", unit: "uS", scale: perBit(e.recordedBits, size) },
      { variable: "gsyn_inh", state: "g_i", unit: "uS", scale: perBit(i.recordedBits, size) },
      ...gates.map(({ name }) => ({ variable: name, state: name, unit: "", scale: 2 ** -31 })),
    ],
    drive: { param: "drive", bitsPerNanoamp: bitsPerUserUnit },
  };
}

/** PyNN's initial values. */
const GATE_DEFAULTS: Readonly<Record<string, number>> = { m: 0, h: 1, n: 0 };
const DEFAULT_THRESHOLD_MV = -20;

function gateWord(value: number): number {
  return Math.min(0x7fff_ffff, signedWord(value, 2 ** 31));
}

/** Rates are tabulated once a core, so what they depend on must be one number. */
function onePerCore(values: Values, name: string): number {
  if (typeof values === "number") return values;
  if (values.every((value) => value === values[0])) return values[0]!;
  throw new PerCorePropertyError("HH_cond_exp", name);
}
