import { VirtualBoard, type VirtualBoardOptions } from "../../src/host-sim/board/index.ts";
import { type Board, type ConnectBoardOptions, connectBoard, type LoadPlan } from "../../src/loader/index.ts";
import { chipCoord, type Machine } from "../../src/machine/index.ts";
import { CountingEngine, countingImage, IMAGE, MINIMAL_APLX } from "./counting-engine.ts";

/** A virtual board whose cores count, and a loader's connection to it. */
export interface LoadedBoard extends AsyncDisposable {
  readonly virtual: VirtualBoard;
  readonly engine: CountingEngine;
  readonly board: Board;
  /** What went wrong on the virtual board. */
  readonly trouble: string[];
}

export async function connectCountingBoard(
  options: VirtualBoardOptions,
  connect: Partial<ConnectBoardOptions> = {},
): Promise<LoadedBoard> {
  const engine = new CountingEngine();
  const trouble: string[] = [];
  const virtual = await VirtualBoard.serve({
    engine,
    onTrouble: (place, error) => trouble.push(`${place}: ${error instanceof Error ? error.message : String(error)}`),
    ...options,
  });
  const { address, port } = virtual.address();
  try {
    const board = await connectBoard({ host: address, port, ...connect });
    return {
      virtual,
      engine,
      board,
      trouble,
      async [Symbol.asyncDispose]() {
        await board.close();
        await virtual.close();
      },
    };
  } catch (error) {
    await virtual.close();
    throw error;
  }
}

export const APP_ID = 66;

/**
 * Cores of a machine count, each in its own steps: all that are free, or the highest few of every chip. Every chip has a
 * table of one entry.
 */
export function countingPlan(machine: Machine, ticks: number, coresPerChip = 17): LoadPlan {
  const cores: LoadPlan["cores"][number][] = [];
  const tables: LoadPlan["tables"][number][] = [];
  for (let chip = 0; chip < machine.alive.length; chip++) {
    if (machine.alive[chip] === 0) continue;
    tables.push({
      chip,
      key: Uint32Array.of(chip << 8),
      mask: Uint32Array.of(0xffff_ff00),
      route: Uint32Array.of(1 << 7),
    });
    let free = coresPerChip;
    for (let core = 17; core > 0 && free > 0; core--) {
      if ((machine.applicationCores[chip]! & (1 << core)) === 0) continue;
      free--;
      cores.push({
        ...chipCoord(machine, chip),
        core,
        application: 0,
        bytes: countingImage(cores.length + 1),
        sdramBytes: IMAGE.bytes + 4 * ticks,
        runUntilOffset: IMAGE.runUntil,
      });
    }
  }
  return { appId: APP_ID, machine, applications: [MINIMAL_APLX], cores, tables };
}

/** What core number `core` of the plan writes in ticks `from .. to - 1`. */
export function counted(core: number, from: number, to: number): Uint8Array {
  return new Uint8Array(Uint32Array.from({ length: to - from }, (_, n) => (from + n) * (core + 1)).buffer);
}
