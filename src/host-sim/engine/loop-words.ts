import {
  GROUP_WORDS,
  LOOP_WORDS,
  MAILBOX_BYTES,
  MAILBOX_WORDS,
  RECORD_WORDS,
  SOURCE_WORDS,
} from "../../codegen/wasm/loop-layout.ts";
import type { MemoryPlan } from "./memory-plan.ts";

type Layout = Readonly<Record<string, number>>;
type Values<L extends Layout> = Readonly<Record<keyof L, number>>;

/** Recording of one state of one core. */
export interface StateRecord {
  /** Word of the core's block that holds the address the state is stored to. */
  readonly pointer: number;
  readonly intervalTicks: number;
  readonly sampleBytes: number;
  readonly buffer: number;
  readonly firstSample: number;
  readonly scratch: number;
  /** Neurons recorded; undefined if all are. */
  readonly columns: Uint32Array | undefined;
}

/** Cells that share an update function. */
export interface CoreGroup {
  /** Slots of the module's table. */
  readonly update: number;
  readonly updateRecording: number;
  /** Blocks of all of them, and core by core, as recording states wants them. */
  readonly blocks: readonly number[];
  readonly coreBlocks: readonly number[];
  readonly records: readonly StateRecord[];
}

/** Two spike lists, used in turn. */
export type SpikeLists = readonly [SpikeList, SpikeList];

export interface SpikeList {
  readonly spikes: number;
  readonly ends: number;
}

/** What a worker's loop is told; addresses of lists that are made here are left out. */
export interface LoopDescription {
  readonly settings: Omit<
    Values<typeof LOOP_WORDS>,
    "groups" | "groupsEnd" | "sources" | "sourcesEnd" | "waitingEnd" | "events"
  >;
  readonly groups: readonly CoreGroup[];
  readonly sources: readonly Values<typeof SOURCE_WORDS>[];
}

/** A part of the memory whose words are known before the memory is there. */
export interface Placed {
  readonly address: number;
  readonly words: readonly number[];
}

/** Gives a loop and everything it points at its place; the loop itself comes last. */
export function placeLoop(plan: MemoryPlan, { settings, groups, sources }: LoopDescription): Placed[] {
  const placed: Placed[] = [];
  const place = (words: readonly number[]): { readonly start: number; readonly end: number } => {
    const address = plan.allocate(words.length * 4);
    placed.push({ address, words });
    return { start: address, end: address + words.length * 4 };
  };
  const groupList = place(
    groups.flatMap(({ update, updateRecording, blocks, coreBlocks, records }) => {
      const all = place(blocks);
      const cores = place(coreBlocks);
      const recordList = place(
        records.flatMap(({ columns, ...record }) => {
          const offsets = place(Array.from(columns ?? [], (neuron) => neuron * 4));
          return inOrder(RECORD_WORDS, { ...record, columns: offsets.start, columnsEnd: offsets.end });
        }),
      );
      return inOrder(GROUP_WORDS, {
        update,
        updateRecording,
        blocks: all.start,
        blocksEnd: all.end,
        cores: cores.start,
        coresEnd: cores.end,
        records: recordList.start,
        recordsEnd: recordList.end,
      });
    }),
  );
  plan.separate();
  const sourceList = place(sources.flatMap((source) => inOrder(SOURCE_WORDS, source)));
  place(
    inOrder(LOOP_WORDS, {
      ...settings,
      groups: groupList.start,
      groupsEnd: groupList.end,
      sources: sourceList.start,
      sourcesEnd: sourceList.end,
      waitingEnd: 0,
      events: 0,
    }),
  );
  plan.separate();
  return placed;
}

/** Words of a worker's mailbox. */
export function mailboxWords([first, second]: SpikeLists): number[] {
  const words = new Array<number>(MAILBOX_BYTES / 4).fill(0);
  [first, second].forEach((list, turn) => {
    words[MAILBOX_WORDS.spikes + turn] = list.spikes;
    words[MAILBOX_WORDS.ends + turn] = list.ends;
  });
  return words;
}

function inOrder<L extends Layout>(layout: L, values: Values<L>): number[] {
  const words: number[] = [];
  for (const [name, word] of Object.entries(layout)) words[word] = values[name]!;
  return words;
}
