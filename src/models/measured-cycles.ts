/** Cycles of the kernels by name of their model, measured: `npm run bench -- kernel --table`. */
export const MEASURED_CYCLES: Readonly<Record<string, { readonly perTick: number; readonly perSubstep: number }>> = {
  IF_cond_exp: { perTick: 115, perSubstep: 87 },
  IF_cond_alpha: { perTick: 129, perSubstep: 197 },
  IF_curr_exp: { perTick: 116, perSubstep: 60 },
  IF_curr_alpha: { perTick: 129, perSubstep: 129 },
  IF_curr_delta: { perTick: 84, perSubstep: 42 },
  Izhikevich: { perTick: 128, perSubstep: 138 },
  HH_cond_exp: { perTick: 123, perSubstep: 214 },
  SpikeSourcePoisson8: { perTick: 130, perSubstep: 0 },
};
