/** INFO: what a host wants to know of a chip, in one reply. */

import { LINK_COUNT } from "../../../machine/machine.ts";
import { SCP_CODE } from "../../../sdp/scp.ts";
import type { Chip } from "../chip.ts";
import { CORES } from "../core-numbering.ts";
import { type Outcome, wordBytes } from "../scp.ts";
import { SV_IP_ADDR, SV_OFFSET_IN_SYSRAM } from "../system-variables.ts";
import { VCPU_BYTES, VCPU_FIELDS, VCPU_OFFSET_IN_SYSRAM } from "../vcpu.ts";

const BYTES = 38;
const BYTES_WITHOUT_PARENT = 36;

/**
 * Words: cores | links << 8 | free routing entries << 14 | Ethernet up << 25; largest free SDRAM block; largest free
 * System RAM block. Then 18 core states, the Ethernet chip's y and x, this chip's IP, the link towards the root.
 */
export function infoCommand(chip: Chip): Outcome {
  const { sv } = chip;
  const body = new Uint8Array(BYTES);
  const links = chip.version.probesLinks ? answeringLinks(chip) : sv.get("link_en");
  const ethernetUp = sv.get("eth_up") !== 0 ? 1 << 25 : 0;
  const summary = (sv.get("num_cpus") & 31) | (links << 8) | (chip.routerHeap.largestFree() << 14) | ethernetUp;
  body.set(wordBytes([summary, chip.sdramHeap.largestFree(), chip.sysramHeap.largestFree()]));
  for (let core = 0; core < CORES; core++) {
    body[12 + core] = chip.sysram[VCPU_OFFSET_IN_SYSRAM + core * VCPU_BYTES + VCPU_FIELDS.cpu_state[0]]!;
  }
  body[30] = sv.get("eth_addr") & 255;
  body[31] = sv.get("eth_addr") >>> 8;
  body.set(chip.sysram.subarray(SV_OFFSET_IN_SYSRAM + SV_IP_ADDR, SV_OFFSET_IN_SYSRAM + SV_IP_ADDR + 4), 32);
  body[36] = chip.router.p2pRoute(sv.get("p2p_root"));
  return { code: SCP_CODE.OK, body: chip.version.infoHasParentLink ? body : body.subarray(0, BYTES_WITHOUT_PARENT) };
}

function answeringLinks(chip: Chip): number {
  let links = 0;
  for (let link = 0; link < LINK_COUNT; link++) {
    if (chip.context.fabric.neighbour(chip, link) !== undefined) links |= 1 << link;
  }
  return links;
}
