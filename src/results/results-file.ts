/**
 * `results.pb` as bytes: written whole or piece by piece, read back with every piece checked.
 *
 * @see proto/results.proto for the layout
 */
import { crc32 } from "node:zlib";
import { Writer } from "protobufjs/minimal.js";
import { bytesInMemory } from "./byte-source.ts";
import { samplePieces, samplesPerPiece, spikePieces } from "./pieces.ts";
import { planOf, type RecordingPlan } from "./recording-plan.ts";
import type { Recordings, Results } from "./results.ts";
import { ResultsAssembler } from "./results-assembler.ts";
import { RESULTS_VERSION, ResultsTruncatedError } from "./results-file-errors.ts";
import {
  type BlockView,
  blockOf,
  encodeBlock,
  encodeEnd,
  encodeHeader,
  type ResultsBlock,
} from "./results-messages.ts";
import { type BlockTaker, corruptFrom, MAGIC, scanResults, TAG } from "./scan-results.ts";

/** Beginning of a file: everything before the first block. */
export function resultsFileStart(plan: RecordingPlan): Uint8Array {
  const header = encodeHeader(plan);
  return Writer.create()
    .uint32(TAG.MAGIC)
    .fixed32(MAGIC)
    .uint32(TAG.VERSION)
    .uint32(RESULTS_VERSION)
    .uint32(TAG.HEADER)
    .bytes(header)
    .uint32(TAG.HEADER_CRC)
    .fixed32(crc32(header))
    .finish();
}

/** One block with its checksum, to be appended. */
export function resultsFileBlock(block: ResultsBlock): Uint8Array {
  return framedMessage(encodeBlock(block)).bytes;
}

/** A block's message as it stands in the file. */
export function framedMessage(message: Uint8Array): {
  readonly bytes: Uint8Array;
  /** Where in the bytes the message begins. */
  readonly messageAt: number;
} {
  const bytes = Writer.create().uint32(TAG.BLOCK).bytes(message).uint32(TAG.BLOCK_CRC).fixed32(crc32(message)).finish();
  return { bytes, messageAt: bytes.length - BLOCK_CRC_BYTES - message.length };
}

/** Tag and checksum behind a block. */
const BLOCK_CRC_BYTES = 5;

/** End mark of a finished run. */
export function resultsFileEnd(ticks: number, blocks: number): Uint8Array {
  return Writer.create().uint32(TAG.END).bytes(encodeEnd(ticks, blocks)).finish();
}

/** A finished file in pieces of a few megabytes. Equal recordings give equal bytes. */
export function* resultsFileChunks(recordings: Recordings): Generator<Uint8Array, undefined, undefined> {
  yield resultsFileStart(planOf(recordings));
  let blocks = 0;
  for (const block of blocksOf(recordings)) {
    yield resultsFileBlock(block);
    blocks++;
  }
  yield resultsFileEnd(recordings.ticks, blocks);
  return undefined;
}

/** A finished file in one piece. */
export function encodeResults(results: Results): Uint8Array {
  return Buffer.concat([...resultsFileChunks(results)]);
}

function* blocksOf(recordings: Recordings): Generator<ResultsBlock, undefined, undefined> {
  yield { kind: "stretch", endTick: recordings.ticks };
  for (const [population, { spikes, signals }] of recordings.populations.entries()) {
    for (const piece of spikes === undefined ? [] : spikePieces(spikes)) yield { kind: "spikes", population, ...piece };
    for (const [signal, series] of signals.entries()) {
      const columns = series.neurons.length;
      if (columns === 0) continue;
      let firstSample = 0;
      for (const words of samplePieces(series)) {
        yield { kind: "samples", population, signal, firstSample, firstColumn: 0, columns, words };
        firstSample += samplesPerPiece(columns);
      }
    }
  }
  return undefined;
}

/**
 * Reads a finished file into memory.
 *
 * @param file name for error messages
 */
export function decodeResults(bytes: Uint8Array, file: string): Results {
  const { taker, complete, end } = scanResults(bytesInMemory(bytes), file, (plan) => new MemoryTaker(plan));
  if (!complete) throw new ResultsTruncatedError(file, end, taker.ticks);
  try {
    return taker.assembler.finish();
  } catch (cause) {
    throw corruptFrom(cause, file, end);
  }
}

class MemoryTaker implements BlockTaker {
  readonly assembler: ResultsAssembler;

  constructor(plan: RecordingPlan) {
    this.assembler = new ResultsAssembler(plan);
  }

  get ticks(): number {
    return this.assembler.ticks;
  }

  add(view: BlockView): void {
    const block = blockOf(view);
    switch (block.kind) {
      case "stretch":
        this.assembler.runTo(block.endTick);
        break;
      case "spikes":
        this.assembler.addSpikes(block);
        break;
      case "samples":
        this.assembler.addSamples(block);
        break;
    }
  }
}
