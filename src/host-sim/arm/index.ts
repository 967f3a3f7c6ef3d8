export { ArmCore, type ArmCoreOptions } from "./arm-core.ts";
export type { Bus, Core, CycleCounter, StopReason } from "./core.ts";
export { CoreMemory, DTCM_BYTES, ITCM_BYTES } from "./core-memory.ts";
export { DecodedPrograms } from "./decode-cache.ts";
export { TranslationCache } from "./translator/translation.ts";
