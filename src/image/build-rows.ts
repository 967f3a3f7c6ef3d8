import type { Connectivity } from "../network/connectivity.ts";
import type { PreSlice, RowFormat, SliceRows } from "./synaptic-matrix.ts";
import { toWeightUnits, type WeightGrid } from "./weight-grid.ts";

/** One projection onto the population whose rows are built. */
export interface Afferent {
  readonly connectivity: Connectivity;
  readonly receptor: number;
  readonly grid: WeightGrid;
  /** Global numbers of the pre population's slices, with their ranges of neurons. */
  readonly preSlices: readonly PreSlice[];
}

/** What a core runs of the population, and how its rows are written. */
export interface TargetSlice {
  readonly lo: number;
  readonly hi: number;
  readonly format: RowFormat;
}

/**
 * Slices whose rows are built together. A pre neuron's synapses onto one core are few and lie together with those onto
 * the next: taken core by core, each handful is a walk through all memory.
 */
const SLICES_AT_ONCE = 16;

/** A weight unit in a synaptic word. */
const WEIGHT = 0x1_0000;

/** A pre slice, and the numbers of the projections from its population. */
interface Source {
  readonly pre: PreSlice;
  readonly afferents: readonly number[];
}

/**
 * The rows onto each slice of one population.
 *
 * O(synapses + pre neurons × slices) time; beside the rows, 64 bytes a pre neuron.
 *
 * @param slices the whole population, ascending
 */
export function buildRows(afferents: readonly Afferent[], slices: readonly TargetSlice[]): SliceRows[] {
  const sources = sourcesOf(afferents);
  /** Uint32Array[pre neurons] a projection: where the synapses onto the next slices begin. */
  const cursors = afferents.map(({ connectivity: { rowStart, preSize } }) => rowStart.slice(0, preSize));
  const result: SliceRows[] = [];
  for (let first = 0; first < slices.length; first += SLICES_AT_ONCE) {
    const block = slices.slice(first, first + SLICES_AT_ONCE);
    const bounds = afferents.map(({ connectivity }, a) => rowBounds(connectivity, cursors[a]!, block));
    result.push(...blockRows(afferents, sources, bounds, block));
  }
  return result;
}

/**
 * Uint32Array[pre neurons * (slices + 1)]: synapses of neuron i onto slice k are `[bounds[i * (slices + 1) + k]` up to
 * the next word`)`. The cursors go on to the end of the last slice.
 */
function rowBounds(
  { post, rowStart, preSize }: Connectivity,
  cursor: Uint32Array,
  slices: readonly TargetSlice[],
): Uint32Array {
  const stride = slices.length + 1;
  const limits = Uint32Array.from(slices, ({ hi }) => hi);
  const bounds = new Uint32Array(preSize * stride);
  for (let i = 0; i < preSize; i++) {
    const rowEnd = rowStart[i + 1]!;
    let at = cursor[i]!;
    bounds[i * stride] = at;
    for (let k = 0; k < limits.length; k++) {
      const hi = limits[k]!;
      while (at < rowEnd && post[at]! < hi) at++;
      bounds[i * stride + k + 1] = at;
    }
    cursor[i] = at;
  }
  return bounds;
}

function blockRows(
  afferents: readonly Afferent[],
  sources: readonly Source[],
  bounds: readonly Uint32Array[],
  slices: readonly TargetSlice[],
): SliceRows[] {
  const stride = slices.length + 1;
  const counts = sources.map((source) => countSynapses(source, bounds, slices.length));
  const writers = slices.map(({ lo, format }, k) => {
    const rows = new Uint32Array(counts.reduce((sum, count) => sum + count[k]!, 0));
    return new RowWriter(afferents, lo, format, rows);
  });
  sources.forEach(({ pre, afferents: from }, s) => {
    const listening = writers.map((writer, k) => ({ writer, k })).filter(({ k }) => counts[s]![k]! > 0);
    for (const { writer } of listening) writer.beginSource(pre);
    for (let i = pre.lo; i < pre.hi; i++) {
      for (const { writer, k } of listening) writer.addRow(from, bounds, i * stride + k);
    }
  });
  return writers.map((writer) => writer.finish());
}

/** Float64Array[slices]: synapses from a pre slice onto each. */
function countSynapses({ pre, afferents }: Source, bounds: readonly Uint32Array[], slices: number): Float64Array {
  const counts = new Float64Array(slices);
  for (const a of afferents) {
    const of = bounds[a]!;
    for (let i = pre.lo; i < pre.hi; i++) {
      const at = i * (slices + 1);
      for (let k = 0; k < slices; k++) counts[k]! += of[at + k + 1]! - of[at + k]!;
    }
  }
  return counts;
}

/** Writes the rows of one core, source by source, neuron by neuron. */
class RowWriter {
  readonly #afferents: readonly Afferent[];
  readonly #lo: number;
  readonly #rows: Uint32Array;
  readonly #stages: number;
  /** By delay in ticks: the stage it is in, and what the delay field of a word is there. */
  readonly #stageOf: Uint32Array;
  readonly #delayField: Uint32Array;
  /** By projection: the receptor field, and the weight field where all weights are equal. */
  readonly #receptorField: Uint32Array;
  readonly #weightField: Uint32Array;
  readonly #sources: PreSlice[] = [];
  readonly #starts: Uint32Array[] = [];
  /** Row starts of the present source, and how many are filled. */
  #source: Uint32Array = new Uint32Array();
  #row = 0;
  /** Uint32Array[stages]: where the next synapse of a stage goes, within the present neuron's row. */
  readonly #next: Uint32Array;
  #filled = 0;
  #longest = 0;

  constructor(afferents: readonly Afferent[], lo: number, format: RowFormat, rows: Uint32Array) {
    const { neuronBits, receptorBits, delayBits, delayStages } = format;
    this.#afferents = afferents;
    this.#lo = lo;
    this.#rows = rows;
    this.#stages = delayStages;
    this.#next = new Uint32Array(delayStages);
    const perStage = 2 ** delayBits - 1;
    this.#stageOf = new Uint32Array(perStage * delayStages + 1);
    this.#delayField = new Uint32Array(perStage * delayStages + 1);
    for (let delay = 1; delay <= perStage * delayStages; delay++) {
      const stage = Math.ceil(delay / perStage) - 1;
      this.#stageOf[delay] = stage;
      this.#delayField[delay] = (delay - stage * perStage) << (receptorBits + neuronBits);
    }
    this.#receptorField = Uint32Array.from(afferents, ({ receptor }) => receptor << neuronBits);
    this.#weightField = Uint32Array.from(afferents, ({ connectivity: { weight }, grid }) =>
      typeof weight === "number" ? toWeightUnits(weight, grid) << 16 : 0,
    );
  }

  beginSource(pre: PreSlice): void {
    this.#sources.push(pre);
    this.#source = new Uint32Array((pre.hi - pre.lo) * this.#stages);
    this.#starts.push(this.#source);
    this.#row = 0;
  }

  /** The next neuron's row, in all its stages: of each projection the synapses between two bounds. */
  addRow(afferents: readonly number[], bounds: readonly Uint32Array[], at: number): void {
    const next = this.#next;
    next.fill(0);
    for (const a of afferents) this.#countStages(a, bounds[a]![at]!, bounds[a]![at + 1]!);
    for (let stage = 0; stage < this.#stages; stage++) {
      const count = next[stage]!;
      this.#source[this.#row++] = this.#filled;
      next[stage] = this.#filled;
      this.#filled += count;
      if (count > this.#longest) this.#longest = count;
    }
    for (const a of afferents) this.#addSynapses(a, bounds[a]![at]!, bounds[a]![at + 1]!);
  }

  #countStages(a: number, from: number, to: number): void {
    const { delayTicks } = this.#afferents[a]!.connectivity;
    const next = this.#next;
    const stageOf = this.#stageOf;
    if (this.#stages === 1) next[0]! += to - from;
    else if (typeof delayTicks === "number") next[stageOf[delayTicks]!]! += to - from;
    else for (let s = from; s < to; s++) next[stageOf[delayTicks[s]!]!]!++;
  }

  #addSynapses(a: number, from: number, to: number): void {
    if (from === to) return;
    const { connectivity, grid } = this.#afferents[a]!;
    const { post, weight, delayTicks } = connectivity;
    const rows = this.#rows;
    const next = this.#next;
    const stageOf = this.#stageOf;
    const delayField = this.#delayField;
    // Neurons count from the slice's first; what is taken off here never borrows from the fields above.
    const base = this.#weightField[a]! + this.#receptorField[a]! - this.#lo;
    if (typeof delayTicks === "number") {
      const stage = stageOf[delayTicks]!;
      const word = base + delayField[delayTicks]!;
      let filled = next[stage]!;
      if (typeof weight === "number") {
        for (let s = from; s < to; s++) rows[filled++] = word + post[s]!;
      } else {
        for (let s = from; s < to; s++) rows[filled++] = toWeightUnits(weight[s]!, grid) * WEIGHT + word + post[s]!;
      }
      next[stage] = filled;
    } else if (typeof weight === "number") {
      for (let s = from; s < to; s++) {
        const delay = delayTicks[s]!;
        rows[next[stageOf[delay]!]!++] = base + delayField[delay]! + post[s]!;
      }
    } else {
      for (let s = from; s < to; s++) {
        const delay = delayTicks[s]!;
        rows[next[stageOf[delay]!]!++] =
          toWeightUnits(weight[s]!, grid) * WEIGHT + base + delayField[delay]! + post[s]!;
      }
    }
  }

  finish(): SliceRows {
    const rowStarts = new Uint32Array(this.#starts.reduce((sum, starts) => sum + starts.length, 1));
    let at = 0;
    for (const starts of this.#starts) {
      rowStarts.set(starts, at);
      at += starts.length;
    }
    rowStarts[at] = this.#filled;
    return { sources: this.#sources, rowStarts, rows: this.#rows, longestRow: this.#longest };
  }
}

/** Pre slices in order of number, each with the projections that come from its population. */
function sourcesOf(afferents: readonly Afferent[]): Source[] {
  const bySlice = new Map<number, { pre: PreSlice; afferents: number[] }>();
  afferents.forEach(({ preSlices }, a) => {
    for (const pre of preSlices) {
      const known = bySlice.get(pre.slice);
      if (known === undefined) bySlice.set(pre.slice, { pre, afferents: [a] });
      else known.afferents.push(a);
    }
  });
  return [...bySlice.values()].sort((a, b) => a.pre.slice - b.pre.slice);
}
