import type { Version } from "../sdp/chip-commands.ts";
import { isScpFailure } from "../sdp/errors.ts";
import { readMemory } from "../sdp/memory-commands.ts";
import type { ScpConnection } from "../sdp/scp-connection.ts";
import { ROOT_CHIP } from "../sdp/sdp.ts";
import { SV, SV_ADDRESS } from "./chip-memory.ts";

/** Last value of sv.netinit_phase. */
const DONE = 0xff;

/**
 * Has the machine finished setting up its network? VER alone does not tell: for a moment after its start a monitor says
 * that it is chip (0, 0) before it takes that back.
 */
export async function networkIsUp(
  connection: ScpConnection,
  version: Version,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  if (version.chip === undefined) return false;
  try {
    const [phase] = await connection.call(ROOT_CHIP, readMemory(SV_ADDRESS + SV.netinitPhase, 1), { signal });
    return phase === DONE;
  } catch (error) {
    if (isScpFailure(error)) return false;
    throw error;
  }
}
