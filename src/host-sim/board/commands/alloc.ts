/** ALLOC: blocks of SDRAM and of multicast entries, by application. */

import { ALLOC_OPERATION, TAG_RETRY } from "../../../sdp/allocation-commands.ts";
import { SCP_CODE } from "../../../sdp/scp.ts";
import type { Chip } from "../chip.ts";
import { failure, type MonitorRequest, OK, type Outcome, okWords } from "../scp.ts";

const APP_DATA_BYTES = 8;
const APP_DATA_CLEAN = 1;

/** arg1 flags << 16 | app_id << 8 | op. */
export function allocCommand(chip: Chip, request: MonitorRequest): Outcome {
  const op = request.arg1 & 255;
  const appId = (request.arg1 >>> 8) & 255;
  const { arg2, arg3 } = request;
  switch (op) {
    case ALLOC_OPERATION.sdramAllocate: {
      const acceptExisting = chip.version.has4xCommands && ((request.arg1 >>> 16) & TAG_RETRY) !== 0;
      const address = chip.sdramHeap.allocate({ bytes: arg2, tag: arg3, appId, acceptExisting });
      markUsed(chip, appId);
      return okWords(address);
    }
    case ALLOC_OPERATION.sdramFree:
      chip.sdramHeap.free(arg2);
      return OK;
    case ALLOC_OPERATION.sdramFreeByApplication:
      return okWords(chip.sdramHeap.freeByApp(appId));
    case ALLOC_OPERATION.routerAllocate: {
      const entry = chip.routerHeap.allocate(arg2, appId);
      markUsed(chip, appId);
      return okWords(entry);
    }
    case ALLOC_OPERATION.routerFree:
      chip.routerHeap.free(arg2, arg3 !== 0);
      return OK;
    case ALLOC_OPERATION.routerFreeByApplication:
      return okWords(chip.routerHeap.freeByApp(appId, arg2 !== 0));
    case ALLOC_OPERATION.sdramSpace:
      return okWords(chip.sdramHeap.freeBytes, chip.sdramHeap.largestFree());
    case ALLOC_OPERATION.sdramTagged:
      return okWords(chip.memory.readWord(chip.sv.get("alloc_tag") + 4 * ((appId << 8) | (arg2 & 255))));
    default:
      return failure(SCP_CODE.ARG);
  }
}

/** The application has something to clean up when it stops. */
function markUsed(chip: Chip, appId: number): void {
  const at = chip.sv.get("app_data") + appId * APP_DATA_BYTES + APP_DATA_CLEAN;
  chip.memory.write(at, Uint8Array.of(0));
}
