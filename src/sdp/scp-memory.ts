/**
 * Memory of any size over one connection: cut into messages of 256 bytes, as many under way as the window holds.
 */
import { onAbort } from "./abort.ts";
import { inRange } from "./errors.ts";
import { type Exchange, endpointOf, type ScpTarget } from "./exchange.ts";
import { readMemory, writeMemory } from "./memory-commands.ts";
import { SCP_DATA_MAX } from "./scp.ts";
import type { ScpCommand } from "./scp-command.ts";
import type { ScpConnection } from "./scp-connection.ts";
import type { CallOptions } from "./scp-connection-options.ts";

export interface TransferOptions extends CallOptions {
  /** Told the bytes done so far, after every message. */
  readonly onProgress?: (bytes: number) => void;
}

/** Reads `length` bytes; a target core other than the monitor gives that core's view of memory. */
export async function readBlock(
  connection: ScpConnection,
  target: ScpTarget,
  address: number,
  length: number,
  options: TransferOptions = {},
): Promise<Uint8Array> {
  inRange("bytes to read", length, 0, 2 ** 32 - address);
  const block = new Uint8Array(length);
  await transfer(
    connection,
    target,
    address,
    length,
    options,
    (offset, bytes) => readMemory(address + offset, bytes),
    (offset, body) => block.set(body, offset),
  );
  return block;
}

/** Writes a block; `bytes` is read as the messages go out and must not change meanwhile. */
export async function writeBlock(
  connection: ScpConnection,
  target: ScpTarget,
  address: number,
  bytes: Uint8Array,
  options: TransferOptions = {},
): Promise<void> {
  inRange("bytes to write", bytes.length, 0, 2 ** 32 - address);
  await transfer(connection, target, address, bytes.length, options, (offset, length) =>
    writeMemory(address + offset, bytes.subarray(offset, offset + length)),
  );
}

/** Keeps a window of messages under way; after the first failure no more are sent. */
function transfer(
  connection: ScpConnection,
  target: ScpTarget,
  address: number,
  length: number,
  options: TransferOptions,
  commandAt: (offset: number, bytes: number) => ScpCommand<unknown>,
  take: (offset: number, body: Uint8Array) => void = () => {},
): Promise<void> {
  return new Promise((resolve, reject) => {
    if (length === 0) return resolve();
    const destination = endpointOf(target);
    const underWay = new Set<Exchange>();
    let next = 0;
    let done = 0;
    let ended = false;

    const end = (error?: unknown): void => {
      ended = true;
      stopListening();
      for (const exchange of underWay) connection.abandon(exchange);
      if (error === undefined) resolve();
      else reject(error);
    };
    const stopListening = onAbort(options.signal, end);

    const sendNext = (): void => {
      const offset = next;
      // The first message ends where words begin, so that all others move words.
      const bytes = Math.min(SCP_DATA_MAX - ((address + offset) & 3), length - offset);
      next += bytes;
      const exchange = connection.submit(
        destination,
        commandAt(offset, bytes),
        (error, body) => {
          underWay.delete(exchange);
          if (ended) return;
          if (error !== undefined) return end(error);
          take(offset, body);
          done += bytes;
          try {
            options.onProgress?.(done);
          } catch (thrown) {
            return end(thrown);
          }
          if (done === length) end();
          else if (next < length) sendNext();
        },
        options,
      );
      underWay.add(exchange);
    };

    while (next < length && underWay.size < connection.window) sendNext();
  });
}
