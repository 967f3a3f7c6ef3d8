import type { Distribution } from "../network.ts";

type Arguments<Name extends Distribution["distribution"]> = Omit<
  Extract<Distribution, { distribution: Name }>,
  "distribution"
>;

/** PyNN's `RandomDistribution`: `RandomDistribution("uniform", { low: -60, high: -50 })`. */
export function RandomDistribution<Name extends Distribution["distribution"]>(
  distribution: Name,
  parameters: Arguments<Name>,
): Distribution {
  return { distribution, ...parameters } as unknown as Distribution;
}
