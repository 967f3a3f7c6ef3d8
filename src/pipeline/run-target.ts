import type { ImagePatch } from "../image/core-image.ts";

/** Something a deployment was loaded on: the emulator, or a board. Cores are numbered as in the deployment. */
export interface RunTarget {
  /** Runs until tick `until` is the next one; all state is kept. */
  runUntil(until: number): Promise<void>;
  /** Bytes of a core's image, from its start. */
  read(core: number, offset: number, length: number): Promise<Uint8Array>;
  /** Rewrites pieces of a core's image while it waits between two runs. */
  rewrite(core: number, patches: readonly ImagePatch[]): Promise<void>;
  /** Multicast packets that routers gave up since the deployment was loaded. */
  droppedByRouters(): Promise<number>;
  /** Frees whatever the deployment holds there. */
  close(): Promise<void>;
}
