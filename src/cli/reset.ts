import { type Command, createArgument } from "@commander-js/extra-typings";
import { APP_ID } from "../pipeline/app-id.ts";
import { boardAddress, withBoard } from "./board-connection.ts";
import { EXIT_OK } from "./exit.ts";
import { interruptSignal } from "./interrupt.ts";
import { wholeNumber } from "./options.ts";

/** `spinloom reset`: stop an application and free what it holds. */
export function addResetCommand(spinloom: Command): void {
  spinloom
    .command("reset")
    .description("Stop an application on a board and free its cores, memory and routing entries.")
    .addArgument(createArgument("<host>", "HOST or HOST:PORT of any Ethernet chip").argParser(boardAddress))
    .option("--app-id <n>", "application to stop", wholeNumber(16, 255), APP_ID)
    .option("--json", "print as JSON")
    .action(async (address, options) => {
      using interrupt = interruptSignal();
      await withBoard(address, interrupt.signal, async (board) => {
        const { stopApplication } = await import("../loader/index.ts");
        await stopApplication(board, options.appId, board.facts.chips);
      });
      process.stdout.write(
        options.json === true
          ? `${JSON.stringify({ stopped: options.appId })}\n`
          : `application ${options.appId} stopped\n`,
      );
      process.exitCode = EXIT_OK;
    });
}
