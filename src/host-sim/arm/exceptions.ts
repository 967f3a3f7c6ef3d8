/**
 * Exception entry: which mode, which vector, which return address.
 *
 * @see ARM Architecture Reference Manual (DDI 0100) A2.6
 */

import type { Clock } from "./clock.ts";
import { EXCEPTION_CYCLES, INTERRUPT_CYCLES } from "./cycles.ts";
import { ABT, type CoreState, F_BIT, FIQ, I_BIT, IRQ, SVC, UND } from "./state.ts";

/** In each method r15 is the address of the instruction that causes the exception (for interrupts: of the next one). */
export class Exceptions {
  readonly #state: CoreState;
  readonly #clock: Clock;

  constructor(state: CoreState, clock: Clock) {
    this.#state = state;
    this.#clock = clock;
  }

  reset(): void {
    this.#state.cpsr = SVC | I_BIT | F_BIT;
    this.#state.registers[15] = this.#state.vectorBase;
  }

  /** Returns by `movs pc, lr`. */
  undefinedInstruction(): void {
    this.#enter(UND, 0x04, this.#next(), EXCEPTION_CYCLES);
  }

  /** Returns by `movs pc, lr`. */
  softwareInterrupt(): void {
    this.#enter(SVC, 0x08, this.#next(), EXCEPTION_CYCLES);
  }

  /** Also BKPT. Retries by `subs pc, lr, #4`. */
  prefetchAbort(): void {
    this.#enter(ABT, 0x0c, this.#pc() + 4, EXCEPTION_CYCLES);
  }

  /** Retries by `subs pc, lr, #8`. */
  dataAbort(): void {
    this.#enter(ABT, 0x10, this.#pc() + 8, EXCEPTION_CYCLES);
  }

  /** Returns by `subs pc, lr, #4`. */
  interrupt(): void {
    this.#enter(IRQ, 0x18, this.#pc() + 4, INTERRUPT_CYCLES);
  }

  /** Returns by `subs pc, lr, #4`. */
  fastInterrupt(): void {
    this.#enter(FIQ, 0x1c, this.#pc() + 4, INTERRUPT_CYCLES);
  }

  #pc(): number {
    return this.#state.words[15]!;
  }

  #next(): number {
    return this.#pc() + (this.#state.thumb ? 2 : 4);
  }

  #enter(mode: number, offset: number, link: number, cycles: number): void {
    this.#clock.left -= cycles;
    this.#state.enterException(mode, link, offset);
  }
}
