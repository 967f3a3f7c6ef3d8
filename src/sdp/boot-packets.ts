/**
 * The boot ROM's protocol: a host floods an image to an Ethernet chip's UDP port 54321, nothing is acknowledged.
 *
 * Packet: u16 protocol version, u32 opcode, three u32 operands, then image words; everything big-endian, so the bytes of
 * every image word are swapped.
 *
 * @see SpiNNakerManchester/spinnaker_bootROM `src/flood_fill.c`, SpiNNakerManchester/spinnaker_tools `tools/SpiNN/Boot.pm`
 */
import { DatagramError, inRange } from "./errors.ts";

/** UDP port of an unbooted Ethernet chip. */
export const BOOT_PORT = 54_321;
export const BOOT_PROTOCOL_VERSION = 1;
export const BOOT_HEADER_BYTES = 18;
/** Bytes of an image block. The ROM stores block b at b times this, so a shorter one can only be the last. */
export const BOOT_BLOCK_BYTES = 1024;
export const BOOT_BLOCKS_MAX = 32;

export const BOOT_OPCODE = { start: 1, block: 3, control: 5, hello: 0x41 } as const;

export interface BootPacket {
  readonly opcode: number;
  readonly operands: readonly [number, number, number];
  /** Image bytes in the order of the image; a multiple of 4, at most 1024. */
  readonly data: Uint8Array;
}

export function encodeBootPacket(packet: BootPacket): Uint8Array {
  inRange("boot words", packet.data.length / 4, 0, BOOT_BLOCK_BYTES / 4);
  const datagram = new Uint8Array(BOOT_HEADER_BYTES + packet.data.length);
  const view = new DataView(datagram.buffer);
  view.setUint16(0, BOOT_PROTOCOL_VERSION);
  view.setUint32(2, inRange("boot opcode", packet.opcode, 0, 0xffff_ffff));
  packet.operands.forEach((operand, index) => {
    view.setUint32(6 + 4 * index, inRange(`boot operand ${index + 1}`, operand, 0, 0xffff_ffff));
  });
  datagram.set(swapWords(packet.data), BOOT_HEADER_BYTES);
  return datagram;
}

/** @throws {DatagramError} not a whole boot packet of version 1 */
export function decodeBootPacket(datagram: Uint8Array): BootPacket {
  const dataBytes = datagram.length - BOOT_HEADER_BYTES;
  if (dataBytes < 0 || dataBytes > BOOT_BLOCK_BYTES || dataBytes % 4 !== 0)
    throw new DatagramError("boot packet", `${datagram.length} bytes`, "18 bytes and up to 256 words are expected.");
  const view = new DataView(datagram.buffer, datagram.byteOffset, datagram.length);
  const protocol = view.getUint16(0);
  if (protocol !== BOOT_PROTOCOL_VERSION)
    throw new DatagramError(
      "boot packet",
      `protocol version ${protocol}`,
      `Version ${BOOT_PROTOCOL_VERSION} is known.`,
    );
  return {
    opcode: view.getUint32(2),
    operands: [view.getUint32(6), view.getUint32(10), view.getUint32(14)],
    data: swapWords(datagram.subarray(BOOT_HEADER_BYTES)),
  };
}

/** All packets that boot a machine with an image, in order. @param image at most 32 KiB, padded to whole words here */
export function bootPackets(image: Uint8Array): Uint8Array[] {
  const blocks = inRange("boot blocks", Math.ceil(image.length / BOOT_BLOCK_BYTES), 1, BOOT_BLOCKS_MAX);
  const padded = new Uint8Array(Math.ceil(image.length / 4) * 4);
  padded.set(image);
  const none = new Uint8Array(0);
  const start = encodeBootPacket({ opcode: BOOT_OPCODE.start, operands: [0, 0, blocks - 1], data: none });
  const execute = encodeBootPacket({ opcode: BOOT_OPCODE.control, operands: [1, 0, 0], data: none });
  const wordsField = (BOOT_BLOCK_BYTES / 4 - 1) << 8;
  const data = Array.from({ length: blocks }, (_, block) =>
    encodeBootPacket({
      opcode: BOOT_OPCODE.block,
      operands: [wordsField | block, 0, 0],
      data: padded.subarray(block * BOOT_BLOCK_BYTES, (block + 1) * BOOT_BLOCK_BYTES),
    }),
  );
  return [start, ...data, execute];
}

function swapWords(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(Buffer.from(bytes).swap32());
}
