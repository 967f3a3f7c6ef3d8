import type { Arrival } from "./emulated-cells.ts";

/**
 * The rules of the cell types in double precision, written from their definitions alone: the yardstick of the
 * fixed-point models.
 */
export interface FloatTraces {
  readonly spikes: number[];
  readonly v: number[];
  /** Further variables by name. */
  readonly others: Record<string, number[]>;
}

export interface FloatRun {
  readonly parameters: Readonly<Record<string, number>>;
  readonly timestepMs: number;
  readonly substeps: number;
  readonly ticks: number;
  readonly v0: number;
  readonly arrivals?: readonly Arrival[];
}

/** A synapse: how a weight enters, what acts on average over h, how it goes on. */
interface FloatSynapse {
  add(weight: number): void;
  mean(h: number): number;
  advance(h: number): void;
  readonly value: number;
}

export function exponential(tau: number): FloatSynapse {
  let g = 0;
  return {
    add: (w) => {
      g += w;
    },
    mean: (h) => (g * tau * (1 - Math.exp(-h / tau))) / h,
    advance: (h) => {
      g *= Math.exp(-h / tau);
    },
    get value() {
      return g;
    },
  };
}

/** w (t/tau) exp(1 - t/tau), with its mean by the closed integral. */
export function alpha(tau: number): FloatSynapse {
  let [g, rise] = [0, 0];
  return {
    add: (w) => {
      rise += Math.E * w;
    },
    mean: (h) => {
      const z = h / tau;
      return (g * (1 - Math.exp(-z))) / z + (rise * (1 - (1 + z) * Math.exp(-z))) / z;
    },
    advance: (h) => {
      const z = h / tau;
      [g, rise] = [(g + rise * z) * Math.exp(-z), rise * Math.exp(-z)];
    },
    get value() {
      return g;
    },
  };
}

type Membrane = (v: number, e: number, i: number, h: number, firstSubstep: boolean) => number;

function integrateAndFire(run: FloatRun, e: FloatSynapse, i: FloatSynapse, membrane: Membrane): FloatTraces {
  const { parameters: p, substeps, ticks, arrivals = [] } = run;
  const h = run.timestepMs / substeps;
  const result: FloatTraces = { spikes: [], v: [], others: { gsyn_exc: [], gsyn_inh: [] } };
  let [v, refractory] = [run.v0, 0];
  for (let t = 0; t < ticks; t++) {
    for (const a of arrivals) if (a.tick === t) (a.receptor === "excitatory" ? e : i).add(a.weight);
    result.v.push(v);
    result.others.gsyn_exc!.push(e.value);
    result.others.gsyn_inh!.push(i.value);
    let fired = false;
    for (let s = 0; s < substeps; s++) {
      const moved = membrane(v, e.mean(h), i.mean(h), h, s === 0);
      if (refractory > 0) refractory--;
      else if (moved >= p.v_thresh!) {
        fired = true;
        v = p.v_reset!;
        refractory = Math.ceil(p.tau_refrac! / h - 1e-9);
      } else v = moved;
      e.advance(h);
      i.advance(h);
    }
    if (fired) result.spikes.push(t);
  }
  return result;
}

/** C dV/dt = C (v_rest - V)/tau_m + g_e (e_rev_E - V) + g_i (e_rev_I - V) + I, exactly for constant g. */
export function floatConductanceCell(run: FloatRun, kind: (tau: number) => FloatSynapse): FloatTraces {
  const { parameters: p } = run;
  return integrateAndFire(run, kind(p.tau_syn_E!), kind(p.tau_syn_I!), (v, ge, gi, h) => {
    const leak = p.cm! / p.tau_m!;
    const total = leak + ge + gi;
    const rest = (leak * p.v_rest! + ge * p.e_rev_E! + gi * p.e_rev_I! + p.i_offset!) / total;
    return rest + (v - rest) * Math.exp((-h * total) / p.cm!);
  });
}

/** dV/dt = (v_rest - V)/tau_m + (i_e + i_i + I)/C, exactly for constant currents. */
export function floatCurrentCell(run: FloatRun, kind: (tau: number) => FloatSynapse): FloatTraces {
  const { parameters: p } = run;
  return integrateAndFire(run, kind(p.tau_syn_E!), kind(p.tau_syn_I!), (v, ie, ii, h) => {
    const rest = p.v_rest! + ((ie + ii + p.i_offset!) * p.tau_m!) / p.cm!;
    return rest + (v - rest) * Math.exp(-h / p.tau_m!);
  });
}

/** Weights in mV are added to V at once. */
export function floatDeltaCell(run: FloatRun): FloatTraces {
  const { parameters: p } = run;
  const jumps = (): FloatSynapse => {
    let sum = 0;
    return {
      add: (w) => {
        sum += w;
      },
      mean: () => sum,
      advance: () => {
        sum = 0;
      },
      get value() {
        return sum;
      },
    };
  };
  return integrateAndFire(run, jumps(), jumps(), (v, e, i, h) => {
    const rest = p.v_rest! + (p.i_offset! * p.tau_m!) / p.cm!;
    return rest + (v - rest) * Math.exp(-h / p.tau_m!) + e + i;
  });
}

/** dv/dt = 0.04 v^2 + 5 v + 140 - u + I, du/dt = a (b v - u), by the midpoint rule. */
export function floatIzhikevich(run: FloatRun & { readonly u0: number }): FloatTraces {
  const { parameters: p, substeps, ticks, arrivals = [] } = run;
  const h = run.timestepMs / substeps;
  const [e, i] = [exponential(p.tau_syn_E!), exponential(p.tau_syn_I!)];
  const result: FloatTraces = { spikes: [], v: [], others: { u: [] } };
  let [v, u] = [run.v0, run.u0];
  for (let t = 0; t < ticks; t++) {
    for (const a of arrivals) if (a.tick === t) (a.receptor === "excitatory" ? e : i).add(a.weight);
    result.v.push(v);
    result.others.u!.push(u);
    let fired = false;
    for (let s = 0; s < substeps; s++) {
      const current = e.mean(h) + i.mean(h) + p.i_offset!;
      const dv = (x: number, y: number): number => 0.04 * x * x + 5 * x + 140 - y + current;
      const du = (x: number, y: number): number => p.a! * (p.b! * x - y);
      const [midV, midU] = [Math.min(40, v + (h / 2) * dv(v, u)), u + (h / 2) * du(v, u)];
      [v, u] = [v + h * dv(midV, midU), u + h * du(midV, midU)];
      if (v >= 30) {
        fired = true;
        [v, u] = [p.c!, u + p.d!];
      }
      e.advance(h);
      i.advance(h);
    }
    if (fired) result.spikes.push(t);
  }
  return result;
}

const exprel = (z: number): number => (z === 0 ? 1 : Math.expm1(z) / z);

/** Opening and closing rates of Traub and Miles, in 1/ms, u being V less the shift. */
export const RATES: Readonly<Record<"m" | "h" | "n", { a(u: number): number; b(u: number): number }>> = {
  m: { a: (u) => (0.32 * 4) / exprel((13 - u) / 4), b: (u) => (0.28 * 5) / exprel((u - 40) / 5) },
  h: { a: (u) => 0.128 * Math.exp((17 - u) / 18), b: (u) => 4 / (1 + Math.exp((40 - u) / 5)) },
  n: { a: (u) => (0.032 * 5) / exprel((15 - u) / 5), b: (u) => 0.5 * Math.exp((10 - u) / 40) },
};

/** Exponential Euler of every state from the same old values; with `gatesFirst` V moves with the new gates. */
export function floatHodgkinHuxley(
  run: FloatRun & { readonly gates: Readonly<Record<"m" | "h" | "n", number>>; readonly gatesFirst: boolean },
): FloatTraces {
  const { parameters: p, timestepMs: dt, ticks, arrivals = [] } = run;
  const gates = { ...run.gates };
  const result: FloatTraces = { spikes: [], v: [], others: { m: [], h: [], n: [] } };
  let [v, ge, gi] = [run.v0, 0, 0];
  for (let t = 0; t < ticks; t++) {
    for (const a of arrivals) {
      if (a.tick !== t) continue;
      if (a.receptor === "excitatory") ge += a.weight;
      else gi += a.weight;
    }
    result.v.push(v);
    const old = { ...gates };
    for (const x of ["m", "h", "n"] as const) {
      result.others[x]!.push(gates[x]);
      const [a, b] = [RATES[x].a(v - p.v_offset!), RATES[x].b(v - p.v_offset!)];
      gates[x] = a / (a + b) + (gates[x] - a / (a + b)) * Math.exp(-dt * (a + b));
    }
    const { m, h, n } = run.gatesFirst ? gates : old;
    const na = p.gbar_Na! * m ** 3 * h;
    const k = p.gbar_K! * n ** 4;
    const total = na + k + p.g_leak! + ge + gi;
    const pull =
      na * p.e_rev_Na! + k * p.e_rev_K! + p.g_leak! * p.e_rev_leak! + ge * p.e_rev_E! + gi * p.e_rev_I! + p.i_offset!;
    const next = pull / total + (v - pull / total) * Math.exp((-dt * total) / p.cm!);
    if (v < -20 && next >= -20) result.spikes.push(t);
    v = next;
    ge *= Math.exp(-dt / p.tau_syn_E!);
    gi *= Math.exp(-dt / p.tau_syn_I!);
  }
  return result;
}
