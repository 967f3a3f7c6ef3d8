import { Worker } from "node:worker_threads";
import { InputError, SpinloomError } from "../errors.ts";
import type { BoardFidelity, BoardThreadData, BoardThreadMessage } from "../host-sim/board-thread.ts";
import { patchBootImage } from "../loader/index.ts";
import type { Machine } from "../machine/machine.ts";
import type { ModelLibrary } from "../models/model-library.ts";
import type { FaultPlan } from "../sdp/faulty-socket.ts";
import { threadEntry } from "../thread-entry.ts";

export interface PrivateBoardOptions {
  /** `model` (default): our monitor, the engine computes; `arm`: our monitor, kernels on emulated cores; `scamp`: all emulated. */
  readonly mode?: BoardFidelity["mode"];
  /** Threads of the engine in mode `model`. */
  readonly threads: number;
  readonly faults?: FaultPlan | undefined;
  /** Cell types beside the standard ones that the board computes. */
  readonly models?: ModelLibrary | undefined;
  /** The user's SCAMP boot image, for mode `scamp`. */
  readonly scamp?: Uint8Array | undefined;
  /** What errors call that image: its file. */
  readonly scampName?: string | undefined;
  /** Told of crashed monitors and defects of the board. */
  readonly onTrouble?: (place: string, message: string) => void;
}

/** A virtual board for one run: on loopback, at ports nobody else uses, on a thread of its own. */
export interface PrivateBoard {
  readonly host: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Mode `scamp` runs the user's own monitor, which must be named. */
export class ScampImageNeededError extends InputError {
  readonly code = "SCAMP_IMAGE_NEEDED";

  constructor() {
    super("--mode scamp", "no SCAMP image", "Give --scamp FILE, a scamp.boot of SC&MP 3 or 4.");
  }
}

/** The image was sent, but the chips did not come up. */
export class BootFailedError extends InputError {
  readonly code = "BOOT_FAILED";

  /** @param image its file */
  constructor(image: string) {
    super(
      image,
      "the chips do not come up with this SCAMP image",
      "Give a scamp.boot of SC&MP 3 or 4 as it is distributed.",
    );
  }
}

/** No chip of the machine has a working Ethernet connection, so no host can load it. */
export class NoEthernetError extends InputError {
  readonly code = "NO_ETHERNET";

  constructor(machine: string) {
    super(
      `machine ${machine}`,
      "none of its Ethernet chips works",
      "Use a machine whose Ethernet chip is alive, or --board emulator.",
    );
  }
}

/** The private board could not be served. */
export class PrivateBoardError extends SpinloomError {
  readonly code = "PRIVATE_BOARD";

  constructor(found: string) {
    super("private virtual board", found, "Use --board emulator, which needs no network.");
  }
}

/**
 * @throws {PrivateBoardError} no sockets on loopback, no thread
 * @throws {NoEthernetError} a machine that no host could reach
 * @throws {BootImageError} mode `scamp` with what is no SCAMP image
 * @throws {BootFailedError} the image brings nothing up
 */
export async function startPrivateBoard(machine: Machine, options: PrivateBoardOptions): Promise<PrivateBoard> {
  if (machine.ethernetChips.length === 0) throw new NoEthernetError(machine.name);
  const data: BoardThreadData = { machine, fidelity: fidelityOf(machine, options) };
  const thread = new Worker(threadEntry("host-sim/board-thread"), { workerData: data });
  // Not by `once` of node:events, whose promise an error of the thread would reject with nobody listening yet.
  const ended = new Promise<void>((resolve) => thread.once("exit", () => resolve()));
  let served = false;
  const { host, port } = await new Promise<{ host: string; port: number }>((resolve, reject) => {
    thread.on("error", (error) => {
      const message = error instanceof Error ? error.message : String(error);
      if (served) options.onTrouble?.("private virtual board", message);
      else reject(new PrivateBoardError(message));
    });
    thread.once("exit", () => reject(new PrivateBoardError("its thread ended before it served anything")));
    thread.on("message", (message: BoardThreadMessage) => {
      if (message.kind === "ready") resolve(message);
      else if (message.kind === "failed") reject(new PrivateBoardError(message.message));
      else if (message.kind === "not booted") reject(new BootFailedError(options.scampName ?? "SCAMP image"));
      else options.onTrouble?.(message.place, message.message);
    });
  });
  served = true;
  return {
    host,
    port,
    close: async () => {
      thread.postMessage("close");
      await ended;
    },
  };
}

/** An arbitrary day in 2023: the same boot gives the same bytes. */
const BOOT_TIME = 0x6500_0000;
const SPIN3_CHIPS = 4;

/** @throws {ScampImageNeededError} mode `scamp` without an image */
function fidelityOf(
  machine: Machine,
  { mode = "model", threads, models, faults, scamp }: PrivateBoardOptions,
): BoardFidelity {
  switch (mode) {
    case "model":
      return { mode, threads, models: models?.ownModels ?? [], faults };
    case "arm":
      return { mode, faults };
    case "scamp": {
      if (scamp === undefined) throw new ScampImageNeededError();
      const kind = machine.alive.length <= SPIN3_CHIPS ? "spin3" : "spin5";
      return { mode, image: patchBootImage({ image: scamp, kind, unixTime: BOOT_TIME }) };
    }
  }
}
