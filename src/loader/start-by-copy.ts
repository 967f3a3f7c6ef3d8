/**
 * Brings an application to its cores as SC&MP 4 wants it: the image goes to the root chip once, and from there chip to
 * chip down the tree of parent links, each chip copying from its neighbour's staging area and starting its cores.
 *
 * @see SpiNNakerManchester/SpiNNMan `spinnman/processes/app_copy_run_process.py`
 */
import type { ChipCoord } from "../machine/machine.ts";
import {
  type ApplicationStart,
  copyAndStartApplication,
  imageChecksum,
  startStagedApplication,
} from "../sdp/application-commands.ts";
import { version } from "../sdp/chip-commands.ts";
import { ScpUnfitReplyError } from "../sdp/errors.ts";
import { type Board, chipNumber } from "./board.ts";
import { together } from "./together.ts";

/** Cores of a chip that start an application. */
export interface ChipStart extends ChipCoord {
  readonly coreMask: number;
}

/** Times a chip copies when the sum is wrong. */
const COPY_TRIES = 3;

/** Loads one APLX file onto cores of many chips and starts them. */
export async function startByCopy(
  board: Board,
  appId: number,
  aplx: Uint8Array,
  starts: readonly ChipStart[],
  signal: AbortSignal | undefined,
  onProgress: (chips: number) => void,
): Promise<void> {
  const image = paddedToWords(aplx);
  const checksum = imageChecksum(image);
  const masks = new Map(starts.map((start) => [chipNumber(start), start.coreMask]));
  const startOf = (chip: ChipCoord): ApplicationStart => ({
    appId,
    coreMask: masks.get(chipNumber(chip)) ?? 0,
    wait: false,
  });
  const { children, orphans } = copyTree(board, starts);
  let done = 0;
  const started = (chip: ChipCoord): void => {
    if (masks.has(chipNumber(chip))) onProgress(++done);
  };

  const stageAndStart = async (chip: ChipCoord): Promise<void> => {
    await board.write(chip, board.facts.stagingAddress, image, { signal });
    if (startOf(chip).coreMask !== 0) await board.call(chip, startStagedApplication(startOf(chip)), { signal });
    started(chip);
  };

  if (starts.length > orphans.length) await stageAndStart(board.facts.root);
  // In a round every chip that has the image gives it to one neighbour: two at once would only slow each other.
  const hasChildren = (chip: ChipCoord): boolean => (children.get(chipNumber(chip))?.length ?? 0) > 0;
  let holders = [board.facts.root].filter(hasChildren);
  while (holders.length > 0) {
    const copies = holders.map((holder) => children.get(chipNumber(holder))!.shift()!);
    await together(
      signal,
      copies.map(({ chip, link }) => async (signal) => {
        await copyTo(board, chip, link, image.length, checksum, startOf(chip), signal);
        started(chip);
      }),
    );
    holders = [...holders, ...copies.map(({ chip }) => chip)].filter(hasChildren);
  }
  for (const orphan of orphans) await stageAndStart(orphan);
  await drain(board, starts, signal);
}

/** A chip and the link it copies over. */
interface Copy {
  readonly chip: ChipCoord;
  readonly link: number;
}

/**
 * For each chip, the neighbours that copy from it, on the ways from the root to all chips that start cores. Chips without
 * such a way are orphans.
 */
function copyTree(
  board: Board,
  starts: readonly ChipStart[],
): { readonly children: Map<number, Copy[]>; readonly orphans: readonly ChipCoord[] } {
  const children = new Map<number, Copy[]>([[chipNumber(board.facts.root), []]]);
  const copying = new Set<number>();
  const orphans: ChipCoord[] = [];
  for (const start of starts) {
    const way = wayToRoot(board, start);
    if (way === undefined) orphans.push(start);
    for (const { parent, copy } of way ?? []) {
      if (copying.has(chipNumber(copy.chip))) break;
      copying.add(chipNumber(copy.chip));
      const siblings = children.get(chipNumber(parent));
      if (siblings === undefined) children.set(chipNumber(parent), [copy]);
      else siblings.push(copy);
    }
  }
  return { children, orphans };
}

/** Steps from a chip to the root by parent links, or undefined when they do not lead there. */
function wayToRoot(
  board: Board,
  from: ChipCoord,
): readonly { readonly parent: ChipCoord; readonly copy: Copy }[] | undefined {
  const rootNumber = chipNumber(board.facts.root);
  const way: { parent: ChipCoord; copy: Copy }[] = [];
  let chip = board.chipAt(from);
  while (chip !== undefined && chipNumber(chip) !== rootNumber && way.length <= board.facts.chips.length) {
    const link = chip.parentLink ?? 6;
    const parent = board.neighbour(chip, link);
    if (parent === undefined) return undefined;
    way.push({ parent, copy: { chip, link } });
    chip = parent;
  }
  return chip !== undefined && chipNumber(chip) === rootNumber ? way : undefined;
}

async function copyTo(
  board: Board,
  chip: ChipCoord,
  link: number,
  bytes: number,
  checksum: number,
  start: ApplicationStart,
  signal: AbortSignal,
): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await board.call(chip, copyAndStartApplication(link, bytes, checksum, start), { signal });
    } catch (error) {
      // An OK with a body is a wrong sum.
      if (!(error instanceof ScpUnfitReplyError) || tries === COPY_TRIES) throw error;
    }
  }
}

/**
 * A start that was sent twice restarts the cores, which must not happen later. Monitors work in the order of arrival:
 * once one answers, nothing older is waiting.
 */
async function drain(board: Board, starts: readonly ChipStart[], signal: AbortSignal | undefined): Promise<void> {
  await together(
    signal,
    starts.map((chip) => (signal) => board.call({ x: chip.x, y: chip.y }, version(), { signal })),
  );
}

/** Images move by whole words. */
export function paddedToWords(bytes: Uint8Array): Uint8Array {
  if (bytes.length % 4 === 0) return bytes;
  const padded = new Uint8Array(Math.ceil(bytes.length / 4) * 4);
  padded.set(bytes);
  return padded;
}
