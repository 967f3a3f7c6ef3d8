import { ImageView } from "../../image/image-view.ts";
import { HEADER, IMAGE_HEADER_BYTES } from "../../image/layout.ts";
import type { ChipMemoryAccess } from "../board/application-engine.ts";

/** Bytes of the largest SDRAM: a longer image is a damaged header. */
const SDRAM_BYTES = 0x800_0000;

/**
 * A copy of the part of an image that the host wrote.
 *
 * @throws {BadImageError} no image, or a damaged one
 * @throws {RangeError} no address
 */
export function readImage(memory: ChipMemoryAccess, address: number): ImageView {
  if (address === 0) throw new RangeError("user0 holds no address");
  const header = memory.read(address, IMAGE_HEADER_BYTES);
  const length = new Uint32Array(new Uint8Array(header).buffer)[HEADER.writtenBytes]!;
  const readable = length > IMAGE_HEADER_BYTES && length <= SDRAM_BYTES;
  return new ImageView(readable ? memory.read(address, length) : header);
}

/** Writes back what a run changed: states, counters, the next tick, and what was recorded. */
export function writeBackImage(
  memory: ChipMemoryAccess,
  address: number,
  image: ImageView,
  recorded: (k: number) => { readonly samples: number; readonly words: Uint32Array },
): void {
  for (const name of ["states", "provenance"] as const) {
    memory.write(address + image.region(name).offset, bytesOf(image.regionWords(name)));
  }
  memory.writeWord(address + image.configOffset("tick"), image.config("tick"));
  for (let k = 0; k < image.config("recordings"); k++) {
    const { samples, words } = recorded(k);
    memory.write(address + image.recording(k).buffer, bytesOf(words));
    memory.writeWord(address + image.samplesOffset(k), samples);
  }
}

function bytesOf(words: Uint32Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}
