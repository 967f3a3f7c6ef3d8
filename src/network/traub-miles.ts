import { exactExp } from "../random/index.ts";

/** Gates of the sodium (m, h) and potassium (n) channels of Traub and Miles (1991). */
export type Gate = "m" | "h" | "n";

export function isGate(variable: string): variable is Gate {
  return variable === "m" || variable === "h" || variable === "n";
}

/**
 * Open fraction a / (a + b) that a gate reaches when the potential stays as it is.
 *
 * @param u potential above the channels' offset (mV)
 */
export function steadyState(gate: Gate, u: number): number {
  const opening = OPENING[gate](u);
  return opening / (opening + CLOSING[gate](u));
}

/** Rates in 1/ms of u in mV. */
const OPENING: Readonly<Record<Gate, (u: number) => number>> = {
  m: (u) => (0.32 * 4) / exprel((13 - u) / 4),
  h: (u) => 0.128 * exactExp((17 - u) / 18),
  n: (u) => (0.032 * 5) / exprel((15 - u) / 5),
};

const CLOSING: Readonly<Record<Gate, (u: number) => number>> = {
  m: (u) => (0.28 * 5) / exprel((u - 40) / 5),
  h: (u) => 4 / (1 + exactExp((40 - u) / 5)),
  n: (u) => 0.5 * exactExp((10 - u) / 40),
};

/** (e^x - 1) / x, 1 at 0. Close to 0, where the difference cancels, three terms of the series are exact to 2^-53. */
function exprel(x: number): number {
  return Math.abs(x) < 1e-5 ? 1 + x / 2 + (x * x) / 6 : (exactExp(x) - 1) / x;
}
