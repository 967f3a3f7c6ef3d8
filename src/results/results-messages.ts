/**
 * The messages inside `results.pb`, written and read by protobufjs' Writer and Reader directly: bulk data goes through
 * as one run of bytes instead of word by word. `proto/results.proto` is the schema; a test holds the two together.
 */
import { Reader, Writer } from "protobufjs/minimal.js";
import type { PlannedPopulation, PlannedSignal, RecordingPlan, SampleBlock, SpikeBlock } from "./recording-plan.ts";
import { doublesOf, wordBytes, wordsOf } from "./word-bytes.ts";

/** What one block of the file says. */
export type ResultsBlock =
  | { readonly kind: "stretch"; readonly endTick: number }
  | ({ readonly kind: "spikes" } & SpikeBlock)
  | ({ readonly kind: "samples" } & SampleBlock);

/** Bytes that are no message of the schema; the file reader knows where they stand. */
export class MalformedMessage extends Error {}

/** Wire types: how the value of a field is written. */
export const VARINT = 0;
export const DELIMITED = 2;
export const FIXED32 = 5;

/** Number and wire type of a field, as they stand before its value. */
export function fieldTag(field: number, wireType: number): number {
  return (field << 3) | wireType;
}

export function encodeHeader(plan: RecordingPlan): Uint8Array {
  const writer = Writer.create();
  text(writer, 1, plan.networkName);
  number(writer, 2, plan.seed);
  number(writer, 3, plan.timestepMicros);
  for (const population of plan.populations) bytes(writer, 4, encodePopulation(population));
  return writer.finish();
}

function encodePopulation({ name, size, cellType, spikesRecorded, signals }: PlannedPopulation): Uint8Array {
  const writer = Writer.create();
  text(writer, 1, name);
  number(writer, 2, size);
  text(writer, 3, cellType);
  if (spikesRecorded) number(writer, 4, 1);
  for (const signal of signals) bytes(writer, 5, encodeSignal(signal));
  return writer.finish();
}

function encodeSignal({ variable, unit, intervalTicks, neurons, scale }: PlannedSignal): Uint8Array {
  const writer = Writer.create();
  text(writer, 1, variable);
  text(writer, 2, unit);
  number(writer, 3, intervalTicks);
  bytes(writer, 4, wordBytes(neurons));
  bytes(writer, 5, wordBytes(scale));
  return writer.finish();
}

export function decodeHeader(message: Uint8Array): RecordingPlan {
  const fields = readFields(message, "header", [DELIMITED, VARINT, VARINT, DELIMITED]);
  return {
    networkName: fields.text(1),
    seed: fields.number(2),
    timestepMicros: fields.number(3),
    populations: fields.all(4).map(decodePopulation),
  };
}

function decodePopulation(message: Uint8Array): PlannedPopulation {
  const fields = readFields(message, "population", [DELIMITED, VARINT, DELIMITED, VARINT, DELIMITED]);
  return {
    name: fields.text(1),
    size: fields.number(2),
    cellType: fields.text(3),
    spikesRecorded: fields.number(4) !== 0,
    signals: fields.all(5).map(decodeSignal),
  };
}

function decodeSignal(message: Uint8Array): PlannedSignal {
  const fields = readFields(message, "signal", [DELIMITED, DELIMITED, VARINT, DELIMITED, DELIMITED]);
  const signal = {
    variable: fields.text(1),
    unit: fields.text(2),
    intervalTicks: fields.number(3),
    neurons: wordsOf(fields.bytes(4, 4)),
    scale: doublesOf(fields.bytes(5, 8)),
  };
  if (signal.intervalTicks === 0) throw new MalformedMessage(`${signal.variable} is sampled every 0 ticks`);
  if (signal.neurons.length !== signal.scale.length) {
    throw new MalformedMessage(
      `${signal.variable} has ${signal.neurons.length} neurons, ${signal.scale.length} scales`,
    );
  }
  return signal;
}

export function encodeBlock(block: ResultsBlock): Uint8Array {
  const content = Writer.create();
  switch (block.kind) {
    case "stretch":
      number(content, 1, block.endTick);
      break;
    case "spikes":
      number(content, 1, block.population);
      bytes(content, 2, wordBytes(block.tick));
      bytes(content, 3, wordBytes(block.neuron));
      break;
    case "samples":
      number(content, 1, block.population);
      number(content, 2, block.signal);
      number(content, 3, block.firstSample);
      number(content, 4, block.firstColumn);
      number(content, 5, block.columns);
      bytes(content, 6, wordBytes(block.words));
      break;
  }
  const field = { stretch: 1, spikes: 2, samples: 3 }[block.kind];
  return Writer.create().uint32(fieldTag(field, DELIMITED)).bytes(content.finish()).finish();
}

/** A block with its bulk data still as bytes: views into its message. */
export type BlockView =
  | { readonly kind: "stretch"; readonly endTick: number }
  | {
      readonly kind: "spikes";
      readonly population: number;
      readonly tick: Uint8Array;
      readonly neuron: Uint8Array;
    }
  | ({ readonly kind: "samples"; readonly words: Uint8Array } & Omit<SampleBlock, "words">);

export function viewBlock(message: Uint8Array): BlockView {
  const outer = readFields(message, "block", [DELIMITED, DELIMITED, DELIMITED]);
  const [stretch, spikes, samples] = [outer.all(1)[0], outer.all(2)[0], outer.all(3)[0]];
  if (stretch !== undefined) return { kind: "stretch", endTick: readFields(stretch, "stretch", [VARINT]).number(1) };
  if (spikes !== undefined) {
    const fields = readFields(spikes, "spikes", [VARINT, DELIMITED, DELIMITED]);
    const [tick, neuron] = [fields.bytes(2, 4), fields.bytes(3, 4)];
    if (tick.length === neuron.length) return { kind: "spikes", population: fields.number(1), tick, neuron };
    throw new MalformedMessage(`${tick.length >> 2} ticks beside ${neuron.length >> 2} neurons`);
  }
  if (samples !== undefined) {
    const fields = readFields(samples, "samples", [VARINT, VARINT, VARINT, VARINT, VARINT, DELIMITED]);
    return {
      kind: "samples",
      population: fields.number(1),
      signal: fields.number(2),
      firstSample: fields.number(3),
      firstColumn: fields.number(4),
      columns: fields.number(5),
      words: fields.bytes(6, 4),
    };
  }
  throw new MalformedMessage("a block without content");
}

/** The block with words in memory of their own. */
export function blockOf(view: BlockView): ResultsBlock {
  switch (view.kind) {
    case "stretch":
      return view;
    case "spikes":
      return { ...view, tick: wordsOf(view.tick), neuron: wordsOf(view.neuron) };
    case "samples":
      return { ...view, words: new Int32Array(wordsOf(view.words).buffer) };
  }
}

export function encodeEnd(ticks: number, blocks: number): Uint8Array {
  const writer = Writer.create();
  number(writer, 1, ticks);
  number(writer, 2, blocks);
  return writer.finish();
}

export function decodeEnd(message: Uint8Array): { readonly ticks: number; readonly blocks: number } {
  const fields = readFields(message, "end", [VARINT, VARINT]);
  return { ticks: fields.number(1), blocks: fields.number(2) };
}

/** Fields with their default value are left out, as proto3 asks. */
function number(writer: Writer, field: number, value: number): void {
  if (value !== 0) writer.uint32(fieldTag(field, VARINT)).uint32(value);
}

function text(writer: Writer, field: number, value: string): void {
  if (value !== "") writer.uint32(fieldTag(field, DELIMITED)).string(value);
}

function bytes(writer: Writer, field: number, value: Uint8Array): void {
  writer.uint32(fieldTag(field, DELIMITED)).bytes(value);
}

/** The fields of one message by number, with proto3's defaults for those that are left out. */
interface Fields {
  number(field: number): number;
  text(field: number): string;
  /** @param width bytes of one packed element, which the length must be a multiple of */
  bytes(field: number, width: number): Uint8Array;
  all(field: number): readonly Uint8Array[];
}

/** @param wireTypes of fields 1, 2, ...; any other field is an error, since saving the file again would lose it */
function readFields(message: Uint8Array, name: string, wireTypes: readonly number[]): Fields {
  const reader = Reader.create(message);
  const numbers: number[] = [];
  const delimited: Uint8Array[][] = [];
  try {
    while (reader.pos < reader.len) {
      const tag = reader.uint32();
      const field = tag >>> 3;
      if (wireTypes[field - 1] !== (tag & 7)) throw new MalformedMessage(`unknown field ${field} in a ${name} message`);
      if ((tag & 7) === VARINT) {
        numbers[field] = reader.uint32();
      } else {
        const values = delimited[field] ?? [];
        values.push(reader.bytes());
        delimited[field] = values;
      }
    }
  } catch (cause) {
    if (cause instanceof MalformedMessage) throw cause;
    throw new MalformedMessage(`a ${name} message that ends too early`, { cause });
  }
  return {
    number: (field) => numbers[field] ?? 0,
    text: (field) => new TextDecoder().decode(delimited[field]?.at(-1) ?? new Uint8Array(0)),
    bytes: (field, width) => {
      const value = delimited[field]?.at(-1) ?? new Uint8Array(0);
      if (value.length % width === 0) return value;
      throw new MalformedMessage(`field ${field} of a ${name} message has ${value.length} bytes, not whole words`);
    },
    all: (field) => delimited[field] ?? [],
  };
}
