/** LINK_READ and LINK_WRITE: peek and poke words of the neighbour over one link, whatever its monitor does. */

import { LINK_COUNT } from "../../../machine/machine.ts";
import { SCP_CODE, SCP_DATA_MAX } from "../../../sdp/scp.ts";
import type { Chip } from "../chip.ts";
import { MemoryFault } from "../memory-fault.ts";
import type { MemoryMap } from "../memory-map.ts";
import { failure, type MonitorRequest, OK, type Outcome, staleBody } from "../scp.ts";

/** arg1 address on the neighbour, arg2 bytes, arg3 link. */
export function linkReadCommand(chip: Chip, request: MonitorRequest): Outcome {
  if (!isFit(request)) return failure(SCP_CODE.ARG);
  const neighbour = chip.context.fabric.neighbour(chip, request.arg3);
  const words = neighbour && answered(() => neighbour.linkMemory.read(request.arg1, wholeWords(request.arg2), 4));
  if (words === undefined) return failure(SCP_CODE.TIMEOUT);
  const body = staleBody(request, request.arg2);
  body.set(words);
  return { code: SCP_CODE.OK, body };
}

export function linkWriteCommand(chip: Chip, request: MonitorRequest): Outcome {
  if (!isFit(request)) return failure(SCP_CODE.ARG);
  const neighbour = chip.context.fabric.neighbour(chip, request.arg3);
  const done = neighbour && answered(() => writeWords(neighbour.linkMemory, request));
  return done ? OK : failure(SCP_CODE.TIMEOUT);
}

function writeWords(memory: MemoryMap, request: MonitorRequest): true {
  memory.write(request.arg1, request.data.subarray(0, wholeWords(request.arg2)), 4);
  return true;
}

/** A bus error over there gives no answer in time; it harms no one here. */
function answered<T>(access: () => T): T | undefined {
  try {
    return access();
  } catch (error) {
    if (error instanceof MemoryFault) return undefined;
    throw error;
  }
}

function isFit(request: MonitorRequest): boolean {
  return request.arg2 <= SCP_DATA_MAX && request.arg3 < LINK_COUNT;
}

function wholeWords(bytes: number): number {
  return bytes - (bytes % 4);
}
