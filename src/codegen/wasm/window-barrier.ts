import { MAILBOX_WORDS } from "./loop-layout.ts";
import { TIMED_OUT, type WordCode, type WordLocal } from "./word-code.ts";

/**
 * A worker that is ahead looks again before it goes to sleep, for some hundred microseconds: longer than most waits, and
 * than it takes to wake up even on a virtual machine, so that one sleep does not bring on another.
 */
const LOOKS = 100_000;
/**
 * A worker that has slept so many times without a wait between them that was short has no processor of its own: it takes
 * the one that the others need. So it looks but a few times, until it has slept so often, and is tried again.
 */
const SLEEPS_IN_A_ROW = 8;
const SLEEPS_UNTIL_TRIAL = 128;
const FEW_LOOKS = 64;
/** After so long the caller is asked whether the others are still alive. */
const PATIENCE_NS = 100_000_000n;

/** Code of a worker that says how many windows it has finished, and waits for the others to have finished as many. */
export class WindowBarrier {
  readonly #c: WordCode;
  readonly #own: WordLocal;
  readonly #other: WordLocal;
  readonly #epoch: WordLocal;
  readonly #local: Readonly<Record<"reached" | "looks" | "sleeps" | "mostLooks" | "woken", WordLocal>>;

  /**
   * @param own local with the address of the worker's mailbox
   * @param other local with that of the one that is waited for
   * @param epoch local with the number of windows that the worker has finished
   */
  constructor(c: WordCode, own: WordLocal, other: WordLocal, epoch: WordLocal) {
    this.#c = c;
    this.#own = own;
    this.#other = other;
    this.#epoch = epoch;
    this.#local = {
      reached: c.local(),
      looks: c.local(),
      /** Since the last short wait. */
      sleeps: c.local(),
      mostLooks: c.local(),
      woken: c.local(),
    };
  }

  /** Says that this worker has finished a window. Who sleeps has said so before it looked at the epoch for the last time. */
  announce(): void {
    const c = this.#c;
    c.atomicStore(c.get(this.#own), c.get(this.#epoch), MAILBOX_WORDS.epoch * 4);
    c.when(c.atomicLoad(c.get(this.#own), MAILBOX_WORDS.sleepers * 4), () => c.notify(c.get(this.#own)));
  }

  /**
   * Waits until all workers have finished as many windows as this one; leaves the function, with 0, when that takes too
   * long.
   *
   * @param eachOther does something for each worker, whose mailbox is in the local `other` then
   */
  awaitOthers(eachOther: (body: () => void) => void): void {
    const [c, l] = [this.#c, this.#local];
    const isBehind = c.binary("ltS", c.binary("sub", c.get(l.reached), c.get(this.#epoch)), c.constant(0));
    c.set(l.mostLooks, c.constant(LOOKS));
    c.when(c.binary("ltU", c.constant(SLEEPS_IN_A_ROW), c.get(l.sleeps)), () =>
      c.set(l.mostLooks, c.constant(FEW_LOOKS)),
    );
    eachOther(() => {
      c.set(l.looks, c.constant(0));
      c.set(l.reached, c.atomicLoad(c.get(this.#other)));
      c.loopWhile(isBehind, () => {
        c.advance(l.looks, 1);
        c.when(c.binary("ltU", c.get(l.mostLooks), c.get(l.looks)), () => this.#sleep());
        c.set(l.reached, c.atomicLoad(c.get(this.#other)));
      });
      const wasShort = c.binary("ltU", c.binary("sub", c.get(l.looks), c.constant(1)), c.constant(LOOKS));
      const isOver = c.binary("ltU", c.constant(SLEEPS_UNTIL_TRIAL), c.get(l.sleeps));
      c.when(c.binary("or", wasShort, isOver), () => c.set(l.sleeps, c.constant(0)));
    });
  }

  /** Sleeps until the worker of mailbox `other` has finished another window than `reached`. */
  #sleep(): void {
    const [c, l] = [this.#c, this.#local];
    c.set(l.looks, c.constant(LOOKS + 1));
    c.advance(l.sleeps, 1);
    c.atomicAdd(c.get(this.#other), c.constant(1), MAILBOX_WORDS.sleepers * 4);
    c.set(l.woken, c.wait(c.get(this.#other), c.get(l.reached), PATIENCE_NS));
    c.atomicAdd(c.get(this.#other), c.constant(-1), MAILBOX_WORDS.sleepers * 4);
    c.when(c.binary("eq", c.get(l.woken), c.constant(TIMED_OUT)), () => c.giveBack(c.constant(0)));
  }
}
