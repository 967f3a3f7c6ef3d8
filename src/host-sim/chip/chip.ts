/**
 * One SpiNNaker chip: 18 processing subsystems, the shared devices, and how they are wired.
 */

import { ArmCore, type Bus, type Core, CoreMemory } from "../arm/index.ts";
import { BootRom } from "./boot-rom.ts";
import { Ethernet } from "./ethernet.ts";
import type { Link } from "./link.ts";
import { CORES, SYSTEM_RAM_BYTES } from "./memory-map.ts";
import type { Packet } from "./packet.ts";
import { Pl340 } from "./pl340.ts";
import { type ChipTime, ProcessingSubsystem } from "./processing-subsystem.ts";
import { Router } from "./router.ts";
import { Sdram } from "./sdram.ts";
import { type BoardParameters, boardParameterBytes, SERIAL_ROM_PINS, SerialRom } from "./serial-rom.ts";
import { CLOCK_A_CORES, RESET_CODE, SystemController } from "./system-controller.ts";
import { SystemNoc } from "./system-noc.ts";
import { SOURCE } from "./vic.ts";
import { Watchdog } from "./watchdog.ts";

const ALL_CORES = 0x3_ffff;
/** Core clock cycles from a core's store to the packet's arrival at the router. */
const SEND_CYCLES = 8;
/** Pin that tells the boot ROM of a serial ROM. */
const PIN_SERIAL_ROM_PRESENT = 1 << 6;

/** Sources that come from the chip and reach the VICs of all cores. */
const SHARED_SOURCES =
  (1 << SOURCE.WATCHDOG) |
  (1 << SOURCE.ROUTER_DIAGNOSTIC) |
  (1 << SOURCE.ROUTER_DUMP) |
  (1 << SOURCE.ROUTER_ERROR) |
  (1 << SOURCE.ETHERNET_TX) |
  (1 << SOURCE.ETHERNET_RX);

export interface ChipOptions {
  readonly time: ChipTime;
  /** Bit p: physical core p passes its self test. */
  readonly workingCores: number;
  /** Bit p: physical core p passes it, but never executes anything afterwards. */
  readonly silentCores?: number | undefined;
  /** Physical number of the core that wins the race for being monitor. */
  readonly monitor: number;
  /** Parameters in the serial ROM of a chip with Ethernet; undefined elsewhere. */
  readonly board?: BoardParameters | undefined;
  /** Memories that are shared with somebody else; by default the chip has its own. */
  readonly sdram?: Sdram | undefined;
  readonly systemRam?: Uint8Array | undefined;
  /** Contents of the serial ROM, where there is one. */
  readonly serialRom?: Uint8Array | undefined;
  /** A frame leaves through the Ethernet interface. */
  transmit(frame: Uint8Array): void;
  /** Packets in the router, for tracing. */
  routed?(packet: Packet, route: number, vector: number): void;
  /** A core has something to do from now on, or none has any more. */
  awake(awake: boolean): void;
  /** The observer of a core has ended its run, see {@link Core.observer}. */
  stoppedByObserver?(core: number): void;
  makeCore?(memory: CoreMemory, index: number, bus: Bus): Core;
}

export class Chip {
  readonly time: ChipTime;
  readonly workingCores: number;
  readonly #silentCores: number;
  readonly bootMonitor: number;
  readonly board: BoardParameters | undefined;
  readonly sdram: Sdram;
  /** 32 KiB. */
  readonly systemRam: Uint8Array;
  readonly systemController: SystemController;
  readonly router: Router;
  readonly ethernet: Ethernet;
  readonly watchdog: Watchdog;
  readonly pl340: Pl340 = new Pl340();
  readonly noc: SystemNoc;
  readonly cores: readonly ProcessingSubsystem[];
  readonly bootRom: BootRom;
  /** Told of every change of the interrupts between cores: bit p is the line of physical core p. */
  readonly cpuInterruptListeners: ((levels: number) => void)[] = [];
  readonly #options: ChipOptions;
  /** Transmitters of links 0 to 5; set by the machine. */
  readonly #links: Link[] = [];
  readonly #serialRom: SerialRom | undefined;
  /** Called when the router has taken a packet that came in on a link. */
  readonly #linkTaken: (() => void)[] = [];
  /** Levels of {@link SHARED_SOURCES}. */
  #sharedLines = 0;
  /** Cores held in reset by each of the two kinds of reset. */
  #softHeld = 0;
  #hardHeld = 0;
  #receiversOff = 0;
  /** The observer of a core has ended the present run. */
  #stopped = false;
  /** Bit p: physical core p is awake. */
  #awakeCores = 0;

  constructor(options: ChipOptions) {
    this.#options = options;
    this.time = options.time;
    this.sdram = options.sdram ?? new Sdram();
    this.systemRam = options.systemRam ?? new Uint8Array(SYSTEM_RAM_BYTES);
    this.workingCores = options.workingCores & ALL_CORES;
    this.#silentCores = options.silentCores ?? 0;
    this.bootMonitor = options.monitor;
    this.board = options.board;
    this.#serialRom = options.serialRom === undefined ? undefined : new SerialRom(options.serialRom);
    this.systemController = new SystemController(this.time, {
      cpuInterrupts: (levels) => this.#cpuInterrupts(levels),
      softReset: (cores) => this.#softReset(cores),
      hardReset: (cores) => this.#hardReset(cores),
      clocksOff: (cores) => this.#clocksOff(cores),
      coreClocks: (a, b) => this.#coreClocks(a, b),
      sleeping: () => this.#sleeping(),
      resetRouter: () => this.router.reset(),
      resetPl340: () => this.pl340.reset(),
      resetChip: (code) => this.#resetSoon(code),
      pins: (output, direction) => this.#pins(output, direction),
      linksOff: (transmitters, receivers) => this.#linksOff(transmitters, receivers),
    });
    this.router = new Router(this.time, {
      linkReady: (link, time) => this.#links[link]?.ready(time) ?? false,
      linkSend: (link, packet, time) => this.#links[link]?.send(packet, time),
      coreReady: (core) => this.#coreReady(core),
      coreSend: (core, packet, route) => this.#coreReceive(core, packet, route),
      linkTaken: (link) => this.#linkTaken[link]?.(),
      coreWaiting: (core, packets) => this.cores[core]!.communications.stall(packets),
      peek: (address) => this.noc.read(address, 4),
      poke: (address, value) => this.noc.write(address, 4, value),
      interrupts: (diagnostic, dump, error) => {
        this.#shared(SOURCE.ROUTER_DIAGNOSTIC, diagnostic);
        this.#shared(SOURCE.ROUTER_DUMP, dump);
        this.#shared(SOURCE.ROUTER_ERROR, error);
      },
      ...(options.routed === undefined ? {} : { routed: options.routed.bind(options) }),
    });
    this.ethernet = new Ethernet(this.time, {
      interrupts: (transmitted, received) => {
        this.#shared(SOURCE.ETHERNET_TX, transmitted);
        this.#shared(SOURCE.ETHERNET_RX, received);
      },
      transmit: (frame) => options.transmit(frame),
    });
    this.watchdog = new Watchdog(
      this.time,
      (level) => {
        this.#shared(SOURCE.WATCHDOG, level);
        if (level && this.systemController.monitorResetByWatchdog) this.systemController.resetMonitor();
      },
      () => this.#resetSoon(RESET_CODE.WATCHDOG),
    );
    this.noc = new SystemNoc({
      sdram: this.sdram,
      systemRam: this.systemRam,
      bootRom: BootRom.contents(),
      pl340: this.pl340,
      router: this.router,
      systemController: this.systemController,
      watchdog: this.watchdog,
      ethernet: this.ethernet,
    });
    const memory = new CoreMemory(CORES);
    const makeCore = options.makeCore ?? ((all, index, bus) => new ArmCore(all, index, bus));
    this.cores = Array.from({ length: CORES }, (_, number) => {
      const ports = {
        time: this.time,
        noc: this.noc,
        send: (packet: Packet, route: number) => this.#send(number, packet, route),
        drained: () => this.time.at(this.time.now, () => this.router.retry()),
        awake: (awake: boolean) => this.#setAwake(number, awake),
        stoppedByObserver: () => {
          this.#stopped = true;
          options.stoppedByObserver?.(number);
        },
      };
      return new ProcessingSubsystem(number, ports, (bus) => makeCore(memory, number, bus));
    });
    this.bootRom = new BootRom(this);
    this.powerOn(RESET_CODE.POWER_ON);
  }

  /** Is the monitor core still in the boot ROM? */
  get inRom(): boolean {
    return this.cores[this.bootMonitor]!.activity === "rom";
  }

  /** The 32 bytes that the boot ROM reads from the serial ROM. */
  get boardParameters(): Uint8Array {
    return this.board === undefined ? new Uint8Array(32) : boardParameterBytes(this.board);
  }

  /** Connects the transmitter of a link. */
  connect(link: number, transmitter: Link): void {
    this.#links[link] = transmitter;
  }

  /** What to do when the router has taken a packet that came in on this link. */
  onTaken(link: number, taken: () => void): void {
    this.#linkTaken[link] = taken;
  }

  /** A packet has come in on a link. */
  arrive(link: number, packet: Packet): void {
    if ((this.#receiversOff & (1 << link)) !== 0) {
      this.#linkTaken[link]?.();
      return;
    }
    this.router.acceptFromLink(packet, link);
  }

  /** A frame has come in through the Ethernet interface. */
  receiveFrame(frame: Uint8Array): void {
    if (this.inRom) this.bootRom.frame(frame);
    else this.ethernet.receive(frame);
  }

  /** A frame leaves, sent by the boot ROM. */
  transmit(frame: Uint8Array): void {
    this.#options.transmit(frame);
  }

  /** All cores that are awake run one after the other to the end of the slice. */
  run(): void {
    for (let next = 0; next < CORES; next++) {
      const later = this.#awakeCores >>> next;
      if (later === 0) return;
      next += 31 - Math.clz32(later & -later);
      this.cores[next]!.run();
      if (this.#stopped) {
        this.#stopped = false;
        return;
      }
    }
  }

  /** Reset of the whole chip, memories excepted, and the boot ROM's work after it. */
  powerOn(code: number): void {
    for (const core of this.cores) core.hardReset();
    this.#softHeld = 0;
    this.#hardHeld = 0;
    this.systemController.reset(code);
    this.router.reset();
    this.router.table.clear();
    this.pl340.reset();
    this.watchdog.reset();
    this.ethernet.reset();
    this.#linksOff(0, 0);
    this.bootRom.start();
  }

  /** Not from inside the store that asks for it: the core that made it must be out of its instruction. */
  #resetSoon(code: number): void {
    for (const core of this.cores) core.core.stop();
    this.time.at(this.time.now, () => this.powerOn(code));
  }

  #setAwake(core: number, awake: boolean): void {
    const before = this.#awakeCores;
    this.#awakeCores = awake ? before | (1 << core) : before & ~(1 << core);
    if ((before === 0) !== (this.#awakeCores === 0)) this.#options.awake(awake);
  }

  #send(core: number, packet: Packet, route: number): void {
    this.time.at(this.time.now + SEND_CYCLES, () => this.router.acceptFromCore(packet, core, route));
  }

  /** A core without a clock takes nothing; one that does not exist or is in the ROM swallows everything. */
  #coreReady(core: number): boolean {
    const subsystem = this.cores[core];
    if (subsystem === undefined || subsystem.activity === "rom") return true;
    return subsystem.communications.ready;
  }

  #coreReceive(core: number, packet: Packet, route: number): void {
    const subsystem = this.cores[core];
    if (subsystem === undefined) return;
    if (subsystem.activity !== "rom") subsystem.receive(packet, route);
    else if (core === this.bootMonitor) this.bootRom.packet(packet);
  }

  #cpuInterrupts(levels: number): void {
    for (const listener of this.cpuInterruptListeners) listener(levels);
    for (const core of this.cores) core.vic.setLine(SOURCE.CPU_INT, (levels & (1 << core.number)) !== 0);
  }

  #softReset(cores: number): void {
    const before = this.#softHeld | this.#hardHeld;
    this.#softHeld = cores;
    this.#changeReset(before, (core) => core.holdInReset());
  }

  #hardReset(cores: number): void {
    const before = this.#softHeld | this.#hardHeld;
    this.#hardHeld = cores;
    this.#changeReset(before, (core) => {
      core.hardReset();
      core.holdInReset();
    });
  }

  #changeReset(before: number, hold: (core: ProcessingSubsystem) => void): void {
    const held = this.#softHeld | this.#hardHeld;
    for (const core of this.cores) {
      const bit = 1 << core.number;
      if (((held ^ before) & bit) === 0) continue;
      if ((held & bit) !== 0) hold(core);
      else if ((this.workingCores & ~this.#silentCores & bit) === 0) core.enterRom();
      else if (!this.systemController.bootAreaIsRam) core.enterRom();
      else core.enterCode();
    }
  }

  #clocksOff(cores: number): void {
    for (const core of this.cores) core.setClock((cores & (1 << core.number)) === 0);
  }

  #coreClocks(a: number, b: number): void {
    for (const core of this.cores) core.setRate((CLOCK_A_CORES & (1 << core.number)) !== 0 ? a : b);
  }

  #sleeping(): number {
    return this.cores.reduce((mask, core) => mask | (core.sleeping ? 1 << core.number : 0), 0);
  }

  #pins(output: number, direction: number): number {
    const driven = output & ~direction;
    const rom = this.#serialRom;
    if (rom === undefined) return driven;
    rom.drive(driven | (direction & SERIAL_ROM_PINS.SELECT_N));
    return (driven & ~SERIAL_ROM_PINS.DATA_OUT) | (rom.dataOut ? SERIAL_ROM_PINS.DATA_OUT : 0) | PIN_SERIAL_ROM_PRESENT;
  }

  #linksOff(transmitters: number, receivers: number): void {
    this.#receiversOff = receivers;
    this.#links.forEach((link, l) => {
      link.transmitterOff = (transmitters & (1 << l)) !== 0;
    });
  }

  #shared(source: number, level: boolean): void {
    const lines = level ? this.#sharedLines | (1 << source) : this.#sharedLines & ~(1 << source);
    if (lines === this.#sharedLines) return;
    this.#sharedLines = lines;
    for (const core of this.cores) core.vic.setLines(SHARED_SOURCES, lines);
  }
}
