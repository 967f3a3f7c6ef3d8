/** A record of every datagram that came to the board or left it. */

export interface TracedDatagram {
  readonly direction: "in" | "out";
  /** Milliseconds by the board's clock. */
  readonly millis: number;
  /** The board's end, an address of its Ethernet chip. */
  readonly board: UdpEnd;
  /** The host's end. */
  readonly host: UdpEnd;
  /** UDP payload. */
  readonly payload: Uint8Array;
}

export interface UdpEnd {
  readonly address: string;
  readonly port: number;
}

export type TraceSink = (datagram: TracedDatagram) => void;
