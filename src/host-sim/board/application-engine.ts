/**
 * What runs on the application cores of a virtual board in mode `model`.
 *
 * The board does what SCAMP and SARK do: it executes the APLX image into the core's ITCM and DTCM, fills vcpu, walks
 * through the states INIT, WAIT and SARK, keeps the SYNC flags, answers SDP port 0 and frees resources on STOP.
 * The engine is the application itself, from `c_main` on: it finds its data through `user0`, works on the chip's
 * SDRAM and routing table, and says when a core waits, runs, pauses, ends or fails.
 *
 * Life of a core, and who moves it:
 *
 * ```
 * IDLE ─AS/AR/flood fill─► INIT ─► WAIT ─(at once, or START if the wait flag is set)─► SARK ── start() ──┐
 *  ▲        board                 board                      board                                      │
 *  │                                         ┌────────────── core.waitForSync() ◄───────────────────────┘
 *  │                                         ▼                     ▲ engine
 *  │                                   SYNC0 | SYNC1               │
 *  │                                         └─ SYNC0/1 signal ─► RUN ── resume() ── advance()… ──► core.exit()
 *  └──────────────── STOP, INIT, restart ── stop() ────────────────────────────────────────────────► core.fail()
 * ```
 *
 * All calls come from one thread and never overlap. `start`, `resume`, `signal`, `receive` and `stop` must return
 * quickly: they note what is to be done; the work happens in {@link ApplicationEngine.advance}, which the board calls
 * again and again, taking datagrams in between, for as long as it says that there is more.
 * An exception thrown by an engine ends the cores it was called for with RTE code SWERR; the board lives on.
 */

import type { ChipIndex, Machine } from "../../machine/machine.ts";
import type { RoutingTable } from "../../mapper/netlist.ts";
import type { SdpMessage } from "../../sdp/sdp.ts";

export interface ApplicationEngine {
  /** Short name for banners, reports and logs: `model`. */
  readonly name: string;

  /** Called once, when the board is made and before any other call. */
  attach(board: BoardAccess): void;

  /**
   * These cores enter `c_main`: state is SARK, vcpu is filled, `user0`..`user3` are what the host wrote.
   * All of them were started by one command (AS, AR, flood fill) or released by one START signal.
   */
  start(cores: readonly ApplicationCore[]): void;

  /**
   * One SYNC signal released these cores from {@link ApplicationCore.waitForSync}; the board has set their state to RUN.
   * The cores of one signal come in one call, whole machine, in chip and core order; a core that waits for a signal
   * which came before it waited is released alone, before the next `advance`.
   */
  resume(cores: readonly ApplicationCore[]): void;

  /**
   * PAUSE (6), CONT (7), EXIT (8), TIMER (9) or USR0..USR3 (10..13) reached these cores, whole machine, in chip and
   * core order.
   * The board has already set the state that SARK would set (PAUSE, RUN); EXIT is for the engine to obey by
   * {@link ApplicationCore.exit}.
   */
  signal(signal: number, cores: readonly ApplicationCore[]): void;

  /**
   * An SDP message to port 1..7 of a core, owned by the engine from now on.
   */
  receive(core: ApplicationCore, message: SdpMessage): void;

  /**
   * These cores are gone (STOP, INIT, PWRDN, restart, board closed). Forget them: their handles are dead. An `advance`
   * follows, also when the board is closed: the last chance to end threads that worked for them.
   */
  stop(cores: readonly ApplicationCore[]): void;

  /**
   * Do a bounded piece of the work that is due, some ten milliseconds at most, on all cores that run.
   *
   * May return a promise (work on other threads); the board then waits for it before the next call to the engine's
   * `advance`, while datagrams are served and may read memory that is being written.
   * @returns true while there is more to do; the board calls again after `start`, `resume`, `signal` or `receive`
   */
  advance(): boolean | Promise<boolean>;
}

/** The machine as an engine sees it. */
export interface BoardAccess {
  readonly machine: Machine;
  /** @throws {RangeError} no working chip there */
  chip(index: ChipIndex): ChipAccess;
}

export interface ChipAccess {
  readonly index: ChipIndex;
  readonly memory: ChipMemoryAccess;
  readonly router: RouterAccess;
}

/** SDRAM, System RAM and registers of a chip, by the addresses a core uses (`0x6…`, `0x7…`, `0xe…`, `0xf…`). */
export interface ChipMemoryAccess {
  /** Copy of `length` bytes. @throws {MemoryFault} no memory there */
  read(address: number, length: number): Uint8Array;
  /** @throws {MemoryFault} no memory there */
  write(address: number, bytes: Uint8Array): void;
  /** Aligned 32-bit word, `>>> 0`. @throws {MemoryFault} no memory there, or not aligned */
  readWord(address: number): number;
  writeWord(address: number, value: number): void;
  /**
   * The page of SDRAM that holds an address: {@link SDRAM_PAGE_BYTES} live bytes, aligned to their size, made (zero)
   * on first use. The same array for the life of the board: what is written there is what the host reads.
   */
  sdramPage(address: number): Uint8Array;
}

/** Bytes of an SDRAM page; SDRAM is 8192 of them. */
export const SDRAM_PAGE_BYTES = 16_384;

export interface RouterAccess {
  /** Grows with every change of an entry: compile tables once and again when it differs. */
  readonly revision: number;
  /** Used entries in match order, the monitor's own first, cores in virtual numbering; a snapshot. */
  table(): RoutingTable;
  /** Add packets to a diagnostic counter (0 local, 1 external multicast, 8 dropped multicast, 12-15 user). */
  addToCounter(counter: number, packets: number): void;
}

/**
 * One application core from start to stop. A restart makes a new handle; calls on a dead one do nothing,
 * so late results of a stopped run cannot reach its successor.
 */
export interface ApplicationCore {
  readonly chip: ChipIndex;
  readonly virtualCore: number;
  readonly physicalCore: number;
  readonly appId: number;
  /** Address the APLX jumped to (0 in every usual image). */
  readonly entryPoint: number;
  /** False once the monitor has taken the core away. */
  readonly active: boolean;
  /** vcpu.cpu_state: 7 RUN, 8 SYNC0, 9 SYNC1, 10 PAUSE, 11 EXIT, … */
  readonly state: number;

  /** vcpu.user0..user3, unsigned 32 bits. */
  user(n: 0 | 1 | 2 | 3): number;
  setUser(n: 0 | 1 | 2 | 3, value: number): void;
  /** The core's ITCM (32 KiB) and DTCM (64 KiB): live bytes. */
  readonly itcm: Uint8Array;
  readonly dtcm: Uint8Array;

  /** Set vcpu.app_name, at most 16 bytes of latin-1. */
  setName(name: string): void;
  /**
   * State SYNC0 the first time, then SYNC1, SYNC0, … by the core's own toggle, until the flag has the level waited for.
   * The release comes as {@link ApplicationEngine.resume}.
   */
  waitForSync(): void;
  /** State EXIT: the core answers SDP port 0 and nothing else until STOP. */
  exit(): void;
  /** State RTE with this code (9 ABORT, 10 MALLOC, 13 SWERR, 16 NULL, …) in vcpu.rt_code. */
  fail(rteCode: number): void;
  /** Append text to the core's IOBUF; `\n` makes it visible to readers, as in SARK. */
  print(text: string): void;
  /**
   * Send an SDP message. Destination port 7, core 31 of an Ethernet chip goes out of its Ethernet, through the IP tag
   * named in the header.
   */
  sendSdp(message: SdpMessage): void;
}
