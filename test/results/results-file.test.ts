import { readFileSync } from "node:fs";
import fc from "fast-check";
import protobuf from "protobufjs";
import { describe, expect, it } from "vitest";
import { compareResults } from "../../src/results/compare.ts";
import { planOf } from "../../src/results/recording-plan.ts";
import type { Results } from "../../src/results/results.ts";
import { ResultsAssembler } from "../../src/results/results-assembler.ts";
import {
  decodeResults,
  encodeResults,
  resultsFileBlock,
  resultsFileEnd,
  resultsFileStart,
} from "../../src/results/results-file.ts";
import type { ResultsBlock } from "../../src/results/results-messages.ts";
import { recovered } from "./recovered.ts";
import { irregularSpikes, spikesAt, syntheticRun, syntheticSignal } from "./synthetic-run.ts";

const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const unsigned = fc.integer({ min: 0, max: 0xffff_ffff });

/** Any results at all: odd names, no populations, signals of some cells now and then. */
const anyResults: fc.Arbitrary<Results> = fc
  .record({
    networkName: fc.string({ unit: "grapheme" }),
    seed: unsigned,
    timestepMicros: fc.integer({ min: 1, max: 1_000_000 }),
    ticks: fc.integer({ min: 0, max: 30 }),
  })
  .chain((run) => {
    const signal = fc
      .record({
        intervalTicks: fc.integer({ min: 1, max: 9 }),
        neurons: fc.uniqueArray(fc.nat(9), { minLength: 1 }).map((list) => Uint32Array.from(list.toSorted())),
      })
      .chain(({ intervalTicks, neurons }) => {
        const words = Math.ceil(run.ticks / intervalTicks) * neurons.length;
        return fc.record({
          variable: fc.constantFrom("v", "gsyn_exc", "膜"),
          unit: fc.constantFrom("mV", "µS", ""),
          intervalTicks: fc.constant(intervalTicks),
          neurons: fc.constant(neurons),
          words: fc.array(word, { minLength: words, maxLength: words }).map((list) => Int32Array.from(list)),
          scale: fc
            .array(fc.double(), { minLength: neurons.length, maxLength: neurons.length })
            .map((list) => Float64Array.from(list)),
        });
      });
    const spike = fc.tuple(fc.nat(Math.max(0, run.ticks - 1)), fc.nat(9));
    const population = fc.record(
      {
        name: fc.string(),
        size: fc.constant(10),
        cellType: fc.string(),
        signals: fc.array(signal, { maxLength: 3 }),
        spikes: fc
          .array(spike, { maxLength: run.ticks === 0 ? 0 : 20 })
          .map((pairs) => spikesAt(...pairs.toSorted((a, b) => a[0] - b[0] || a[1] - b[1]))),
      },
      { requiredKeys: ["name", "size", "cellType", "signals"] },
    );
    return fc.record({
      networkName: fc.constant(run.networkName),
      seed: fc.constant(run.seed),
      timestepMicros: fc.constant(run.timestepMicros),
      ticks: fc.constant(run.ticks),
      populations: fc.array(population, { maxLength: 4 }),
    });
  });

function joined(...chunks: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(chunks));
}

/** The code an action fails with, or undefined. */
function codeOf(action: () => unknown): string | undefined {
  try {
    action();
  } catch (error) {
    return (error as { readonly code: string }).code;
  }
  return undefined;
}

describe("results.pb", () => {
  it("gives back whatever was written", () => {
    fc.assert(
      fc.property(anyResults, (results) => {
        expect(decodeResults(encodeResults(results), "results.pb")).toEqual(results);
      }),
    );
  });

  it("keeps recordings that take several blocks", () => {
    const spikes = irregularSpikes(300, 2500, 1000, 800, 1);
    const signals = [syntheticSignal("v", [...Array(300).keys()], 7000, 2)];
    const long = { name: "E", size: 300, cellType: "IF_cond_exp", spikes, signals };
    const run = { ...syntheticRun(), ticks: 7000, populations: [long] };
    expect(spikes.tick.length).toBeGreaterThan(1 << 19);
    expect(signals[0]!.words.length).toBeGreaterThan(1 << 20);
    expect(compareResults(decodeResults(encodeResults(run), "results.pb"), run).identical).toBe(true);
  });

  it("is read from a Buffer that begins in the middle of its memory", () => {
    const run = syntheticRun();
    const bytes = Buffer.concat([Buffer.from("abc"), encodeResults(run)]).subarray(3);
    expect(decodeResults(bytes, "results.pb")).toEqual(run);
  });

  it("begins with its letters", () => {
    expect(Buffer.from(encodeResults(syntheticRun())).toString("latin1", 1, 5)).toBe("SLRS");
  });

  it("is a message of proto/results.proto, checksums and all", () => {
    const schema = protobuf.parse(readFileSync(new URL("../../proto/results.proto", import.meta.url), "utf8")).root;
    const run = syntheticRun();
    const file = schema.lookupType("spinloom.results.ResultsFile").decode(encodeResults(run)) as unknown as {
      readonly magic: number;
      readonly header: { readonly population: readonly { readonly signal: readonly { readonly scale: number[] }[] }[] };
      readonly block: readonly {
        readonly stretch?: { readonly endTick: number };
        readonly spikes?: { readonly population: number; readonly tick: number[]; readonly neuron: number[] };
        readonly samples?: { readonly signal: number; readonly word: number[] };
      }[];
      readonly blockCrc32: readonly number[];
      readonly end: object;
    };
    const [e, , thalamus] = run.populations;
    expect(file.magic).toBe(0x53524c53);
    expect(file.header.population[0]!.signal[1]!.scale).toEqual([...e!.signals[1]!.scale]);
    expect(file.block[0]!.stretch).toMatchObject({ endTick: 40 });
    expect(file.block[1]!.spikes).toMatchObject({ tick: [...e!.spikes!.tick], neuron: [...e!.spikes!.neuron] });
    expect(file.block[2]!.samples!.word).toEqual([...e!.signals[0]!.words]);
    expect(file.block[3]!.samples).toMatchObject({ signal: 1, columns: 2 });
    expect(file.block[4]!.spikes).toMatchObject({ population: 2, tick: [...thalamus!.spikes!.tick] });
    expect(file.blockCrc32).toHaveLength(5);
    expect(file.end).toMatchObject({ ticks: 40, blocks: 5 });
  });

  it("can be written piece by piece as recordings arrive, core by core and stretch by stretch", () => {
    const run = syntheticRun();
    expect(decodeResults(inPieces(run), "results.pb")).toEqual(run);
  });

  it("has nothing in common with a file that is none", () => {
    for (const bytes of [[], [13], [...Buffer.from("population,neuron")], [10, 3, 1, 2, 3, 4, 5]]) {
      expect(codeOf(() => decodeResults(Uint8Array.from(bytes), "x.pb"))).toBe("RESULTS_NOT_RESULTS");
    }
  });

  it("is rejected in another version", () => {
    const file = encodeResults(syntheticRun());
    file[6] = 2;
    expect(codeOf(() => decodeResults(file, "x.pb"))).toBe("RESULTS_VERSION");
  });

  it("is rejected wherever it is cut off, and what is whole before the cut can be recovered", () => {
    const run = syntheticRun();
    const file = inPieces(run);
    const codes = new Set<string | undefined>();
    let spikesBefore = 0;
    for (let length = 5; length < file.length; length++) {
      const cut = file.subarray(0, length);
      codes.add(codeOf(() => decodeResults(cut, "x.pb")));
      if (length < headerLength(run)) continue;
      const { results, complete } = recovered(cut);
      expect(complete).toBe(false);
      expect(results.populations[0]!.signals[0]!.words.length % 5).toBe(0);
      const spikes = results.populations[0]!.spikes!.tick.length;
      expect(spikes).toBeGreaterThanOrEqual(spikesBefore);
      spikesBefore = spikes;
    }
    expect([...codes]).toEqual(["RESULTS_TRUNCATED"]);
    expect(recovered(file)).toEqual({ results: run, complete: true });
  });

  it("is rejected for every flipped bit", () => {
    const file = inPieces(syntheticRun());
    for (let bit = 0; bit < file.length * 8; bit++) {
      file[bit >> 3]! ^= 1 << (bit & 7);
      expect(codeOf(() => decodeResults(file, "x.pb"))).toMatch(/^RESULTS_/);
      file[bit >> 3]! ^= 1 << (bit & 7);
    }
  });

  it("says at which byte the damaged block begins", () => {
    const run = syntheticRun();
    const file = encodeResults(run);
    const first = headerLength(run);
    file[first + 3]! ^= 1;
    expect(() => decodeResults(file, "out/results.pb")).toThrow(
      expect.objectContaining({ code: "RESULTS_CORRUPT", byte: first, place: `out/results.pb, byte ${first}` }),
    );
  });

  const misfits: readonly { readonly what: string; readonly block: ResultsBlock }[] = [
    { what: "a spike of a neuron that does not exist", block: { kind: "spikes", population: 0, ...spikesAt([1, 5]) } },
    { what: "a spike after the end", block: { kind: "spikes", population: 0, ...spikesAt([40, 0]) } },
    { what: "spikes that are not recorded", block: { kind: "spikes", population: 1, ...spikesAt([1, 0]) } },
    { what: "a population that does not exist", block: { kind: "spikes", population: 9, ...spikesAt() } },
    { what: "a run that goes back", block: { kind: "stretch", endTick: 39 } },
    { what: "a signal that does not exist", block: samples({ signal: 2 }) },
    { what: "a column too many", block: samples({ firstColumn: 4 }) },
    { what: "a sample after the end", block: samples({ firstSample: 40 }) },
    { what: "half a sample", block: samples({ words: new Int32Array(3) }) },
  ];
  it.each(misfits)("is rejected with $what", ({ block }) => {
    const run = syntheticRun();
    const start = [resultsFileStart(planOf(run)), resultsFileBlock({ kind: "stretch", endTick: 40 })];
    const file = joined(...start, resultsFileBlock(block), resultsFileEnd(40, 2));
    expect(codeOf(() => decodeResults(file, "x.pb"))).toBe("RESULTS_CORRUPT");
  });

  it("is rejected when samples are missing", () => {
    const stretch = resultsFileBlock({ kind: "stretch", endTick: 40 });
    const file = joined(resultsFileStart(planOf(syntheticRun())), stretch, resultsFileEnd(40, 1));
    expect(codeOf(() => decodeResults(file, "x.pb"))).toBe("RESULTS_CORRUPT");
  });
});

describe("putting recordings together", () => {
  const run = syntheticRun();
  const v = run.populations[0]!.signals[0]!;

  it("knows how many words are missing", () => {
    const assembler = new ResultsAssembler(planOf(run));
    assembler.runTo(40);
    assembler.addSamples(samples({ firstSample: 3 }));
    expect(() => assembler.finish()).toThrow(
      expect.objectContaining({ code: "RECORDING_INCOMPLETE", missingWords: 200 - 2 }),
    );
  });

  it("does not take samples that arrive twice for those that are missing", () => {
    const assembler = new ResultsAssembler(planOf(run));
    assembler.runTo(40);
    const half = { columns: 5, words: v.words.subarray(0, 100) };
    assembler.addSamples(samples(half));
    assembler.addSamples(samples(half));
    expect(() => assembler.finish()).toThrow(expect.objectContaining({ missingWords: 100 }));
    assembler.addSamples(samples({ firstSample: 20, columns: 5, words: v.words.subarray(100) }));
    expect(assembler.soFar().populations[0]!.signals[0]).toEqual(v);
  });
});

type SamplesBlock = ResultsBlock & { readonly kind: "samples" };

function samples(overrides: Partial<SamplesBlock>): SamplesBlock {
  return {
    kind: "samples",
    population: 0,
    signal: 0,
    firstSample: 0,
    firstColumn: 0,
    columns: 2,
    words: new Int32Array(2),
    ...overrides,
  };
}

function headerLength(run: Results): number {
  return resultsFileStart(planOf(run)).length;
}

/** The run in two stretches; in each, E comes from one core for cells 4 and 3 and another for cells 2 to 0. */
function inPieces(run: Results): Uint8Array {
  const chunks = [resultsFileStart(planOf(run))];
  const stretches = [
    [0, 14],
    [14, run.ticks],
  ] as const;
  const slices = [
    [3, 5],
    [0, 3],
  ] as const;
  for (const [from, to] of stretches) {
    chunks.push(resultsFileBlock({ kind: "stretch", endTick: to }));
    for (const [population, { spikes, signals }] of run.populations.entries()) {
      for (const [low, high] of slices) {
        const pairs = [...(spikes?.tick ?? [])].map((tick, i) => [tick, spikes!.neuron[i]!] as const);
        const kept = pairs.filter(([t, neuron]) => t >= from && t < to && neuron >= low && neuron < high);
        if (spikes !== undefined) chunks.push(resultsFileBlock({ kind: "spikes", population, ...spikesAt(...kept) }));
        for (const [signal, { neurons, words, intervalTicks }] of signals.entries()) {
          const firstColumn = neurons.findIndex((neuron) => neuron >= low && neuron < high);
          const columns = neurons.filter((neuron) => neuron >= low && neuron < high).length;
          const firstSample = Math.ceil(from / intervalTicks);
          const part: number[] = [];
          for (let sample = firstSample; sample * intervalTicks < to; sample++) {
            const at = sample * neurons.length + firstColumn;
            part.push(...words.subarray(at, at + columns));
          }
          const rectangle = { kind: "samples", population, signal, firstSample, firstColumn, columns } as const;
          chunks.push(resultsFileBlock({ ...rectangle, words: Int32Array.from(part) }));
        }
      }
    }
  }
  chunks.push(resultsFileEnd(run.ticks, chunks.length - 1));
  return joined(...chunks);
}
