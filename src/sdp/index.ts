export { BMP_BOARDS, bmpTarget } from "./bmp-commands.ts";
export { BOOT_PORT, bootPackets } from "./boot-packets.ts";
export { type ChipInfo, chipInfo, type Version, version } from "./chip-commands.ts";
export { CORE_STATE, coreStateName, runTimeErrorName } from "./core-state.ts";
export { databaseNotice, decodeEieioCommand, EIEIO_COMMAND, encodeEieioCommand } from "./eieio-command.ts";
export {
  decodeEieioData,
  type EieioData,
  eieioKeyMessages,
  eieioKeys,
  eieioPayloads,
  encodeEieioData,
} from "./eieio-data.ts";
export {
  ClosedError,
  DatagramError,
  FieldRangeError,
  isScpFailure,
  PortInUseError,
  ScpNoReplyError,
  ScpRefusedError,
  ScpUnfitReplyError,
  UdpError,
} from "./errors.ts";
export type { ScpTarget } from "./exchange.ts";
export { type FaultPlan, type FaultRates, faultsBothWays, faultySockets } from "./faulty-socket.ts";
export { readMemory, writeMemory } from "./memory-commands.ts";
export { SCP_PORT } from "./scp.ts";
export { SCP_CODE, SCP_COMMAND } from "./scp-codes.ts";
export type { Repeat, ScpCommand } from "./scp-command.ts";
export { ScpConnection } from "./scp-connection.ts";
export type { CallOptions, ScpConnectionOptions, ScpStatistics } from "./scp-connection-options.ts";
export { readBlock, type TransferOptions, writeBlock } from "./scp-memory.ts";
export { decodeSdp, encodeSdp, ROOT_CHIP, type SdpEndpoint, type SdpMessage } from "./sdp.ts";
export { type SocketModule, type TransportOptions, UdpTransport } from "./transport.ts";
