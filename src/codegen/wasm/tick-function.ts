import { GROUP_WORDS, LOOP_WORDS, MAILBOX_BYTES, MAILBOX_WORDS, RECORD_WORDS, SOURCE_WORDS } from "./loop-layout.ts";
import { FunctionWriter, I32 } from "./module-writer.ts";
import { WindowBarrier } from "./window-barrier.ts";
import { type Word, WordCode, type WordLocal } from "./word-code.ts";

/**
 * Runs the ticks of one worker's cores.
 *
 * Parameters: address of the loop's words, tick to run until. Result: 1 when done; 0 when others have kept it waiting for
 * a tenth of a second, to be called again with the same arguments. All workers must be given the same ticks.
 *
 * All of it is one function, since code that JavaScript runs in a new thread is interpreted for its first milliseconds,
 * and the compiler then takes a processor from the workers.
 *
 * @param deliver index of the delivery function in the module
 * @param update index of an update function, any; undefined if there is none
 * @param shared whether there are several workers
 */
export function tickFunction(deliver: number, update: number | undefined, shared: boolean): FunctionWriter {
  return new TickFunctionWriter(deliver, update, shared).write();
}

class TickFunctionWriter {
  readonly #f = new FunctionWriter([I32, I32], [I32]);
  readonly #c = new WordCode(this.#f);
  readonly #deliver: number;
  readonly #update: number | undefined;
  readonly #shared: boolean;
  readonly #loop: WordLocal = 0;
  readonly #until: WordLocal = 1;
  readonly #local = {
    start: this.#c.local(),
    end: this.#c.local(),
    tick: this.#c.local(),
    slot: this.#c.local(),
    /** End of the spike list, and where this tick's part begins. */
    cursor: this.#c.local(),
    before: this.#c.local(),
    /** Address of the ends of the current list's parts. */
    ends: this.#c.local(),
    /** Bytes that tell the two lists of a mailbox apart: 0 or 4. */
    turn: this.#c.local(),
    own: this.#c.local(),
    other: this.#c.local(),
    epoch: this.#c.local(),
    each: this.#c.local(),
    eachEnd: this.#c.local(),
    record: this.#c.local(),
    recordsEnd: this.#c.local(),
    due: this.#c.local(),
    at: this.#c.local(),
    atEnd: this.#c.local(),
    to: this.#c.local(),
    bit: this.#c.local(),
  };

  readonly #barrier = new WindowBarrier(this.#c, this.#local.own, this.#local.other, this.#local.epoch);

  constructor(deliver: number, update: number | undefined, shared: boolean) {
    this.#deliver = deliver;
    this.#update = update;
    this.#shared = shared;
  }

  write(): FunctionWriter {
    const [c, l] = [this.#c, this.#local];
    c.set(l.start, this.#word("tick"));
    c.set(l.own, this.#word("mailbox"));
    c.set(l.epoch, c.load(c.get(l.own), MAILBOX_WORDS.epoch * 4));
    c.loopWhile(c.binary("ltU", c.get(l.start), c.get(this.#until)), () => {
      c.set(l.end, this.#word("waitingEnd"));
      c.when(c.not(c.get(l.end)), () => {
        c.set(l.end, c.add(c.get(l.start), this.#word("window")));
        c.when(c.binary("ltU", c.get(this.#until), c.get(l.end)), () => c.set(l.end, c.get(this.#until)));
        c.set(l.turn, this.#turnOf(c.get(l.epoch)));
        this.#runWindow();
        c.set(l.epoch, c.add(c.get(l.epoch), c.constant(1)));
        if (this.#shared) {
          this.#setWord("waitingEnd", c.get(l.end));
          this.#barrier.announce();
        } else {
          c.store(c.get(l.own), c.get(l.epoch), MAILBOX_WORDS.epoch * 4);
        }
      });
      if (this.#shared) {
        this.#barrier.awaitOthers((body) => this.#eachOther(body));
        this.#setWord("waitingEnd", c.constant(0));
        c.set(l.turn, this.#turnOf(c.binary("sub", c.get(l.epoch), c.constant(1))));
        this.#eachOther(() => {
          const isLater = c.binary("ne", c.get(l.other), c.get(l.own));
          c.when(c.binary("or", isLater, this.#word("deliversTogether")), () => this.#deliverList());
        });
      }
      c.set(l.start, c.get(l.end));
      this.#setWord("tick", c.get(l.start));
    });
    c.constant(1)();
    return this.#f;
  }

  #word(name: keyof typeof LOOP_WORDS): Word {
    return this.#c.load(this.#c.get(this.#loop), LOOP_WORDS[name] * 4);
  }

  #setWord(name: keyof typeof LOOP_WORDS, value: Word): void {
    this.#c.store(this.#c.get(this.#loop), value, LOOP_WORDS[name] * 4);
  }

  #turnOf(epoch: Word): Word {
    return this.#c.binary("shl", this.#c.binary("and", epoch, this.#c.constant(1)), this.#c.constant(2));
  }

  /** Start of the spikes, or address of the ends, of the list of this turn in a mailbox. */
  #list(mailbox: WordLocal, word: "spikes" | "ends"): Word {
    const c = this.#c;
    return c.load(c.add(c.get(mailbox), c.get(this.#local.turn)), MAILBOX_WORDS[word] * 4);
  }

  /** Ticks `[start .. end)` of the worker's own cores. */
  #runWindow(): void {
    const [c, l] = [this.#c, this.#local];
    c.set(l.cursor, this.#list(l.own, "spikes"));
    c.set(l.ends, this.#list(l.own, "ends"));
    c.set(l.tick, c.get(l.start));
    c.whileBelow(l.tick, l.end, () => {
      c.set(l.before, c.get(l.cursor));
      c.set(l.slot, this.#slot(c.get(l.tick)));
      if (this.#update !== undefined) this.#eachOf("groups", "groupsEnd", GROUP_WORDS, () => this.#runGroup());
      this.#eachOf("sources", "sourcesEnd", SOURCE_WORDS, () => this.#runSource());
      c.store(c.get(l.ends), c.get(l.cursor));
      c.advance(l.ends, 4);
      c.when(c.not(this.#word("deliversTogether")), () =>
        this.#deliverSpikes(c.get(l.before), c.get(l.cursor), this.#word("spikeCounts")),
      );
      c.advance(l.tick, 1);
    });
  }

  #slot(tick: Word): Word {
    const c = this.#c;
    return c.add(
      this.#word("ring"),
      c.binary("mul", c.binary("and", tick, this.#word("slotMask")), this.#word("slotBytes")),
    );
  }

  #eachOf(
    start: keyof typeof LOOP_WORDS,
    end: keyof typeof LOOP_WORDS,
    layout: Readonly<Record<string, number>>,
    body: () => void,
  ): void {
    const [c, l] = [this.#c, this.#local];
    c.set(l.each, this.#word(start));
    c.set(l.eachEnd, this.#word(end));
    c.whileBelow(l.each, l.eachEnd, () => {
      body();
      c.advance(l.each, Object.keys(layout).length * 4);
    });
  }

  #runGroup(): void {
    const [c, l] = [this.#c, this.#local];
    const group = (name: keyof typeof GROUP_WORDS): Word => c.load(c.get(l.each), GROUP_WORDS[name] * 4);
    c.set(l.due, c.constant(0));
    c.set(l.recordsEnd, group("recordsEnd"));
    this.#eachRecord(group("records"), (record) => {
      c.set(l.to, record("scratch"));
      c.when(c.not(this.#ticksSinceSample(record)), () => {
        c.set(l.due, c.constant(1));
        c.when(c.binary("eq", record("columns"), record("columnsEnd")), () => c.set(l.to, this.#sampleAddress(record)));
      });
      c.store(record("pointer"), c.get(l.to));
    });
    const ifDue = (due: keyof typeof GROUP_WORDS, otherwise: keyof typeof GROUP_WORDS): Word =>
      c.choose(c.get(l.due), group(due), group(otherwise));
    const blocks = [ifDue("cores", "blocks"), ifDue("coresEnd", "blocksEnd")];
    const args = [...blocks, c.get(l.tick), c.get(l.slot), c.get(l.cursor)];
    c.set(l.cursor, c.callIndirect(ifDue("updateRecording", "update"), this.#update!, args));
    c.when(c.get(l.due), () => {
      this.#eachRecord(group("records"), (record) => {
        c.when(c.not(this.#ticksSinceSample(record)), () => this.#pickColumns(record));
      });
    });
  }

  #eachRecord(records: Word, body: (record: (name: keyof typeof RECORD_WORDS) => Word) => void): void {
    const [c, l] = [this.#c, this.#local];
    c.set(l.record, records);
    c.whileBelow(l.record, l.recordsEnd, () => {
      body((name) => c.load(c.get(l.record), RECORD_WORDS[name] * 4));
      c.advance(l.record, Object.keys(RECORD_WORDS).length * 4);
    });
  }

  #ticksSinceSample(record: (name: keyof typeof RECORD_WORDS) => Word): Word {
    return this.#c.binary("remU", this.#c.get(this.#local.tick), record("intervalTicks"));
  }

  #sampleAddress(record: (name: keyof typeof RECORD_WORDS) => Word): Word {
    const c = this.#c;
    const sample = c.binary("divU", c.get(this.#local.tick), record("intervalTicks"));
    return c.add(
      record("buffer"),
      c.binary("mul", c.binary("sub", sample, record("firstSample")), record("sampleBytes")),
    );
  }

  #pickColumns(record: (name: keyof typeof RECORD_WORDS) => Word): void {
    const [c, l] = [this.#c, this.#local];
    c.set(l.at, record("columns"));
    c.set(l.atEnd, record("columnsEnd"));
    c.set(l.to, this.#sampleAddress(record));
    c.whileBelow(l.at, l.atEnd, () => {
      c.store(c.get(l.to), c.load(c.add(record("scratch"), c.load(c.get(l.at)))));
      c.advance(l.at, 4);
      c.advance(l.to, 4);
    });
  }

  /** Events of this tick of one SpikeSourceArray. */
  #runSource(): void {
    const [c, l] = [this.#c, this.#local];
    const source = (name: keyof typeof SOURCE_WORDS): Word => c.load(c.get(l.each), SOURCE_WORDS[name] * 4);
    c.set(l.at, source("next"));
    c.loopWhile(c.binary("eq", c.load(c.get(l.at)), c.get(l.tick)), () => {
      const neuron = c.load(c.get(l.at), 4);
      c.store(c.get(l.cursor), c.add(source("firstSource"), neuron));
      c.advance(l.cursor, 4);
      c.when(source("spikeRecord"), () => {
        const sample = c.binary("sub", c.get(l.tick), source("recordStart"));
        c.set(
          l.to,
          c.add(
            source("spikeRecord"),
            c.binary("mul", sample, source("sampleBytes")),
            c.binary("shrU", neuron, c.constant(3)),
          ),
        );
        c.set(l.bit, c.binary("shl", c.constant(1), c.binary("and", neuron, c.constant(7))));
        // A source that fires several times in a tick marks one plane after another.
        c.loopWhile(c.binary("and", c.loadByte(c.get(l.to)), c.get(l.bit)), () =>
          c.set(l.to, c.add(c.get(l.to), source("planeBytes"))),
        );
        c.storeByte(c.get(l.to), c.binary("or", c.loadByte(c.get(l.to)), c.get(l.bit)));
      });
      c.advance(l.at, 8);
    });
    c.store(c.get(l.each), c.get(l.at), SOURCE_WORDS.next * 4);
  }

  #eachOther(body: () => void): void {
    const [c, l] = [this.#c, this.#local];
    c.set(l.other, this.#word("mailboxes"));
    c.set(l.eachEnd, this.#word("mailboxesEnd"));
    c.whileBelow(l.other, l.eachEnd, () => {
      body();
      c.advance(l.other, MAILBOX_BYTES);
    });
  }

  /** Delivers what the worker of mailbox `other` sent in this window. */
  #deliverList(): void {
    const [c, l] = [this.#c, this.#local];
    c.set(l.before, this.#list(l.other, "spikes"));
    c.set(l.ends, this.#list(l.other, "ends"));
    c.set(l.tick, c.get(l.start));
    c.whileBelow(l.tick, l.end, () => {
      c.set(l.cursor, c.load(c.get(l.ends)));
      // Spikes are counted by the worker that sends them.
      const isOwn = c.binary("eq", c.get(l.other), c.get(l.own));
      this.#deliverSpikes(c.get(l.before), c.get(l.cursor), c.binary("mul", isOwn, this.#word("spikeCounts")));
      c.set(l.before, c.get(l.cursor));
      c.advance(l.ends, 4);
      c.advance(l.tick, 1);
    });
  }

  #deliverSpikes(from: Word, to: Word, counts: Word): void {
    const [c, l] = [this.#c, this.#local];
    const ring = ["ring", "slotMask", "slotBytes"] as const;
    const args = [from, to, this.#word("rowTable"), counts, ...ring.map((name) => this.#word(name)), c.get(l.tick)];
    this.#setWord("events", c.add(this.#word("events"), c.call(this.#deliver, args)));
  }
}
