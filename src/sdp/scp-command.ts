/**
 * A command ready to be sent, together with what its reply must look like: what request builders return and
 * `ScpConnection.call` takes.
 */
import { NO_DATA } from "./scp.ts";

/**
 * What a second execution does, which decides when a command is sent again if no reply comes (SCAMP does not suppress
 * duplicates, and a lost reply looks like a lost request).
 *
 * - `again`: the same as the first, and it is answered at once: send again as soon as a loss is likely.
 * - `unhurried`: the same too, but the answer may take its time.
 * - `late`: harmless but disruptive, it restarts cores: after the full time-out only.
 * - `never`: something else; a time-out is reported, the caller finds out what happened.
 */
export type Repeat = "again" | "unhurried" | "late" | "never";

export interface ScpCommand<Reply> {
  readonly command: number;
  readonly arg1: number;
  readonly arg2: number;
  readonly arg3: number;
  readonly data: Uint8Array;
  readonly repeat: Repeat;
  /**
   * Bytes of body an executed command answers with. SCAMP 4.0.0 reports errors of its command handlers as RC_OK with
   * another length, usually none: the length is the only sign.
   */
  readonly minBody: number;
  readonly maxBody: number;
  /** A body of another length means "busy, ask again" rather than "refused". */
  readonly unfitMeansBusy?: true;
  /** Time-out in ms when the default is too short for what the command does. */
  readonly timeoutMillis?: number;
  /** What the arguments say, for failures: `READ 256 bytes at 0x60000000`. */
  readonly describe: () => string;
  /** Turns a body of a fitting length into the result; may keep it. */
  readonly readReply: (body: Uint8Array) => Reply;
}

/** A command whose reply is an OK without body. */
export function commandWithoutReply(
  command: number,
  args: readonly [number, number, number],
  repeat: Repeat,
  describe: () => string,
  more: { readonly data?: Uint8Array; readonly timeoutMillis?: number } = {},
): ScpCommand<void> {
  return {
    command,
    arg1: args[0],
    arg2: args[1],
    arg3: args[2],
    data: NO_DATA,
    repeat,
    minBody: 0,
    maxBody: 0,
    describe,
    readReply: noResult,
    ...more,
  };
}

/** A command whose reply is one word. */
export function commandWithWord<Reply>(
  command: number,
  args: readonly [number, number, number],
  repeat: Repeat,
  describe: () => string,
  read: (word: number) => Reply,
): ScpCommand<Reply> {
  return {
    command,
    arg1: args[0],
    arg2: args[1],
    arg3: args[2],
    data: NO_DATA,
    repeat,
    minBody: 4,
    maxBody: 4,
    describe,
    readReply: (body) => read(wordAt(body, 0)),
  };
}

/** Unsigned little-endian word at a byte offset. */
export function wordAt(bytes: Uint8Array, offset: number): number {
  return (bytes[offset]! | (bytes[offset + 1]! << 8) | (bytes[offset + 2]! << 16) | (bytes[offset + 3]! << 24)) >>> 0;
}

/** `0x60240018`, for messages. */
export function hex(word: number): string {
  return `0x${(word >>> 0).toString(16).padStart(8, "0")}`;
}

function noResult(): void {}
