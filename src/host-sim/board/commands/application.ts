/** AS, AR and APP_COPY_RUN: start an APLX image that lies in this chip's or a neighbour's SDRAM. */

import { LINK_COUNT } from "../../../machine/machine.ts";
import { SCP_CODE } from "../../../sdp/scp.ts";
import { startApplication } from "../application-control.ts";
import type { Chip } from "../chip.ts";
import { MemoryFault } from "../memory-fault.ts";
import { failure, type MonitorRequest, OK, type Outcome, wordBytes } from "../scp.ts";

/** From the staging area to the end of SDRAM. */
const MAX_IMAGE_BYTES = 8 * 1024 * 1024;
/** Low 29 bits of a sum of words; 0 is "do not check". */
const CHECKSUM_MASK = 0x1fff_ffff;

/** arg1 address of the image, arg2 app_id << 24 | flags << 18 | virtual cores. */
export function applicationStartCommand(chip: Chip, request: MonitorRequest): Outcome {
  startApplication(chip, request.arg1, request.arg2);
  return OK;
}

/** arg1 as arg2 of AS; the image lies in the staging area. */
export function applicationRunCommand(chip: Chip, request: MonitorRequest): Outcome {
  if (request.arg1 & 1) return failure(SCP_CODE.ARG);
  startApplication(chip, chip.sv.get("sdram_sys"), request.arg1);
  return OK;
}

/** arg1 checksum << 3 | link, arg2 bytes, arg3 as arg2 of AS: first copy the neighbour's staging area. */
export function applicationCopyRunCommand(chip: Chip, request: MonitorRequest): Outcome {
  const link = request.arg1 & 7;
  const checksum = request.arg1 >>> 3;
  const bytes = request.arg2;
  if (request.arg3 & 1 || link >= LINK_COUNT || bytes % 4 !== 0) return failure(SCP_CODE.ARG);
  const staging = chip.sv.get("sdram_sys");
  const image = readNeighbour(chip, link, staging, bytes);
  if (image === undefined) return failure(SCP_CODE.TIMEOUT);
  chip.memory.write(staging, image, 4);
  const sum = wordSum(image);
  if (checksum !== 0 && (sum & CHECKSUM_MASK) !== checksum) return { code: SCP_CODE.SUM, body: wordBytes([sum]) };
  startApplication(chip, staging, request.arg3);
  return OK;
}

function readNeighbour(chip: Chip, link: number, address: number, bytes: number): Uint8Array | undefined {
  const neighbour = chip.context.fabric.neighbour(chip, link);
  if (neighbour === undefined || bytes > MAX_IMAGE_BYTES) return undefined;
  try {
    return neighbour.linkMemory.read(address, bytes, 4);
  } catch (error) {
    if (error instanceof MemoryFault) return undefined;
    throw error;
  }
}

/** Sum of little-endian words modulo 2^32. */
function wordSum(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 4) sum = (sum + view.getUint32(at, true)) >>> 0;
  return sum;
}
