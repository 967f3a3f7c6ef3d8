import { InputError, SpinloomError } from "../errors.ts";
import { scpCodeMeaning } from "./scp-codes.ts";

/** A datagram that is not what its place in the protocol demands. */
export class DatagramError extends SpinloomError {
  readonly code = "BAD_DATAGRAM";

  constructor(what: string, found: string, wanted: string) {
    super(what, found, wanted);
  }
}

/** An argument that has no encoding: a number outside its field, too much data. */
export class FieldRangeError extends SpinloomError {
  readonly code = "FIELD_OUT_OF_RANGE";

  constructor(field: string, value: number, low: number, high: number) {
    super(field, `${value}`, `A whole number from ${low} to ${high} fits.`);
  }
}

/** Throws {@link FieldRangeError} unless `value` is a whole number in `[low, high]`; returns it. */
export function inRange(field: string, value: number, low: number, high: number): number {
  if (!Number.isInteger(value) || value < low || value > high) throw new FieldRangeError(field, value, low, high);
  return value;
}

/** The local UDP port that was asked for belongs to someone else. */
export class PortInUseError extends InputError {
  readonly code = "PORT_IN_USE";

  constructor(address: string, port: number, cause: unknown) {
    super(
      `UDP ${address}:${port}`,
      "the port is in use",
      "Stop the program that holds it, or choose another port (0 takes any free one).",
      { cause },
    );
  }
}

/** The operating system refused to open or use a UDP socket, or the host name does not resolve. */
export class UdpError extends InputError {
  readonly code = "UDP_FAILED";

  constructor(place: string, cause: unknown) {
    super(place, cause instanceof Error ? cause.message : String(cause), "Check the address and the network.", {
      cause,
    });
  }
}

/** Something was asked of a transport or connection that has been closed. */
export class ClosedError extends SpinloomError {
  readonly code = "CONNECTION_CLOSED";

  constructor(place: string) {
    super(place, "the connection is closed", "Open a new one.");
  }
}

/** Did an exchange fail because of what the other end said or did not say? */
export function isScpFailure(error: unknown): error is ScpNoReplyError | ScpRefusedError | ScpUnfitReplyError {
  return error instanceof ScpNoReplyError || error instanceof ScpRefusedError || error instanceof ScpUnfitReplyError;
}

/** Whom a request was for and what it was; every failed exchange names it. */
export interface ExchangePlace {
  readonly address: string;
  readonly port: number;
  /** `root chip`, `chip (1, 2) core 3`. */
  readonly destination: string;
  /** `READ 256 bytes at 0x60000000`. */
  readonly command: string;
}

function exchangeText(place: ExchangePlace): string {
  return `${place.address}:${place.port}, ${place.destination}, ${place.command}`;
}

/** A request was sent as often as allowed, and no reply to it came. */
export class ScpNoReplyError extends SpinloomError {
  readonly code = "NO_REPLY";
  readonly exchange: ExchangePlace;
  /** Datagrams sent for the request. */
  readonly sends: number;
  readonly waitedMillis: number;
  /** Datagrams that came on the connection's socket and were no replies to anything. */
  readonly garbage: number;
  /** Replies of any kind the connection has ever received: 0 means that nobody may be there at all. */
  readonly repliesBefore: number;
  /** The request may have been carried out although no reply came, and may not be sent twice. */
  readonly mayHaveRun: boolean;

  constructor(
    exchange: ExchangePlace,
    details: {
      readonly sends: number;
      readonly waitedMillis: number;
      readonly garbage: number;
      readonly garbageText: string;
      /** What the system said about the socket, if anything. */
      readonly cause: UdpError | undefined;
      readonly repliesBefore: number;
      readonly mayHaveRun: boolean;
    },
  ) {
    const tries = details.sends === 1 ? "1 try" : `${details.sends} tries`;
    const garbage = details.garbage === 0 ? "" : `; ${details.garbageText}`;
    const socket = details.cause === undefined ? "" : `; the system reports: ${details.cause.found}`;
    super(
      exchangeText(exchange),
      `no reply after ${tries} in ${(details.waitedMillis / 1000).toFixed(1)} s${garbage}${socket}`,
      details.mayHaveRun
        ? "It may have been carried out all the same: look at the state of the board before trying again."
        : "Check that the address is right, that the board is switched on and booted, and that UDP gets through.",
      { cause: details.cause },
    );
    this.exchange = exchange;
    this.sends = details.sends;
    this.waitedMillis = details.waitedMillis;
    this.garbage = details.garbage;
    this.repliesBefore = details.repliesBefore;
    this.mayHaveRun = details.mayHaveRun;
  }
}

/** A request was refused with a return code that waiting does not cure, or did not within the tries. */
export class ScpRefusedError extends SpinloomError {
  readonly code = "REQUEST_REFUSED";
  readonly exchange: ExchangePlace;
  readonly returnCode: number;
  /** Body that came with the return code, usually none. */
  readonly body: Uint8Array;

  constructor(exchange: ExchangePlace, returnCode: number, sends: number, body: Uint8Array) {
    super(
      exchangeText(exchange),
      `refused with ${scpCodeMeaning(returnCode)}${sends > 1 ? ` after ${sends} tries` : ""}`,
      "Check the chip, the core and the arguments.",
    );
    this.exchange = exchange;
    this.returnCode = returnCode;
    this.body = body;
  }
}

/** An OK whose length is not what an executed command answers with. */
export class ScpUnfitReplyError extends SpinloomError {
  readonly code = "REPLY_UNFIT";
  readonly exchange: ExchangePlace;
  readonly bodyBytes: number;

  constructor(exchange: ExchangePlace, bodyBytes: number, wanted: string) {
    super(
      exchangeText(exchange),
      `answered OK with ${bodyBytes} bytes instead of ${wanted}`,
      "SCAMP 4.0.0 reports a refused command this way: check its arguments. Otherwise this is no SpiNNaker board.",
    );
    this.exchange = exchange;
    this.bodyBytes = bodyBytes;
  }
}
