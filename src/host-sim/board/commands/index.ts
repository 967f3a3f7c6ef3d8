/** The SCP commands of SC&MP, by number. Source: spinnaker_tools `scamp/scamp-cmd.c`. */

import { SCP_CODE, SCP_COMMAND } from "../../../sdp/scp.ts";
import type { Chip } from "../chip.ts";
import type { UdpSender } from "../ip-tags.ts";
import { failure, type MonitorRequest, OK, type Outcome } from "../scp.ts";
import { allocCommand } from "./alloc.ts";
import { applicationCopyRunCommand, applicationRunCommand, applicationStartCommand } from "./application.ts";
import { floodDataCommand, nearestNeighbourCommand } from "./flood.ts";
import { infoCommand } from "./info.ts";
import { ipTagCommand } from "./ip-tag.ts";
import { linkReadCommand, linkWriteCommand } from "./link.ts";
import { fillCommand, readCommand, writeCommand } from "./memory.ts";
import { remapCommand } from "./remap.ts";
import { routerCommand } from "./router.ts";
import { countCommand, signalCommand } from "./signal.ts";
import { serialRomCommand } from "./srom.ts";
import { monitorVersion } from "./version.ts";

/** @returns undefined if the command answers later */
export function executeCommand(
  chip: Chip,
  request: MonitorRequest,
  sender: UdpSender | undefined,
): Outcome | undefined {
  if (FROM_4X.has(request.command) && !chip.version.has4xCommands) return failure(SCP_CODE.CMD);
  switch (request.command) {
    case SCP_COMMAND.VER:
      return monitorVersion(chip);
    case SCP_COMMAND.READ:
      return readCommand(chip.cores[0]!.memory, request);
    case SCP_COMMAND.WRITE:
      return writeCommand(chip.cores[0]!.memory, request);
    case SCP_COMMAND.FILL:
      return fillCommand(chip.cores[0]!.memory, request);
    case SCP_COMMAND.LINK_READ:
      return linkReadCommand(chip, request);
    case SCP_COMMAND.LINK_WRITE:
      return linkWriteCommand(chip, request);
    case SCP_COMMAND.AS:
      return applicationStartCommand(chip, request);
    case SCP_COMMAND.AR:
      return applicationRunCommand(chip, request);
    case SCP_COMMAND.APP_COPY_RUN:
      return applicationCopyRunCommand(chip, request);
    case SCP_COMMAND.SIG:
      return signalCommand(chip, request);
    case SCP_COMMAND.COUNT:
      return countCommand(chip, request);
    case SCP_COMMAND.NNP:
      return nearestNeighbourCommand(chip, request);
    case SCP_COMMAND.FFD:
      return floodDataCommand(chip, request);
    case SCP_COMMAND.ALLOC:
      return allocCommand(chip, request);
    case SCP_COMMAND.RTR:
      return routerCommand(chip, request);
    case SCP_COMMAND.IPTAG:
      return ipTagCommand(chip, request, sender);
    case SCP_COMMAND.INFO:
      return infoCommand(chip);
    case SCP_COMMAND.LED:
      chip.monitor.setLeds(request.arg1);
      return OK;
    case SCP_COMMAND.SROM:
      return serialRomCommand(chip, request);
    case SCP_COMMAND.REMAP:
      return remapCommand(chip, request);
    case SCP_COMMAND.SYNC:
      // The clock-drift beacon has no effect here: all chips share one clock.
      return OK;
    default:
      return failure(SCP_CODE.CMD);
  }
}

const FROM_4X: ReadonlySet<number> = new Set([SCP_COMMAND.COUNT, SCP_COMMAND.APP_COPY_RUN, SCP_COMMAND.SYNC]);
