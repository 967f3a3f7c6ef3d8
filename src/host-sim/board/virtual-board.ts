/**
 * The virtual board: a SpiNNaker machine that answers on UDP as a real one does.
 *
 * Every Ethernet chip has an address of its own: the first the one asked for (127.0.0.1), the next ones the addresses
 * after it, all on the same port, so that a client which reads `sv.ip_addr` of one chip finds the others.
 */

import { type ChipIndex, LINK_COUNT, type Machine } from "../../machine/machine.ts";
import { TYPICAL_SDRAM_BYTES } from "../../machine/presets.ts";
import { CORE_STATE } from "../../sdp/core-state.ts";
import { PortInUseError } from "../../sdp/errors.ts";
import { type FaultPlan, faultySockets } from "../../sdp/faulty-socket.ts";
import { UdpTransport } from "../../sdp/transport.ts";
import type { ApplicationEngine, ChipAccess } from "./application-engine.ts";
import { type BoardClock, realTimeClock } from "./board-clock.ts";
import { BootRom } from "./boot-rom.ts";
import { BOOT_IMAGE_SV_OFFSET, bootVariables } from "./boot-variables.ts";
import { Chip, type ChipContext } from "./chip.ts";
import { EngineLoop } from "./engine-loop.ts";
import { EthernetEndpoint } from "./ethernet-endpoint.ts";
import { Fabric } from "./fabric.ts";
import type { UdpSender } from "./ip-tags.ts";
import type { FaultPolicy } from "./memory-map.ts";
import { buildP2pTables } from "./p2p-tables.ts";
import { octets } from "./pcap.ts";
import { finishNetworkSetUp, startScamp } from "./scamp-start.ts";
import { SCAMP_VERSIONS, type ScampVersion, type ScampVersionName } from "./scamp-version.ts";
import { wordBytes } from "./scp.ts";
import { SDRAM_BYTES } from "./sdram.ts";
import { BOARD_INFO_OFFSET, SerialRom } from "./serial-rom.ts";
import { SV_BOOT_BYTES } from "./system-variables.ts";
import type { TraceSink, UdpEnd } from "./trace.ts";
import { TrivialEngine } from "./trivial-engine.ts";

export const SCP_PORT = 17_893;
export const BOOT_PORT = 54_321;

export interface VirtualBoardOptions {
  readonly machine: Machine;
  /** What runs on the application cores; by default {@link TrivialEngine}. */
  readonly engine?: ApplicationEngine;
  /** `standard`: 17893 and 54321, as clients expect. `ephemeral` (default): any free ones, see {@link VirtualBoard.address}. */
  readonly ports?: "standard" | "ephemeral";
  /** A port of the user's choice for SCP, instead of {@link ports}. */
  readonly scpPort?: number;
  /** Address of the first Ethernet chip; by default 127.0.0.1. */
  readonly host?: string;
  /** Wait for SC&MP on the boot port, instead of coming up booted. */
  readonly unbooted?: boolean;
  /** How long network set-up takes after a boot; by default 1000. Meanwhile VER answers without an address. */
  readonly bootMillis?: number;
  /** By default 4.0.0. */
  readonly scampVersion?: ScampVersionName;
  /** Report errors of commands with their codes even where this version of SC&MP answers OK. */
  readonly strictErrors?: boolean;
  /** What an access to no memory does: end the core that made it (`abort`, default) or read zero. */
  readonly badAddress?: FaultPolicy;
  /** Physical number of a chip's monitor core; by default one that differs from chip to chip. */
  readonly monitorCore?: (x: number, y: number) => number;
  /** Slow cores: milliseconds a core takes to react; by default 0. */
  readonly coreLatencyMillis?: (chip: ChipIndex, core: number) => number;
  /** Datagrams lost, duplicated, delayed and reordered. */
  readonly faults?: FaultPlan;
  /** Unix time of the boot and of the build. */
  readonly unixTime?: number;
  readonly clock?: BoardClock;
  readonly trace?: TraceSink;
  /** Told of monitors that crashed, engines that threw, and defects of the board itself. */
  readonly onTrouble?: (place: string, error: unknown) => void;
}

const DEFAULT_HOST = "127.0.0.1";
const DEFAULT_BOOT_MILLIS = 1000;
/** An arbitrary day in 2023: a board's clock says what its host told it. */
const DEFAULT_UNIX_TIME = 0x6500_0000;
/** Tries to find one port that is free on all addresses. */
const PORT_TRIES = 16;

export class VirtualBoard {
  readonly machine: Machine;
  readonly #options: VirtualBoardOptions;
  readonly #version: ScampVersion;
  readonly #clock: BoardClock;
  readonly #engine: EngineLoop;
  readonly #endpoints: ReadonlyMap<ChipIndex, EthernetEndpoint>;
  readonly #bootTransport: UdpTransport | undefined;
  #fabric: Fabric;
  #bootRom: BootRom | undefined;
  #closing: Promise<void> | undefined;

  /** @throws {PortInUseError | UdpError} an address or port is not to be had */
  static async serve(options: VirtualBoardOptions): Promise<VirtualBoard> {
    const clock = options.clock ?? realTimeClock();
    const endpoints = await openEndpoints(options, clock);
    try {
      const boot = options.unbooted ? await openBootPort(options) : undefined;
      return new VirtualBoard(options, clock, endpoints, boot);
    } catch (error) {
      await Promise.all([...endpoints.values()].map((endpoint) => endpoint.close()));
      throw error;
    }
  }

  private constructor(
    options: VirtualBoardOptions,
    clock: BoardClock,
    endpoints: ReadonlyMap<ChipIndex, EthernetEndpoint>,
    bootTransport: UdpTransport | undefined,
  ) {
    this.machine = options.machine;
    this.#options = options;
    this.#version = SCAMP_VERSIONS[options.scampVersion ?? "4.0.0"];
    this.#clock = clock;
    this.#endpoints = endpoints;
    this.#bootTransport = bootTransport;
    this.#engine = new EngineLoop(options.engine ?? new TrivialEngine(), (error) =>
      this.#trouble("application engine", error),
    );
    this.#fabric = new Fabric(options.machine);
    this.#engine.attach({ machine: options.machine, chip: (index) => this.chip(index) });
    for (const [index, endpoint] of endpoints) {
      endpoint.serve((datagram, sender, port) => this.#event(() => this.#receive(index, datagram, sender, port)));
    }
    if (bootTransport === undefined) {
      this.#boot(this.#defaultBootVariables(), 0);
    } else {
      this.#bootRom = new BootRom();
      bootTransport.listen((packet) => this.#event(() => this.#receiveBootPacket(packet)));
    }
  }

  /** Where an Ethernet chip listens; by default the root chip. @throws {RangeError} the chip has no Ethernet */
  address(chip: ChipIndex = this.#root): UdpEnd {
    const endpoint = this.#endpoints.get(chip);
    if (endpoint === undefined) throw new RangeError(`chip ${chip} has no Ethernet`);
    return endpoint.end;
  }

  /** Where boot packets go while the board is unbooted. */
  get bootAddress(): UdpEnd | undefined {
    const transport = this.#bootTransport;
    return transport && { address: transport.localAddress, port: transport.localPort };
  }

  /** A booted chip's memory and router, for tools in the same process. @throws {RangeError} no working chip there */
  chip(index: ChipIndex): ChipAccess {
    const chip = this.#fabric.chips[index];
    if (chip === undefined) throw new RangeError(`no working chip with index ${index}`);
    return chip;
  }

  /** From now on the chip is silent and its links are dead. */
  killChip(index: ChipIndex): void {
    this.#event(() => {
      const chip = this.#fabric.chips[index];
      if (chip === undefined) return;
      chip.monitor.running = false;
      for (const application of chip.applications) application?.stop();
      this.#fabric.removeChip(index);
    });
  }

  /** From now on nothing passes between a chip and its neighbour over a link. */
  breakLink(index: ChipIndex, link: number): void {
    this.#fabric.breakLink(index, link);
  }

  /** The core stops as if SCAMP's watchdog had found it hanging. */
  killCore(index: ChipIndex, virtualCore: number): void {
    this.#event(() => {
      const chip = this.#fabric.chips[index];
      const core = chip?.cores[virtualCore];
      if (chip === undefined || core === undefined || virtualCore === 0) return;
      chip.applications[virtualCore]?.stop();
      chip.applications[virtualCore] = undefined;
      core.vcpu.set("cpu_state", CORE_STATE.WDOG);
    });
  }

  /** Stop answering and let the engine go; again is harmless. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    this.#clock.stop();
    await Promise.all([
      this.#engine.close(),
      this.#bootTransport?.close(),
      ...[...this.#endpoints.values()].map((endpoint) => endpoint.close()),
    ]);
  }

  get #root(): ChipIndex {
    return this.machine.ethernetChips[0]!;
  }

  #receive(index: ChipIndex, datagram: Uint8Array, sender: UdpSender, port: number): void {
    const chip = this.#fabric.chips[index];
    if (chip === undefined || this.#closing !== undefined) return;
    chip.monitor.guard(() => {
      if (port === this.address(index).port) chip.monitor.receiveDatagram(datagram, sender);
      else chip.monitor.receiveReverse(datagram, sender, port);
    });
  }

  #receiveBootPacket(packet: Uint8Array): void {
    const image = this.#bootRom?.receive(packet);
    if (image === undefined) return;
    this.#bootRom = undefined;
    const variables = image.slice(BOOT_IMAGE_SV_OFFSET, BOOT_IMAGE_SV_OFFSET + SV_BOOT_BYTES);
    this.#boot(variables, this.#options.bootMillis ?? DEFAULT_BOOT_MILLIS);
  }

  /** Bring SC&MP up on all chips. */
  #boot(variables: Uint8Array, millis: number): void {
    const { machine } = this;
    const fabric = new Fabric(machine);
    this.#fabric = fabric;
    const context = this.#context(fabric);
    for (let index = 0; index < machine.alive.length; index++) {
      fabric.chips[index] = machine.alive[index] ? this.#makeChip(index as ChipIndex, context) : undefined;
    }
    for (const chip of fabric.working()) if (chip.ethernet !== undefined) chip.serialRom = makeSerialRom(fabric, chip);
    for (const chip of fabric.working()) chip.monitor.guard(() => this.#startChip(chip, variables));
    const finish = (): void => {
      const root = fabric.chips[this.#root]!.address;
      buildP2pTables(fabric, root, this.#version.completeP2pTables);
      for (const chip of fabric.working()) finishNetworkSetUp(chip);
    };
    if (millis <= 0) this.#event(finish);
    else this.#clock.after(millis, () => this.#event(finish));
  }

  #context(fabric: Fabric): ChipContext {
    return {
      clock: this.#clock,
      version: this.#version,
      buildDate: this.#options.unixTime ?? DEFAULT_UNIX_TIME,
      badAddress: this.#options.badAddress ?? "abort",
      masksErrors: this.#version.masksErrors && this.#options.strictErrors !== true,
      engine: this.#engine,
      fabric,
      coreLatencyMillis: this.#options.coreLatencyMillis ?? (() => 0),
      event: (action) => this.#event(action),
      onTrouble: (place, error) => this.#trouble(place, error),
    };
  }

  #makeChip(index: ChipIndex, context: ChipContext): Chip {
    const x = index % this.machine.width;
    const y = Math.floor(index / this.machine.width);
    const applicationCores = this.machine.applicationCores[index]!;
    const coreCount = 32 - Math.clz32(applicationCores | 1);
    const monitorPhysical = this.#options.monitorCore?.(x, y) ?? defaultMonitorCore(x, y, coreCount);
    const chip = new Chip({ index, x, y, coreCount, monitorPhysical }, context);
    chip.deadCores = chip.numbering.physicalMask(~applicationCores & ((1 << coreCount) - 2));
    chip.ethernet = this.#endpoints.get(index);
    return chip;
  }

  #startChip(chip: Chip, bootVariables: Uint8Array): void {
    const { machine } = this;
    const root = this.#root;
    const ethernet = machine.ethernetChip[chip.index]! >= 0 ? machine.ethernetChip[chip.index]! : root;
    const column = (index: number): number => index % machine.width;
    const row = (index: number): number => Math.floor(index / machine.width);
    const offsetX = (chip.x - column(ethernet) + machine.width) % machine.width;
    const offsetY = (chip.y - row(ethernet) + machine.height) % machine.height;
    let links = 0;
    for (let link = 0; link < LINK_COUNT; link++) {
      if (chip.context.fabric.neighbour(chip, link) !== undefined) links |= 1 << link;
    }
    const endpoint = this.#endpoints.get(chip.index);
    startScamp(chip, {
      bootVariables,
      dimensions: (machine.width << 8) | machine.height,
      root: (column(root) << 8) | row(root),
      ethernet: (column(ethernet) << 8) | row(ethernet),
      boardAddress: (offsetX << 8) | offsetY,
      links,
      sdramBytes: this.#sdramLimit(machine.sdramBytes[chip.index]!),
      routerEntries: machine.routerEntries[chip.index]!,
      ip: endpoint && octets(endpoint.end.address),
    });
  }

  /** A host that boots the board itself decides how much it sets aside, unless the chip has less than usual. */
  #sdramLimit(described: number): number {
    return this.#options.unbooted && described >= TYPICAL_SDRAM_BYTES ? SDRAM_BYTES : described;
  }

  #defaultBootVariables(): Uint8Array {
    const hardwareVersion = this.machine.alive.length <= 4 ? 3 : 5;
    return bootVariables({ hardwareVersion, unixTime: this.#options.unixTime ?? DEFAULT_UNIX_TIME }, this.#version);
  }

  /** Everything that happens to the board comes through here: it must survive whatever a datagram sets off. */
  #event(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#trouble("virtual board", error);
    }
    this.#engine.flush();
  }

  #trouble(place: string, error: unknown): void {
    this.#options.onTrouble?.(place, error);
  }
}

async function openEndpoints(
  options: VirtualBoardOptions,
  clock: BoardClock,
): Promise<Map<ChipIndex, EthernetEndpoint>> {
  const wanted = options.scpPort ?? (options.ports === "standard" ? SCP_PORT : 0);
  for (let tries = 1; ; tries++) {
    const endpoints = new Map<ChipIndex, EthernetEndpoint>();
    try {
      for (const chip of options.machine.ethernetChips) {
        const address = addressAfter(options.host ?? DEFAULT_HOST, endpoints.size);
        const port = endpoints.values().next().value?.end.port ?? wanted;
        const sockets = options.faults && faultySockets(options.faults);
        endpoints.set(chip, await EthernetEndpoint.open({ address, port, sockets, clock, trace: options.trace }));
      }
      return endpoints;
    } catch (error) {
      await Promise.all([...endpoints.values()].map((endpoint) => endpoint.close()));
      const retry = error instanceof PortInUseError && wanted === 0 && endpoints.size > 0 && tries < PORT_TRIES;
      if (!retry) throw error;
    }
  }
}

function openBootPort(options: VirtualBoardOptions): Promise<UdpTransport> {
  return UdpTransport.open({
    localAddress: options.host ?? DEFAULT_HOST,
    localPort: options.ports === "standard" ? BOOT_PORT : 0,
  });
}

/** The n-th IPv4 address after one. */
function addressAfter(address: string, n: number): string {
  const word = octets(address).reduce((value, octet) => value * 256 + octet, 0) + n;
  return [24, 16, 8, 0].map((shift) => Math.floor(word / 2 ** shift) % 256).join(".");
}

/** On a board any core can win the race to be monitor: never let host code rely on one. */
function defaultMonitorCore(x: number, y: number, coreCount: number): number {
  return (1 + x + 5 * y) % coreCount;
}

/** The serial ROM of an Ethernet chip lists the dead cores of its board: x << 27 | y << 24 | physical cores. */
function makeSerialRom(fabric: Fabric, ethernet: Chip): SerialRom {
  const words: number[] = [];
  for (const chip of fabric.working()) {
    if (fabric.machine.ethernetChip[chip.index] !== ethernet.index) continue;
    const dead = ALL_CORES & ~(chip.systemController.coresOk & ~chip.deadCores);
    const x = (chip.x - ethernet.x + fabric.machine.width) % fabric.machine.width;
    const y = (chip.y - ethernet.y + fabric.machine.height) % fabric.machine.height;
    if (dead !== 0 && x < 8 && y < 8 && words.length < MAX_BOARD_INFO_WORDS) {
      words.push(((x << 27) | (y << 24) | dead) >>> 0);
    }
  }
  const rom = new SerialRom();
  rom.bytes.set(wordBytes([words.length, ...words]), BOARD_INFO_OFFSET);
  return rom;
}

const ALL_CORES = 0x3_ffff;
const MAX_BOARD_INFO_WORDS = 63;
