/**
 * Brings an application to its cores as SC&MP 3 wants it: flooded through the whole machine from the root chip. Chips
 * that the flood did not reach in full get the image directly.
 */
import { pause } from "../sdp/abort.ts";
import { startStagedApplication } from "../sdp/application-commands.ts";
import { FieldRangeError } from "../sdp/errors.ts";
import {
  endFloodFill,
  FILL_BLOCK_BYTES,
  FILL_BLOCKS_MAX,
  floodFillBlock,
  regionOfChips,
  selectFloodFillCores,
  startFloodFill,
} from "../sdp/flood-fill.ts";
import { type Board, chipNumber } from "./board.ts";
import { statusesOf } from "./core-states.ts";
import { type ChipStart, paddedToWords } from "./start-by-copy.ts";
import { together } from "./together.ts";

const FILLS = 2;
/** Time for a flood to reach the last chip and its cores to enter their application, ms. */
const SETTLE_MILLIS = 100;

/** Loads one APLX file onto cores of many chips and starts them. */
export async function startByFloodFill(
  board: Board,
  appId: number,
  aplx: Uint8Array,
  starts: readonly ChipStart[],
  signal: AbortSignal | undefined,
  onProgress: (chips: number) => void,
): Promise<void> {
  const image = paddedToWords(aplx);
  const blocks = Math.ceil(image.length / FILL_BLOCK_BYTES);
  if (blocks > FILL_BLOCKS_MAX) throw new FieldRangeError("blocks of 256 bytes in an application", blocks, 1, 255);
  let missing = starts;
  for (let fill = 1; fill <= FILLS && missing.length > 0; fill++) {
    await flood(board, appId, image, missing, fill, signal);
    await pause(SETTLE_MILLIS, signal);
    missing = await notStarted(board, appId, missing, signal);
    onProgress(starts.length - missing.length);
  }
  await together(
    signal,
    missing.map(({ x, y, coreMask }) => async (signal) => {
      await board.write({ x, y }, board.facts.stagingAddress, image, { signal });
      await board.call({ x, y }, startStagedApplication({ appId, coreMask, wait: false }), { signal });
    }),
  );
  onProgress(starts.length);
}

async function flood(
  board: Board,
  appId: number,
  image: Uint8Array,
  starts: readonly ChipStart[],
  fill: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const blocks = Math.ceil(image.length / FILL_BLOCK_BYTES);
  await board.callRoot(startFloodFill(fill, blocks), { signal });
  for (const { region, coreMask } of selections(starts))
    await board.callRoot(selectFloodFillCores(region, coreMask), { signal });
  for (let block = 0; block < blocks; block++) {
    const offset = block * FILL_BLOCK_BYTES;
    const data = image.subarray(offset, offset + FILL_BLOCK_BYTES);
    await board.callRoot(floodFillBlock(fill, block, board.facts.stagingAddress + offset, data), { signal });
  }
  await board.callRoot(endFloodFill(fill, appId, false), { signal });
}

/** Chips of one aligned 4x4 block that start the same cores make one selection; in the order SCAMP asks for. */
function selections(starts: readonly ChipStart[]): { readonly region: number; readonly coreMask: number }[] {
  const groups = new Map<string, ChipStart[]>();
  for (const start of starts) {
    const group = `${start.x >> 2} ${start.y >> 2} ${start.coreMask}`;
    const members = groups.get(group);
    if (members === undefined) groups.set(group, [start]);
    else members.push(start);
  }
  return [...groups.values()]
    .map((chips) => ({ region: regionOfChips(chips), coreMask: chips[0]!.coreMask }))
    .sort((a, b) => a.region - b.region || a.coreMask - b.coreMask);
}

/** Chips on which not all cores belong to the application. */
async function notStarted(
  board: Board,
  appId: number,
  starts: readonly ChipStart[],
  signal: AbortSignal | undefined,
): Promise<ChipStart[]> {
  const cores = starts.flatMap(({ x, y, coreMask }) =>
    Array.from({ length: 18 }, (_, core) => ({ x, y, core })).filter(({ core }) => (coreMask & (1 << core)) !== 0),
  );
  const statuses = await statusesOf(board, { appId, cores }, signal);
  const late = new Set(cores.filter((_, index) => statuses[index]!.appId !== appId).map(chipNumber));
  return starts.filter((start) => late.has(chipNumber(start)));
}
