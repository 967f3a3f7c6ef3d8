import { createWriteStream, type WriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import type { TraceKind, TraceOptions } from "../host-sim/machine/index.ts";
import type { Machine } from "../machine/machine.ts";
import { BootFailedError, ScampImageNeededError } from "../pipeline/private-board.ts";
import { OutputUnwritableError } from "../results/output-directory.ts";
import { readScampImage } from "./scamp-image.ts";

export const TRACE_KINDS: readonly TraceKind[] = ["instruction", "registers", "packet", "sdp", "frame"];

export interface EmulatedBoardSettings {
  readonly machine: Machine;
  readonly host: string;
  readonly port: number;
  readonly bootPort: number;
  readonly scamp: string | undefined;
  /** Wait for a host to boot the board. */
  readonly unbooted: boolean;
  readonly trace: TraceSettings | undefined;
  readonly gdb:
    | { readonly port: number; readonly core: { readonly x: number; readonly y: number; readonly core: number } }
    | undefined;
}

export interface TraceSettings {
  readonly file: string;
  readonly kinds: readonly TraceKind[];
  readonly chips: readonly { readonly x: number; readonly y: number }[] | undefined;
  /** Physical cores. */
  readonly cores: readonly number[] | undefined;
}

/** A chip-level emulation behind UDP, as the `board` command serves it. */
export interface ServedBoard {
  address(chip?: Machine["ethernetChips"][number]): { readonly address: string; readonly port: number };
  readonly notes: readonly string[];
  close(): Promise<void>;
}

/** @throws {ScampImageNeededError} neither an image nor a host to bring one */
export async function serveEmulatedBoard(settings: EmulatedBoardSettings): Promise<ServedBoard> {
  if (settings.scamp === undefined && !settings.unbooted) throw new ScampImageNeededError();
  const image = settings.scamp === undefined ? undefined : await readScampImage(settings.scamp);
  const [{ EmulatedBoard }, { formatTraceEvent }] = await Promise.all([
    import("../host-sim/machine/emulated-board.ts"),
    import("../host-sim/machine/index.ts"),
  ]);
  const traceFile = settings.trace === undefined ? undefined : await openTrace(settings.trace.file);
  const trace: TraceOptions | undefined =
    settings.trace === undefined
      ? undefined
      : {
          kinds: settings.trace.kinds,
          sink: (event) => traceFile!.write(`${formatTraceEvent(event)}\n`),
          ...(settings.trace.chips === undefined ? {} : { chips: settings.trace.chips }),
          ...(settings.trace.cores === undefined ? {} : { cores: settings.trace.cores }),
        };
  const board = await EmulatedBoard.serve({
    machine: settings.machine,
    host: settings.host,
    scpPort: settings.port,
    bootPort: settings.unbooted ? settings.bootPort : 0,
    ...(trace === undefined ? {} : { trace }),
  });
  const closers: (() => Promise<void>)[] = [() => board.close()];
  const close = async (): Promise<void> => {
    for (const end of closers.toReversed()) await end();
    if (traceFile !== undefined) {
      traceFile.end();
      await finished(traceFile);
    }
  };
  try {
    const notes: string[] = [];
    if (settings.unbooted)
      notes.push(`waits for a boot image at ${board.bootAddress.address}:${board.bootAddress.port}`);
    else notes.push(await bootFromWithin(board, image!, settings));
    if (settings.gdb !== undefined) {
      const { GdbServer } = await import("../host-sim/debug/index.ts");
      const { port, core } = settings.gdb;
      const gdb = await GdbServer.open({ machine: board.emulated, core, port });
      closers.push(async () => gdb[Symbol.asyncDispose]());
      notes.push(`GDB: target remote 127.0.0.1:${gdb.port}, core (${core.x}, ${core.y}, ${core.core})`);
    }
    return { address: (chip) => board.address(chip), notes, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** An arbitrary day in 2023: the same boot gives the same bytes. */
const BOOT_TIME = 0x6500_0000;

async function bootFromWithin(
  board: { boot(image: Uint8Array): Promise<boolean>; close(): Promise<void> },
  image: Uint8Array,
  { machine, scamp }: EmulatedBoardSettings,
): Promise<string> {
  const { patchBootImage } = await import("../loader/index.ts");
  const kind = machine.alive.length <= 4 ? "spin3" : "spin5";
  const booted = await board.boot(patchBootImage({ image, kind, unixTime: BOOT_TIME }));
  if (!booted) throw new BootFailedError(scamp!);
  return "booted";
}

async function openTrace(file: string): Promise<WriteStream> {
  const stream = createWriteStream(file);
  await new Promise<void>((resolve, reject) => {
    stream.once("open", () => resolve()).once("error", (cause) => reject(new OutputUnwritableError(file, cause)));
  });
  return stream;
}
