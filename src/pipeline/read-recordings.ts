import type { RecordingDescriptor } from "../image/core-image.ts";
import type { DeployedCore, Deployment } from "../image/deployment.ts";
import { ImageView } from "../image/image-view.ts";
import { RECORDING_KINDS } from "../image/layout.ts";
import type { RecordingPlan, RecordingSink } from "../results/index.ts";
import type { RunTarget } from "./run-target.ts";

/** What a deployment is going to record. */
export function recordingPlan({ networkName, seed, timestepMicros, populations }: Deployment): RecordingPlan {
  return {
    networkName,
    seed,
    timestepMicros,
    populations: populations.map(({ name, size, cellType, recordsSpikes, signals }) => ({
      name,
      size,
      cellType,
      spikesRecorded: recordsSpikes,
      signals,
    })),
  };
}

/** Reads what the cores of a deployment record, in the terms of its populations. */
export class RecordingReader {
  readonly #deployment: Deployment;
  readonly #cores: readonly (readonly CoreRecording[])[];

  constructor(deployment: Deployment) {
    this.#deployment = deployment;
    this.#cores = deployment.cores.map((core) => coreRecordings(deployment, core));
  }

  /** Bytes that ticks `[from .. until)` left behind. */
  bytes(from: number, until: number): number {
    return this.#cores.flat().reduce((sum, { recording }) => sum + bytesOf(recording, from, until), 0);
  }

  /**
   * Hands the recordings of ticks `[from .. until)` to the sink, core by core as they arrive.
   *
   * @param onBytes told how many bytes have come
   */
  async read(
    target: RunTarget,
    from: number,
    until: number,
    sink: RecordingSink,
    onBytes: (bytes: number) => void,
  ): Promise<void> {
    await sink.runTo(until);
    await Promise.all(
      this.#deployment.cores.map(async (core, c) => {
        for (const { recording, planes, signal, firstColumn } of this.#cores[c]!) {
          const length = bytesOf(recording, from, until);
          if (length === 0) continue;
          const bytes = await target.read(c, recording.buffer, length);
          onBytes(length);
          const words = new Uint32Array(new Uint8Array(bytes).buffer);
          if (signal === undefined) {
            await sink.addSpikes({ population: core.population, ...spikesIn(words, recording, planes, core.lo, from) });
          } else {
            await sink.addSamples({
              population: core.population,
              signal,
              firstSample: Math.ceil(from / recording.intervalTicks),
              firstColumn,
              columns: recording.sampleWords,
              words: new Int32Array(words.buffer),
            });
          }
        }
      }),
    );
  }
}

/** A recording of one core with its place in the population. */
interface CoreRecording {
  readonly recording: RecordingDescriptor;
  /** Bit rows of a sample of spikes. */
  readonly planes: number;
  /** Index among the population's signals; undefined for spikes. */
  readonly signal: number | undefined;
  /** Column of the population's signal that the core's first column is. */
  readonly firstColumn: number;
}

function coreRecordings({ populations }: Deployment, core: DeployedCore): CoreRecording[] {
  const view = new ImageView(core.image);
  const { signals } = populations[core.population]!;
  // A core leaves out the signals it has no recorded neuron of.
  const present = signals.flatMap(({ neurons }, signal) => {
    const firstColumn = neurons.findIndex((n) => n >= core.lo);
    return firstColumn >= 0 && neurons[firstColumn]! < core.hi ? [{ signal, firstColumn }] : [];
  });
  const planes = view.config("spikePlanes");
  return Array.from({ length: view.config("recordings") }, (_, k): CoreRecording => {
    const recording = view.recording(k);
    if (recording.kind === RECORDING_KINDS.spikes) return { recording, planes, signal: undefined, firstColumn: 0 };
    return { recording, planes, ...present.shift()! };
  });
}

function bytesOf({ intervalTicks, sampleWords }: RecordingDescriptor, from: number, until: number): number {
  return (Math.ceil(until / intervalTicks) - Math.ceil(from / intervalTicks)) * sampleWords * 4;
}

/** The spikes of bit rows: a neuron that sent k packets in a tick appears k times. */
function spikesIn(
  words: Uint32Array,
  { sampleWords }: RecordingDescriptor,
  planes: number,
  firstNeuron: number,
  firstTick: number,
): { tick: Uint32Array; neuron: Uint32Array } {
  const planeWords = sampleWords / planes;
  const tick: number[] = [];
  const neuron: number[] = [];
  for (let i = 0; i < words.length; i++) {
    for (let bits = words[i]!; bits !== 0; bits &= bits - 1) {
      tick.push(firstTick + Math.floor(i / sampleWords));
      neuron.push(firstNeuron + (i % planeWords) * 32 + 31 - Math.clz32(bits & -bits));
    }
  }
  return { tick: Uint32Array.from(tick), neuron: Uint32Array.from(neuron) };
}
