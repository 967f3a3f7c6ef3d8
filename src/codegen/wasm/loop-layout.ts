/** What one worker runs, as words at the address that `tickFunction` is given. Addresses are bytes. */
export const LOOP_WORDS = {
  /** Start and end of the groups, {@link GROUP_WORDS} each. */
  groups: 0,
  groupsEnd: 1,
  /** Start and end of the SpikeSourceArrays, {@link SOURCE_WORDS} each. */
  sources: 2,
  sourcesEnd: 3,
  /** See `deliveryFunction`. */
  rowTable: 4,
  spikeCounts: 5,
  ring: 6,
  slotMask: 7,
  slotBytes: 8,
  /** Ticks that pass before a spike of another worker can matter. */
  window: 9,
  /** 1 if no spike of the worker's own matters earlier either. */
  deliversTogether: 10,
  /** Start and end of the mailboxes of all workers, {@link MAILBOX_BYTES} each, and address of the own one. */
  mailboxes: 11,
  mailboxesEnd: 12,
  mailbox: 13,
  /** Synapses added. */
  events: 14,
  /** First tick of the window. */
  tick: 15,
  /** End of the window if its ticks are done and other workers are waited for, else 0. */
  waitingEnd: 16,
} as const;

/** Cells that are updated in one call. */
export const GROUP_WORDS = {
  /** Slots of the module's table: the plain update, and the one that stores recorded states. */
  update: 0,
  updateRecording: 1,
  /** Start and end of the list of their blocks, and of that of one block a core for the second update. */
  blocks: 2,
  blocksEnd: 3,
  cores: 4,
  coresEnd: 5,
  /** Start and end of the recordings of states of all of them, {@link RECORD_WORDS} each. */
  records: 6,
  recordsEnd: 7,
} as const;

export const RECORD_WORDS = {
  /** Word of the core's block that holds the address the state is stored to. */
  pointer: 0,
  intervalTicks: 1,
  sampleBytes: 2,
  buffer: 3,
  /** Number of the sample that the buffer begins with, counted from tick 0. */
  firstSample: 4,
  /** Where all neurons are stored before columns are picked, or where ticks that are no samples go. */
  scratch: 5,
  /** Start and end of the byte offsets of the neurons recorded; equal if all are. */
  columns: 6,
  columnsEnd: 7,
} as const;

export const SOURCE_WORDS = {
  /** Next pair (tick, neuron); after the last one comes a tick that never is. */
  next: 0,
  firstSource: 1,
  /** Address of the spike record or 0, bytes of a plane and of a tick, first tick. */
  spikeRecord: 2,
  planeBytes: 3,
  sampleBytes: 4,
  recordStart: 5,
} as const;

/** What other workers see of a worker. */
export const MAILBOX_WORDS = {
  /** Windows finished, and how many workers sleep until there are more. */
  epoch: 0,
  sleepers: 1,
  /**
   * Two spike lists, used in turn: u32 neuron numbers, and the end of each tick's part. The list of epoch e is overwritten
   * in epoch e + 2, which no worker begins before all have read it.
   */
  spikes: 2,
  ends: 4,
} as const;
/** A mailbox has cache lines of its own, pairs of which are fetched together. */
export const MAILBOX_BYTES = 128;
