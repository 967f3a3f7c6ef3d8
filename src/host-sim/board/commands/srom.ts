/** SROM: read and write the serial ROM of an Ethernet chip, bit by bit on a board, at once here. */

import { SCP_CODE, SCP_DATA_MAX } from "../../../sdp/scp.ts";
import type { Chip } from "../chip.ts";
import { failure, type MonitorRequest, OK, type Outcome } from "../scp.ts";

const WRITE = 0x100;

/** arg1 bytes << 16 | write << 8 | … | command bits; arg2 command << 24 | address. A chip without ROM reads zeros. */
export function serialRomCommand(chip: Chip, request: MonitorRequest): Outcome {
  const length = request.arg1 >>> 16;
  if (length > SCP_DATA_MAX) return failure(SCP_CODE.ARG);
  const command = request.arg2 >>> 24;
  const address = request.arg2 & 0x00ff_ffff;
  if (request.arg1 & WRITE) {
    chip.serialRom?.execute(command, address, request.data.subarray(0, length));
    return OK;
  }
  return { code: SCP_CODE.OK, body: chip.serialRom?.answer(command, address, length) ?? new Uint8Array(length) };
}
