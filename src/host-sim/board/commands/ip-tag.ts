/** IPTAG: the table of UDP addresses that messages leave the board by. */

import { IP_TAG_OPERATION } from "../../../sdp/ip-tag-commands.ts";
import { SCP_CODE, SCP_DATA_MAX } from "../../../sdp/scp.ts";
import type { Chip } from "../chip.ts";
import { FIXED_TAGS, NO_TAG, POOL_TAGS, TAG_ENTRY_BYTES, TAG_FLAG, ticksOf, type UdpSender } from "../ip-tags.ts";
import { failure, type MonitorRequest, OK, type Outcome, okWords } from "../scp.ts";

const NO_IP = [0, 0, 0, 0];

/**
 * arg1 flags << 28 | time-out << 24 | op << 16 | destination port byte << 8 | tag.
 * @param sender set if the command came in by the chip's own Ethernet
 */
export function ipTagCommand(chip: Chip, request: MonitorRequest, sender: UdpSender | undefined): Outcome {
  const op = (request.arg1 >>> 16) & 255;
  const tag = request.arg1 & 255;
  if (tag >= FIXED_TAGS + POOL_TAGS) return failure(SCP_CODE.ARG);
  const { tags } = chip;
  switch (op) {
    case IP_TAG_OPERATION.new:
    case IP_TAG_OPERATION.set: {
      const chosen = op === IP_TAG_OPERATION.new ? tags.freePoolTag() : tag;
      if (chosen !== NO_TAG) setTag(chip, chosen, request, sender);
      return okWords(chosen);
    }
    case IP_TAG_OPERATION.get:
      if (request.arg2 > SCP_DATA_MAX / TAG_ENTRY_BYTES) return failure(SCP_CODE.ARG);
      return { code: SCP_CODE.OK, body: tags.entryBytes(tag, request.arg2) };
    case IP_TAG_OPERATION.clear:
      tags.clear(tag);
      chip.ethernet?.listen(tags.reversePorts());
      return OK;
    case IP_TAG_OPERATION.timeout: {
      const previous = tags.logTimeout;
      if (request.arg2 < 16) tags.logTimeout = request.arg2;
      return okWords((FIXED_TAGS << 24) | (POOL_TAGS << 16) | (TAG_ENTRY_BYTES << 8) | previous);
    }
    default:
      return failure(SCP_CODE.ARG);
  }
}

/** arg2 destination address << 16 | UDP port, arg3 IP with the first octet in the lowest byte. */
function setTag(chip: Chip, tag: number, request: MonitorRequest, sender: UdpSender | undefined): void {
  const { tags } = chip;
  const flags = (request.arg1 >>> 20) & 0x0f00;
  const ticks = ticksOf((request.arg1 >>> 24) & 15);
  const reverse = (flags & TAG_FLAG.reverse) !== 0;
  const useSender = !reverse && (flags & TAG_FLAG.useSender) !== 0;
  const through = tags.get(request.message.tag);
  const port = request.arg2 & 0xffff;
  const given = [request.arg3 & 255, (request.arg3 >>> 8) & 255, (request.arg3 >>> 16) & 255, request.arg3 >>> 24];
  const implied = reverse ? NO_IP : useSender ? (through?.ip ?? NO_IP) : (sender?.ip ?? NO_IP);
  tags.set(
    tag,
    {
      ip: request.arg3 !== 0 ? given : implied,
      port: reverse ? 0 : useSender ? (through?.port ?? 0) : port,
      receivePort: reverse ? port : 0,
      // SCAMP ORs the time-out's ticks into the flags.
      flags: flags | ticks | TAG_FLAG.valid,
      destination: request.arg2 >>> 16,
      destinationPort: (request.arg1 >>> 8) & 255,
    },
    ticks,
  );
  chip.ethernet?.listen(tags.reversePorts());
}
