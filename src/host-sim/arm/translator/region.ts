/**
 * A region: the code that can be reached from one address by direct branches, calls and returns, cut into basic blocks.
 *
 * Instructions that the interpreter must execute (see {@link interpreted}) end a block; the code after them is a block
 * of its own, so that translated code is taken up again right there.
 */

import { ITCM_BYTES } from "../core-memory.ts";
import { type DecodeCache, THUMB_ENTRIES } from "../decode-cache.ts";
import { ALWAYS, conditionOf, Op, Operand } from "../micro-op.ts";

/** Address with bit 0 set for Thumb code: what BX takes. */
export type CodeKey = number;

export interface Block {
  readonly key: CodeKey;
  /** Two words per instruction, as in the decode cache. */
  readonly code: Int32Array;
  /** What follows the last instruction in memory (if that may be reached), or the instruction to interpret. */
  readonly next: CodeKey;
  /** Does the interpreter have to go on at {@link next}? */
  readonly interpret: boolean;
}

export interface Region {
  readonly root: CodeKey;
  /** By address. */
  readonly blocks: readonly Block[];
  /** Blocks that indirect branches may reach: return sites, functions, choices of a jump table. */
  readonly indirect: ReadonlySet<CodeKey>;
}

const MOST_INSTRUCTIONS = 300;
/** Instructions that have been translated with others before: what is close to the new ones, to stay in one function. */
const MOST_AGAIN = 60;
const MOST_BLOCKS = 200;
/** Keeps the cycles of a block, and with them the code left to the interpreter at the end of a run, short. */
const LONGEST_BLOCK = 40;
const MOST_CHOICES = 64;

export const isThumb = (key: CodeKey): boolean => (key & 1) !== 0;
export const addressOf = (key: CodeKey): number => key & ~1;
export const sizeOf = (key: CodeKey): number => (isThumb(key) ? 2 : 4);
/** Index of an instruction in the decode cache. */
export const entryOf = (key: CodeKey): number => (isThumb(key) ? THUMB_ENTRIES + (key & ~1) : key >>> 1);

const operation = (w0: number): number => w0 & 0xff;

const OTHER_BRANCHES: ReadonlySet<number> = new Set([
  Op.MOV_PC,
  Op.EXCEPTION_RETURN,
  Op.LDR_PC,
  Op.LDM_PC,
  Op.JUMP_TABLE,
  Op.JUMP_CHAIN,
  Op.DELAY_LOOP,
]);

export function isBranch(op: number): boolean {
  return (op >= Op.B && op <= Op.BLX_SUFFIX) || OTHER_BRANCHES.has(op);
}

/**
 * What is conditional may well be skipped, and goes to the interpreter only if it is not. The second half of a Thumb call
 * alone is too rare to translate: its target depends on r14.
 */
function interpreted(w0: number, linked: number | undefined): boolean {
  const op = operation(w0);
  return (
    (op === Op.UNCOMMON && conditionOf(w0) === ALWAYS) ||
    ((op === Op.BL_SUFFIX || op === Op.BLX_SUFFIX) && linked === undefined)
  );
}

/** May an instruction that is interpreted be followed by the next one in memory? Not if it loads or computes r15. */
function continues(op: number, word: number): boolean {
  if (op !== Op.UNCOMMON) return true;
  const writesStatus = (word & 0x0db0_f000) === 0x0120_f000;
  const group = (word >>> 25) & 7;
  if (group === 4) return (word & 0x0010_8000) !== 0x0010_8000;
  return writesStatus || group > 4 || ((word >>> 12) & 15) !== 15;
}

export class RegionFinder {
  readonly #cache: DecodeCache;
  readonly #itcm: Int32Array;
  readonly #translated: Int32Array;
  #again = 0;
  readonly #reached = new Set<CodeKey>();
  readonly #leaders = new Set<CodeKey>();
  readonly #indirect = new Set<CodeKey>();
  readonly #queue: CodeKey[] = [];

  /**
   * @param itcm the words that `cache` decodes
   * @param translated by decode cache index, above 0 where there is a translation already
   */
  constructor(cache: DecodeCache, itcm: Int32Array, translated: Int32Array) {
    this.#cache = cache;
    this.#itcm = itcm;
    this.#translated = translated;
  }

  /** @param root an ITCM address */
  find(root: CodeKey): Region {
    this.#decode(root);
    this.#lead(root);
    while (this.#queue.length > 0 && this.#reached.size < MOST_INSTRUCTIONS) this.#follow(this.#queue.shift()!);
    const starts = [...this.#leaders].filter((key) => this.#reached.has(key)).sort((a, b) => a - b);
    const kept = starts.slice(0, MOST_BLOCKS);
    if (!kept.includes(root)) kept[kept.length - 1] = root;
    const blocks = kept.sort((a, b) => a - b).map((key) => this.#block(key));
    return { root, blocks, indirect: this.#indirect };
  }

  #lead(key: CodeKey): void {
    if (this.#leaders.has(key) || addressOf(key) >>> 0 >= ITCM_BYTES) return;
    this.#leaders.add(key);
    this.#queue.push(key);
  }

  #decode(key: CodeKey): void {
    if (this.#cache.entries[entryOf(key)] === 0) this.#cache.decode(addressOf(key), isThumb(key));
  }

  /** Walks straight on from a leader and notes what branches out. */
  #follow(leader: CodeKey): void {
    const { entries } = this.#cache;
    const size = sizeOf(leader);
    let length = 0;
    let linked: number | undefined;
    for (let key = leader; addressOf(key) < ITCM_BYTES; key += size) {
      if (this.#reached.has(key)) {
        if (key !== leader) return;
      } else if (this.#reached.size >= MOST_INSTRUCTIONS) return;
      if (length++ === LONGEST_BLOCK) {
        this.#lead(key);
        return;
      }
      const at = entryOf(key);
      // Never executed: it may never be, and is found again when it is.
      if (entries[at] === 0) return;
      if (this.#translated[at]! > 0 && ++this.#again > MOST_AGAIN) return;
      const w0 = entries[at]!;
      const w1 = entries[at + 1]!;
      const op = operation(w0);
      this.#reached.add(key);
      if (interpreted(w0, linked)) {
        if (continues(op, w1)) this.#lead(key + size);
        return;
      }
      if (isBranch(op)) {
        this.#branch(key, w0, w1, linked);
        if (key !== leader) this.#choices(w0, w1, entries[at - 2]!, entries[at - 1]!);
        return;
      }
      linked = linkOf(w0, w1);
    }
  }

  #branch(key: CodeKey, w0: number, w1: number, linked: number | undefined): void {
    const op = operation(w0);
    const next = key + sizeOf(key);
    const call = op >= Op.BL && op <= Op.BLX_SUFFIX && op !== Op.BX;
    const target = directTarget(key, w0, w1, linked);
    if (target !== undefined) {
      this.#lead(target);
      if (call) this.#indirect.add(target);
    }
    if (call) this.#indirect.add(next);
    if (call || conditionOf(w0) !== ALWAYS) this.#lead(next);
  }

  /** The targets of a jump through a table, whose size the comparison right before it tells. */
  #choices(w0: number, w1: number, before0: number, before1: number): void {
    const op = operation(w0);
    const compared = operation(before0) === Op.CMP && ((before0 >>> 16) & 15) === ((w0 >>> 20) & 15);
    const constant = ((before0 >>> 24) & 15) === Operand.IMMEDIATE;
    if ((op !== Op.JUMP_TABLE && op !== Op.JUMP_CHAIN) || !compared || !constant) return;
    for (let choice = 0; choice <= Math.min(before1 >>> 0, MOST_CHOICES); choice++) {
      const place = w1 + 4 * choice;
      if (place >>> 0 >= ITCM_BYTES) return;
      const target = op === Op.JUMP_TABLE ? this.#itcm[place >>> 2]! : place;
      this.#lead(target);
      this.#indirect.add(target);
    }
  }

  #block(key: CodeKey): Block {
    const { entries } = this.#cache;
    const size = sizeOf(key);
    const code: number[] = [];
    let linked: number | undefined;
    for (let at = key; ; at += size) {
      const first = at === key;
      if ((!first && this.#leaders.has(at)) || !this.#reached.has(at)) {
        return { key, code: Int32Array.from(code), next: at, interpret: false };
      }
      const entry = entryOf(at);
      const w0 = entries[entry]!;
      const w1 = entries[entry + 1]!;
      const op = operation(w0);
      if (interpreted(w0, linked)) {
        return { key, code: Int32Array.from(code), next: at, interpret: true };
      }
      code.push(w0, w1);
      if (isBranch(op)) return { key, code: Int32Array.from(code), next: at + size, interpret: false };
      linked = linkOf(w0, w1);
    }
  }
}

/** The second half of a Thumb call is translated as part of the first only: nothing may begin with it. */
export function isHalfCall({ code }: Block, instruction: number): boolean {
  const op = operation(code[2 * instruction]!);
  return op === Op.BL_SUFFIX || op === Op.BLX_SUFFIX;
}

/** Value an instruction puts into r14 as the first half of a Thumb call does. */
export function linkOf(w0: number, w1: number): number | undefined {
  const movesToLink = (w0 & 0x0f00_ffff) === (Op.MOV | (14 << 12));
  return movesToLink ? w1 : undefined;
}

/** Where a branch with a constant target goes; `linked` is r14 as the instruction before left it, if that is known. */
export function directTarget(key: CodeKey, w0: number, w1: number, linked: number | undefined): CodeKey | undefined {
  switch (operation(w0)) {
    case Op.B:
    case Op.BL:
    case Op.DELAY_LOOP:
      return isThumb(key) ? w1 | 1 : w1;
    case Op.BLX:
      return w1 | 1;
    case Op.BL_SUFFIX:
      return linked === undefined ? undefined : ((linked + w1) & ~1) | 1;
    case Op.BLX_SUFFIX:
      return linked === undefined ? undefined : (linked + w1) & ~3;
    default:
      return undefined;
  }
}
