/** The SCP commands that SARK answers on SDP port 0 of every application core. Source: spinnaker_tools `sark_base.c`. */

import { SCP_CODE, SCP_COMMAND } from "../../sdp/scp.ts";
import type { Chip } from "./chip.ts";
import type { ChipCore } from "./chip-core.ts";
import { fillCommand, readCommand, writeCommand } from "./commands/memory.ts";
import { versionReply } from "./commands/version.ts";
import type { RoutedMessage } from "./routed-message.ts";
import { failure, type Outcome, readMonitorRequest } from "./scp.ts";

/** @throws {MemoryFault} the core aborts */
export function answerAsSark(chip: Chip, core: ChipCore, message: RoutedMessage): Outcome {
  const request = readMonitorRequest(message);
  if (request === undefined) return failure(SCP_CODE.LEN);
  switch (request.command) {
    case SCP_COMMAND.VER:
      return versionReply(chip, "SARK/SpiNNaker", chip.address, core);
    case SCP_COMMAND.READ:
      return readCommand(core.memory, request);
    case SCP_COMMAND.WRITE:
      return writeCommand(core.memory, request);
    case SCP_COMMAND.FILL:
      return fillCommand(core.memory, request);
    default:
      return failure(SCP_CODE.CMD);
  }
}
