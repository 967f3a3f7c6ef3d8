import * as dgram from "node:dgram";
import { createEmulatedMachine, type EmulatedMachine } from "../../src/host-sim/machine/emulated-machine.ts";
import type { Machine } from "../../src/machine/index.ts";

const SCP_PORT = 17_893;
const BOOT_PORT = 54_321;
/** Virtual time that passes between two looks at the sockets. */
const STEP_MILLIS = 0.25;

/**
 * An emulated machine behind real UDP sockets on loopback: whatever comes to them goes to the root chip's Ethernet, and
 * its answers come back. Virtual time passes as fast as the emulator runs.
 */
export class EmulatedBoard implements AsyncDisposable {
  readonly emulated: EmulatedMachine;
  readonly scpPort: number;
  readonly bootPort: number;
  readonly #sockets: readonly dgram.Socket[];
  #open = true;

  static async serve(machine: Machine): Promise<EmulatedBoard> {
    const sockets = [dgram.createSocket("udp4"), dgram.createSocket("udp4")];
    for (const socket of sockets) await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
    return new EmulatedBoard(machine, sockets as [dgram.Socket, dgram.Socket]);
  }

  private constructor(machine: Machine, sockets: readonly [dgram.Socket, dgram.Socket]) {
    const [scp, boot] = sockets;
    this.#sockets = sockets;
    this.scpPort = scp.address().port;
    this.bootPort = boot.address().port;
    this.emulated = createEmulatedMachine({
      machine,
      onUdp: (_chip, { sourcePort, destination, payload }) => {
        if (sourcePort === SCP_PORT && this.#open) scp.send(payload, destination.port, destination.address);
      },
    });
    const root = machine.ethernetChips[0]!;
    const forward = (socket: dgram.Socket, port: number): void => {
      socket.on("message", (payload, from) => {
        this.emulated.receiveUdp(root, { address: from.address, port: from.port }, port, payload);
      });
    };
    forward(scp, SCP_PORT);
    forward(boot, BOOT_PORT);
    const passTime = (): void => {
      if (!this.#open) return;
      this.emulated.advanceMillis(STEP_MILLIS);
      setImmediate(passTime);
    };
    passTime();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#open = false;
    for (const socket of this.#sockets) await new Promise<void>((resolve) => socket.close(() => resolve()));
  }
}
