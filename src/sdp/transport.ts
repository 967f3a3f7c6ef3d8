/**
 * One UDP socket: the only file that knows dgram-as-promised.
 *
 * Datagrams are taken from the inner socket's `message` event for the socket's whole life: `recv()` of the library
 * listens only while somebody waits and loses what comes in between. Time-outs are not the library's either, as they
 * make the next call on the socket fail. What arrives before anyone listens is queued.
 */
import type * as dgram from "node:dgram";
import { lookup } from "node:dns/promises";
import { isIPv4 } from "node:net";
import { DgramAsPromised, type SocketAsPromised } from "dgram-as-promised";
import { ClosedError, PortInUseError, UdpError } from "./errors.ts";

/** What opens sockets: `node:dgram`, or a stand-in such as `faultySockets`. */
export type SocketModule = Pick<typeof dgram, "createSocket">;

export interface TransportOptions {
  /** Local address, by default `0.0.0.0`. */
  readonly localAddress?: string;
  /** Local port, by default any free one. */
  readonly localPort?: number;
  readonly sockets?: SocketModule;
}

export interface Datagram {
  /** Belongs to the receiver. */
  readonly bytes: Uint8Array;
  readonly address: string;
  readonly port: number;
}

/** Gets every datagram, in the order of arrival; must not throw. */
export type DatagramListener = (bytes: Uint8Array, address: string, port: number) => void;

/** Asked of the kernel: the default holds 166 SCP-sized datagrams. */
const RECEIVE_BUFFER_BYTES = 4 << 20;
/** Most datagrams kept for a listener still to come; more are dropped, as the kernel would. */
const QUEUE_LIMIT = 4096;

export class UdpTransport implements AsyncDisposable {
  readonly localAddress: string;
  readonly localPort: number;
  readonly #socket: SocketAsPromised;
  #listener: DatagramListener | undefined;
  #failure: ((error: UdpError) => void) | undefined;
  #queue: Datagram[] = [];
  #closing: Promise<void> | undefined;

  /** @throws {PortInUseError | UdpError} the local address cannot be bound */
  static async open(options: TransportOptions = {}): Promise<UdpTransport> {
    const { localAddress = "0.0.0.0", localPort = 0, sockets } = options;
    const socket = DgramAsPromised.createSocket({
      type: "udp4",
      lookup: literalLookup,
      ...(sockets === undefined ? {} : { dgram: sockets as typeof dgram }),
    });
    try {
      const bound = await socket.bind(localPort, localAddress);
      return new UdpTransport(socket, bound.address, bound.port);
    } catch (error) {
      await socket.close().catch(() => {});
      if ((error as NodeJS.ErrnoException).code === "EADDRINUSE")
        throw new PortInUseError(localAddress, localPort, error);
      throw new UdpError(`UDP ${localAddress}:${localPort}`, error);
    }
  }

  private constructor(socket: SocketAsPromised, address: string, port: number) {
    this.#socket = socket;
    this.localAddress = address;
    this.localPort = port;
    const inner = socket.socket;
    inner.on("message", (bytes, from) => this.#receive(bytes, from.address, from.port));
    inner.on("error", (error) => this.#failure?.(new UdpError(`UDP ${address}:${port}`, error)));
    try {
      inner.setRecvBufferSize(RECEIVE_BUFFER_BYTES);
    } catch {
      // A smaller buffer works too: what it loses is sent again.
    }
  }

  /** Hands over what has been queued and all that follows. A second call replaces the listener. */
  listen(listener: DatagramListener): void {
    this.#listener = listener;
    const waiting = this.#queue;
    this.#queue = [];
    for (const { bytes, address, port } of waiting) listener(bytes, address, port);
  }

  /** Told of every error of the socket, those of {@link post} included. */
  onFailure(failure: (error: UdpError) => void): void {
    this.#failure = failure;
  }

  /** Sends one datagram and waits until the system has taken it. @param address dotted IPv4 address */
  async send(bytes: Uint8Array, port: number, address: string): Promise<void> {
    if (this.#closing !== undefined) throw new ClosedError(`UDP ${this.localAddress}:${this.localPort}`);
    try {
      await this.#socket.send(bytes, port, address);
    } catch (error) {
      throw new UdpError(`UDP to ${address}:${port}`, error);
    }
  }

  /**
   * Sends one datagram without waiting; a failure goes to {@link onFailure}. `bytes` must stay as they are until the
   * datagram has left, so hand over a buffer of its own. A third faster a round trip than {@link send}.
   */
  post(bytes: Uint8Array, port: number, address: string): void {
    if (this.#closing !== undefined) return;
    this.#socket.socket.send(bytes, 0, bytes.length, port, address, (error) => {
      if (error !== null) this.#failure?.(new UdpError(`UDP to ${address}:${port}`, error));
    });
  }

  /** Closes the socket; again is harmless. */
  close(): Promise<void> {
    this.#closing ??= this.#socket.close().finally(() => this.#socket.destroy());
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #receive(bytes: Uint8Array, address: string, port: number): void {
    if (this.#closing !== undefined) return;
    if (this.#listener !== undefined) this.#listener(bytes, address, port);
    else if (this.#queue.length < QUEUE_LIMIT) this.#queue.push({ bytes, address, port });
  }
}

/** Dotted IPv4 address of a host name. @throws {UdpError} it has none */
export async function resolveHost(host: string): Promise<string> {
  if (isIPv4(host)) return host;
  try {
    return (await lookup(host, 4)).address;
  } catch (error) {
    throw new UdpError(`host ${host}`, error);
  }
}

type LookupCallback = (error: NodeJS.ErrnoException | null, address: string, family: number) => void;

/** Addresses are resolved before they come here, so a send need not wait for a turn of the event loop. */
function literalLookup(address: string, _options: unknown, callback: LookupCallback): void {
  callback(null, address, 4);
}
