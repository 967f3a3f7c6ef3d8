/**
 * Commands that flood a machine with an application through nearest-neighbour packets: NNP and FFD.
 *
 * The order is: start, one core selection a (region, core mask) in ascending order, the blocks, the end. Nothing is
 * acknowledged by the chips; a host looks whether the cores have started.
 *
 * SC&MP 3.x starts the selected cores inside each selection's region; 4.0.0 ignores regions (use APP_COPY_RUN there).
 *
 * @see project-rig/rig `rig/machine_control/machine_controller.py` (flood_fill_aplx), SpiNNakerManchester/
 *   spinnaker_tools `scamp/scamp-nn.c`
 */
import { packApplicationStart, packSignal, SIGNAL } from "./application-commands.ts";
import { inRange } from "./errors.ts";
import { SCP_DATA_MAX } from "./scp.ts";
import { SCP_COMMAND } from "./scp-codes.ts";
import { commandWithoutReply, type ScpCommand } from "./scp-command.ts";

const OPCODE = { SIG0: 0, FFS: 6, FFCS: 7, FFE: 15 } as const;
/** Sub-operation of SIG0: signal to an application. */
const APPLICATION_SIGNAL = 5;
/** To all links, back to the sender as well. */
const FORWARD_ALL = 0x3f;
/** One transmission, 24 µs after the one before. */
const RETRY = 0x18;
const INSERT_ID = 0x8000_0000;
const FORWARD_AND_RETRY = (FORWARD_ALL << 8) | RETRY;

/** Most blocks of 256 bytes in a fill. */
export const FILL_BLOCKS_MAX = 255;
export const FILL_BLOCK_BYTES: number = SCP_DATA_MAX;

/** Begins a fill of `blocks` blocks. @param fill 1 to 127, another one than the fill before */
export function startFloodFill(fill: number, blocks: number): ScpCommand<void> {
  inRange("fill blocks", blocks, 1, FILL_BLOCKS_MAX);
  return nearestNeighbour(((OPCODE.FFS << 24) | (fillId(fill) << 16) | (blocks << 8)) >>> 0, 0, INSERT_ID, "FFS");
}

/** Selects the cores of `coreMask` on the chips of a region. Selections go in ascending order of region, then mask. */
export function selectFloodFillCores(region: number, coreMask: number): ScpCommand<void> {
  inRange("core mask", coreMask, 0, 0x3ffff);
  return nearestNeighbour((OPCODE.FFCS << 24) | coreMask, inRange("region", region, 0, 0xffff_ffff), 0, "FFCS");
}

/** Sends block number `block`, to be stored at `address` on every chip. */
export function floodFillBlock(fill: number, block: number, address: number, data: Uint8Array): ScpCommand<void> {
  inRange("fill block", block, 0, FILL_BLOCKS_MAX - 1);
  const words = inRange("fill block words", data.length / 4, 1, FILL_BLOCK_BYTES / 4);
  return commandWithoutReply(
    SCP_COMMAND.FFD,
    [
      ((FORWARD_ALL << 24) | (RETRY << 16) | fillId(fill)) >>> 0,
      (block << 16) | ((words - 1) << 8),
      inRange("block address", address, 0, 0xffff_ffff),
    ],
    "unhurried",
    () => `FFD block ${block}`,
    { data },
  );
}

/** Ends a fill: chips that have all blocks start their selected cores. */
export function endFloodFill(fill: number, appId: number, wait: boolean): ScpCommand<void> {
  const start = packApplicationStart({ appId, coreMask: 0, wait });
  return nearestNeighbour(((OPCODE.FFE << 24) | fillId(fill)) >>> 0, start, 0, "FFE");
}

/** STOP as a nearest-neighbour packet: what SIG does inside. */
export function stopByNearestNeighbour(appId: number): ScpCommand<void> {
  const data = ((APPLICATION_SIGNAL << 28) | packSignal(SIGNAL.STOP, { appId, appMask: 255 })) >>> 0;
  return commandWithoutReply(
    SCP_COMMAND.NNP,
    [(OPCODE.SIG0 << 24) | (FORWARD_ALL << 16), data, (INSERT_ID | (FORWARD_ALL << 8)) >>> 0],
    "unhurried",
    () => `NNP STOP application ${appId}`,
  );
}

/** Finest level of regions: one bit a chip of an aligned 4x4 block. */
const CHIP_LEVEL = 3;

/** Region word of some chips of one aligned 4x4 block. */
export function regionOfChips(chips: readonly { readonly x: number; readonly y: number }[]): number {
  const [first] = chips;
  const base = first === undefined ? 0 : ((first.x & ~3) << 8) | (first.y & ~3);
  let region = (base << 16) | (CHIP_LEVEL << 16);
  for (const { x, y } of chips) {
    inRange("block of chips", ((x & ~3) << 8) | (y & ~3), base, base);
    region |= 1 << ((x & 3) + 4 * (y & 3));
  }
  return region >>> 0;
}

function nearestNeighbour(key: number, data: number, insertId: number, name: string): ScpCommand<void> {
  return commandWithoutReply(
    SCP_COMMAND.NNP,
    [key, data, (insertId | FORWARD_AND_RETRY) >>> 0],
    "unhurried",
    () => `NNP ${name}`,
  );
}

function fillId(fill: number): number {
  return 2 * inRange("fill number", fill, 1, 127);
}
