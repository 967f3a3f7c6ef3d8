/**
 * A booted machine as a host sees it: its chips, and the best way to each of them.
 */

import { type ChipDescription, machineFromChips } from "../machine/describe-chips.ts";
import { type ChipCoord, LINK_STEPS, type Machine } from "../machine/machine.ts";
import { type SignalName, sendSignal } from "../sdp/application-commands.ts";
import type { ChipInfo, Version } from "../sdp/chip-commands.ts";
import type { ScpTarget } from "../sdp/exchange.ts";
import type { ScpCommand } from "../sdp/scp-command.ts";
import type { ScpConnection } from "../sdp/scp-connection.ts";
import type { CallOptions } from "../sdp/scp-connection-options.ts";
import { readBlock, type TransferOptions, writeBlock } from "../sdp/scp-memory.ts";
import { ROOT_CHIP } from "../sdp/sdp.ts";

/** A working chip as found. */
export interface BoardChip extends ChipInfo, ChipCoord {
  /** Bit p set where virtual core p is idle and may be started. */
  readonly idleCores: number;
}

/** What discovery found out. */
export interface BoardFacts {
  readonly version: Version;
  /** The chip the machine was booted from. */
  readonly root: ChipCoord;
  readonly width: number;
  readonly height: number;
  /** In order of y, then x. */
  readonly chips: readonly BoardChip[];
  /** Address of SCAMP's staging area in SDRAM. */
  readonly stagingAddress: number;
  /** Address of a chip's first vcpu block. */
  readonly vcpuAddress: number;
  /** Bytes of text in one IOBUF block. */
  readonly iobufBytes: number;
  /** Chips and connections that should be there and do not answer. */
  readonly warnings: readonly string[];
}

/** Bytes of SDRAM a chip's heap spends on headers of one block a core. */
const BLOCK_HEADERS_BYTES = 18 * 8;

export class Board implements AsyncDisposable {
  readonly facts: BoardFacts;
  readonly #root: ScpConnection;
  readonly #chips: ReadonlyMap<number, BoardChip>;
  /** Connections by the Ethernet chip they lead to. */
  readonly #byEthernet: ReadonlyMap<number, ScpConnection>;

  /** Takes the connections over. */
  constructor(facts: BoardFacts, root: ScpConnection, byEthernet: ReadonlyMap<number, ScpConnection>) {
    this.facts = facts;
    this.#root = root;
    this.#byEthernet = byEthernet;
    this.#chips = new Map(facts.chips.map((chip) => [chipNumber(chip), chip]));
  }

  /** `192.168.240.1:17893`. */
  get name(): string {
    return `${this.#root.address}:${this.#root.port}`;
  }

  /** Does the monitor know the commands and flags that came with SC&MP 4? */
  get isScamp4(): boolean {
    return this.facts.version.version[0] >= 4;
  }

  /** Connections to different Ethernet chips. */
  get connections(): readonly ScpConnection[] {
    return [...new Set([this.#root, ...this.#byEthernet.values()])];
  }

  /** The working chip at a place, or undefined. */
  chipAt(at: ChipCoord): BoardChip | undefined {
    return this.#chips.get(chipNumber(at));
  }

  /** The chip behind a link, across the edges of the machine. */
  neighbour(of: ChipCoord, link: number): BoardChip | undefined {
    const step = LINK_STEPS[link];
    if (step === undefined) return undefined;
    const { width, height } = this.facts;
    return this.chipAt({ x: (of.x + step.x + width) % width, y: (of.y + step.y + height) % height });
  }

  /** What of the machine an application may use. */
  machine(): Machine {
    const { width, height, chips } = this.facts;
    const descriptions = chips.map(
      (chip): ChipDescription => ({
        x: chip.x,
        y: chip.y,
        links: chip.links,
        applicationCores: chip.idleCores,
        sdramBytes: Math.max(0, chip.freeSdram - BLOCK_HEADERS_BYTES),
        routerEntries: chip.freeRouterEntries,
        ethernet: chip.ethernetChip,
      }),
    );
    return machineFromChips(this.name, { width, height }, descriptions);
  }

  /** Sends a command to a chip's monitor. */
  call<Reply>(chip: ChipCoord, command: ScpCommand<Reply>, options?: CallOptions): Promise<Reply> {
    return this.#connectionTo(chip).call(monitorOf(chip), command, options);
  }

  /** Reads a chip's memory as its monitor sees it. */
  read(chip: ChipCoord, address: number, length: number, options?: TransferOptions): Promise<Uint8Array> {
    return readBlock(this.#connectionTo(chip), monitorOf(chip), address, length, options);
  }

  write(chip: ChipCoord, address: number, bytes: Uint8Array, options?: TransferOptions): Promise<void> {
    return writeBlock(this.#connectionTo(chip), monitorOf(chip), address, bytes, options);
  }

  /** Sends a signal to all cores of an application. */
  signal(name: SignalName, appId: number, options?: CallOptions): Promise<void> {
    return this.#root.call(ROOT_CHIP, sendSignal(name, appId), options);
  }

  /** Asks the root chip. */
  callRoot<Reply>(command: ScpCommand<Reply>, options?: CallOptions): Promise<Reply> {
    return this.#root.call(ROOT_CHIP, command, options);
  }

  /** The connection to a chip's own board, or the one that led to the machine. */
  #connectionTo(at: ChipCoord): ScpConnection {
    const chip = this.chipAt(at);
    return (chip && this.#byEthernet.get(chipNumber(chip.ethernetChip))) ?? this.#root;
  }

  async close(): Promise<void> {
    await Promise.all(this.connections.map((connection) => connection.close()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** The monitor of a chip, also when the chip is named by one of its cores. */
function monitorOf(chip: ChipCoord): ScpTarget {
  return { x: chip.x, y: chip.y };
}

/** x << 8 | y: SCAMP's address word, as a key of maps. */
export function chipNumber(chip: ChipCoord): number {
  return (chip.x << 8) | chip.y;
}
