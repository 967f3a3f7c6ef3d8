import type { Machine } from "../../machine/machine.ts";
import type { RoutingTable } from "../../mapper/netlist.ts";
import type { Numbering } from "./bands.ts";
import type { EngineCore } from "./engine-core.ts";
import { keyDestinations } from "./key-destinations.ts";

/** Where a packet of one source core is known to a target core. */
export interface PacketTarget {
  readonly core: number;
  readonly firstRow: number;
  readonly entryMask: number;
  /** Packets that reach this target. */
  readonly key: number;
  readonly mask: number;
}

/** The paths of all packets, from keys and tables alone. */
export interface PacketPaths {
  /** For each source core its targets that know the key. */
  readonly targets: readonly (readonly PacketTarget[])[];
  /** For each source core the cores that its packets reach, known there or not. */
  readonly reached: readonly Int32Array[];
  /** For each source core, how many of those do not know the key. */
  readonly unknown: Uint32Array;
}

export function packetPaths(
  machine: Machine,
  tables: readonly RoutingTable[],
  cores: readonly EngineCore[],
): PacketPaths {
  const tableOf = new Map(tables.map((t) => [t.chip, t]));
  const coreAt = new Map(cores.map(({ chip, core }, i) => [chip * 32 + core, i]));
  const unknown = new Uint32Array(cores.length);
  const reached: Int32Array[] = [];
  const targets = cores.map(({ chip, image }, source) => {
    const found: PacketTarget[] = [];
    const reach: number[] = [];
    const [key, keyMask] = [image.config("key"), image.config("keyMask")];
    // A core that sends nothing has no key block.
    if (keyMask === 0) {
      reached.push(new Int32Array(0));
      return found;
    }
    for (const to of keyDestinations(machine, tableOf, chip, key, keyMask)) {
      const target = coreAt.get(to.chip * 32 + to.core);
      if (target === undefined) continue;
      reach.push(target);
      const entry = findSource(cores[target]!.image, to.key);
      if (entry === undefined) unknown[source]!++;
      else found.push({ core: target, firstRow: entry.firstRow, entryMask: entry.mask, key: to.key, mask: to.mask });
    }
    reached.push(Int32Array.from(reach));
    return found;
  });
  return { targets, reached, unknown };
}

function findSource(image: ImageView, key: number): ReturnType<ImageView["sourceKey"]> | undefined {
  let [low, high] = [0, image.config("sourceKeys") - 1];
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const entry = image.sourceKey(middle);
    if ((key & entry.mask) >>> 0 === entry.key) return entry;
    if (entry.key < key) low = middle + 1;
    else high = middle - 1;
  }
  return undefined;
}

type ImageView = EngineCore["image"];

/** The synapses onto one worker's cores, in the form {@link deliveryFunction} reads. */
export interface CompiledRows {
  /** Uint32Array[sources + 1]: word of `runs` where each engine-wide neuron's runs begin. */
  readonly starts: Uint32Array;
  readonly runs: Uint32Array;
  /** Longest delay in ticks, the shortest, and the shortest of a synapse whose source another worker runs. */
  readonly maxDelay: number;
  readonly minDelay: number;
  readonly minRemoteDelay: number;
}

/** Entries of a run address at most this many words from its offset. */
const SEGMENT_WORDS = 65_536;

/**
 * Joins the rows of all target cores of one worker, source neuron by source neuron.
 *
 * @param mine true for the cores this worker runs
 * @param order the cores in the order of their neurons' numbers
 */
export function compileRows(
  cores: readonly EngineCore[],
  paths: PacketPaths,
  mine: readonly boolean[],
  { firstSource, sources, ringOffset, receptorWords }: Numbering,
  order: readonly number[],
): CompiledRows {
  const starts = new Uint32Array(sources + 1);
  const out = new RunWriter();
  const row = new RowBuffer();
  let maxDelay = 1;
  let minDelay = Number.POSITIVE_INFINITY;
  let minRemoteDelay = Number.POSITIVE_INFINITY;
  let next = 0;
  for (const source of order) {
    // Numbers between the cores are no neuron's.
    starts.fill(out.length, next, firstSource[source]);
    const { image } = cores[source]!;
    const [key, colourBits, neurons] = [image.config("key"), image.config("colourBits"), image.config("neurons")];
    const targets = paths.targets[source]!.filter((t) => mine[t.core]!).map((t) =>
      rowReader(cores[t.core]!.image, t, receptorWords[t.core]!),
    );
    for (let n = 0; n < neurons; n++) {
      starts[firstSource[source]! + n] = out.length;
      const packet = (key | (n << colourBits)) >>> 0;
      row.clear();
      for (const target of targets) target.read(packet, ringOffset[target.core]!, row);
      if (row.length === 0) continue;
      maxDelay = Math.max(maxDelay, row.maxDelay());
      const shortest = row.minDelay();
      minDelay = Math.min(minDelay, shortest);
      if (!mine[source]!) minRemoteDelay = Math.min(minRemoteDelay, shortest);
      out.write(row);
    }
    next = firstSource[source]! + neurons;
  }
  starts.fill(out.length, next);
  return { starts, runs: out.finish(), maxDelay, minDelay, minRemoteDelay };
}

interface RowReader {
  readonly core: number;
  read(packet: number, ringOffset: number, into: RowBuffer): void;
}

/** @param receptorWords words of the ring from one receptor to the next */
function rowReader(image: ImageView, target: PacketTarget, receptorWords: number): RowReader {
  const rowStarts = image.regionWords("rowStarts");
  const rows = image.regionWords("rows");
  const [colourBits, stages] = [image.config("colourBits"), image.config("delayStages")];
  const [neuronBits, receptorBits, delayBits] = [
    image.config("neuronBits"),
    image.config("receptorBits"),
    image.config("delayBits"),
  ];
  const [neuronMask, receptorMask, delayMask] = [2 ** neuronBits - 1, 2 ** receptorBits - 1, 2 ** delayBits - 1];
  return {
    core: target.core,
    read(packet, ringOffset, into) {
      if ((packet & target.mask) >>> 0 !== target.key) return;
      const neuron = (packet & ~target.entryMask) >>> colourBits;
      for (let stage = 0; stage < stages; stage++) {
        const at = target.firstRow + neuron * stages + stage;
        for (let i = rowStarts[at]!; i < rowStarts[at + 1]!; i++) {
          const word = rows[i]!;
          const receptor = (word >>> neuronBits) & receptorMask;
          const delay = ((word >>> (neuronBits + receptorBits)) & delayMask) + stage * delayMask;
          into.push(delay, ringOffset + receptor * receptorWords + (word & neuronMask), word >>> 16);
        }
      }
    },
  };
}

/** Synapses of one source neuron, before they are sorted into runs. */
class RowBuffer {
  delay: Uint16Array = new Uint16Array(1024);
  index: Uint32Array = new Uint32Array(1024);
  weight: Uint16Array = new Uint16Array(1024);
  length = 0;

  clear(): void {
    this.length = 0;
  }

  push(delay: number, index: number, weight: number): void {
    if (this.length === this.delay.length) this.#grow();
    this.delay[this.length] = delay;
    this.index[this.length] = index;
    this.weight[this.length] = weight;
    this.length++;
  }

  maxDelay(): number {
    let max = 0;
    for (let i = 0; i < this.length; i++) if (this.delay[i]! > max) max = this.delay[i]!;
    return max;
  }

  minDelay(): number {
    let min = 0xffff;
    for (let i = 0; i < this.length; i++) if (this.delay[i]! < min) min = this.delay[i]!;
    return min;
  }

  #grow(): void {
    const size = this.length * 2;
    const grow = <T extends Uint16Array | Uint32Array>(old: T, fresh: T): T => {
      fresh.set(old);
      return fresh;
    };
    this.delay = grow(this.delay, new Uint16Array(size));
    this.index = grow(this.index, new Uint32Array(size));
    this.weight = grow(this.weight, new Uint16Array(size));
  }
}

class RunWriter {
  #words = new Uint32Array(65_536);
  length = 0;

  /** One run for each (delay, segment), in ascending order, so that adds to a slot stay together. */
  write(row: RowBuffer): void {
    const order = runOrder(row);
    this.#reserve(row.length * 3);
    let i = 0;
    while (i < row.length) {
      const first = order === undefined ? i : order[i]!;
      const delay = row.delay[first]!;
      const segment = Math.floor(row.index[first]! / SEGMENT_WORDS);
      const header = this.length;
      this.length += 2;
      let count = 0;
      for (; i < row.length && count < 0xffff; i++, count++) {
        const s = order === undefined ? i : order[i]!;
        if (row.delay[s] !== delay || Math.floor(row.index[s]! / SEGMENT_WORDS) !== segment) break;
        this.#words[this.length++] = ((row.index[s]! - segment * SEGMENT_WORDS) << 16) | row.weight[s]!;
      }
      this.#words[header] = count | (delay << 16);
      this.#words[header + 1] = segment * SEGMENT_WORDS * 4;
    }
  }

  finish(): Uint32Array {
    return this.#words.slice(0, this.length);
  }

  #reserve(words: number): void {
    if (this.length + words <= this.#words.length) return;
    const grown = new Uint32Array(Math.max(this.#words.length * 2, this.length + words));
    grown.set(this.#words);
    this.#words = grown;
  }
}

/** Undefined when the synapses are in order already, which they are when all delays are equal. */
function runOrder(row: RowBuffer): Uint32Array | undefined {
  const sortKey = (s: number): number => row.delay[s]! * 65_536 + Math.floor(row.index[s]! / SEGMENT_WORDS);
  let sorted = true;
  for (let s = 1; s < row.length && sorted; s++) sorted = sortKey(s - 1) <= sortKey(s);
  if (sorted) return undefined;
  return Uint32Array.from({ length: row.length }, (_, s) => s).sort((a, b) => sortKey(a) - sortKey(b) || a - b);
}
