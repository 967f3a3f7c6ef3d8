import { FunctionWriter, I32, VOID } from "./module-writer.ts";

/**
 * Adds the rows of a list of spikes to a ring buffer.
 *
 * Parameters: start and end of the list (u32 engine-wide neuron numbers), address of the row table (u32 address of the
 * runs of each neuron, one more at the end), address of the spike counters (u32 a neuron, incremented) or 0, address of
 * the ring, slots - 1 (slots are a power of two), bytes of a slot, tick the spikes were sent in. Result: synapses added.
 *
 * A neuron's runs: word `count | delay << 16`, word byte offset within the slot, then `count` words
 * `index << 16 | weight`, where index counts words from that offset.
 */
export function deliveryFunction(): FunctionWriter {
  const f = new FunctionWriter([I32, I32, I32, I32, I32, I32, I32, I32], [I32]);
  const [list, end, table, counters, ring, slotMask, slotBytes, tick] = [0, 1, 2, 3, 4, 5, 6, 7];
  const [run, runsEnd, entriesEnd, slot, word, address, events, neuron] = Array.from({ length: 8 }, () =>
    f.local(I32),
  ) as [number, number, number, number, number, number, number, number];
  const w = f.code;
  const get = (local: number): void => {
    w.byte(0x20).u32(local);
  };
  const set = (local: number): void => {
    w.byte(0x21).u32(local);
  };
  const tee = (local: number): void => {
    w.byte(0x22).u32(local);
  };
  const constant = (value: number): void => {
    w.byte(0x41).s32(value);
  };
  const load = (offset = 0): void => {
    w.byte(0x28, 2).u32(offset);
  };
  const add = (): void => {
    w.byte(0x6a);
  };
  /** while (a < b) body */
  const whileBelow = (a: number, b: number, body: () => void): void => {
    w.byte(0x02, VOID, 0x03, VOID);
    get(a);
    get(b);
    w.byte(0x4f, 0x0d).u32(1);
    body();
    w.byte(0x0c).u32(0).byte(0x0b, 0x0b);
  };
  const advance = (local: number, bytes: number): void => {
    get(local);
    constant(bytes);
    add();
    set(local);
  };
  /** ring word at slot + index * 4 += weight */
  const addSynapse = (offset: number): void => {
    get(run);
    load(offset);
    tee(word);
    constant(16);
    w.byte(0x76);
    constant(2);
    w.byte(0x74);
    get(slot);
    add();
    tee(address);
    get(address);
    load();
    get(word);
    constant(0xffff);
    w.byte(0x71);
    add();
    w.byte(0x36, 2).u32(0);
  };

  whileBelow(list, end, () => {
    get(list);
    load();
    constant(2);
    w.byte(0x74);
    tee(neuron);
    get(table);
    add();
    tee(address);
    load();
    set(run);
    get(address);
    load(4);
    set(runsEnd);
    get(counters);
    w.byte(0x04, VOID);
    get(counters);
    get(neuron);
    add();
    tee(address);
    get(address);
    load();
    constant(1);
    add();
    w.byte(0x36, 2).u32(0).byte(0x0b);
    whileBelow(run, runsEnd, () => {
      get(run);
      load();
      tee(word);
      constant(0xffff);
      w.byte(0x71);
      tee(address);
      get(events);
      add();
      set(events);
      // slot = ring + ((tick + delay) & slotMask) * slotBytes + offset
      get(tick);
      get(word);
      constant(16);
      w.byte(0x76);
      add();
      get(slotMask);
      w.byte(0x71);
      get(slotBytes);
      w.byte(0x6c);
      get(ring);
      add();
      get(run);
      load(4);
      add();
      set(slot);
      advance(run, 8);
      get(run);
      get(address);
      constant(2);
      w.byte(0x74);
      add();
      set(entriesEnd);
      whileBelow(run, entriesEnd, () => {
        addSynapse(0);
        advance(run, 4);
      });
    });
    advance(list, 4);
  });
  get(events);
  return f;
}
