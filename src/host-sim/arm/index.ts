export { ArmCore } from "./arm-core.ts";
export type { Bus, Core, StopReason } from "./core.ts";
export { CoreMemory, DTCM_BYTES, ITCM_BYTES } from "./core-memory.ts";
