import * as dgram from "node:dgram";
import { decodeScpRequest, encodeScpReply, type ScpRequest } from "../../src/sdp/scp.ts";
import { SCP_CODE } from "../../src/sdp/scp-codes.ts";
import { decodeSdp, encodeSdp, type SdpMessage } from "../../src/sdp/sdp.ts";

export interface Received {
  readonly message: SdpMessage;
  readonly request: ScpRequest;
  /** How many requests had come before this one. */
  readonly index: number;
}

/** What a board answers: whole datagrams, in order; {@link reply} makes them. */
export type Script = (received: Received) => readonly Uint8Array[];

/** A UDP socket on loopback that answers by a script, and remembers what it was asked. */
export class ScriptedBoard implements AsyncDisposable {
  readonly received: Received[] = [];
  readonly port: number;
  readonly #socket: dgram.Socket;

  static async open(script: Script): Promise<ScriptedBoard> {
    const socket = dgram.createSocket("udp4");
    await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
    return new ScriptedBoard(socket, script);
  }

  private constructor(socket: dgram.Socket, script: Script) {
    this.#socket = socket;
    this.port = socket.address().port;
    socket.on("message", (bytes, from) => {
      const message = decodeSdp(bytes);
      const received = { message, request: decodeScpRequest(message.payload), index: this.received.length };
      this.received.push(received);
      for (const answer of script(received)) socket.send(answer, from.port, from.address);
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return new Promise((resolve) => this.#socket.close(() => resolve()));
  }
}

/** The reply SCAMP would send: header turned round, sequence echoed. The root chip answers as (0, 0). */
export function reply(
  received: Received,
  body: Uint8Array = new Uint8Array(0),
  code: number = SCP_CODE.OK,
): Uint8Array {
  const { message, request } = received;
  const asked = message.destination;
  return encodeSdp({
    flags: 0x07,
    tag: 8,
    destination: message.source,
    source: asked.x === 255 && asked.y === 255 ? { ...asked, x: 0, y: 0 } : asked,
    payload: encodeScpReply({ code, sequence: request.sequence, body }),
  });
}

/** A board with one chip's memory in it: answers READ, WRITE and FILL, everything else with RC_CMD. */
export function memoryScript(memory: Uint8Array, base: number): Script {
  return (received) => {
    const { request } = received;
    const offset = request.arg1 - base;
    if (request.command === 2) return [reply(received, memory.subarray(offset, offset + request.arg2))];
    if (request.command === 3) {
      memory.set(request.data, offset);
      return [reply(received)];
    }
    return [reply(received, undefined, SCP_CODE.CMD)];
  };
}
