import { type Command, createArgument } from "@commander-js/extra-typings";
import { CORE_STATE, coreStateName } from "../sdp/core-state.ts";
import { boardAddress, withBoard } from "./board-connection.ts";
import { EXIT_OK } from "./exit.ts";
import { interruptSignal } from "./interrupt.ts";

/** `spinloom ps`: what runs on a board. */
export function addPsCommand(spinloom: Command): void {
  spinloom
    .command("ps")
    .description("List the cores of a board that are not idle: state, app id, program.")
    .addArgument(createArgument("<host>", "HOST or HOST:PORT of any Ethernet chip").argParser(boardAddress))
    .option("--all", "list idle cores too")
    .option("--json", "print as JSON")
    .action(async (address, options) => {
      using interrupt = interruptSignal();
      const cores = await withBoard(address, interrupt.signal, async (board) => {
        const { coreStatus } = await import("../loader/index.ts");
        const wanted = board.facts.chips.flatMap((chip) =>
          Array.from({ length: chip.workingCores }, (_, core) => ({ chip, core })).filter(
            ({ core }) => options.all === true || (core > 0 && chip.coreStates[core] !== CORE_STATE.IDLE),
          ),
        );
        return Promise.all(
          wanted.map(async ({ chip, core }) => {
            const status = await coreStatus(board, chip, core, interrupt.signal);
            return {
              chip: [chip.x, chip.y],
              core,
              state: coreStateName(status.state),
              app_id: status.appId,
              program: status.appName,
              rt_code: status.rtCode,
            };
          }),
        );
      });
      process.stdout.write(
        options.json === true
          ? `${JSON.stringify(cores)}\n`
          : cores
              .map(
                (c) =>
                  `(${c.chip.join(", ")}) core ${c.core}  ${c.state.padEnd(6)}  app ${c.app_id}  ${c.program}${c.rt_code === 0 ? "" : `  run-time error ${c.rt_code}`}\n`,
              )
              .join(""),
      );
      process.exitCode = EXIT_OK;
    });
}
