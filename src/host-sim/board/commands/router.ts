/** RTR: load, clear and initialise the multicast table; set and get the fixed route. */

import { ROUTER_OPERATION } from "../../../sdp/allocation-commands.ts";
import { SCP_CODE } from "../../../sdp/scp.ts";
import type { Chip } from "../chip.ts";
import { failure, type MonitorRequest, OK, type Outcome, okWords } from "../scp.ts";

const GET_FIXED_ROUTE = 0x8000_0000;

/** arg1 count << 16 | app_id << 8 | op. */
export function routerCommand(chip: Chip, request: MonitorRequest): Outcome {
  const op = request.arg1 & 255;
  const appId = (request.arg1 >>> 8) & 255;
  const count = request.arg1 >>> 16;
  const { arg2, arg3 } = request;
  switch (op) {
    case ROUTER_OPERATION.init:
      chip.routerHeap.initialise(1);
      return OK;
    case ROUTER_OPERATION.clear:
      return chip.routerHeap.clear(arg2, count) ? OK : failure(SCP_CODE.ARG);
    case ROUTER_OPERATION.load:
      return chip.routerHeap.load(arg2, count, arg3, appId) ? OK : failure(SCP_CODE.ARG);
    case ROUTER_OPERATION.fixedRoute:
      if (arg2 & GET_FIXED_ROUTE) return okWords(chip.sv.get("fr_copy"));
      chip.sv.set("fr_copy", arg2 & 0x00ff_ffff);
      chip.router.fixedRoute = chip.numbering.physicalRoute(arg2);
      return OK;
    default:
      return failure(SCP_CODE.ARG);
  }
}
