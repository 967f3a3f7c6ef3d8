/**
 * A virtual board in mode `scamp`: an emulated machine behind real UDP sockets. Each Ethernet chip has an address of its
 * own and the same port, as a {@link VirtualBoard} has them; the boot port belongs to the first one.
 *
 * Virtual time follows the clock of the host as well as it can: at most {@link LEAD_MILLIS} before it, so that answers
 * come at once, and behind it where emulation is slower than the machine it emulates.
 */

import { setImmediate as immediately } from "node:timers/promises";
import type { ChipIndex, Machine } from "../../machine/machine.ts";
import { BOOT_PORT, bootPackets } from "../../sdp/boot-packets.ts";
import { type FaultPlan, faultySockets } from "../../sdp/faulty-socket.ts";
import { IP_TAG_FLAG, IP_TAG_OPERATION, unpackIpTag } from "../../sdp/ip-tag-commands.ts";
import { decodeScpRequest, SCP_COMMAND, SCP_REQUEST_BYTES } from "../../sdp/scp.ts";
import { SDP_HEADER_BYTES } from "../../sdp/sdp.ts";
import { UdpTransport } from "../../sdp/transport.ts";
import { type BoardClock, realTimeClock } from "../board/board-clock.ts";
import type { EthernetEndpoint } from "../board/ethernet-endpoint.ts";
import { TAG_FLAG } from "../board/ip-tags.ts";
import { closeEndpoints, openEndpoints } from "../board/open-endpoints.ts";
import { octets } from "../board/pcap.ts";
import type { TraceSink, UdpEnd } from "../board/trace.ts";
import type { Chip } from "../chip/chip.ts";
import { createEmulatedMachine, type EmulatedMachine, type EmulatedMachineOptions } from "./emulated-machine.ts";
import type { UdpFromChip } from "./host-network.ts";

const SCP_PORT = 17_893;
const DEFAULT_HOST = "127.0.0.1";
/** How far virtual time may be before the host's. */
const LEAD_MILLIS = 2;
/** Time that is made up for after the emulator was too slow; what is more is let go. */
const LAG_MILLIS = 50;
/** Virtual time between two looks at the sockets. */
const STEP_MILLIS = 0.1;
const STEPS_PER_TURN = 20;
const IDLE_MILLIS = 1;
/** Pause after each boot packet. */
const BOOT_PACKET_MILLIS = 10;
/**
 * The most virtual time in which a boot may get no further: its longest stage, the test of the links, takes SCAMP 2 s,
 * and the root chip runs 0.2 s after the last packet. Larger machines take more stages, not longer ones.
 */
const BOOT_STALL_MILLIS = 4000;
/** The most that it may take as a whole, for a program that gets further for ever. */
const BOOT_MILLIS_MAX = 60_000;
const BOOT_STEP_MILLIS = 20;
/** VER tells a chip's address some time after the network is set up. */
const BOOT_SETTLE_MILLIS = 800;
/** Of sv in System RAM: the low word of milliseconds since SCAMP began, and how far network set-up is. */
const CLOCK_MS = 0x7f10;
const NETINIT_PHASE = 0x7f2d;
const NETINIT_DONE = 0xff;
/** Most ports kept open for reverse tags of one chip, of which it has eight. */
const REVERSE_PORTS = 64;
const BROADCAST = "255.255.255.255";

export interface EmulatedBoardOptions
  extends Pick<
    EmulatedMachineOptions,
    "machine" | "hardwareVersion" | "monitorCore" | "deadParts" | "trace" | "engine"
  > {
  /** Address of the first Ethernet chip, by default 127.0.0.1; the others take the addresses after it. */
  readonly host?: string;
  /** By default 0: any port that is free on all addresses. */
  readonly scpPort?: number;
  /** By default 0: any free one. */
  readonly bootPort?: number;
  /** Datagrams lost, duplicated, delayed and reordered. */
  readonly faults?: FaultPlan;
  readonly clock?: BoardClock;
  /** Gets every datagram that comes or goes. */
  readonly datagrams?: TraceSink;
}

export class EmulatedBoard implements AsyncDisposable {
  readonly machine: Machine;
  readonly emulated: EmulatedMachine;
  readonly #endpoints: ReadonlyMap<ChipIndex, EthernetEndpoint>;
  readonly #boot: UdpTransport;
  readonly #clock: BoardClock;
  /** UDP ports of reverse IP tags. */
  readonly #reversePorts = new Map<ChipIndex, Set<number>>();
  #closed = false;
  /** Host time at which virtual time was 0, moved on whenever the emulator is too slow. */
  #origin = 0;
  #callOff: () => void = () => {};
  #turning = false;

  /** Sockets first, then the machine, unbooted. @throws {PortInUseError | UdpError} an address or port is not to be had */
  static async serve(options: EmulatedBoardOptions): Promise<EmulatedBoard> {
    const address = options.host ?? DEFAULT_HOST;
    const clock = options.clock ?? realTimeClock();
    const sockets = options.faults === undefined ? undefined : faultySockets(options.faults);
    const port = options.scpPort ?? 0;
    const endpoint = { address, port, sockets, clock, trace: options.datagrams };
    const endpoints = await openEndpoints(options.machine.ethernetChips, endpoint);
    try {
      const boot = await UdpTransport.open({ localAddress: address, localPort: options.bootPort ?? 0 });
      return new EmulatedBoard(options, clock, endpoints, boot);
    } catch (error) {
      await closeEndpoints(endpoints);
      throw error;
    }
  }

  private constructor(
    options: EmulatedBoardOptions,
    clock: BoardClock,
    endpoints: ReadonlyMap<ChipIndex, EthernetEndpoint>,
    boot: UdpTransport,
  ) {
    this.machine = options.machine;
    this.#endpoints = endpoints;
    this.#boot = boot;
    this.#clock = clock;
    this.emulated = createEmulatedMachine({
      ...options,
      address: (chip) => endpoints.get(chip)!.end.address,
      udpPort: SCP_PORT,
      onUdp: (chip, datagram) => this.#send(chip, datagram),
    });
    for (const [chip, endpoint] of endpoints) {
      endpoint.serve((datagram, { ip, port }, boardPort) => {
        const chipPort = boardPort === endpoint.end.port ? SCP_PORT : boardPort;
        this.#received(chip, { address: ip.join("."), port }, chipPort, datagram);
      });
    }
    boot.onFailure(() => undefined);
    boot.listen((datagram, address, port) => this.#received(this.#root, { address, port }, BOOT_PORT, datagram));
    this.#origin = this.#clock.now();
    this.#wait();
  }

  /** Where an Ethernet chip listens for SCP; by default the root chip. @throws {RangeError} the chip has no Ethernet */
  address(chip: ChipIndex = this.#root): UdpEnd {
    const endpoint = this.#endpoints.get(chip);
    if (endpoint === undefined) throw new RangeError(`chip ${chip} has no Ethernet`);
    return endpoint.end;
  }

  get bootAddress(): UdpEnd {
    return { address: this.#boot.localAddress, port: this.#boot.localPort };
  }

  /**
   * Boots the root chip from within, as fast as the emulator can, with an image that has been patched already.
   * @returns false if the chips did not come up
   */
  async boot(image: Uint8Array): Promise<boolean> {
    const { emulated } = this;
    const host = { address: "0.0.0.0", port: 1 };
    for (const packet of bootPackets(image)) {
      emulated.receiveUdp(this.#root, host, BOOT_PORT, packet);
      emulated.advanceMillis(BOOT_PACKET_MILLIS);
    }
    const chips = [...emulated.chips()].map(({ chip }) => chip);
    const end = emulated.milliseconds + BOOT_MILLIS_MAX;
    let furthest = 0;
    let furthestAt = emulated.milliseconds;
    while (chips.some((chip) => chip.systemRam[NETINIT_PHASE] !== NETINIT_DONE)) {
      const steps = bootSteps(chips);
      if (steps > furthest) [furthest, furthestAt] = [steps, emulated.milliseconds];
      const stalled = emulated.milliseconds - furthestAt > BOOT_STALL_MILLIS;
      if (this.#closed || stalled || emulated.milliseconds > end) return false;
      emulated.advanceMillis(BOOT_STEP_MILLIS);
      await immediately();
    }
    emulated.advanceMillis(BOOT_SETTLE_MILLIS);
    this.#origin = this.#clock.now() - emulated.milliseconds;
    return true;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#callOff();
    this.#clock.stop();
    await Promise.all([this.#boot.close(), closeEndpoints(this.#endpoints)]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  get #root(): ChipIndex {
    return this.machine.ethernetChips[0]!;
  }

  #received(chip: ChipIndex, from: UdpEnd, port: number, datagram: Uint8Array): void {
    if (this.#closed) return;
    this.emulated.receiveUdp(chip, from, port, datagram);
    if (port === SCP_PORT) this.#noticeReverseTag(chip, datagram);
    this.#turnSoon();
  }

  #send(chip: ChipIndex, { sourcePort, destination, payload }: UdpFromChip): void {
    if (this.#closed || destination.address === BROADCAST) return;
    this.#endpoints.get(chip)?.send(
      {
        ip: octets(destination.address),
        port: destination.port,
        flags: sourcePort === SCP_PORT ? 0 : TAG_FLAG.reverse,
        receivePort: sourcePort,
        expiresAt: undefined,
        count: 0,
        destination: 0,
        destinationPort: 0,
      },
      payload,
    );
  }

  /** SCAMP keeps its tags to itself: the sockets of reverse tags are opened when the command to set one passes. */
  #noticeReverseTag(chip: ChipIndex, datagram: Uint8Array): void {
    if (datagram.length < SDP_HEADER_BYTES + SCP_REQUEST_BYTES) return;
    const { command, arg1, arg2 } = decodeScpRequest(datagram.subarray(SDP_HEADER_BYTES));
    if (command !== SCP_COMMAND.IPTAG) return;
    const { flags, operation } = unpackIpTag(arg1);
    const sets = operation === IP_TAG_OPERATION.set || operation === IP_TAG_OPERATION.new;
    const port = arg2 & 0xffff;
    const ports = this.#reversePorts.get(chip) ?? new Set();
    if (!sets || (flags & IP_TAG_FLAG.reverse) === 0 || port === SCP_PORT || ports.size >= REVERSE_PORTS) return;
    this.#reversePorts.set(chip, ports.add(port));
    this.#endpoints.get(chip)?.listen([...ports]);
  }

  #wait(): void {
    this.#callOff = this.#clock.after(IDLE_MILLIS, () => this.#turn());
  }

  /** Something has come in: answer as soon as all that is there has been taken. */
  #turnSoon(): void {
    if (this.#turning) return;
    this.#turning = true;
    this.#callOff();
    setImmediate(() => {
      this.#turning = false;
      if (!this.#closed) this.#turn();
    });
  }

  /** Lets some virtual time pass, and comes back: at once while there is more to do, later if not. */
  #turn(): void {
    const { emulated } = this;
    const goal = this.#clock.now() - this.#origin + LEAD_MILLIS;
    for (let step = 0; step < STEPS_PER_TURN && emulated.milliseconds < goal && !emulated.paused; step++) {
      emulated.advanceMillis(STEP_MILLIS);
    }
    const lag = this.#clock.now() - this.#origin - emulated.milliseconds;
    if (lag > LAG_MILLIS || emulated.paused) this.#origin += lag;
    if (lag > 0 && !emulated.paused) this.#turnSoon();
    else this.#wait();
  }
}

/** How far chips have come: a step for SCAMP that runs, and one for each phase of its network set-up. */
function bootSteps(chips: readonly Chip[]): number {
  let steps = 0;
  for (const { systemRam } of chips) {
    const running = [0, 1, 2, 3].some((byte) => systemRam[CLOCK_MS + byte] !== 0);
    steps += (running ? 1 : 0) + systemRam[NETINIT_PHASE]!;
  }
  return steps;
}
