/** The Ethernet of one chip: its SCP port, and the UDP ports of its reverse IP tags. */

import type { SocketModule } from "../../sdp/transport.ts";
import { UdpTransport } from "../../sdp/transport.ts";
import type { BoardClock } from "./board-clock.ts";
import type { EthernetPort } from "./chip.ts";
import { type IpTag, TAG_FLAG, type UdpSender } from "./ip-tags.ts";
import { octets } from "./pcap.ts";
import type { TraceSink, UdpEnd } from "./trace.ts";

export interface EndpointOptions {
  readonly address: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly sockets: SocketModule | undefined;
  readonly clock: BoardClock;
  readonly trace: TraceSink | undefined;
}

/** @param port the board's UDP port */
export type DatagramHandler = (datagram: Uint8Array, sender: UdpSender, port: number) => void;

export class EthernetEndpoint implements EthernetPort {
  readonly #options: EndpointOptions;
  readonly #main: UdpTransport;
  readonly #reverse = new Map<number, UdpTransport>();
  /** Ports that reverse tags have at the moment; some may still be being opened. */
  #wanted: ReadonlySet<number> = new Set();
  #handler: DatagramHandler | undefined;
  /** Sends wait for sockets that are being opened: a host may use a tag as soon as it is told that it is set. */
  #opening: Promise<unknown> | undefined;
  #closed = false;

  static async open(options: EndpointOptions): Promise<EthernetEndpoint> {
    const transport = await UdpTransport.open({
      localAddress: options.address,
      localPort: options.port,
      ...(options.sockets === undefined ? {} : { sockets: options.sockets }),
    });
    return new EthernetEndpoint(options, transport);
  }

  private constructor(options: EndpointOptions, transport: UdpTransport) {
    this.#options = options;
    this.#main = transport;
  }

  get end(): UdpEnd {
    return { address: this.#main.localAddress, port: this.#main.localPort };
  }

  /** Hand over everything that comes in. */
  serve(handler: DatagramHandler): void {
    this.#handler = handler;
    this.#attend(this.#main);
  }

  send(tag: IpTag, datagram: Uint8Array): void {
    if (this.#opening !== undefined) {
      void this.#opening.then(() => this.#post(tag, datagram));
    } else {
      this.#post(tag, datagram);
    }
  }

  listen(ports: readonly number[]): void {
    this.#wanted = new Set(ports);
    for (const [port, transport] of this.#reverse) {
      if (this.#wanted.has(port)) continue;
      this.#reverse.delete(port);
      void transport.close();
    }
    const added = [...this.#wanted].filter(
      (port) => port !== 0 && port !== this.#main.localPort && !this.#reverse.has(port),
    );
    if (added.length === 0) return;
    const opening = Promise.all([this.#opening, ...added.map((port) => this.#openReverse(port))]).then(() => {
      if (this.#opening === opening) this.#opening = undefined;
    });
    this.#opening = opening;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#opening;
    await Promise.all([this.#main, ...this.#reverse.values()].map((transport) => transport.close()));
  }

  /** A port that is taken stays deaf, as a tag for a port that the network blocks would. */
  async #openReverse(port: number): Promise<void> {
    const opened = await EthernetEndpoint.open({ ...this.#options, port }).catch(() => undefined);
    if (opened === undefined) return;
    if (this.#closed || !this.#wanted.has(port)) {
      await opened.close();
      return;
    }
    this.#reverse.set(port, opened.#main);
    this.#attend(opened.#main);
  }

  #attend(transport: UdpTransport): void {
    // A tag can name a host that cannot be reached; on a board such frames vanish too.
    transport.onFailure(() => undefined);
    transport.listen((bytes, address, port) => {
      this.#trace("in", transport, { address, port }, bytes);
      this.#handler?.(bytes, { ip: octets(address), port }, transport.localPort);
    });
  }

  #post(tag: IpTag, datagram: Uint8Array): void {
    const reverse = tag.flags & TAG_FLAG.reverse ? this.#reverse.get(tag.receivePort) : undefined;
    const transport = reverse ?? this.#main;
    const host = { address: tag.ip.join("."), port: tag.port };
    this.#trace("out", transport, host, datagram);
    if (host.port !== 0) transport.post(datagram, host.port, host.address);
  }

  #trace(direction: "in" | "out", transport: UdpTransport, host: UdpEnd, payload: Uint8Array): void {
    const board = { address: transport.localAddress, port: transport.localPort };
    this.#options.trace?.({ direction, millis: this.#options.clock.now(), board, host, payload });
  }
}
