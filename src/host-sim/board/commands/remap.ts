/** REMAP: take a core out of use and restart all others under new numbers. */

import { SCP_CODE } from "../../../sdp/scp.ts";
import { makeIdle } from "../application-control.ts";
import type { Chip } from "../chip.ts";
import { CORES, CoreNumbering, NO_CORE } from "../core-numbering.ts";
import { writeCoreMaps } from "../scamp-start.ts";
import { failure, type MonitorRequest, OK, type Outcome } from "../scp.ts";
import { VCPU_BYTES, VCPU_OFFSET_IN_SYSRAM } from "../vcpu.ts";

/** arg1 core, arg2 bit 0: its number is physical. */
export function remapCommand(chip: Chip, request: MonitorRequest): Outcome {
  const { numbering } = chip;
  const physical = request.arg2 & 1 ? request.arg1 : numbering.v2p[request.arg1];
  const virtual = physical === undefined ? NO_CORE : (numbering.p2v[physical] ?? NO_CORE);
  if (virtual === 0 || virtual === NO_CORE) return failure(SCP_CODE.ARG);
  const left = numbering.v2p.filter((core) => core !== physical);
  chip.renumber(new CoreNumbering(numbering.monitorPhysical, left));
  writeCoreMaps(chip);
  makeIdle(chip, (1 << chip.numbering.count) - 2);
  const unused = VCPU_OFFSET_IN_SYSRAM + chip.numbering.count * VCPU_BYTES;
  chip.sysram.fill(0, unused, VCPU_OFFSET_IN_SYSRAM + CORES * VCPU_BYTES);
  return OK;
}
