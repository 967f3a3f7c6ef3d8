/** READ, WRITE and FILL, which the monitor and every application core execute alike on what they can see. */

import { SCP_CODE, SCP_DATA_MAX } from "../../../sdp/scp.ts";
import type { AccessUnit, MemoryMap } from "../memory-map.ts";
import { failure, type MonitorRequest, OK, type Outcome, staleBody } from "../scp.ts";

const UNITS: readonly AccessUnit[] = [1, 2, 4];

/** arg1 address, arg2 bytes, arg3 unit. The reply has the length asked for; only whole units of it were read. */
export function readCommand(memory: MemoryMap, request: MonitorRequest): Outcome {
  const unit = UNITS[request.arg3];
  if (unit === undefined || request.arg2 > SCP_DATA_MAX) return failure(SCP_CODE.ARG);
  const body = staleBody(request, request.arg2);
  body.set(memory.read(request.arg1, wholeUnits(request.arg2, unit), unit));
  return { code: SCP_CODE.OK, body };
}

export function writeCommand(memory: MemoryMap, request: MonitorRequest): Outcome {
  const unit = UNITS[request.arg3];
  if (unit === undefined || request.arg2 > SCP_DATA_MAX) return failure(SCP_CODE.ARG);
  memory.write(request.arg1, request.data.subarray(0, wholeUnits(request.arg2, unit)), unit);
  return OK;
}

/** arg1 address, arg2 word, arg3 bytes. */
export function fillCommand(memory: MemoryMap, request: MonitorRequest): Outcome {
  memory.fill(request.arg1, request.arg2, request.arg3);
  return OK;
}

function wholeUnits(bytes: number, unit: AccessUnit): number {
  return bytes - (bytes % unit);
}
