import { type CoreContent, encodeParams, type ImagePatch } from "./core-image.ts";
import { ImageView } from "./image-view.ts";

/** Words between two changes that are cheaper to send than another patch. */
const GAP_WORDS = 64;

/**
 * The pieces of an image that change when its parameters do.
 *
 * @param before what the image, and patches made since, gave the core
 * @param after the same layout, other words
 */
export function paramPatches(
  image: Uint8Array,
  before: CoreContent["params"],
  after: CoreContent["params"],
): ImagePatch[] {
  const view = new ImageView(image);
  const { offset } = view.region("params");
  const [old, fresh] = [before, after].map((params) => encodeParams(params, view.config("stride"))) as [
    Uint32Array,
    Uint32Array,
  ];
  const patches: ImagePatch[] = [];
  let from = 0;
  while (from < fresh.length) {
    if (old[from] === fresh[from]) {
      from++;
      continue;
    }
    let to = from + 1;
    for (let at = to; at < fresh.length && at - to < GAP_WORDS; at++) if (old[at] !== fresh[at]) to = at + 1;
    patches.push({ offset: offset + from * 4, bytes: new Uint8Array(fresh.slice(from, to).buffer) });
    from = to;
  }
  return patches;
}
