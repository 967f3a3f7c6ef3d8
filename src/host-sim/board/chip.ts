/**
 * One chip of the virtual board: memories, router, system controller, cores and SCAMP's data structures, wired together.
 * What SCAMP does with them is in `monitor.ts` and the files it names.
 */

import type { ChipIndex } from "../../machine/machine.ts";
import type { ChipAccess } from "./application-engine.ts";
import type { BoardClock } from "./board-clock.ts";
import { ChipCore } from "./chip-core.ts";
import { CoreNumbering } from "./core-numbering.ts";
import type { CoreRuntime, StartRuntime } from "./core-runtime.ts";
import type { EngineLoop } from "./engine-loop.ts";
import type { Fabric } from "./fabric.ts";
import { Heap } from "./heap.ts";
import { type IpTag, IpTags } from "./ip-tags.ts";
import { type ChipMemories, type FaultPolicy, MemoryMap, SYSRAM_BYTES } from "./memory-map.ts";
import { Monitor } from "./monitor.ts";
import { NearestNeighbour } from "./nearest-neighbour.ts";
import { PlainRegisters } from "./plain-registers.ts";
import { Router } from "./router.ts";
import { RouterHeap } from "./router-heap.ts";
import type { ScampVersion } from "./scamp-version.ts";
import { Sdram } from "./sdram.ts";
import type { SerialRom } from "./serial-rom.ts";
import { StructView } from "./struct-view.ts";
import { SystemController } from "./system-controller.ts";
import { SV_BYTES, SV_FIELDS, SV_OFFSET_IN_SYSRAM } from "./system-variables.ts";

/** What all chips of a board share. */
export interface ChipContext {
  readonly clock: BoardClock;
  readonly version: ScampVersion;
  /** Unix time that VER reports as the build date. */
  readonly buildDate: number;
  readonly badAddress: FaultPolicy;
  /** Commands the monitor executes always answer OK. */
  readonly masksErrors: boolean;
  /** Makes what runs on an application core from one reset to the next. */
  readonly startRuntime: StartRuntime;
  readonly engine: EngineLoop;
  readonly fabric: Fabric;
  /** Milliseconds a core takes to look at its mailbox, flags and reset; 0 is at once. */
  readonly coreLatencyMillis: (chip: ChipIndex, core: number) => number;
  /** Run something that a datagram or an alarm set off, and tell the engine afterwards. */
  readonly event: (action: () => void) => void;
  /** A monitor or engine stopped for an error. */
  readonly onTrouble: (place: string, error: unknown) => void;
}

/** The way out of an Ethernet chip. */
export interface EthernetPort {
  /** @param datagram UDP payload */
  send(tag: IpTag, datagram: Uint8Array): void;
  /** The set of reverse tags changed: these UDP ports listen now. */
  listen(ports: readonly number[]): void;
}

export interface ChipPlace {
  readonly index: ChipIndex;
  readonly x: number;
  readonly y: number;
  /** Virtual cores, the monitor included: 1 to 18. */
  readonly coreCount: number;
  readonly monitorPhysical: number;
}

export class Chip implements ChipAccess {
  readonly index: ChipIndex;
  readonly x: number;
  readonly y: number;
  /** Point-to-point address, x << 8 | y. */
  readonly address: number;
  readonly context: ChipContext;

  readonly sysram: Uint8Array = new Uint8Array(SYSRAM_BYTES);
  readonly systemController: SystemController = new SystemController();
  readonly router: Router;
  /** What the engine and SCAMP's own code see. */
  readonly memory: MemoryMap;
  /** What a neighbour's peek and poke sees. */
  readonly linkMemory: MemoryMap;
  readonly sv: StructView<typeof SV_FIELDS>;
  readonly routerHeap: RouterHeap;
  readonly tags: IpTags;
  readonly nearestNeighbour: NearestNeighbour;
  readonly monitor: Monitor;
  ethernet: EthernetPort | undefined;
  serialRom: SerialRom | undefined;

  numbering: CoreNumbering;
  /** By virtual core; [0] is the monitor's. */
  cores: ChipCore[] = [];
  /** What runs on each virtual core since its last reset; the monitor and dead cores have nothing. */
  runtimes: (CoreRuntime | undefined)[] = [];
  /** The app id each core was started with. */
  appIds: number[] = [];
  /** Physical cores that do not come out of reset. */
  deadCores = 0;

  /** Addresses the point-to-point table leads to. */
  readonly knownAddresses: Set<number> = new Set<number>();

  readonly #memories: ChipMemories;
  /** Milliseconds since boot, at the last tick. */
  #clockMillis = 0;
  /** What to add to the board's clock for the chip's. */
  #clockOffset = 0;

  constructor(place: ChipPlace, context: ChipContext) {
    this.index = place.index;
    this.x = place.x;
    this.y = place.y;
    this.address = (place.x << 8) | place.y;
    this.context = context;
    const working = Array.from({ length: place.coreCount }, (_, core) => core);
    this.numbering = new CoreNumbering(place.monitorPhysical, working);
    this.router = new Router(place.index, () => this.numbering);
    this.#memories = {
      sdram: new Sdram(),
      sysram: this.sysram,
      router: this.router,
      systemController: this.systemController,
      otherPeripherals: new PlainRegisters(),
    };
    this.memory = new MemoryMap(this.#memories, { kind: "nothing" }, "abort");
    this.linkMemory = new MemoryMap(this.#memories, { kind: "link" }, context.badAddress);
    this.sv = new StructView(SV_FIELDS, this.sysram.subarray(SV_OFFSET_IN_SYSRAM, SV_OFFSET_IN_SYSRAM + SV_BYTES));
    this.routerHeap = new RouterHeap(this.memory, this.router, this.sv, () => this.numbering);
    this.tags = new IpTags(context.clock);
    this.nearestNeighbour = new NearestNeighbour(this);
    this.monitor = new Monitor(this);
    this.renumber(this.numbering);
  }

  get version(): ScampVersion {
    return this.context.version;
  }

  get buildDate(): number {
    return this.context.buildDate;
  }

  get engine(): EngineLoop {
    return this.context.engine;
  }

  get sdramHeap(): Heap {
    return this.#heap("sdram_heap");
  }

  get sysramHeap(): Heap {
    return this.#heap("sysram_heap");
  }

  get systemHeap(): Heap {
    return this.#heap("sys_heap");
  }

  /** Take over a core numbering: fresh cores, nothing running. */
  renumber(numbering: CoreNumbering): void {
    this.numbering = numbering;
    for (const runtime of this.runtimes) runtime?.stop();
    this.runtimes = [];
    this.appIds = numbering.v2p.map(() => 0);
    this.cores = numbering.v2p.map(
      (physical, virtual) => new ChipCore(this.#memories, virtual, physical, this.context.badAddress),
    );
    this.systemController.monitorCore = numbering.monitorPhysical;
    this.systemController.coresOk = numbering.v2p.reduce((mask, physical) => mask | (1 << physical), 0);
  }

  /** A buffer for a message to a core, or 0 if all are in use. */
  takeSharedBuffer(): number {
    const buffer = this.sv.get("shm_free");
    if (buffer === 0) return 0;
    this.sv.set("shm_free", this.memory.readWord(buffer));
    const count = this.sv.get("shm_count") + 1;
    this.sv.set("shm_count", count);
    this.sv.set("shm_max", Math.max(count, this.sv.get("shm_max")));
    return buffer;
  }

  returnSharedBuffer(buffer: number): void {
    this.memory.writeWord(buffer, this.sv.get("shm_free"));
    this.sv.set("shm_free", buffer);
    this.sv.set("shm_count", this.sv.get("shm_count") - 1);
  }

  /** Do something as soon as a core has had time for it. */
  afterCoreLatency(core: number, action: () => void): void {
    const delay = this.context.coreLatencyMillis(this.index, core);
    if (delay <= 0) action();
    else this.context.clock.after(delay, () => this.context.event(action));
  }

  /** Bring sv's clocks up to the present. */
  tick(): void {
    const { sv } = this;
    const now = Math.floor(this.context.clock.now()) + this.#clockOffset;
    const passed = now - this.#clockMillis;
    if (passed <= 0) return;
    const millis = sv.get("time_ms") + passed;
    sv.set("unix_time", sv.get("unix_time") + Math.floor(millis / 1000));
    sv.set("time_ms", millis % 1000);
    sv.set("clock_ms", now);
    sv.set("clock_ms_high", Math.floor(now / 0x1_0000_0000));
    this.#clockMillis = now;
  }

  /** The chip's clock starts now. */
  startClock(): void {
    this.#clockOffset = -Math.floor(this.context.clock.now());
    this.#clockMillis = 0;
  }

  #heap(name: "sdram_heap" | "sysram_heap" | "sys_heap"): Heap {
    return new Heap(this.memory, this.sv.get(name), () => this.sv.get("alloc_tag"));
  }
}
