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
  wordAt,
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
import { CONDUCTANCE, MILLIVOLT, signedWord } from "./fixed-point.ts";
import { aboveFloor, atFloor } from "./leaky-fire.ts";
import { initialPotentialWords, linearWords, ParameterRangeError, potentialWords } from "./parameter-words.ts";
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

/** Largest h g / C of a receptor: what the channels, 13 for the standard cell at 0.1 ms, leave of 16. */
const SYNAPTIC_LIMIT: number = 1.25 * CONDUCTANCE;

const excitatory = frozenExponentialSynapse("excitatory", "g_e", SYNAPTIC_LIMIT);
const inhibitory = frozenExponentialSynapse("inhibitory", "g_i", SYNAPTIC_LIMIT);

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
  const moved = aboveFloor(add(v, mulS(relaxation(total), pull, 27)));
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
      saturates: [...excitatory.receiveSaturates, ...inhibitory.receiveSaturates, atFloor()],
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
  const { size, timestepMs, parameters: p, initial, options } = context;
  const substeps = substepsOf(context);
  const h = timestepMs / substeps;
  const shift = onePerCore(p.v_offset!, "v_offset");
  const bitsPerUserUnit = eachValue([p.cm!], size, (cm) => (h / cm) * CONDUCTANCE);
  const conductance = (name: string): Words =>
    linearWords(context, name, bitsPerUserUnit, { min: 0, given: "uS with this cm and timestep" });
  const synapse = { context, stepMs: h, bitsPerUserUnit };
  const e = excitatory.encode({ ...synapse, tau: "tau_syn_E", initial: "gsyn_exc" });
  const i = inhibitory.encode({ ...synapse, tau: "tau_syn_I", initial: "gsyn_inh" });
  const gates = CHANNELS.flatMap((c) => c.gates);
  const v0 = initial.v ?? -65;
  const gateStart = (gate: Gate): Words => {
    if (initial[gate.name] === undefined && options.gates_start === "steady-state") {
      return each([v0], size, (v) => gateWord(steadyState(gate, v - shift)));
    }
    return each([initial[gate.name] ?? GATE_DEFAULTS[gate.name]!], size, gateWord);
  };
  const params: Record<string, Words> = {
    leak: conductance("g_leak"),
    e_leak: potentialWords(context, "e_rev_leak"),
    e_rev_e: potentialWords(context, "e_rev_E"),
    e_rev_i: potentialWords(context, "e_rev_I"),
    drive: linearWords(context, "i_offset", bitsPerUserUnit, { given: "nA with this cm and timestep" }),
    v_thresh: signedWord(Number(options.spike_threshold ?? DEFAULT_THRESHOLD_MV), MILLIVOLT),
    "na.g": conductance("gbar_Na"),
    "na.e_rev": potentialWords(context, "e_rev_Na"),
    "k.g": conductance("gbar_K"),
    "k.e_rev": potentialWords(context, "e_rev_K"),
  };
  checkConductances(context, params);
  return {
    model: options.gates_first === true ? HH_COND_EXP_GATES_FIRST_MODEL : HH_COND_EXP_MODEL,
    substeps,
    params: { ...params, ...e.params, ...i.params },
    states: {
      v: initialPotentialWords(context, "v", v0),
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

/**
 * With all gates open and both receptors at their limit, the sum of h g / C must stay below 16, where the table of phi
 * ends, and the sum of its products with the distances from the reversal potentials within s11.20.
 */
function checkConductances(context: CellContext, params: Readonly<Record<string, Words>>): void {
  const parts = [
    { parameter: "g_leak", g: "leak", e: "e_leak" },
    { parameter: "gbar_Na", g: "na.g", e: "na.e_rev" },
    { parameter: "gbar_K", g: "k.g", e: "k.e_rev" },
    { parameter: "e_rev_E", g: undefined, e: "e_rev_e" },
    { parameter: "e_rev_I", g: undefined, e: "e_rev_i" },
  ];
  for (let n = 0; n < context.size; n++) {
    const found = parts.map(({ parameter, g, e }) => ({
      parameter,
      x: (g === undefined ? SYNAPTIC_LIMIT : wordAt(params[g]!, n)) / CONDUCTANCE,
      mv: wordAt(params[e]!, n) / MILLIVOLT,
    }));
    const potentials = found.map(({ mv }) => mv);
    const pull = (v: number): number => Math.abs(found.reduce((sum, { x, mv }) => sum + x * (mv - v), 0)) + 16;
    const total = found.reduce((sum, { x }) => sum + x, 0);
    if (total < 16 && Math.max(pull(Math.min(...potentials)), pull(Math.max(...potentials))) < 2048) continue;
    const { parameter } = found.reduce((most, part) => (part.x > most.x ? part : most));
    const values = context.parameters[parameter]!;
    throw new ParameterRangeError(
      context.population,
      parameter,
      typeof values === "number" ? values : values[n]!,
      "All conductances together must stay below 16 cm in the length of a sub-step: use more sub-steps or a larger cm.",
    );
  }
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
