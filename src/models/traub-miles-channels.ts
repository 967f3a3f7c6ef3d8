import type { Channel } from "./channel.ts";
import { exp, exprel } from "./elementary.ts";

/**
 * Sodium and potassium channels of Traub and Miles (1991) in the form of Brette et al. (2007), benchmark 3. u is V minus
 * the shift of the rates; the removable singularities at u = 13, 40 and 15 mV are in `exprel`.
 */
export const SODIUM: Channel = {
  name: "na",
  gates: [
    {
      name: "m",
      power: 3,
      opening: (u) => (0.32 * 4) / exprel((13 - u) / 4),
      closing: (u) => (0.28 * 5) / exprel((u - 40) / 5),
    },
    {
      name: "h",
      power: 1,
      opening: (u) => 0.128 * exp((17 - u) / 18),
      closing: (u) => 4 / (1 + exp((40 - u) / 5)),
    },
  ],
};

export const POTASSIUM: Channel = {
  name: "k",
  gates: [
    {
      name: "n",
      power: 4,
      opening: (u) => (0.032 * 5) / exprel((15 - u) / 5),
      closing: (u) => 0.5 * exp((10 - u) / 40),
    },
  ],
};
