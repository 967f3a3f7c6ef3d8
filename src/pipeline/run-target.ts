import type { ImagePatch } from "../image/core-image.ts";

/** Something a deployment was loaded on: the emulator, or a board. Cores are numbered as in the deployment. */
export interface RunTarget {
  /**
   * Runs until tick `until` is the next one; all state is kept. Resolves with the next tick, which comes before `until`
   * if the signal was aborted and the target can stop where it is.
   */
  runUntil(until: number, options?: RunUntilOptions): Promise<number>;
  /** Bytes of a core's image, from its start. */
  read(core: number, offset: number, length: number): Promise<Uint8Array>;
  /** Rewrites pieces of a core's image while it waits between two runs. */
  rewrite(core: number, patches: readonly ImagePatch[]): Promise<void>;
  /** Multicast packets that routers gave up since the deployment was loaded; routers that gave up none are left out. */
  droppedByRouters(): Promise<readonly RouterDrops[]>;
  /** Frees whatever the deployment holds there. */
  close(): Promise<void>;
}

/** Packets that the router of a chip gave up. */
export interface RouterDrops {
  readonly x: number;
  readonly y: number;
  readonly packets: number;
}

export interface RunUntilOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told the next tick now and then, by targets that can tell. */
  readonly onTick?: (tick: number) => void;
}
