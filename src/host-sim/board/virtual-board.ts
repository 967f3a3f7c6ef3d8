/**
 * The virtual board: a SpiNNaker machine that answers on UDP as a real one does.
 *
 * Every Ethernet chip has an address of its own: the first the one asked for (127.0.0.1), the next ones the addresses
 * after it, all on the same port, so that a client which reads `sv.ip_addr` of one chip finds the others.
 */

import type { ChipIndex, Machine } from "../../machine/machine.ts";
import { TYPICAL_SDRAM_BYTES } from "../../machine/presets.ts";
import { BOOT_PORT } from "../../sdp/boot-packets.ts";
import { CORE_STATE } from "../../sdp/core-state.ts";
import { type FaultPlan, faultySockets } from "../../sdp/faulty-socket.ts";
import { SCP_PORT } from "../../sdp/scp.ts";
import { UdpTransport } from "../../sdp/transport.ts";
import type { ApplicationEngine, ChipAccess } from "./application-engine.ts";
import { type BoardClock, realTimeClock } from "./board-clock.ts";
import { bootMachine, setUpNetwork } from "./boot-machine.ts";
import { BootRom } from "./boot-rom.ts";
import { BOOT_IMAGE_SV_OFFSET, bootVariables } from "./boot-variables.ts";
import type { ChipContext } from "./chip.ts";
import { EngineLoop } from "./engine-loop.ts";
import type { EthernetEndpoint } from "./ethernet-endpoint.ts";
import { Fabric } from "./fabric.ts";
import type { UdpSender } from "./ip-tags.ts";
import type { FaultPolicy } from "./memory-map.ts";
import { closeEndpoints, openEndpoints } from "./open-endpoints.ts";
import { octets } from "./pcap.ts";
import { SarkApplication } from "./sark-application.ts";
import { SCAMP_VERSIONS, type ScampVersion, type ScampVersionName } from "./scamp-version.ts";
import { SDRAM_BYTES } from "./sdram.ts";
import { SV_BOOT_BYTES } from "./system-variables.ts";
import type { TraceSink, UdpEnd } from "./trace.ts";
import { TrivialEngine } from "./trivial-engine.ts";

export interface VirtualBoardOptions {
  readonly machine: Machine;
  /** What runs on the application cores; by default {@link TrivialEngine}. */
  readonly engine?: ApplicationEngine;
  /** `standard`: 17893 and 54321, as clients expect. `ephemeral` (default): any, see {@link VirtualBoard.address}. */
  readonly ports?: "standard" | "ephemeral";
  /** A port of the user's choice for SCP, instead of {@link ports}. */
  readonly scpPort?: number;
  /** Port of the boot ROM; by default 54321 if that of SCP is 17893, else any. */
  readonly bootPort?: number;
  /** Address of the first Ethernet chip; by default 127.0.0.1. */
  readonly host?: string;
  /** Wait for SC&MP on the boot port of the first Ethernet chip, instead of coming up booted. */
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
    const address = options.host ?? DEFAULT_HOST;
    const scpPort = options.scpPort ?? (options.ports === "standard" ? SCP_PORT : 0);
    const endpoints = await openEndpoints(options.machine.ethernetChips, {
      address,
      port: scpPort,
      sockets: options.faults && faultySockets(options.faults),
      clock,
      trace: options.trace,
    });
    try {
      const bootPort = options.bootPort ?? (scpPort === SCP_PORT ? BOOT_PORT : 0);
      const bootTransport = options.unbooted
        ? await UdpTransport.open({ localAddress: address, localPort: bootPort })
        : undefined;
      return new VirtualBoard(options, clock, endpoints, bootTransport);
    } catch (error) {
      await closeEndpoints(endpoints);
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
  address(chip: ChipIndex = this.machine.ethernetChips[0]!): UdpEnd {
    const endpoint = this.#endpoints.get(chip);
    if (endpoint === undefined) throw new RangeError(`chip ${chip} has no Ethernet`);
    return endpoint.end;
  }

  /** Where boot packets go, if the board came up unbooted. */
  get bootAddress(): UdpEnd | undefined {
    const transport = this.#bootTransport;
    return transport && { address: transport.localAddress, port: transport.localPort };
  }

  /**
   * A booted chip's memory and router, for tools in the same process. A chip that died meanwhile can still be read.
   * @throws {RangeError} there was no working chip, or the board is not booted
   */
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
      for (const runtime of chip.runtimes) runtime?.stop();
      this.#fabric.killChip(chip);
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
      chip.runtimes[virtualCore]?.stop();
      chip.runtimes[virtualCore] = undefined;
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
    await Promise.all([this.#engine.close(), this.#bootTransport?.close(), closeEndpoints(this.#endpoints)]);
  }

  #receive(index: ChipIndex, datagram: Uint8Array, sender: UdpSender, port: number): void {
    const monitor = this.#fabric.chips[index]?.monitor;
    if (this.#closing !== undefined) return;
    monitor?.guard(() => {
      if (port === this.address(index).port) monitor.receiveDatagram(datagram, sender);
      else monitor.receiveReverse(datagram, sender, port);
    });
  }

  #receiveBootPacket(packet: Uint8Array): void {
    const image = this.#bootRom?.receive(packet);
    if (image === undefined) return;
    this.#bootRom = undefined;
    const variables = image.slice(BOOT_IMAGE_SV_OFFSET, BOOT_IMAGE_SV_OFFSET + SV_BOOT_BYTES);
    this.#boot(variables, this.#options.bootMillis ?? DEFAULT_BOOT_MILLIS);
  }

  #boot(variables: Uint8Array, networkSetUpMillis: number): void {
    const fabric = new Fabric(this.machine);
    this.#fabric = fabric;
    bootMachine(fabric, {
      context: this.#context(fabric),
      variables,
      ethernet: (chip) => {
        const port = this.#endpoints.get(chip);
        return port && { port, ip: octets(port.end.address) };
      },
      monitorCore: this.#options.monitorCore,
      sdramBytes: (chip) => this.#sdramLimit(this.machine.sdramBytes[chip]!),
    });
    const setUp = (): void => this.#event(() => setUpNetwork(fabric, this.#version.completeP2pTables));
    if (networkSetUpMillis <= 0) setUp();
    else this.#clock.after(networkSetUpMillis, setUp);
  }

  /** A host that boots the board itself decides how much it sets aside, unless the chip has less than usual. */
  #sdramLimit(described: number): number {
    return this.#options.unbooted && described >= TYPICAL_SDRAM_BYTES ? SDRAM_BYTES : described;
  }

  #defaultBootVariables(): Uint8Array {
    const hardwareVersion = this.machine.alive.length <= 4 ? 3 : 5;
    return bootVariables({ hardwareVersion, unixTime: this.#unixTime }, this.#version);
  }

  get #unixTime(): number {
    return this.#options.unixTime ?? DEFAULT_UNIX_TIME;
  }

  #context(fabric: Fabric): ChipContext {
    return {
      clock: this.#clock,
      version: this.#version,
      buildDate: this.#unixTime,
      badAddress: this.#options.badAddress ?? "abort",
      masksErrors: this.#version.masksErrors && this.#options.strictErrors !== true,
      startRuntime: (chip, core, argument) => new SarkApplication(chip, core, argument),
      engine: this.#engine,
      fabric,
      coreLatencyMillis: this.#options.coreLatencyMillis ?? (() => 0),
      event: (action) => this.#event(action),
      onTrouble: (place, error) => this.#trouble(place, error),
    };
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
