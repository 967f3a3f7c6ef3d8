import {
  createEmulatedMachine,
  type EmulatedMachine,
  type EmulatedMachineOptions,
} from "../../../src/host-sim/machine/emulated-machine.ts";
import type { UdpFromChip } from "../../../src/host-sim/machine/host-network.ts";
import type { Machine } from "../../../src/machine/machine.ts";
import { decodeScpReply, encodeScpDatagram, type ScpReply } from "../../../src/sdp/scp.ts";
import type { ScpCommand } from "../../../src/sdp/scp-command.ts";
import { HOST_ENDPOINT, SDP_FLAGS, SDP_HEADER_BYTES, type SdpEndpoint, TRANSIENT_TAG } from "../../../src/sdp/sdp.ts";
import { bootDatagrams, type ScampImage } from "./scamp-image.ts";

const SCP_PORT = 17_893;
const BOOT_PORT = 54_321;
const HOST = { address: "192.168.240.254", port: 40_000 };
const BOOT_DATAGRAM_MILLIS = 10;
const BOOT_MILLIS_MAX = 8000;
const REPLY_MILLIS_MAX = 500;
/** Until the Ethernet counts as settled on all chips and VER tells addresses. */
const SETTLE_MILLIS = 800;
/** sv.netinit_phase, as an offset into the System RAM, and its last value. */
const NETINIT_PHASE = 0x7f2d;
const NETINIT_DONE = 0xff;

/** Where a command goes: a chip, its monitor unless a core is named. */
export interface Target {
  readonly x: number;
  readonly y: number;
  readonly core?: number;
}

/** An emulated machine booted with a real SCAMP image, and a host that speaks SCP with it in virtual time. */
export class ScampBoard {
  readonly emulated: EmulatedMachine;
  /** What came out and was no reply to a command. */
  readonly others: UdpFromChip[] = [];
  readonly #machine: Machine;
  #sequence = 0;
  #reply: ScpReply | undefined;

  constructor(machine: Machine, options: Omit<EmulatedMachineOptions, "machine" | "onUdp"> = {}) {
    this.#machine = machine;
    this.emulated = createEmulatedMachine({
      machine,
      ...options,
      onUdp: (_chip, datagram) => this.#received(datagram),
    });
  }

  static booted(machine: Machine, image: ScampImage): ScampBoard {
    const board = new ScampBoard(machine);
    board.boot(image);
    return board;
  }

  /** Boots the root chip and waits until the network set-up is over on all chips that take part in it. */
  boot(image: ScampImage, chipsToWaitFor?: number): void {
    const spin3 = this.#machine.alive.length <= 4;
    for (const datagram of bootDatagrams(
      image,
      spin3 ? { hardwareVersion: 3, led0: 0x502 } : { hardwareVersion: 5, led0: 1 },
    )) {
      this.#send(BOOT_PORT, datagram);
      this.emulated.advanceMillis(BOOT_DATAGRAM_MILLIS);
    }
    const wanted = chipsToWaitFor ?? [...this.emulated.chips()].length;
    for (let waited = 0; this.chipsUp < wanted; waited += 50) {
      if (waited > BOOT_MILLIS_MAX) throw new Error(`only ${this.chipsUp} of ${wanted} chips came up`);
      this.emulated.advanceMillis(50);
    }
    this.emulated.advanceMillis(SETTLE_MILLIS);
  }

  get chipsUp(): number {
    return [...this.emulated.chips()].filter(({ chip }) => chip.systemRam[NETINIT_PHASE] === NETINIT_DONE).length;
  }

  /** Sends a command to the Ethernet chip of the root board and returns what the reply says. */
  call<Reply>(target: Target, command: ScpCommand<Reply>): Reply {
    const reply = this.request(target, command);
    if (reply.code !== 0x80) throw new Error(`${command.describe()}: return code 0x${reply.code.toString(16)}`);
    if (reply.body.length < command.minBody) throw new Error(`${command.describe()}: ${reply.body.length} bytes`);
    return command.readReply(reply.body);
  }

  /** The same, whatever the reply. */
  request(target: Target, command: ScpCommand<unknown>): ScpReply {
    const sequence = this.#sequence++ & 0xffff;
    const destination: SdpEndpoint = { x: target.x, y: target.y, core: target.core ?? 0, port: 0 };
    this.#reply = undefined;
    this.#send(
      SCP_PORT,
      encodeScpDatagram(
        { flags: SDP_FLAGS.replyExpected, tag: TRANSIENT_TAG, destination, source: HOST_ENDPOINT },
        {
          command: command.command,
          sequence,
          arg1: command.arg1,
          arg2: command.arg2,
          arg3: command.arg3,
          data: command.data,
        },
      ),
    );
    for (let waited = 0; waited < REPLY_MILLIS_MAX * 10; waited++) {
      this.emulated.advanceMillis(0.1);
      const reply = this.#reply as ScpReply | undefined;
      if (reply?.sequence === sequence) return reply;
    }
    throw new Error(`${command.describe()}: no reply from (${target.x}, ${target.y})`);
  }

  #send(port: number, payload: Uint8Array): void {
    this.emulated.receiveUdp(this.#machine.ethernetChips[0]!, HOST, port, payload);
  }

  #received(datagram: UdpFromChip): void {
    const isReply = datagram.destination.port === HOST.port && datagram.payload.length >= SDP_HEADER_BYTES + 4;
    if (isReply) this.#reply = decodeScpReply(datagram.payload.subarray(SDP_HEADER_BYTES));
    else this.others.push(datagram);
  }
}
