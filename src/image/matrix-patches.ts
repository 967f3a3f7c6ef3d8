import { encodeSourceKeys, type ImagePatch, type SynapticMatrix } from "./core-image.ts";
import { ImageView } from "./image-view.ts";
import { REGION_TABLE_WORD, REGIONS, type RegionName } from "./layout.ts";

/** The pieces of an image that change when its synapses do. */
export function matrixPatches(image: Uint8Array, matrix: SynapticMatrix): ImagePatch[] {
  const view = new ImageView(image);
  const patches: ImagePatch[] = [];
  const data: readonly (readonly [RegionName, Uint32Array])[] = [
    ["sourceKeys", encodeSourceKeys(matrix.sourceKeys)],
    ["rowStarts", matrix.rowStarts],
    ["rows", matrix.rows],
  ];
  for (const [name, words] of data) {
    const { offset } = view.region(name);
    const table = Uint32Array.of(offset, words.byteLength);
    patches.push({ offset: (REGION_TABLE_WORD + 2 * REGIONS[name]) * 4, bytes: new Uint8Array(table.buffer) });
    if (words.length > 0)
      patches.push({ offset, bytes: new Uint8Array(words.buffer, words.byteOffset, words.byteLength) });
  }
  const count = Uint32Array.of(matrix.sourceKeys.length);
  patches.push({ offset: view.configOffset("sourceKeys"), bytes: new Uint8Array(count.buffer) });
  return patches;
}
