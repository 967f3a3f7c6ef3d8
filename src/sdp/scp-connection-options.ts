import type { SocketModule } from "./transport.ts";

/** Transient tags of an Ethernet chip, shared by all who talk to it. */
export const TRANSIENT_TAGS = 8;

export interface ScpConnectionOptions {
  /** Host name or dotted IPv4 address. */
  readonly host: string;
  /** By default {@link SCP_PORT}. */
  readonly port?: number;
  /** Most requests outstanding, 1 to 8; by default 8. Fewer when others use the same Ethernet chip. */
  readonly window?: number;
  /** Longest wait for one reply, ms, unless the command needs longer; below the tags' 2560 ms. By default 1000. */
  readonly timeoutMillis?: number;
  /** Time-outs after which a request fails; by default 8. It bears twice as many "busy" replies. */
  readonly tries?: number;
  readonly sockets?: SocketModule;
  /** Milliseconds of any steady clock. */
  readonly now?: () => number;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** Instead of the connection's. */
  readonly tries?: number;
  readonly timeoutMillis?: number;
}

export interface ScpStatistics {
  /** Requests answered. */
  readonly answered: number;
  /** Datagrams sent, repetitions included. */
  readonly sent: number;
  readonly timeouts: number;
  /** Requests sent again because later ones had been answered. */
  readonly overtaken: number;
  /** Replies "busy, ask again". */
  readonly busy: number;
  /** Replies to requests that had been answered before. */
  readonly late: number;
  /** Datagrams that were no replies. */
  readonly garbage: number;
}
