/**
 * What a chip sees of an ARM968E-S core, and what the core sees of its chip.
 *
 * A core owns its two tightly coupled memories and executes; everything else it reaches through a {@link Bus}.
 * The chip runs it for a number of cycles at a time. Interrupt lines, memory and {@link Core.cycles} may be changed
 * between two runs and from inside a bus access, never at any other moment: that is why a core looks at its lines only
 * when a run begins, after a bus access and after an instruction that can unmask interrupts.
 */

/**
 * Everything a core reaches outside its TCMs. Addresses and data are 32 bits held as int32 (`address >>> 0` is the
 * unsigned form), so that V8 never boxes them. Addresses are aligned to the access, except for instructions with
 * rotated loads, for which the core itself aligns them.
 *
 * During an access {@link Core.cycles} counts all instructions before the accessing one, and
 * `Core.registers[15]` is that instruction's address.
 */
export interface Bus {
  /** Set true by an access that ended in a bus error. The core takes the abort and sets it back. */
  fault: boolean;
  /** Cycles an access took beyond those of its instruction, added up by the bus. The core takes them and sets 0. */
  waitCycles: number;
  /** Zero-extended. */
  read8(address: number): number;
  /** Zero-extended. */
  read16(address: number): number;
  /** Also used to fetch instructions outside the ITCM. */
  read32(address: number): number;
  /** Only bits 7:0 of `value` count. */
  write8(address: number, value: number): void;
  /** Only bits 15:0 of `value` count. */
  write16(address: number, value: number): void;
  write32(address: number, value: number): void;
}

/**
 * Why a run came back: cycles used up, wait for interrupt, {@link Core.stop} called, or the observer asked for it.
 */
export type StopReason = "budget" | "waiting" | "stopped" | "observer";

/** A register that counts down by one in each cycle of the core and does nothing else when it is read. */
export interface CycleCounter {
  readonly addresses: readonly [number, number];
  /** Value of {@link Core.cycles} when the register will be 0; before that it is the difference. */
  readonly zeroAt: number;
  /** As {@link Bus.waitCycles}, of each read. */
  readonly waitCycles: number;
}

export interface Core {
  /**
   * The 16 registers of the current mode. Between runs [15] is the address of the next instruction.
   * Whoever writes [15] from outside sets the instruction set with {@link cpsr}.
   */
  readonly registers: Int32Array;
  /** Current program status register as the architecture lays it out; setting it switches banks. */
  cpsr: number;
  /** Saved status of the current mode; the CPSR itself in user and system mode. */
  spsr: number;
  /** 32 KiB from address 0. Whoever writes here from outside calls {@link invalidate}. */
  readonly itcm: Uint8Array;
  /** 64 KiB from address 0x00400000. */
  readonly dtcm: Uint8Array;
  /** Level of the interrupt line. */
  irq: boolean;
  /** Level of the fast interrupt line. */
  fiq: boolean;
  /** Stopped in wait-for-interrupt: ends when a line is high as a run begins, whether masked or not. */
  readonly waiting: boolean;
  /**
   * Core clock cycles since creation, counted exactly, never going back by itself. A run does not count idle time: the
   * owner adds the cycles a waiting core sleeps, and may count in its own unit of time between runs.
   */
  cycles: number;
  /** Instructions executed since creation; those whose condition failed count too. */
  readonly instructions: number;
  /** Is the core in a privileged mode (or was the current access not made by LDRT/STRT)? For the bus. */
  readonly privileged: boolean;
  /**
   * Such a register, which words may be loaded from without asking the bus. May be changed like {@link cycles}, and must
   * be before it reaches zero.
   */
  counter: CycleCounter | undefined;
  /**
   * Called before each instruction with {@link registers}, {@link cpsr} and {@link cycles} up to date; true ends the run
   * before that instruction. For tracing and breakpoints: the core is many times slower while this is set.
   */
  observer: ((core: Core) => boolean) | undefined;

  /**
   * Executes until at least `maxCycles` are used (the last instruction is finished, so a few more may be), or until one
   * of the other {@link StopReason}s. An instruction starts only while the cycles used are below `maxCycles`.
   */
  run(maxCycles: number): StopReason;
  /** Ends the present run at the next instruction boundary. For use inside a bus access. */
  stop(): void;
  /** No instruction starts in the present run when `cycles` from now are used. For use inside a bus access. */
  shorten(cycles: number): void;
  /** Reset exception: supervisor mode, interrupts masked, ARM state, at 0xffff0000 or 0. Memories keep their contents. */
  reset(highVectors: boolean): void;
  /** Forget what was decoded from these ITCM bytes: they were written by someone else (DMA, loader, debugger). */
  invalidate(address: number, bytes: number): void;
}
