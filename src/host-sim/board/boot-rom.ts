/**
 * The boot ROM of an Ethernet chip that waits for SC&MP: collects the blocks of an image and says when to start.
 *
 * Nothing is ever acknowledged. Packets are big-endian: u16 version, u32 opcode, three u32 operands, image words.
 * Source: spinnaker_bootROM `src/flood_fill.c`.
 */

const VERSION = 1;
const HEADER_BYTES = 18;
const OPCODE = { start: 1, block: 3, control: 5 } as const;
const EXECUTE = 1;
/** The ROM keeps 32 KiB. */
const IMAGE_BYTES = 32 * 1024;

export class BootRom {
  #image: Uint8Array | undefined;
  #blocksWanted = 0;
  readonly #blocks = new Set<number>();

  /** @returns the image, once it is complete and told to run */
  receive(packet: Uint8Array): Uint8Array | undefined {
    if (packet.length < HEADER_BYTES) return undefined;
    const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
    if (view.getUint16(0) !== VERSION) return undefined;
    const operand1 = view.getUint32(6);
    switch (view.getUint32(2)) {
      case OPCODE.start:
        this.#start(view.getUint32(14) + 1);
        return undefined;
      case OPCODE.block:
        this.#store(operand1 & 255, ((operand1 >>> 8) & 255) + 1, packet.subarray(HEADER_BYTES));
        return undefined;
      case OPCODE.control:
        return operand1 & EXECUTE && this.#blocks.size === this.#blocksWanted ? this.#image : undefined;
      default:
        return undefined;
    }
  }

  #start(blocks: number): void {
    if (this.#image !== undefined) return;
    this.#image = new Uint8Array(IMAGE_BYTES);
    this.#blocksWanted = blocks;
  }

  /** Each block counts once; words come big-endian and are stored little-endian at `block` times the block's size. */
  #store(block: number, words: number, data: Uint8Array): void {
    if (this.#image === undefined || this.#blocks.has(block) || block >= this.#blocksWanted) return;
    const start = 4 * words * block;
    const count = Math.min(words, Math.floor(data.length / 4));
    if (start + 4 * count > IMAGE_BYTES) return;
    for (let byte = 0; byte < 4 * count; byte++) this.#image[start + byte] = data[byte ^ 3]!;
    this.#blocks.add(block);
  }
}
