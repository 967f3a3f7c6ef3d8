/**
 * How the boot ROM collects an image: over Ethernet in blocks, or word by word in nearest-neighbour packets. The first
 * way on which a start arrives is the only one listened to, until the image is executed (bootROM `flood_fill.c`).
 */

/** Blocks of an image, and words of a block, at most. */
const MAX_BLOCKS = 256;
const MAX_WORDS = 256;
/** The image may fill the upper half of the DTCM. */
export const IMAGE_BYTES = 0x8000;

const TARGET_MONITOR = 0;

const ETHERNET_START = 1;
const ETHERNET_BLOCK = 3;
const ETHERNET_CONTROL = 5;
const ETHERNET_PROTOCOL = 1;
const ETHERNET_HEADER = 18;
const ETHERNET_EXECUTE = 1;

const NN_START = 1;
const NN_BLOCK_START = 2;
const NN_DATA = 3;
const NN_BLOCK_END = 4;
const NN_CONTROL = 5;
const NN_EXECUTE = 0x100;
/** Low four bits of the key of all boot packets. */
const NN_BOOT = 3;

/** An image that is complete and to be executed. */
export interface ExecuteImage {
  /** Bytes to be copied from the collected image to ITCM address 0. */
  readonly bytes: number;
  readonly address: number;
}

export class BootImage {
  /** {@link IMAGE_BYTES}: what has been collected. */
  readonly bytes: Uint8Array;
  #source: "none" | "ethernet" | "links" = "none";
  #blockCount = 0;
  #wordCount = 0;
  readonly #received = new Uint8Array(MAX_BLOCKS);
  #block: number | undefined;
  readonly #words = new Uint32Array(MAX_WORDS);
  readonly #wordReceived = new Uint8Array(MAX_WORDS);

  /** @param bytes where the image is collected: the upper half of the monitor's DTCM */
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  reset(): void {
    this.#source = "none";
    this.#block = undefined;
  }

  /** A datagram to the boot port. Big-endian: version, operation, three arguments, words. */
  datagram(payload: Uint8Array): ExecuteImage | undefined {
    if (payload.length < ETHERNET_HEADER) return undefined;
    const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
    if (view.getUint16(0) !== ETHERNET_PROTOCOL) return undefined;
    const a1 = view.getUint32(6);
    const a3 = view.getUint32(14);
    switch (view.getUint32(2)) {
      case ETHERNET_START:
        if (this.#source === "none" && (a1 & 0xff) === TARGET_MONITOR) this.#start("ethernet", (a3 & 0xff) + 1);
        return undefined;
      case ETHERNET_BLOCK:
        if (this.#source === "ethernet") this.#ethernetBlock(a1, view);
        return undefined;
      case ETHERNET_CONTROL:
        return this.#source === "ethernet" && (a1 & ETHERNET_EXECUTE) !== 0 ? this.#execute(a3) : undefined;
      default:
        return undefined;
    }
  }

  /** A normal nearest-neighbour packet with payload. */
  packet(key: number, data: number): ExecuteImage | undefined {
    if ((key & 0xf) !== NN_BOOT || nnCheckSum(key, data) !== 0) return undefined;
    const block = (key >>> 16) & 0xff;
    const word = (key >>> 8) & 0xff;
    switch ((key >>> 24) & 0xf) {
      case NN_START:
        if (this.#source === "none" && data >>> 24 === TARGET_MONITOR) this.#start("links", ((data >>> 16) & 0xff) + 1);
        return undefined;
      case NN_BLOCK_START:
        if (this.#source === "links" && this.#block === undefined && this.#received[block] === 0) {
          this.#block = block;
          this.#wordCount = word + 1;
          this.#wordReceived.fill(0);
        }
        return undefined;
      case NN_DATA:
        if (this.#source === "links" && this.#block === block && this.#wordReceived[word] === 0) {
          this.#wordReceived[word] = 1;
          this.#words[word] = data;
        }
        return undefined;
      case NN_BLOCK_END:
        if (this.#source === "links" && this.#block === block) this.#endBlock(block, data);
        return undefined;
      case NN_CONTROL:
        return this.#source === "links" && (key & NN_EXECUTE) !== 0 ? this.#execute(data) : undefined;
      default:
        return undefined;
    }
  }

  #start(source: "ethernet" | "links", blocks: number): void {
    this.#source = source;
    this.#blockCount = blocks;
    this.#received.fill(0);
    this.#block = undefined;
  }

  #ethernetBlock(a1: number, view: DataView): void {
    const block = a1 & 0xff;
    if (this.#received[block] !== 0) return;
    this.#wordCount = ((a1 >>> 8) & 0xff) + 1;
    const sent = Math.floor((view.byteLength - ETHERNET_HEADER) / 4);
    for (let i = 0; i < this.#wordCount; i++) {
      this.#store(block * this.#wordCount + i, i < sent ? view.getUint32(ETHERNET_HEADER + 4 * i) : 0);
    }
    this.#received[block] = 1;
  }

  /** A block with a word missing stays open: the copy from another neighbour may bring it. */
  #endBlock(block: number, crc: number): void {
    for (let word = 0; word < this.#wordCount; word++) {
      if (this.#wordReceived[word] === 0) return;
    }
    const bytes = new Uint8Array(this.#words.buffer, 0, this.#wordCount * 4);
    if (crc32(bytes) === crc >>> 0) {
      for (let word = 0; word < this.#wordCount; word++) {
        this.#store(block * this.#wordCount + word, this.#words[word]!);
      }
      this.#received[block] = 1;
    }
    this.#block = undefined;
  }

  #store(word: number, value: number): void {
    if (word * 4 + 4 > this.bytes.length) return;
    new DataView(this.bytes.buffer, this.bytes.byteOffset).setUint32(word * 4, value, true);
  }

  #execute(address: number): ExecuteImage | undefined {
    for (let block = 0; block < this.#blockCount; block++) {
      if (this.#received[block] === 0) return undefined;
    }
    return { bytes: Math.min(this.#blockCount * this.#wordCount * 4, IMAGE_BYTES), address: address | 0 };
  }
}

/**
 * The four bits that make a nearest-neighbour or P2P control packet add up: key and data summed with end-around carry,
 * folded to four bits, complemented. Over a packet that carries them in key bits 31:28 the result is 0.
 */
export function nnCheckSum(key: number, data: number): number {
  let sum = (key >>> 0) + (data >>> 0);
  if (sum > 0xffff_ffff) sum -= 0xffff_ffff;
  for (const bits of [16, 8, 4]) {
    const limit = 2 ** bits;
    sum = (sum % limit) + Math.floor(sum / limit);
    if (sum >= limit) sum -= limit - 1;
  }
  return ~sum & 0xf;
}

/** CRC-32 of Ethernet: reflected polynomial 0xedb88320, start and final value inverted. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) !== 0 ? (crc >>> 1) ^ 0xedb8_8320 : crc >>> 1;
  }
  return ~crc >>> 0;
}
