export { exactExp, exactLog } from "./exact-math.ts";
export { Mt19937 } from "./mt19937.ts";
export { philoxBlocks } from "./philox.ts";
export { philoxBlocksSimd } from "./philox-simd.ts";
export { RandomStream } from "./random-stream.ts";
export { PURPOSES, type Purpose, type Stream, stream } from "./streams.ts";
