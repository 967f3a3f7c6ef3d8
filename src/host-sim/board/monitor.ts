/**
 * The monitor of one chip: takes datagrams from the Ethernet, routes SDP messages, executes SCP commands.
 *
 * A monitor that runs into a data abort or a run-time error is gone, as on a board: its chip answers nothing any more,
 * though neighbours can still peek its memory. Source: spinnaker_tools `scamp/scamp-3.c` (udp_pkt, proc_route_msg).
 */

import { CORE_STATE } from "../../sdp/core-state.ts";
import { SCP_CODE } from "../../sdp/scp.ts";
import {
  encodeSdp,
  readSdpHeader,
  SDP_DATAGRAM_MAX,
  SDP_FLAGS,
  SDP_HEADER_BYTES,
  TRANSIENT_TAG,
} from "../../sdp/sdp.ts";
import type { Chip } from "./chip.ts";
import { executeCommand } from "./commands/index.ts";
import { type IpTag, NO_TAG, TAG_FLAG, type UdpSender } from "./ip-tags.ts";
import { MemoryFault } from "./memory-fault.ts";
import { addressOf, isEthernet, type RoutedMessage, routed, turnRound, wantsReply } from "./routed-message.ts";
import { P2P_NO_ROUTE } from "./router.ts";
import { CoreRunTimeError, RTE } from "./run-time-error.ts";
import { failure, type MonitorRequest, type Outcome, readMonitorRequest, replyPayload } from "./scp.ts";

/** Chip address (255, 255) stands for the root chip. */
const ROOT_ADDRESS = 0xffff;

export class Monitor {
  /** False after an abort, or while the chip was never booted. */
  running = false;
  /** Network set-up is over: VER tells the chip's address, messages to other chips are routed. */
  ready = false;
  /** A COUNT waits for its answers. */
  counting = false;
  readonly #chip: Chip;

  constructor(chip: Chip) {
    this.#chip = chip;
  }

  /** Payload of a datagram that came to the SCP port of the chip's Ethernet. What does not fit is dropped in silence. */
  receiveDatagram(datagram: Uint8Array, sender: UdpSender): void {
    if (!this.running || datagram.length < SDP_HEADER_BYTES || datagram.length > SDP_DATAGRAM_MAX) return;
    const header = readSdpHeader(datagram);
    const { tags, x, y } = this.#chip;
    let { tag } = header;
    if (wantsReply(header)) {
      if (tag === TRANSIENT_TAG) tag = tags.takeTransient(sender);
      if (tag === NO_TAG || tags.get(tag) === undefined) return;
    }
    const source = { ...header.source, x, y };
    this.route(routed({ ...header, tag, source, payload: datagram.slice(SDP_HEADER_BYTES) }), sender);
  }

  /** Payload of a datagram to another UDP port: a reverse tag's, if one listens there. */
  receiveReverse(datagram: Uint8Array, sender: UdpSender, port: number): void {
    const { tags, x, y } = this.#chip;
    const number = tags.reverseTag(port);
    const tag = number === undefined ? undefined : tags.get(number);
    if (!this.running || number === undefined || tag === undefined) return;
    if (datagram.length > SDP_DATAGRAM_MAX - SDP_HEADER_BYTES) return;
    tag.ip = sender.ip;
    tag.port = sender.port;
    const destination = {
      x: tag.destination >>> 8,
      y: tag.destination & 255,
      port: tag.destinationPort >>> 5,
      core: tag.destinationPort & 31,
    };
    const source = { x, y, port: 7, core: 31 };
    this.route(routed({ flags: SDP_FLAGS.plain, tag: number, destination, source, payload: datagram.slice() }));
  }

  /** Deliver a message on this chip or send it on. @param sender set if it came in by this chip's own Ethernet */
  route(arriving: RoutedMessage, sender?: UdpSender): void {
    if (!this.running || arriving.hopsLeft === 0) return;
    const message = this.#withRoot({ ...arriving, hopsLeft: arriving.hopsLeft - 1 });
    const destination = addressOf(message.destination);
    const stays = (message.flags & SDP_FLAGS.local) !== 0;
    if (destination !== addressOf(message.source) && destination !== this.#chip.address && !stays) {
      this.#forward(message, destination);
    } else if (isEthernet(message.destination)) {
      this.#sendOut(message);
    } else if (message.destination.core >= this.#chip.numbering.count) {
      this.refuse(message, SCP_CODE.CPU);
    } else if (message.destination.core !== 0) {
      const code = this.#toCore(message);
      if (code !== SCP_CODE.OK) this.refuse(message, code);
    } else if (message.destination.port === 0) {
      this.#execute(message, sender);
    } else {
      this.refuse(message, SCP_CODE.PORT);
    }
  }

  /** Answer with an error of the routing level, which every version reports. */
  refuse(message: RoutedMessage, code: number, body?: Uint8Array): void {
    this.#reply(message, body === undefined ? failure(code) : { code, body });
  }

  /** Answer a command whose outcome came later. */
  complete(message: RoutedMessage, outcome: Outcome): void {
    this.#reply(message, this.#masked(outcome));
  }

  setLeds(leds: number): void {
    const { sv, systemController } = this.#chip;
    const wiring = (index: number): number => (sv.get(index < 8 ? "led0" : "led1") >>> (4 * (index % 8))) & 15;
    for (let led = 1; led <= wiring(0); led++) {
      const action = (leds >>> (2 * (led - 1))) & 3;
      const pin = 1 << wiring(led);
      const on = (systemController.gpio & pin) === 0;
      const next = action === LED.toggle ? !on : action === LED.on || (action !== LED.off && on);
      systemController.gpio = next ? systemController.gpio & ~pin : systemController.gpio | pin;
    }
  }

  /**
   * Do something in the monitor's name. An abort in it ends the monitor, unless the board makes bad addresses harmless.
   * @returns undefined after an abort
   */
  guard<T>(action: () => T): T | undefined {
    try {
      return action();
    } catch (error) {
      if (!(error instanceof MemoryFault || error instanceof CoreRunTimeError)) throw error;
      if (this.#chip.context.badAddress === "abort") this.#crash(error);
      return undefined;
    }
  }

  #crash(error: MemoryFault | CoreRunTimeError): void {
    this.running = false;
    const { vcpu } = this.#chip.cores[0]!;
    vcpu.set("cpu_state", CORE_STATE.RTE);
    vcpu.set("rt_code", error instanceof MemoryFault ? RTE.dataAbort : error.rteCode);
    this.#chip.context.onTrouble(`chip (${this.#chip.x}, ${this.#chip.y}), monitor`, error);
  }

  /** (255, 255) is the root chip, wherever that lies. */
  #withRoot(message: RoutedMessage): RoutedMessage {
    const { source, destination } = message;
    if (addressOf(destination) !== ROOT_ADDRESS && addressOf(source) !== ROOT_ADDRESS) return message;
    const root = this.#chip.sv.get("p2p_root");
    const coordinates = { x: root >>> 8, y: root & 255 };
    return {
      ...message,
      source: addressOf(source) === ROOT_ADDRESS ? { ...source, ...coordinates } : source,
      destination: addressOf(destination) === ROOT_ADDRESS ? { ...destination, ...coordinates } : destination,
    };
  }

  #forward(message: RoutedMessage, destination: number): void {
    if (!this.ready || this.#chip.router.p2pRoute(destination) === P2P_NO_ROUTE) {
      this.refuse(message, SCP_CODE.ROUTE);
      return;
    }
    const { fabric } = this.#chip.context;
    const target = fabric.p2pTarget(this.#chip, destination);
    const wayBack = target && fabric.p2pTarget(target, this.#chip.address);
    if (target?.monitor.running && wayBack === this.#chip) target.monitor.guard(() => target.monitor.route(message));
    else this.refuse(message, SCP_CODE.P2P_NOREPLY);
  }

  #sendOut(message: RoutedMessage): void {
    const { tags, ethernet } = this.#chip;
    const tag = tags.get(message.tag);
    if (tag === undefined || (tag.flags & TAG_FLAG.valid) === 0) return;
    const out: IpTag = { ...tag };
    if (tag.flags & TAG_FLAG.transient) tags.clear(message.tag);
    else tag.count++;
    ethernet?.send(out, tag.flags & TAG_FLAG.strip ? message.payload : encodeSdp(message));
  }

  #toCore(message: RoutedMessage): number {
    return this.#chip.runtimes[message.destination.core]?.receive(message) ?? SCP_CODE.TIMEOUT;
  }

  #execute(message: RoutedMessage, sender: UdpSender | undefined): void {
    const request = readMonitorRequest(message);
    const outcome = request === undefined ? failure(SCP_CODE.LEN) : this.#command(request, sender);
    if (outcome !== undefined && this.running) this.#reply(message, this.#masked(outcome));
  }

  /** @returns undefined if there is nothing to answer now */
  #command(request: MonitorRequest, sender: UdpSender | undefined): Outcome | undefined {
    this.#chip.tick();
    let outcome: Outcome | undefined = failure(SCP_CODE.ARG);
    this.guard(() => {
      outcome = executeCommand(this.#chip, request, sender);
    });
    return outcome;
  }

  #masked(outcome: Outcome): Outcome {
    return this.#chip.context.masksErrors ? { ...outcome, code: SCP_CODE.OK } : outcome;
  }

  #reply(message: RoutedMessage, outcome: Outcome): void {
    if (!wantsReply(message)) return;
    const reply = turnRound(message, replyPayload(message, outcome));
    this.route({ ...reply, flags: reply.flags & ~SDP_FLAGS.reply });
  }
}

/** Two bits a LED; 0 leaves it alone. */
const LED = { toggle: 1, off: 2, on: 3 } as const;
