import { InvalidArgumentError } from "@commander-js/extra-typings";
import type { Deployment } from "../image/deployment.ts";
import type { RunTarget } from "../pipeline/run-target.ts";
import { readScampImage } from "./scamp-image.ts";

/** Where a command runs a deployment. */
export type BoardChoice =
  | { readonly kind: "emulator" }
  | { readonly kind: "virtual" }
  | { readonly kind: "host"; readonly host: string; readonly port: number | undefined };

export const BOARD_MODES = ["model", "arm", "scamp"] as const;
export type BoardMode = (typeof BOARD_MODES)[number];

/** `virtual`, `emulator`, or `HOST[:PORT]`, as an option's parser. */
export function boardChoice(text: string): BoardChoice {
  if (text === "emulator" || text === "virtual") return { kind: text };
  const match = /^([^:]+)(?::(\d+))?$/.exec(text);
  const port = match?.[2] === undefined ? undefined : Number(match[2]);
  if (match === null || (port !== undefined && (port < 1 || port > 65_535))) {
    throw new InvalidArgumentError("It must be virtual, emulator, or HOST or HOST:PORT of a board.");
  }
  return { kind: "host", host: match[1]!, port };
}

/** How results name the board: `virtual`, `emulator` or the host. */
export function boardName(choice: BoardChoice): string {
  return choice.kind === "host" ? choice.host : choice.kind;
}

export interface OpenTarget {
  readonly target: RunTarget;
  /** Version string of the monitor, where there is one. */
  readonly scamp: string | undefined;
  /** Frees the deployment and stops whatever was started for it. */
  readonly close: () => Promise<void>;
}

export interface OpenOptions {
  readonly mode: BoardMode;
  readonly threads: number;
  /** File of the SCAMP image that mode `scamp` runs. */
  readonly scamp?: string | undefined;
  /** Longest wait for cores that do not reach the end of the run, s. */
  readonly limit?: number | undefined;
  readonly signal?: AbortSignal;
  readonly onLoad?: (done: number, total: number, what: string) => void;
}

/** Loads a deployment where the user chose; the modules that take part are imported only then. */
export async function openTarget(
  deployment: Deployment,
  choice: BoardChoice,
  options: OpenOptions,
): Promise<OpenTarget> {
  if (choice.kind === "emulator") {
    const { EmulatorTarget } = await import("../pipeline/emulator-target.ts");
    const target = new EmulatorTarget(deployment, options.threads);
    return { target, scamp: undefined, close: () => target.close() };
  }
  const { BoardTarget } = await import("../pipeline/board-target.ts");
  const load = { signal: options.signal, ...(options.onLoad === undefined ? {} : { onLoad: options.onLoad }) };
  const limitMillis = options.limit === undefined ? undefined : options.limit * 1000;
  if (choice.kind === "host") {
    const target = await BoardTarget.load(deployment, choice.host, choice.port, {
      ...load,
      limitMillis,
      onWarning: (warning) => process.stderr.write(`${boardName(choice)}: ${warning}\n`),
    });
    return { target, scamp: target.scampVersion, close: () => target.close() };
  }
  const { startPrivateBoard } = await import("../pipeline/private-board.ts");
  const board = await startPrivateBoard(deployment.machine, {
    ...options,
    ...(options.scamp === undefined
      ? { scamp: undefined }
      : { scamp: await readScampImage(options.scamp), scampName: options.scamp }),
    onTrouble: (place, message) => process.stderr.write(`${place}: ${message}\n`),
  });
  try {
    const target = await BoardTarget.load(deployment, board.host, board.port, {
      ...load,
      // Emulated chips take their own time.
      limitMillis: limitMillis ?? Number.POSITIVE_INFINITY,
      needsNoKernel: options.mode === "model",
    });
    const close = async (): Promise<void> => {
      try {
        await target.close();
      } finally {
        await board.close();
      }
    };
    return { target, scamp: target.scampVersion, close };
  } catch (error) {
    await board.close();
    throw error;
  }
}
