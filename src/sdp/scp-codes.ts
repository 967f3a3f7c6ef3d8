/**
 * Numbers of SCP: commands and return codes.
 *
 * @see SpiNNakerManchester/spinnaker_tools `include/spinnaker.h` (cmd and rc constants), `bmp/bmp.h`
 */

/** Command numbers of SCAMP, SARK and (from 48) the BMP. */
export const SCP_COMMAND = {
  VER: 0,
  RUN: 1,
  READ: 2,
  WRITE: 3,
  APLX: 4,
  FILL: 5,
  COUNT: 15,
  REMAP: 16,
  LINK_READ: 17,
  LINK_WRITE: 18,
  AR: 19,
  NNP: 20,
  APP_COPY_RUN: 21,
  SIG: 22,
  FFD: 23,
  AS: 24,
  LED: 25,
  IPTAG: 26,
  SROM: 27,
  ALLOC: 28,
  RTR: 29,
  INFO: 31,
  SYNC: 32,
  BMP_INFO: 48,
  BMP_FLASH_COPY: 49,
  BMP_FLASH_ERASE: 50,
  BMP_FLASH_WRITE: 51,
  BMP_SERIAL_FLASH: 53,
  BMP_EEPROM: 54,
  BMP_RESET: 55,
  BMP_XILINX: 56,
  BMP_POWER: 57,
  BMP_I2C: 61,
  BMP_PWM: 62,
  TUBE: 64,
} as const;

/** Return codes. */
export const SCP_CODE = {
  OK: 0x80,
  LEN: 0x81,
  SUM: 0x82,
  CMD: 0x83,
  ARG: 0x84,
  PORT: 0x85,
  TIMEOUT: 0x86,
  ROUTE: 0x87,
  CPU: 0x88,
  DEAD: 0x89,
  BUF: 0x8a,
  P2P_NOREPLY: 0x8b,
  P2P_REJECT: 0x8c,
  P2P_BUSY: 0x8d,
  P2P_TIMEOUT: 0x8e,
  PKT_TX: 0x8f,
} as const;

const CODE_MEANINGS: readonly (readonly [number, string])[] = [
  [SCP_CODE.OK, "RC_OK"],
  [SCP_CODE.LEN, "RC_LEN: message too short"],
  [SCP_CODE.SUM, "RC_SUM: checksum wrong"],
  [SCP_CODE.CMD, "RC_CMD: unknown command"],
  [SCP_CODE.ARG, "RC_ARG: bad argument"],
  [SCP_CODE.PORT, "RC_PORT: the monitor has no such SDP port"],
  [SCP_CODE.TIMEOUT, "RC_TIMEOUT: the core or link did not take the message in time"],
  [SCP_CODE.ROUTE, "RC_ROUTE: no point-to-point route to that chip"],
  [SCP_CODE.CPU, "RC_CPU: no such core on that chip"],
  [SCP_CODE.DEAD, "RC_DEAD: the destination is dead"],
  [SCP_CODE.BUF, "RC_BUF: no free message buffer"],
  [SCP_CODE.P2P_NOREPLY, "RC_P2P_NOREPLY: the far chip did not open a channel"],
  [SCP_CODE.P2P_REJECT, "RC_P2P_REJECT: the far chip refused"],
  [SCP_CODE.P2P_BUSY, "RC_P2P_BUSY: the far chip is busy"],
  [SCP_CODE.P2P_TIMEOUT, "RC_P2P_TIMEOUT: the far chip did not respond"],
  [SCP_CODE.PKT_TX, "RC_PKT_TX: packet transmission failed"],
];
const MEANING_BY_CODE = new Map(CODE_MEANINGS);

/** Name and meaning of a return code, or undefined when it is none. */
export function scpCodeMeaning(code: number): string | undefined {
  return MEANING_BY_CODE.get(code);
}

const COMMAND_NAMES = new Map<number, string>(Object.entries(SCP_COMMAND).map(([name, number]) => [number, name]));

/** `READ`, or `command 99` for numbers nobody uses. */
export function scpCommandName(command: number): string {
  return COMMAND_NAMES.get(command) ?? `command ${command}`;
}
