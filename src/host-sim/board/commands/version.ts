import { SCP_CODE, SCP_DATA_MAX } from "../../../sdp/scp.ts";
import type { Chip } from "../chip.ts";
import type { ChipCore } from "../chip-core.ts";
import { versionText } from "../scamp-version.ts";
import { type Outcome, wordBytes } from "../scp.ts";

/** Version number that says: look at the text. */
const VERSION_IN_TEXT = 0xffff;

/**
 * VER: arg1 address << 16 | physical core << 8 | virtual core, arg2 version << 16 | buffer size, arg3 build date, then
 * `name` NUL `x.y.z` NUL.
 */
export function versionReply(chip: Chip, name: string, address: number, core: ChipCore): Outcome {
  const text = `${name}\0${versionText(chip.version)}\0`;
  const words = wordBytes([
    (address << 16) | (core.physical << 8) | core.virtual,
    (VERSION_IN_TEXT << 16) | SCP_DATA_MAX,
    chip.buildDate,
  ]);
  const body = new Uint8Array(words.length + text.length);
  body.set(words);
  for (let i = 0; i < text.length; i++) body[words.length + i] = text.charCodeAt(i);
  return { code: SCP_CODE.OK, body };
}

/** The monitor's VER; until network set-up is over it does not know its address. */
export function monitorVersion(chip: Chip): Outcome {
  return versionReply(chip, "SC&MP/SpiNNaker", chip.monitor.ready ? chip.address : UNKNOWN_ADDRESS, chip.cores[0]!);
}

const UNKNOWN_ADDRESS = 0xffff;
