/** A host that knows nothing of our codecs: datagrams as hexadecimal text over a real socket. */

import type { UdpEnd, VirtualBoard } from "../../../src/host-sim/board/index.ts";
import { UdpTransport } from "../../../src/sdp/transport.ts";

export class RawClient implements AsyncDisposable {
  readonly #transport: UdpTransport;
  readonly #target: UdpEnd;
  readonly #arrived: Buffer[] = [];
  #waiting: ((datagram: Buffer) => void) | undefined;

  static async open(board: VirtualBoard, target: UdpEnd = board.address()): Promise<RawClient> {
    return new RawClient(await UdpTransport.open({ localAddress: "127.0.0.1" }), target);
  }

  private constructor(transport: UdpTransport, target: UdpEnd) {
    this.#transport = transport;
    this.#target = target;
    transport.listen((bytes) => {
      const waiting = this.#waiting;
      this.#waiting = undefined;
      if (waiting === undefined) this.#arrived.push(Buffer.from(bytes));
      else waiting(Buffer.from(bytes));
    });
  }

  get port(): number {
    return this.#transport.localPort;
  }

  /** @param port another UDP port of the board than the SCP port */
  async send(datagram: string | Uint8Array, port: number = this.#target.port): Promise<void> {
    const bytes = typeof datagram === "string" ? Buffer.from(datagram.replaceAll(" ", ""), "hex") : datagram;
    await this.#transport.send(bytes, port, this.#target.address);
  }

  /** The next datagram that comes in or has come in. */
  receive(): Promise<Buffer> {
    const next = this.#arrived.shift();
    if (next !== undefined) return Promise.resolve(next);
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  /** Send a datagram and wait for the answer, both in hexadecimal. */
  async call(hex: string): Promise<string> {
    await this.send(hex);
    return (await this.receive()).toString("hex");
  }

  /** Send an SCP request and take its reply apart. */
  async scp(request: RawRequest): Promise<RawReply> {
    await this.send(scpDatagram(request));
    return readReply(await this.receive());
  }

  /**
   * What came in before the answer to a VER sent after a datagram: the board takes datagrams in order and answers most
   * at once.
   */
  async answersTo(datagram: string | Uint8Array): Promise<Buffer[]> {
    await this.send(datagram);
    await this.send(scpDatagram({ command: 0, sequence: PROBE_SEQUENCE }));
    const answers: Buffer[] = [];
    for (;;) {
      const answer = await this.receive();
      if (readReply(answer).sequence === PROBE_SEQUENCE) return answers;
      answers.push(answer);
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#transport.close();
  }
}

const PROBE_SEQUENCE = 0xbeef;

export interface RawRequest {
  readonly command: number;
  readonly args?: readonly number[];
  readonly data?: Uint8Array;
  /** By default (255, 255), the root chip. */
  readonly x?: number;
  readonly y?: number;
  readonly core?: number;
  readonly port?: number;
  readonly sequence?: number;
  readonly flags?: number;
  readonly tag?: number;
}

export interface RawReply {
  readonly flags: number;
  readonly code: number;
  readonly sequence: number;
  /** Length of the whole datagram. */
  readonly bytes: number;
  readonly body: Buffer;
}

export function scpDatagram(request: RawRequest): Buffer {
  const { command, args = [], data = new Uint8Array(0), x = 255, y = 255, core = 0, port = 0 } = request;
  const datagram = Buffer.alloc(26 + data.length);
  datagram[2] = request.flags ?? 0x87;
  datagram[3] = request.tag ?? 0xff;
  datagram[4] = (port << 5) | core;
  datagram[5] = 0xff;
  datagram[6] = y;
  datagram[7] = x;
  datagram.writeUInt16LE(command, 10);
  datagram.writeUInt16LE(request.sequence ?? 1, 12);
  args.forEach((arg, i) => {
    datagram.writeUInt32LE(arg >>> 0, 14 + 4 * i);
  });
  datagram.set(data, 26);
  return datagram;
}

export function readReply(datagram: Buffer): RawReply {
  return {
    flags: datagram[2]!,
    code: datagram.readUInt16LE(10),
    sequence: datagram.readUInt16LE(12),
    bytes: datagram.length,
    body: datagram.subarray(14),
  };
}
