/**
 * Boots a machine: floods a SCAMP image, given by the user, to an Ethernet chip's boot ROM and waits until the monitor
 * answers under its address. A machine that is booted already is recognised and left alone.
 *
 * The ROM acknowledges nothing but keeps the blocks it has, so sending everything again only fills gaps.
 *
 * @see SpiNNakerManchester/spinnaker_tools `tools/SpiNN/Boot.pm`, `tools/boot`
 */

import { pause } from "../sdp/abort.ts";
import { BOOT_PORT, bootPackets } from "../sdp/boot-packets.ts";
import { type Version, version } from "../sdp/chip-commands.ts";
import { ScpNoReplyError } from "../sdp/errors.ts";
import { ScpConnection } from "../sdp/scp-connection.ts";
import type { ScpConnectionOptions } from "../sdp/scp-connection-options.ts";
import { ROOT_CHIP } from "../sdp/sdp.ts";
import { UdpTransport } from "../sdp/transport.ts";
import { checkBootImage, SV_BYTES, SV_OFFSET } from "./boot-image.ts";
import { BoardNotReadyError, BoardSilentError, NotABoardError } from "./errors.ts";

/** Kinds of boards: hardware version and LED wiring (number and pins), as SCAMP needs to know them. */
export const BOARD_KINDS = {
  spin1: { hardwareVersion: 1, leds: 0x0007_6104 },
  spin2: { hardwareVersion: 2, leds: 0x0000_6103 },
  spin3: { hardwareVersion: 3, leds: 0x0000_0502 },
  spin4: { hardwareVersion: 4, leds: 0x0000_0001 },
  spin5: { hardwareVersion: 5, leds: 0x0000_0001 },
} as const;
export type BoardKind = keyof typeof BOARD_KINDS;

export interface BootOptions extends ScpConnectionOptions {
  /** By default 54321. */
  readonly bootPort?: number;
  /** Contents of a `scamp.boot`. */
  readonly image: Uint8Array;
  readonly kind: BoardKind;
  /** Unix seconds, for the board's clock. */
  readonly unixTime: number;
  readonly settings?: BootSettings;
  /** Between two packets, ms; by default 10. */
  readonly pauseMillis?: number;
  /** Boot ROM's time to start the image before the first question, ms; by default 500. */
  readonly settleMillis?: number;
  /** Longest wait for network set-up, ms; by default 30 000. It takes 2 to 4 s on a board. */
  readonly setUpMillis?: number;
  /** Boot even what is booted: only a board that was reset since will notice. */
  readonly force?: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Told the packets sent, then the milliseconds waited for network set-up. */
  readonly onProgress?: (stage: "flood" | "wait", done: number, total: number) => void;
}

/** Choices left to the host; each has its usual value by default. */
export interface BootSettings {
  /** Words of SDRAM set aside for the user; by default 0. */
  readonly sdramHeapWords?: number;
  /** Missed pings (10 ms) after which a core is stopped; by default 0: never. */
  readonly softWatchdog?: number;
  /** Microseconds a neighbour may take to answer; by default 200 (SCAMP 3: 100). */
  readonly peekMicros?: number;
  /** Microseconds between packets of the boot flood; by default 20 (SCAMP 3.1: 10). */
  readonly bootDelayMicros?: number;
}

export interface BootResult {
  readonly alreadyBooted: boolean;
  readonly version: Version;
}

/** Wait for one answer by default, ms. */
const PROBE_MILLIS = 500;
const PROBE_TRIES = 2;
/** Floods before giving up. */
const FLOODS = 4;
/** Looks for an answer after a flood before the next one. */
const LOOKS_PER_FLOOD = 5;
const POLL_MILLIS = 100;

/**
 * @throws {BootImageError} the image cannot be one
 * @throws {BoardSilentError} the board does not answer after several boots
 * @throws {NotABoardError} somebody else answers
 */
export async function bootBoard(options: BootOptions): Promise<BootResult> {
  const image = patchBootImage(options);
  await using connection = await ScpConnection.open({ timeoutMillis: PROBE_MILLIS, ...options });
  if (options.force !== true) {
    const version = await askVersion(connection, options.signal);
    if (version !== undefined) return { alreadyBooted: true, version: await waitForAddress(connection, options) };
  }
  for (let flood = 1; flood <= FLOODS; flood++) {
    await floodImage(connection.address, image, options);
    await pause(options.settleMillis ?? 500, options.signal);
    for (let look = 0; look < LOOKS_PER_FLOOD; look++) {
      if ((await askVersion(connection, options.signal)) !== undefined)
        return { alreadyBooted: false, version: await waitForAddress(connection, options) };
    }
  }
  const looks = FLOODS * LOOKS_PER_FLOOD * PROBE_TRIES;
  const waited = looks * (options.timeoutMillis ?? PROBE_MILLIS);
  throw new BoardSilentError(connection.address, connection.port, looks, waited, undefined);
}

/** The image with the first half of sv filled in for a kind of board. @throws {BootImageError} the image cannot be one */
export function patchBootImage(options: Pick<BootOptions, "image" | "kind" | "unixTime" | "settings">): Uint8Array {
  const { image, kind, unixTime, settings = {} } = options;
  checkBootImage(image);
  const patched = image.slice();
  patched.set(bootVariables(kind, unixTime, settings), SV_OFFSET);
  return patched;
}

/** sv bytes 0x00 to 0x7f: what SCAMP starts from. */
export function bootVariables(kind: BoardKind, unixTime: number, settings: BootSettings = {}): Uint8Array {
  const bytes = new Uint8Array(SV_BYTES);
  const view = new DataView(bytes.buffer);
  const { hardwareVersion, leds } = BOARD_KINDS[kind];
  bytes[0x0a] = hardwareVersion;
  bytes[0x0c] = 4; // p2pb_repeats
  bytes[0x0d] = 4; // p2p_sql: log2 of the point-to-point window
  bytes[0x0e] = 0x33; // clk_div
  view.setUint32(0x1c, unixTime, true);
  view.setUint16(0x24, 200, true); // cpu_clk, MHz
  view.setUint16(0x26, 130, true); // mem_clk, MHz
  bytes[0x28] = 0x3f; // forward: all links
  bytes[0x2a] = settings.peekMicros ?? 200;
  bytes[0x2b] = 1; // led_period: show load
  bytes[0x2c] = 50; // netinit_bc_wait, 10 ms
  view.setUint32(0x30, leds, true);
  bytes[0x40] = 1; // root_chip
  bytes[0x41] = 7; // num_buf: shared SDP buffers
  bytes[0x42] = settings.bootDelayMicros ?? 20;
  bytes[0x43] = settings.softWatchdog ?? 0;
  view.setUint32(0x48, 1024, true); // sysram_heap, words
  view.setUint32(0x4c, settings.sdramHeapWords ?? 0, true);
  view.setUint32(0x50, 16_384, true); // iobuf_size, bytes
  view.setUint32(0x54, 8_388_608, true); // sdram_bufs, bytes
  view.setUint32(0x58, 32_768, true); // sysbuf_size, words
  view.setUint32(0x5c, unixTime, true); // boot_sig
  bytes[0x65] = 0x3f; // link_en: all links
  return bytes;
}

async function floodImage(address: string, image: Uint8Array, options: BootOptions): Promise<void> {
  const { signal, pauseMillis = 10 } = options;
  await using transport = await UdpTransport.open(options.sockets === undefined ? {} : { sockets: options.sockets });
  const packets = bootPackets(image);
  for (const [index, packet] of packets.entries()) {
    await transport.send(packet, options.bootPort ?? BOOT_PORT, address);
    options.onProgress?.("flood", index + 1, packets.length);
    await pause(pauseMillis, signal);
  }
}

/** The monitor's version, or undefined when nobody answers. */
async function askVersion(connection: ScpConnection, signal: AbortSignal | undefined): Promise<Version | undefined> {
  try {
    const answer = await connection.call(ROOT_CHIP, version(), { tries: PROBE_TRIES, signal });
    if (answer.name !== "SC&MP")
      throw new NotABoardError(
        connection.address,
        connection.port,
        `a "${answer.name}/${answer.hardware}" answers, not SC&MP`,
      );
    return answer;
  } catch (error) {
    if (error instanceof ScpNoReplyError) return undefined;
    throw error;
  }
}

/** The root chip has its address when network set-up is over. */
async function waitForAddress(connection: ScpConnection, options: BootOptions): Promise<Version> {
  const total = options.setUpMillis ?? 30_000;
  let waited = 0;
  for (; waited < total; waited += POLL_MILLIS) {
    options.onProgress?.("wait", waited, total);
    const answer = await askVersion(connection, options.signal);
    if (answer?.chip !== undefined) return answer;
    await pause(POLL_MILLIS, options.signal);
  }
  throw new BoardNotReadyError(connection.address, connection.port, waited);
}
