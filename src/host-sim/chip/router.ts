/**
 * Packet router of a chip (SpiNNaker datasheet §10): multicast, point-to-point, nearest-neighbour and fixed-route
 * packets, default and emergency routing, time-outs, error and dump registers, diagnostic counters.
 *
 * It handles one packet at a time. A packet whose outputs are blocked is held: for `wait1` cycles its own outputs are
 * tried, then for `wait2` cycles the emergency links, then it is dumped. Everything behind it waits in the inputs.
 */

import { LOCAL_ROUTE } from "./communications-controller.ts";
import { CORE_BIT, HeldPacket, LINK_BITS, LINKS, NO_LINK, type RouterOutputs } from "./held-packet.ts";
import { CORES } from "./memory-map.ts";
import { MULTICAST_ENTRIES, MulticastTable } from "./multicast-table.ts";
import { P2P, P2P_WORDS, P2pTable } from "./p2p-table.ts";
import {
  CONTROL_PEEK_POKE,
  canDivert,
  EMERGENCY,
  emergencyField,
  hasParityError,
  hasPayload,
  nnRoute,
  PACKET_TYPE,
  type Packet,
  packet,
  packetType,
  timeStamp,
  withControl,
} from "./packet.ts";
import { BUS_ERROR, isBusError, NEVER, type Peripheral, type Scheduler } from "./peripheral.ts";
import { DumpCapture, ErrorCapture, PACKET_ERROR } from "./router-captures.ts";
import { DESTINATION, RouterDiagnostics } from "./router-diagnostics.ts";
import { RouterTiming } from "./router-timing.ts";
import { waitTime } from "./router-wait.ts";

/** Core clock cycles a packet that is not blocked keeps the router busy. */
const PACKET_CYCLES = 2;
/** Core clock cycles that a peek or poke takes on the System NoC; an estimate. */
const PEEK_CYCLES = 30;

const CONTROL_ENABLE = 1 << 0;
const CONTROL_ERROR_INT = 1 << 1;
const CONTROL_DUMP_INT = 1 << 2;
const CONTROL_COUNT_TIME_STAMP = 1 << 3;
const CONTROL_COUNT_PARITY = 1 << 5;
const CONTROL_REINIT_WAIT = 1 << 15;
const CONTROL_RESET = 0x0080_0001;
const FIXED_ROUTE_RESET = 0xfc00_0000;

/** NN route field: all links of the broadcast mask; own monitor. */
const NN_BROADCAST = 6;
const NN_MONITOR = 7;

/** Register offsets. */
const FILTERS = 0x200;
const COUNTERS = 0x300;
const HISTOGRAM = 0x40;
const ROUTES = 0x4000;
const KEYS = 0x8000;
const MASKS = 0xc000;
const P2P_ENTRIES = 0x1_0000;

/** What a router is connected to. {@link Router.retry} is called when an output may have become ready. */
export interface RouterPorts extends RouterOutputs {
  /** A packet left the input buffer of a link; there is room for another one. */
  linkTaken(link: number): void;
  /** Packets of a core that wait for the router. */
  coreWaiting(core: number, packets: number): void;
  /** 32-bit access for a neighbour over the System NoC. */
  peek(address: number): number;
  poke(address: number, value: number): boolean;
  /** Levels of the three interrupt requests. */
  interrupts(diagnostic: boolean, dump: boolean, error: boolean): void;
  /** For tracing: a packet goes through, or is dumped (`vector` 0). */
  routed?(packet: Packet, route: number, vector: number): void;
}

interface Input {
  readonly packet: Packet;
  /** Link it came in on (or pretends to), or {@link LOCAL_ROUTE}. */
  readonly route: number;
  /** Core that sent it, -1 for a packet from a link. */
  readonly core: number;
}

export class Router implements Peripheral {
  readonly table: MulticastTable = new MulticastTable();
  readonly p2pTable: P2pTable = new P2pTable();
  readonly diagnostics: RouterDiagnostics = new RouterDiagnostics();
  readonly #scheduler: Scheduler;
  readonly #ports: RouterPorts;
  readonly #timing: RouterTiming;
  readonly #errors: ErrorCapture = new ErrorCapture();
  readonly #dumps: DumpCapture = new DumpCapture();
  readonly #inputs: Input[] = [];
  /** Uint16Array[cores]: packets of each core among the inputs. */
  readonly #waiting = new Uint16Array(CORES);
  #held: HeldPacket | undefined;
  /** Time for which another try is scheduled. */
  #retryAt = NEVER;
  /** Time from which on the router can work on the next packet. */
  #freeAt = 0;
  #control = CONTROL_RESET;
  /** Core clock cycles of the two wait fields of {@link #control}. */
  #wait1 = waitTime(CONTROL_RESET >>> 16);
  #wait2 = waitTime(CONTROL_RESET >>> 24);
  #diversion = 0;
  #fixedRoute = FIXED_ROUTE_RESET;
  #testKey = 0;

  constructor(scheduler: Scheduler, ports: RouterPorts) {
    this.#scheduler = scheduler;
    this.#ports = ports;
    this.#timing = new RouterTiming(scheduler);
  }

  /** Reset by the System Controller: packets inside are lost, the tables keep their contents. */
  reset(): void {
    this.#held = undefined;
    for (const input of this.#inputs.splice(0)) this.#taken(input);
    this.#setControl(CONTROL_RESET);
    this.#diversion = 0;
    this.#fixedRoute = FIXED_ROUTE_RESET;
    this.#errors.reset();
    this.#dumps.reset();
    this.#timing.control = 0;
    this.#drive();
  }

  /** Physical number of the core that gets NN packets and P2P packets for this chip. */
  get monitor(): number {
    return (this.#control >>> 8) & 0x1f;
  }

  /** @param link on which the packet arrived */
  acceptFromLink(arrived: Packet, link: number): void {
    this.#accept({ packet: arrived, route: link, core: -1 });
  }

  /** @param route link it pretends to come from, or {@link LOCAL_ROUTE} */
  acceptFromCore(sent: Packet, core: number, route: number): void {
    this.#accept({ packet: sent, route, core });
  }

  /** An output that was blocked may be free now. */
  retry(): void {
    if (this.#held !== undefined || this.#inputs.length > 0) this.#service();
  }

  read(offset: number): number {
    const value = this.#read(offset);
    this.#drive();
    return value;
  }

  write(offset: number, value: number): boolean {
    const done = this.#write(offset, value);
    this.#drive();
    return done;
  }

  #read(offset: number): number {
    const index = (offset & 0x3fff) >>> 2;
    if (offset >= P2P_ENTRIES) {
      const word = (offset - P2P_ENTRIES) >>> 2;
      return word < P2P_WORDS ? this.p2pTable.word(word) : BUS_ERROR;
    }
    if (offset >= ROUTES) return offset < KEYS && index < MULTICAST_ENTRIES ? this.table.route(index) : BUS_ERROR;
    if (offset >= FILTERS && offset < FILTERS + 64) return this.diagnostics.readFilter((offset - FILTERS) >>> 2);
    if (offset >= COUNTERS && offset < COUNTERS + 64) return this.diagnostics.readCounter((offset - COUNTERS) >>> 2);
    if (offset >= HISTOGRAM && offset < HISTOGRAM + 64) return this.#timing.bin((offset - HISTOGRAM) >>> 2);
    switch (offset) {
      case 0x00:
        return this.#control;
      case 0x04:
        return this.#status();
      case 0x08:
        return this.#errors.header;
      case 0x0c:
        return this.#errors.key;
      case 0x10:
        return this.#errors.payload;
      case 0x14:
        return this.#errors.readStatus();
      case 0x18:
        return this.#dumps.header;
      case 0x1c:
        return this.#dumps.key;
      case 0x20:
        return this.#dumps.payload;
      case 0x24:
        return this.#dumps.outputs;
      case 0x28:
        return this.#dumps.readStatus();
      case 0x2c:
        return this.diagnostics.enabled;
      case 0x30:
        return this.#timing.control;
      case 0x34:
        return this.#timing.cycles;
      case 0x38:
        return this.#timing.busyCycles;
      case 0x3c:
        return this.#timing.unblockedPackets;
      case 0x80:
        return this.#diversion;
      case 0x84:
        return this.#fixedRoute;
      case 0xf00:
        return this.#testMatch();
      case 0xf04:
        return this.#testKey;
      default:
        return BUS_ERROR;
    }
  }

  #write(offset: number, value: number): boolean {
    if (offset >= P2P_ENTRIES) {
      const word = (offset - P2P_ENTRIES) >>> 2;
      this.p2pTable.setWord(word, value);
      return word < P2P_WORDS;
    }
    if (offset >= ROUTES) return this.#writeEntry(offset, value);
    if (offset >= FILTERS && offset < FILTERS + 64) this.diagnostics.writeFilter((offset - FILTERS) >>> 2, value);
    else if (offset >= COUNTERS && offset < COUNTERS + 64) {
      this.diagnostics.writeCounter((offset - COUNTERS) >>> 2, value);
    } else {
      switch (offset) {
        case 0x00:
          this.#writeControl(value);
          break;
        case 0x2c:
          this.diagnostics.control(value);
          break;
        case 0x30:
          this.#timing.control = value;
          break;
        case 0x80:
          this.#diversion = value & 0xfff;
          break;
        case 0x84:
          this.#fixedRoute = value >>> 0;
          break;
        case 0xf04:
          this.#testKey = value | 0;
          break;
        default:
          return offset < 0x80 || offset === 0xf00;
      }
    }
    return true;
  }

  #writeEntry(offset: number, value: number): boolean {
    const entry = (offset & 0x3fff) >>> 2;
    if (entry >= MULTICAST_ENTRIES) return false;
    if (offset < KEYS) this.table.setRoute(entry, value);
    else if (offset < MASKS) this.table.setKey(entry, value);
    else this.table.setMask(entry, value);
    return true;
  }

  #accept(input: Input): void {
    this.#inputs.push(input);
    if (input.core >= 0) this.#waiting[input.core]!++;
    this.#service();
    if (input.core >= 0) this.#ports.coreWaiting(input.core, this.#waiting[input.core]!);
  }

  #taken(input: Input): void {
    if (input.core < 0) {
      this.#ports.linkTaken(input.route);
      return;
    }
    this.#waiting[input.core]!--;
    this.#ports.coreWaiting(input.core, this.#waiting[input.core]!);
  }

  #service(): void {
    for (;;) {
      if (this.#held !== undefined && !this.#deliver(this.#held)) return;
      if ((this.#control & CONTROL_ENABLE) === 0) return;
      const input = this.#inputs.shift();
      if (input === undefined) return;
      this.#taken(input);
      this.#route(input);
    }
  }

  /** Time at which the router works on the present packet. */
  #time(): number {
    return Math.max(this.#scheduler.now, this.#freeAt);
  }

  /** First two stages: errors, then the vector of outputs. */
  #route(input: Input): void {
    const arrived = this.#stamped(input);
    if (input.core < 0 && this.#rejected(arrived, input.route)) return;
    switch (packetType(arrived)) {
      case PACKET_TYPE.MC:
        this.#routeMulticast(input, arrived);
        break;
      case PACKET_TYPE.P2P:
        this.#routeP2p(input, arrived);
        break;
      case PACKET_TYPE.NN:
        this.#routeNearestNeighbour(input, arrived);
        break;
      default:
        this.#holdWithEmergency(input, arrived, this.#fixedRoute, false);
    }
  }

  get #timePhase(): number {
    return (this.#control >>> 6) & 3;
  }

  /** A core's own packet gets the present time phase. */
  #stamped({ packet: arrived, route }: Input): Packet {
    if (route !== LOCAL_ROUTE || packetType(arrived) === PACKET_TYPE.NN) return arrived;
    return withControl(arrived, (arrived.control & ~0x0c) | (this.#timePhase << 2));
  }

  #rejected(arrived: Packet, route: number): boolean {
    const old = packetType(arrived) !== PACKET_TYPE.NN && (timeStamp(arrived) ^ this.#timePhase) === 3;
    const kind = (hasParityError(arrived) ? PACKET_ERROR.PARITY : 0) | (old ? PACKET_ERROR.TIME_STAMP : 0);
    if (kind === 0) return false;
    const counted =
      ((kind & PACKET_ERROR.PARITY) !== 0 && (this.#control & CONTROL_COUNT_PARITY) !== 0) ||
      ((kind & PACKET_ERROR.TIME_STAMP) !== 0 && (this.#control & CONTROL_COUNT_TIME_STAMP) !== 0);
    this.#errors.capture(arrived, route, this.#timePhase, kind, counted);
    this.#drive();
    return true;
  }

  #routeMulticast(input: Input, arrived: Packet): void {
    const entry = this.table.match(arrived.key);
    if (entry >= 0) {
      this.#holdWithEmergency(input, arrived, this.table.route(entry), false);
      return;
    }
    if (input.route >= LINKS) {
      this.#refuse(input, arrived);
      return;
    }
    const reverting = emergencyField(arrived) === EMERGENCY.REVERTING;
    const opposite = (input.route + (reverting ? 2 : 3)) % LINKS;
    const diversion = (this.#diversion >>> (2 * input.route)) & 3;
    if ((diversion & 1) !== 0) this.#holdWithEmergency(input, arrived, this.#monitorBit(), true);
    else if (diversion === 0) this.#holdWithEmergency(input, arrived, 1 << opposite, true);
  }

  /** Adds the reverting copy that a diverted packet leads to. */
  #holdWithEmergency(input: Input, arrived: Packet, vector: number, defaultRouted: boolean): void {
    const field = emergencyField(arrived);
    if (input.route >= LINKS || (field !== EMERGENCY.WITH_NORMAL_COPY && field !== EMERGENCY.DIVERTED)) {
      this.#hold(input, arrived, vector, defaultRouted);
      return;
    }
    const revert = (input.route + LINKS - 1) % LINKS;
    const normal = field === EMERGENCY.DIVERTED ? 0 : vector & ~(1 << revert);
    this.#hold(input, arrived, normal, defaultRouted && field !== EMERGENCY.DIVERTED, revert);
  }

  #routeP2p(input: Input, arrived: Packet): void {
    const direction = this.p2pTable.direction(arrived.key & 0xffff);
    if (direction === P2P.NONE) this.#refuse(input, arrived);
    else this.#hold(input, arrived, direction === P2P.MONITOR ? this.#monitorBit() : 1 << direction);
  }

  #routeNearestNeighbour(input: Input, arrived: Packet): void {
    if (input.core >= 0 && input.route === LOCAL_ROUTE) {
      const route = nnRoute(arrived);
      const broadcast = this.#fixedRoute >>> 26;
      this.#hold(
        input,
        arrived,
        route === NN_BROADCAST ? broadcast : route === NN_MONITOR ? this.#monitorBit() : 1 << route,
      );
    } else if ((arrived.control & CONTROL_PEEK_POKE) !== 0) {
      this.#access(input, arrived);
    } else {
      this.#hold(input, arrived, this.#monitorBit());
    }
  }

  /** A neighbour reads or writes this chip's memory; the answer goes back where the request came from. */
  #access(input: Input, request: Packet): void {
    const address = request.key & ~3;
    const poke = hasPayload(request);
    const data = poke ? 0 : this.#ports.peek(address);
    const failed = poke ? !this.#ports.poke(address, request.payload) : isBusError(data);
    this.#freeAt = this.#time() + PEEK_CYCLES;
    const reply = packet(
      (PACKET_TYPE.NN << 6) | (input.route << 2),
      address | 1 | (failed ? 2 : 0),
      poke ? undefined : failed ? 0 : data,
    );
    this.#hold(input, reply, 1 << input.route);
  }

  /** No bit if the register names a core that does not exist: such packets vanish. */
  #monitorBit(): number {
    return this.monitor < CORES ? 1 << (CORE_BIT + this.monitor) : 0;
  }

  #hold(input: Input, routed: Packet, vector: number, defaultRouted = false, revert = NO_LINK): void {
    const time = this.#time();
    const { packet: incoming, route } = input;
    this.#ports.routed?.(routed, route, vector);
    const decision = { packet: routed, incoming, route, vector, revert, defaultRouted };
    this.#held = new HeldPacket(decision, time, time + this.#wait1);
  }

  /** There is no way for this packet. */
  #refuse(input: Input, unroutable: Packet): void {
    this.#hold(input, unroutable, 0);
    if (this.#held !== undefined) this.#dump(this.#held);
  }

  /** Third stage: sends the packet wherever there is room. @returns false while it is blocked */
  #deliver(held: HeldPacket): boolean {
    const time = this.#time();
    if (held.stage === "waiting") held.send(this.#ports, time);
    if (!held.done && held.stage === "waiting" && time >= held.deadline) {
      held.stage = "emergency";
      held.deadline = time + (canDivert(held.decision.packet) ? this.#wait2 : 0);
    }
    if (held.stage === "emergency") {
      if (time < held.deadline) held.divert(this.#ports, time);
      held.send(this.#ports, time);
    }
    if (held.done) {
      this.#held = undefined;
      this.#freeAt = time + PACKET_CYCLES;
      this.#count(held, time, 0);
      return true;
    }
    if (held.stage === "emergency" && (time >= held.deadline || !held.divertible)) {
      this.#dump(held);
      return true;
    }
    this.#retryBy(held.deadline);
    return false;
  }

  #retryBy(time: number): void {
    if (time === NEVER || this.#retryAt <= time) return;
    this.#retryAt = time;
    this.#scheduler.at(time, () => {
      if (this.#retryAt === time) this.#retryAt = NEVER;
      this.retry();
    });
  }

  #dump(held: HeldPacket): void {
    this.#held = undefined;
    const { packet: dumped, route } = held.decision;
    this.#dumps.capture(dumped, route, this.#timePhase, held.undelivered);
    this.#count(held, this.#time(), DESTINATION.DUMP);
    this.#ports.routed?.(dumped, route, 0);
    this.#drive();
  }

  #count(held: HeldPacket, time: number, extraDestination: number): void {
    const { incoming, route, defaultRouted } = held.decision;
    const monitorBit = this.#monitorBit();
    const cores = held.sent & ~LINK_BITS;
    this.#timing.count(time - held.since);
    const interrupt = this.diagnostics.count({
      incoming,
      local: route >= LINKS,
      defaultRouted,
      destinations:
        extraDestination |
        ((cores & ~monitorBit) !== 0 ? DESTINATION.LOCAL : 0) |
        ((cores & monitorBit) !== 0 ? DESTINATION.MONITOR : 0) |
        ((held.sent & LINK_BITS) * DESTINATION.LINK_0),
      diverted: held.diverted.links * DESTINATION.LINK_0,
      divertedEmergency: held.diverted.emergency,
    });
    if (interrupt) this.#drive();
  }

  #writeControl(value: number): void {
    this.#setControl(value & ~CONTROL_REINIT_WAIT);
    const held = this.#held;
    if (held !== undefined && (value & CONTROL_REINIT_WAIT) !== 0) {
      held.deadline = this.#scheduler.now + (held.stage === "waiting" ? this.#wait1 : this.#wait2);
      this.#retryBy(held.deadline);
    }
    this.#retryBy(this.#scheduler.now);
  }

  #setControl(control: number): void {
    this.#control = control;
    this.#wait1 = waitTime(control >>> 16);
    this.#wait2 = waitTime(control >>> 24);
  }

  #testMatch(): number {
    const entry = this.table.match(this.#testKey);
    return entry < 0 ? 1 : entry << 1;
  }

  #errorInterrupt(): boolean {
    return (this.#control & CONTROL_ERROR_INT) !== 0 && this.#errors.seen;
  }

  #dumpInterrupt(): boolean {
    return (this.#control & CONTROL_DUMP_INT) !== 0 && this.#dumps.seen;
  }

  #status(): number {
    const held = this.#held;
    const stage = held === undefined ? 0 : held.stage === "waiting" ? 2 : 3;
    const error = this.#errorInterrupt() ? 1 << 30 : 0;
    const dump = this.#dumpInterrupt() ? 1 << 29 : 0;
    const diagnostic = this.diagnostics.interrupts;
    const any = error !== 0 || dump !== 0 || diagnostic !== 0 ? 1 << 31 : 0;
    return any | error | dump | (stage << 24) | (held !== undefined ? 1 << 16 : 0) | diagnostic;
  }

  #drive(): void {
    this.#ports.interrupts(this.diagnostics.interrupts !== 0, this.#dumpInterrupt(), this.#errorInterrupt());
  }
}
