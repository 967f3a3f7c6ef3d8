import { FunctionWriter, I32 } from "./module-writer.ts";
import { WordCode } from "./word-code.ts";

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
  const c = new WordCode(f);
  const [list, end, table, counters, ring, slotMask, slotBytes, tick] = [0, 1, 2, 3, 4, 5, 6, 7];
  const [run, runsEnd, entriesEnd, slot, word, count, address, events] = [
    c.local(),
    c.local(),
    c.local(),
    c.local(),
    c.local(),
    c.local(),
    c.local(),
    c.local(),
  ];
  const words = (n: number) => c.binary("shl", c.get(n), c.constant(2));
  const low = (n: number) => c.binary("and", c.get(n), c.constant(0xffff));
  const high = (n: number) => c.binary("shrU", c.get(n), c.constant(16));
  const increase = (by: () => void): void => c.store(c.get(address), c.add(c.load(c.get(address)), by));

  c.whileBelow(list, end, () => {
    c.set(word, c.load(c.get(list)));
    c.set(address, c.add(words(word), c.get(table)));
    c.set(run, c.load(c.get(address)));
    c.set(runsEnd, c.load(c.get(address), 4));
    c.when(c.get(counters), () => {
      c.set(address, c.add(words(word), c.get(counters)));
      increase(c.constant(1));
    });
    c.whileBelow(run, runsEnd, () => {
      c.set(word, c.load(c.get(run)));
      c.set(count, low(word));
      c.set(events, c.add(c.get(events), c.get(count)));
      const number = c.binary("and", c.add(c.get(tick), high(word)), c.get(slotMask));
      c.set(slot, c.add(c.binary("mul", number, c.get(slotBytes)), c.get(ring), c.load(c.get(run), 4)));
      c.advance(run, 8);
      c.set(entriesEnd, c.add(c.get(run), words(count)));
      c.whileBelow(run, entriesEnd, () => {
        c.set(word, c.load(c.get(run)));
        c.set(address, c.add(c.binary("shl", high(word), c.constant(2)), c.get(slot)));
        increase(low(word));
        c.advance(run, 4);
      });
    });
    c.advance(list, 4);
  });
  c.get(events)();
  return f;
}
