export type {
  ApplicationCore,
  ApplicationEngine,
  BoardAccess,
  ChipAccess,
  ChipMemoryAccess,
  RouterAccess,
} from "./application-engine.ts";
export { SDRAM_PAGE_BYTES } from "./application-engine.ts";
export { type BoardClock, realTimeClock } from "./board-clock.ts";
export { MemoryFault } from "./memory-fault.ts";
export { pcapFileHeader, pcapRecord } from "./pcap.ts";
export { SCAMP_VERSIONS, type ScampVersionName } from "./scamp-version.ts";
export type { TracedDatagram, TraceSink, UdpEnd } from "./trace.ts";
export { TrivialEngine } from "./trivial-engine.ts";
export { VirtualBoard, type VirtualBoardOptions } from "./virtual-board.ts";
