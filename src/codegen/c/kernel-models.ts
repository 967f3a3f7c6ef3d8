import { BUILT_IN_MODELS, noisyModels } from "../../models/registry.ts";
import type { Model } from "../ir.ts";

/** Models whose kernels are in kernel/bin; undefined stands for SpikeSourceArray, which is none. */
export const KERNEL_MODELS: readonly (Model | undefined)[] = [
  undefined,
  ...BUILT_IN_MODELS,
  ...noisyModels(BUILT_IN_MODELS),
];
