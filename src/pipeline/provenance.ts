import type { Deployment } from "../image/deployment.ts";
import { ImageView } from "../image/image-view.ts";
import { PROVENANCE_NAMES } from "../image/layout.ts";
import type { RunTarget } from "./run-target.ts";

/** Counters of one core, by name. */
export type Provenance = Readonly<Record<(typeof PROVENANCE_NAMES)[number], number>>;

/** Counters of every core, as the target has them now. */
export async function readProvenance(deployment: Deployment, target: RunTarget): Promise<Provenance[]> {
  return Promise.all(
    deployment.cores.map(async ({ image }, c) => {
      const { offset, bytes } = new ImageView(image).region("provenance");
      const words = new Uint32Array(new Uint8Array(await target.read(c, offset, bytes)).buffer);
      return Object.fromEntries(PROVENANCE_NAMES.map((name, i) => [name, words[i]!])) as Provenance;
    }),
  );
}
