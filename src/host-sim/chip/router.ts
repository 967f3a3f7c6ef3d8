/**
 * Packet router of a chip (SpiNNaker datasheet §10): multicast, point-to-point, nearest-neighbour and fixed-route
 * packets, default and emergency routing, time-outs, error and dump registers, diagnostic counters.
 *
 * It handles one packet at a time. A packet whose outputs are blocked is held: for `wait1` cycles its own outputs are
 * tried, then for `wait2` cycles the emergency links, then it is dumped. Everything behind it waits in the inputs.
 */

import { LOCAL_ROUTE } from "./communications-controller.ts";
import { MULTICAST_ENTRIES, MulticastTable } from "./multicast-table.ts";
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
import { DESTINATION, RouterDiagnostics } from "./router-diagnostics.ts";

const LINKS = 6;
const LINK_BITS = 0x3f;
const CORE_BIT = 6;
const CORES = 18;

/** Core clock cycles of 200 MHz for one cycle of the router's 133 MHz. */
const ROUTER_CYCLE = 1.5;
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

const ERROR_PARITY = 1 << 29;
const ERROR_TIME_STAMP = 1 << 27;

/** P2P table entry values beyond the six links. */
const P2P_DROP = 6;
const P2P_MONITOR = 7;
const P2P_WORDS = 8192;

/** NN route field: all links of the broadcast mask; own monitor. */
const NN_BROADCAST = 6;
const NN_MONITOR = 7;

const NO_LINK = -1;

/** What a router is connected to. Times are core clock cycles. */
export interface RouterPorts {
  /** May a packet enter this link now? If not, {@link Router.retry} is called when that may have changed. */
  linkReady(link: number, time: number): boolean;
  linkSend(link: number, packet: Packet, time: number): void;
  /** Has this core room for a packet? If not, {@link Router.retry} is called when that may have changed. */
  coreReady(core: number): boolean;
  coreSend(core: number, packet: Packet, route: number): void;
  /** A packet left the input buffer of a link; there is room for another one. */
  linkTaken(link: number, time: number): void;
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

/** A packet on its way to its outputs. */
interface Held {
  readonly input: Input;
  readonly packet: Packet;
  readonly since: number;
  readonly defaultRouted: boolean;
  /** Outputs the packet is still to go to. */
  pending: number;
  /** Link to which a reverting copy is still to go, or {@link NO_LINK}. */
  revert: number;
  /** Outputs it went to as a plain copy. */
  sent: number;
  /** Links it went to with an emergency field. */
  diverted: number;
  divertedEmergency: number;
  stage: "waiting" | "emergency";
  deadline: number;
}

export class Router implements Peripheral {
  readonly table: MulticastTable = new MulticastTable();
  readonly diagnostics: RouterDiagnostics = new RouterDiagnostics();
  readonly #scheduler: Scheduler;
  readonly #ports: RouterPorts;
  readonly #p2p = new Uint32Array(P2P_WORDS);
  readonly #inputs: Input[] = [];
  /** Uint16Array[cores]: packets of each core among the inputs. */
  readonly #waiting = new Uint16Array(CORES);
  readonly #histogram = new Uint32Array(16);
  #held: Held | undefined;
  #retryAt = NEVER;
  #freeAt = 0;
  #control = CONTROL_RESET;
  /** Core clock cycles of the two wait fields of {@link #control}. */
  #wait1 = waitTime(CONTROL_RESET >>> 16);
  #wait2 = waitTime(CONTROL_RESET >>> 24);
  #diversion = 0;
  #fixedRoute = 0xfc00_0000;
  #testKey = 0;
  #errorPacket: Packet | undefined;
  #errorHeader = 0;
  #errorStatus = 0;
  #dumpPacket: Packet | undefined;
  #dumpHeader = 0;
  #dumpOutputs = 0;
  #dumpStatus = 0;
  #timingControl = 0;
  #cyclesFrom = 0;
  #busyCycles = 0;
  #unblocked = 0;

  constructor(scheduler: Scheduler, ports: RouterPorts) {
    this.#scheduler = scheduler;
    this.#ports = ports;
  }

  /** Reset by the System Controller: packets inside are lost, the tables keep their contents. */
  reset(): void {
    this.#held = undefined;
    for (const input of this.#inputs.splice(0)) this.#taken(input);
    this.#setControl(CONTROL_RESET);
    this.#diversion = 0;
    this.#fixedRoute = 0xfc00_0000;
    this.#errorPacket = undefined;
    this.#errorHeader = 0;
    this.#errorStatus = 0;
    this.#dumpPacket = undefined;
    this.#dumpHeader = 0;
    this.#dumpOutputs = 0;
    this.#dumpStatus = 0;
    this.#timingControl = 0;
    this.#drive();
  }

  /** Physical number of the core that gets NN packets and P2P packets for this chip. */
  get monitor(): number {
    return (this.#control >>> 8) & 0x1f;
  }

  get fixedRoute(): number {
    return this.#fixedRoute;
  }

  /** Direction of a P2P destination: 0-5 link, 6 none, 7 this chip. */
  p2p(destination: number): number {
    return (this.#p2p[destination >>> 3]! >>> (3 * (destination & 7))) & 7;
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
    if (offset >= 0x1_0000)
      return offset < 0x1_0000 + 4 * P2P_WORDS ? this.#p2p[(offset - 0x1_0000) >>> 2]! : BUS_ERROR;
    if (offset >= 0x4000) return offset < 0x5000 ? this.table.route((offset - 0x4000) >>> 2) : BUS_ERROR;
    if (offset >= 0x200 && offset < 0x240) {
      const filter = this.diagnostics.readFilter((offset - 0x200) >>> 2);
      this.#drive();
      return filter;
    }
    if (offset >= 0x300 && offset < 0x340) return this.diagnostics.readCounter((offset - 0x300) >>> 2);
    if (offset >= 0x40 && offset < 0x80) return this.#histogram[(offset - 0x40) >>> 2]!;
    switch (offset) {
      case 0x00:
        return this.#control;
      case 0x04:
        return this.#status();
      case 0x08:
        return this.#errorHeader;
      case 0x0c:
        return this.#errorPacket?.key ?? 0;
      case 0x10:
        return this.#errorPacket?.payload ?? 0;
      case 0x14: {
        const status = this.#errorStatus;
        this.#errorStatus = 0;
        this.#drive();
        return status;
      }
      case 0x18:
        return this.#dumpHeader;
      case 0x1c:
        return this.#dumpPacket?.key ?? 0;
      case 0x20:
        return this.#dumpPacket?.payload ?? 0;
      case 0x24:
        return this.#dumpOutputs;
      case 0x28: {
        const status = this.#dumpStatus;
        this.#dumpStatus = 0;
        this.#drive();
        return status;
      }
      case 0x2c:
        return this.diagnostics.enabled;
      case 0x30:
        return this.#timingControl;
      case 0x34:
        return (this.#timingControl & 1) !== 0
          ? Math.floor((this.#scheduler.now - this.#cyclesFrom) / ROUTER_CYCLE) | 0
          : 0;
      case 0x38:
        return this.#busyCycles | 0;
      case 0x3c:
        return this.#unblocked | 0;
      case 0x80:
        return this.#diversion;
      case 0x84:
        return this.#fixedRoute;
      case 0xf00: {
        const entry = this.table.match(this.#testKey);
        return entry < 0 ? 1 : entry << 1;
      }
      case 0xf04:
        return this.#testKey;
      default:
        return BUS_ERROR;
    }
  }

  write(offset: number, value: number): boolean {
    if (offset >= 0x1_0000) {
      if (offset >= 0x1_0000 + 4 * P2P_WORDS) return false;
      this.#p2p[(offset - 0x1_0000) >>> 2] = value & 0xff_ffff;
      return true;
    }
    if (offset >= 0x4000) {
      const entry = (offset & 0x3fff) >>> 2;
      if (entry >= MULTICAST_ENTRIES) return false;
      if (offset < 0x8000) this.table.setRoute(entry, value);
      else if (offset < 0xc000) this.table.setKey(entry, value);
      else this.table.setMask(entry, value);
      return true;
    }
    if (offset >= 0x200 && offset < 0x240) {
      this.diagnostics.writeFilter((offset - 0x200) >>> 2, value);
      this.#drive();
      return true;
    }
    if (offset >= 0x300 && offset < 0x340) {
      this.diagnostics.writeCounter((offset - 0x300) >>> 2, value);
      return true;
    }
    switch (offset) {
      case 0x00:
        this.#writeControl(value);
        return true;
      case 0x2c:
        this.diagnostics.control(value);
        return true;
      case 0x30:
        this.#writeTimingControl(value);
        return true;
      case 0x80:
        this.#diversion = value & 0xfff;
        return true;
      case 0x84:
        this.#fixedRoute = value >>> 0;
        return true;
      case 0xf04:
        this.#testKey = value | 0;
        return true;
      default:
        return offset < 0x80 || offset === 0xf00;
    }
  }

  #accept(input: Input): void {
    this.#inputs.push(input);
    if (input.core >= 0) this.#waiting[input.core]!++;
    this.#service();
    if (input.core >= 0) this.#ports.coreWaiting(input.core, this.#waiting[input.core]!);
  }

  #taken(input: Input): void {
    if (input.core < 0) {
      this.#ports.linkTaken(input.route, this.#scheduler.now);
    } else {
      this.#waiting[input.core]!--;
      this.#ports.coreWaiting(input.core, this.#waiting[input.core]!);
    }
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
    const local = input.core >= 0;
    const phase = (this.#control >>> 6) & 3;
    let arrived = input.packet;
    const type = packetType(arrived);
    if (type !== PACKET_TYPE.NN && input.route === LOCAL_ROUTE) {
      arrived = withControl(arrived, (arrived.control & ~0x0c) | (phase << 2));
    }
    if (!local) {
      const error =
        (hasParityError(arrived) ? ERROR_PARITY : 0) |
        (type !== PACKET_TYPE.NN && (timeStamp(arrived) ^ phase) === 3 ? ERROR_TIME_STAMP : 0);
      if (error !== 0) {
        this.#error(arrived, input.route, error);
        return;
      }
    }
    switch (type) {
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
        this.#withEmergency(input, arrived, this.#fixedRoute & 0xff_ffff, false);
    }
  }

  #routeMulticast(input: Input, arrived: Packet): void {
    const entry = this.table.match(arrived.key);
    if (entry >= 0) {
      this.#withEmergency(input, arrived, this.table.route(entry), false);
      return;
    }
    if (input.route >= LINKS) {
      this.#refuse(input, arrived);
      return;
    }
    const reverting = emergencyField(arrived) === EMERGENCY.REVERTING;
    const opposite = (input.route + (reverting ? 2 : 3)) % LINKS;
    const diversion = (this.#diversion >>> (2 * input.route)) & 3;
    let vector = 1 << opposite;
    if ((diversion & 1) !== 0) vector = this.#monitorBit();
    else if (diversion === 2) return;
    this.#withEmergency(input, arrived, vector, true);
  }

  /** Adds the reverting copy that a diverted packet leads to. */
  #withEmergency(input: Input, arrived: Packet, vector: number, defaultRouted: boolean): void {
    const field = emergencyField(arrived);
    if (input.route >= LINKS || (field !== EMERGENCY.WITH_NORMAL_COPY && field !== EMERGENCY.DIVERTED)) {
      this.#hold(input, arrived, vector, NO_LINK, defaultRouted);
      return;
    }
    const revert = (input.route + LINKS - 1) % LINKS;
    const normal = field === EMERGENCY.DIVERTED ? 0 : vector & ~(1 << revert);
    this.#hold(input, arrived, normal, revert, defaultRouted && field !== EMERGENCY.DIVERTED);
  }

  #routeP2p(input: Input, arrived: Packet): void {
    const direction = this.p2p(arrived.key & 0xffff);
    if (direction === P2P_DROP) this.#refuse(input, arrived);
    else this.#hold(input, arrived, direction === P2P_MONITOR ? this.#monitorBit() : 1 << direction, NO_LINK, false);
  }

  #routeNearestNeighbour(input: Input, arrived: Packet): void {
    if (input.core >= 0 && input.route === LOCAL_ROUTE) {
      const route = nnRoute(arrived);
      const broadcast = this.#fixedRoute >>> 26;
      const vector = route === NN_BROADCAST ? broadcast : route === NN_MONITOR ? this.#monitorBit() : 1 << route;
      this.#hold(input, arrived, vector, NO_LINK, false);
    } else if ((arrived.control & CONTROL_PEEK_POKE) !== 0) {
      this.#access(input, arrived);
    } else {
      this.#hold(input, arrived, this.#monitorBit(), NO_LINK, false);
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
    this.#hold(input, reply, 1 << input.route, NO_LINK, false);
  }

  #monitorBit(): number {
    return 1 << (CORE_BIT + this.monitor);
  }

  #hold(input: Input, routed: Packet, vector: number, revert: number, defaultRouted: boolean): void {
    const time = this.#time();
    this.#ports.routed?.(routed, input.route, vector);
    this.#held = {
      input,
      packet: routed,
      since: time,
      defaultRouted,
      pending: vector & 0xff_ffff,
      revert,
      sent: 0,
      diverted: 0,
      divertedEmergency: 0,
      stage: "waiting",
      deadline: time + this.#wait1,
    };
  }

  /** There is no way for this packet. */
  #refuse(input: Input, unroutable: Packet): void {
    this.#hold(input, unroutable, 0, NO_LINK, false);
    if (this.#held !== undefined) this.#dump(this.#held);
  }

  /** Third stage: sends the packet wherever there is room. @returns false while it is blocked */
  #deliver(held: Held): boolean {
    const time = this.#time();
    if (held.stage === "waiting") this.#sendPending(held, time);
    if (!isDone(held) && held.stage === "waiting" && time >= held.deadline) {
      held.stage = "emergency";
      held.deadline = time + (canDivert(held.packet) ? this.#wait2 : 0);
    }
    if (held.stage === "emergency") {
      if (time < held.deadline) this.#divert(held, time);
      this.#sendPending(held, time);
    }
    if (isDone(held)) {
      this.#finish(held, time);
      return true;
    }
    if (held.stage === "emergency" && (time >= held.deadline || (held.pending & LINK_BITS) === 0)) {
      this.#dump(held);
      return true;
    }
    this.#retryBy(held.deadline);
    return false;
  }

  #sendPending(held: Held, time: number): void {
    for (let bits = held.pending; bits !== 0; bits &= bits - 1) {
      const output = 31 - Math.clz32(bits & -bits);
      if (output < LINKS) {
        if (!this.#ports.linkReady(output, time)) continue;
        this.#ports.linkSend(output, this.#plain(held.packet), time);
      } else {
        if (output - CORE_BIT < CORES && !this.#ports.coreReady(output - CORE_BIT)) continue;
        this.#ports.coreSend(output - CORE_BIT, this.#plain(held.packet), held.input.route);
      }
      held.pending &= ~(1 << output);
      held.sent |= 1 << output;
    }
    if (held.revert !== NO_LINK && this.#ports.linkReady(held.revert, time)) {
      this.#ports.linkSend(held.revert, withEmergencyField(held.packet, EMERGENCY.REVERTING), time);
      held.diverted |= 1 << held.revert;
      held.divertedEmergency = EMERGENCY.REVERTING;
      held.revert = NO_LINK;
    }
  }

  /** Tries, for each link that is still blocked, the link one step clockwise. */
  #divert(held: Held, time: number): void {
    for (let bits = held.pending & LINK_BITS; bits !== 0; bits &= bits - 1) {
      const blocked = 31 - Math.clz32(bits & -bits);
      const detour = (blocked + LINKS - 1) % LINKS;
      if ((held.pending & (1 << blocked)) === 0 || this.#ports.linkReady(blocked, time)) continue;
      if (!this.#ports.linkReady(detour, time)) continue;
      const withCopy = (held.pending & (1 << detour)) !== 0;
      const field = withCopy ? EMERGENCY.WITH_NORMAL_COPY : EMERGENCY.DIVERTED;
      this.#ports.linkSend(detour, withEmergencyField(held.packet, field), time);
      held.pending &= ~((1 << blocked) | (1 << detour));
      held.diverted |= 1 << detour;
      held.divertedEmergency = field;
    }
  }

  /** The copy that travels on as a normal packet. */
  #plain(routed: Packet): Packet {
    if (!canDivert(routed) || emergencyField(routed) === EMERGENCY.NORMAL) return routed;
    return withEmergencyField(routed, EMERGENCY.NORMAL);
  }

  #retryBy(time: number): void {
    if (time === NEVER || this.#retryAt <= time) return;
    this.#retryAt = time;
    this.#scheduler.at(time, () => {
      if (this.#retryAt === time) this.#retryAt = NEVER;
      this.retry();
    });
  }

  #finish(held: Held, time: number): void {
    this.#held = undefined;
    this.#freeAt = time + PACKET_CYCLES;
    this.#countDelay(held, time);
    this.#count(held, 0);
  }

  #dump(held: Held): void {
    this.#held = undefined;
    const time = this.#time();
    const failed = held.pending | (held.revert === NO_LINK ? 0 : 1 << held.revert);
    if ((this.#dumpStatus & (1 << 31)) === 0) {
      this.#dumpPacket = held.packet;
      this.#dumpHeader = (held.input.route << 24) | (held.packet.control << 16) | (((this.#control >>> 6) & 3) << 6);
      this.#dumpOutputs = failed;
      this.#dumpStatus = (1 << 31) | failed;
    } else {
      this.#dumpStatus |= (1 << 30) | failed;
    }
    this.#countDelay(held, time);
    this.#count(held, DESTINATION.DUMP);
    this.#ports.routed?.(held.packet, held.input.route, 0);
    this.#drive();
  }

  #error(faulty: Packet, route: number, kind: number): void {
    if (this.#errorStatus >>> 31 === 0) {
      this.#errorPacket = faulty;
      this.#errorHeader = kind | (route << 24) | (faulty.control << 16) | (this.#control & 0xc0);
      this.#errorStatus |= 1 << 31;
    } else {
      this.#errorStatus |= 1 << 30;
    }
    this.#errorStatus |= kind;
    const counted =
      ((kind & ERROR_PARITY) !== 0 && (this.#control & CONTROL_COUNT_PARITY) !== 0) ||
      ((kind & ERROR_TIME_STAMP) !== 0 && (this.#control & CONTROL_COUNT_TIME_STAMP) !== 0);
    if (counted && (this.#errorStatus & 0xffff) !== 0xffff) this.#errorStatus++;
    this.#drive();
  }

  #count(held: Held, extra: number): void {
    const monitorBit = this.#monitorBit();
    const cores = held.sent & ~LINK_BITS;
    const destinations =
      extra |
      ((cores & ~monitorBit) !== 0 ? DESTINATION.LOCAL : 0) |
      ((cores & monitorBit) !== 0 ? DESTINATION.MONITOR : 0) |
      ((held.sent & LINK_BITS) * DESTINATION.LINK_0);
    const interrupt = this.diagnostics.count({
      incoming: held.input.packet,
      local: held.input.route >= LINKS,
      defaultRouted: held.defaultRouted,
      destinations,
      diverted: held.diverted * DESTINATION.LINK_0,
      divertedEmergency: held.divertedEmergency,
    });
    if (interrupt) this.#drive();
  }

  #countDelay(held: Held, time: number): void {
    const delay = Math.floor((time - held.since) / ROUTER_CYCLE);
    if ((this.#timingControl & 2) !== 0) this.#busyCycles += 1 + delay;
    if ((this.#timingControl & 4) === 0) return;
    if (delay === 0) this.#unblocked++;
    else this.#histogram[Math.min(15, (delay - 1) >>> 4)]!++;
  }

  #writeControl(value: number): void {
    this.#setControl(value & ~CONTROL_REINIT_WAIT);
    const held = this.#held;
    if (held !== undefined && (value & CONTROL_REINIT_WAIT) !== 0) {
      held.deadline = this.#scheduler.now + (held.stage === "waiting" ? this.#wait1 : this.#wait2);
      this.#retryBy(held.deadline);
    }
    this.#drive();
    this.#retryBy(this.#scheduler.now);
  }

  #setControl(control: number): void {
    this.#control = control;
    this.#wait1 = waitTime(control >>> 16);
    this.#wait2 = waitTime(control >>> 24);
  }

  #writeTimingControl(value: number): void {
    if ((value & (1 << 16)) !== 0 || (value & ~this.#timingControl & 1) !== 0) this.#cyclesFrom = this.#scheduler.now;
    if ((value & (1 << 17)) !== 0) this.#busyCycles = 0;
    if ((value & (1 << 18)) !== 0) {
      this.#histogram.fill(0);
      this.#unblocked = 0;
    }
    this.#timingControl = value & 7;
  }

  #errorInterrupt(): boolean {
    return (this.#control & CONTROL_ERROR_INT) !== 0 && this.#errorStatus >>> 31 !== 0;
  }

  #dumpInterrupt(): boolean {
    return (this.#control & CONTROL_DUMP_INT) !== 0 && this.#dumpStatus >>> 31 !== 0;
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

function isDone(held: Held): boolean {
  return held.pending === 0 && held.revert === NO_LINK;
}

/**
 * Router clock cycles that an 8-bit wait field means: a floating point number with mantissa [3:0] and exponent [7:4].
 * 0 is no wait, 0xff is for ever.
 */
export function waitCycles(field: number): number {
  if (field === 0xff) return NEVER;
  const mantissa = field & 15;
  const exponent = field >>> 4;
  return exponent <= 4 ? (mantissa + 16 - 2 ** (4 - exponent)) * 2 ** exponent : (mantissa + 16) * 2 ** exponent;
}

/** Core clock cycles of the wait field in bits 7:0. */
function waitTime(field: number): number {
  return Math.ceil(waitCycles(field & 0xff) * ROUTER_CYCLE);
}

function withEmergencyField(original: Packet, field: number): Packet {
  return withControl(original, (original.control & ~0x30) | (field << 4));
}
