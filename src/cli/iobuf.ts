import { type Command, createArgument } from "@commander-js/extra-typings";
import { boardAddress, withBoard } from "./board-connection.ts";
import { EXIT_OK } from "./exit.ts";
import { NothingThereError } from "./inspect.ts";
import { interruptSignal } from "./interrupt.ts";
import { wholeNumber } from "./options.ts";

/** `spinloom iobuf`: what a core has printed. */
export function addIobufCommand(spinloom: Command): void {
  spinloom
    .command("iobuf")
    .description("Print what a core has written to its IOBUF.")
    .addArgument(createArgument("<host>", "HOST or HOST:PORT of any Ethernet chip").argParser(boardAddress))
    .addArgument(createArgument("<x>", "chip").argParser(wholeNumber(0, 255)))
    .addArgument(createArgument("<y>", "chip").argParser(wholeNumber(0, 255)))
    .addArgument(createArgument("<core>", "virtual core").argParser(wholeNumber(0, 17)))
    .option("--json", "print as JSON")
    .action(async (address, x, y, core, options) => {
      using interrupt = interruptSignal();
      const text = await withBoard(address, interrupt.signal, async (board) => {
        const chip = board.chipAt({ x, y });
        if (chip === undefined || core >= chip.workingCores) {
          throw new NothingThereError(
            `core (${x}, ${y}, ${core})`,
            "the board has none",
            "`spinloom info` and `spinloom ps --all` list what there is.",
          );
        }
        const { readIobuf } = await import("../loader/index.ts");
        return readIobuf(board, chip, core, interrupt.signal);
      });
      process.stdout.write(options.json === true ? `${JSON.stringify({ core: [x, y, core], text })}\n` : text);
      process.exitCode = EXIT_OK;
    });
}
