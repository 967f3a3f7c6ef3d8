export { ApplicationMonitor, type ApplicationMonitorPorts } from "./application-monitor.ts";
export { ApplicationImageError, type EntryParameters, startCore } from "./application-start.ts";
export { type CoreDescription, describeCore, formatCore } from "./core-description.ts";
export { EmulatedBoard, type EmulatedBoardOptions } from "./emulated-board.ts";
export { createEmulatedMachine, EmulatedMachine, type EmulatedMachineOptions } from "./emulated-machine.ts";
export type { UdpAddress, UdpFromChip } from "./host-network.ts";
export {
  formatTraceEvent,
  type TraceEvent,
  type TraceKind,
  type TraceOptions,
  type TraceSink,
} from "./machine-trace.ts";
export { physicalCore, readIobuf, readVirtualCpu, type VirtualCpu } from "./scamp-memory.ts";
