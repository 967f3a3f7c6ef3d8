import { type Command, Option, type OptionValues } from "@commander-js/extra-typings";
import type { Effort } from "../mapper/place/index.ts";
import { IdleOptionError } from "./idle-option-error.ts";
import { numberBetween, oneOf, positiveNumber, wholeNumber } from "./options.ts";
import { readScampImage } from "./scamp-image.ts";
import { BOARD_MODES, type BoardChoice, type BoardMode, boardChoice } from "./targets.ts";

const EFFORTS = ["fast", "normal", "best"] as const satisfies readonly Effort[];

/** How a network is mapped, as far as the user says so. (Commander's types want type aliases, not interfaces.) */
export type MappingOptions = {
  readonly machine?: string | undefined;
  readonly seed?: number | undefined;
  /** ms */
  readonly duration?: number | undefined;
  readonly neuronsPerCore?: number | undefined;
  readonly effort?: Effort | undefined;
  readonly timescale?: number | undefined;
};

/** Where a mapped network runs. */
export type BoardOptions = {
  readonly board: BoardChoice;
  readonly mode: BoardMode;
  readonly threads: number;
  readonly scamp?: string | undefined;
  /** s */
  readonly limit?: number | undefined;
};

/** Options of every command that reads a network and says which machine it is for. */
export type NetworkChoice = Pick<MappingOptions, "machine" | "seed" | "duration">;

/** Adds these. None has a default here, so that one that is given shows. */
export function withNetworkOptions<Arguments extends unknown[], Options extends OptionValues>(
  command: Command<Arguments, Options>,
): Command<Arguments, Options & NetworkChoice> {
  command
    .option("--machine <machine>", 'spin3, spin5, WIDTHxHEIGHT or a machine file (default: "spin5")')
    .option("--duration <ms>", "duration instead of the file's", positiveNumber)
    .option("--seed <n>", "seed instead of the file's", wholeNumber(0, 0xffff_ffff));
  // Commander adds options to the command itself; only its type has to follow.
  return command as unknown as Command<Arguments, Options & NetworkChoice>;
}

/** Adds the options of every command that maps networks. */
export function withMappingOptions<Arguments extends unknown[], Options extends OptionValues>(
  command: Command<Arguments, Options>,
): Command<Arguments, Options & MappingOptions> {
  withNetworkOptions(command)
    .option("--neurons-per-core <n>", "most neurons a core", wholeNumber(1, 256))
    .option("--effort <effort>", `how hard the mapper tries: ${EFFORTS.join(", ")}`, oneOf(EFFORTS))
    .option("--timescale <factor>", "slow the machine down by this factor", numberBetween(0.001, 1000));
  return command as unknown as Command<Arguments, Options & MappingOptions>;
}

/**
 * Adds the options of every command that runs networks on boards.
 *
 * @param boards what may stand after --board
 * @param parse turns that into a choice
 */
export function withBoardOptions<Arguments extends unknown[], Options extends OptionValues>(
  command: Command<Arguments, Options>,
  boards: string,
  parse: (text: string) => BoardChoice = boardChoice,
): Command<Arguments, Options & BoardOptions> {
  command
    .addOption(new Option("--board <board>", boards).argParser(parse).default({ kind: "virtual" }, '"virtual"'))
    .option(
      "--mode <mode>",
      "what a virtual board is made of: model (the engine computes), arm (kernels on emulated cores), scamp (all of it emulated)",
      oneOf(BOARD_MODES),
      "model",
    )
    .option("--scamp <file>", "mode scamp: SCAMP boot image (scamp.boot)")
    .option(
      "--limit <s>",
      "longest wait for cores that do not reach the end of the run (default on HOST: a minute and 20 times its duration)",
      positiveNumber,
    )
    .option("--threads <n>", "threads of the emulator", wholeNumber(1, 64), 1);
  return command as unknown as Command<Arguments, Options & BoardOptions>;
}

/**
 * Refuses at the start what the run would meet only after mapping.
 *
 * @throws {IdleOptionError} the choice of a board leaves an option nothing to do
 * @throws {BootImageError} what mode `scamp` should run is no SCAMP image
 */
export async function checkBoardOptions({ board, mode, scamp, limit }: BoardOptions): Promise<void> {
  if (limit !== undefined && board.kind === "emulator")
    throw new IdleOptionError("--limit", "on the emulator", "Leave it out.");
  if (mode !== "model" && board.kind !== "virtual")
    throw new IdleOptionError(`--mode ${mode}`, "on anything but a virtual board", "Leave --board out, or --mode.");
  if (scamp !== undefined && mode !== "scamp")
    throw new IdleOptionError("--scamp", `in mode ${mode}`, "Add --mode scamp, or leave it out.");
  if (scamp !== undefined) await readScampImage(scamp);
}
