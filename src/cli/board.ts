import type { Command } from "@commander-js/extra-typings";
import { chipCoord } from "../machine/machine.ts";
import { EXIT_OK } from "./exit.ts";
import { interruptSignal } from "./interrupt.ts";
import { oneOf, readMachine, wholeNumber } from "./options.ts";
import { BOARD_MODES } from "./targets.ts";

/** `spinloom board`: serve a virtual board until Ctrl-C. */
export function addBoardCommand(spinloom: Command): void {
  spinloom
    .command("board")
    .description("Serve a virtual SpiNNaker machine over UDP until Ctrl-C.")
    .option("--machine <machine>", "spin3, spin5, WIDTHxHEIGHT or a machine file", "spin5")
    .option("--host <address>", "loopback address of the first board; further boards take the next ones", "127.0.0.1")
    .option("--port <n>", "UDP port for SCP; 0 takes a free one", wholeNumber(0, 65_535), 17_893)
    .option("--mode <mode>", `what the application cores run: ${BOARD_MODES.join(", ")}`, oneOf(BOARD_MODES), "model")
    .option("--threads <n>", "threads of the engine", wholeNumber(1, 64), 1)
    .option("--boot", "start unbooted, waiting for a boot image on port 54321")
    .option("--json", "print the addresses as JSON")
    .action(async (options) => {
      const machine = readMachine(options.machine);
      using interrupt = interruptSignal();
      const [{ VirtualBoard }, { ModelEngine }] = await Promise.all([
        import("../host-sim/board/index.ts"),
        import("../host-sim/model-engine/model-engine.ts"),
      ]);
      await using board = await VirtualBoard.serve({
        machine,
        engine: new ModelEngine({ threads: options.threads }),
        host: options.host,
        scpPort: options.port,
        ...(options.boot === true ? { unbooted: true } : {}),
        onTrouble: (place, error) =>
          process.stderr.write(`${place}: ${error instanceof Error ? error.message : String(error)}\n`),
      });
      const ethernets = machine.ethernetChips.map((chip) => ({
        chip: chipCoord(machine, chip),
        ...board.address(chip),
      }));
      process.stdout.write(
        options.json === true
          ? `${JSON.stringify({ machine: machine.name, mode: options.mode, ethernets })}\n`
          : `virtual ${machine.name}, mode ${options.mode}; Ctrl-C ends it\n${ethernets
              .map(({ chip, address, port }) => `  chip (${chip.x}, ${chip.y}) at ${address}:${port}\n`)
              .join("")}`,
      );
      await new Promise<void>((resolve) => {
        interrupt.signal.addEventListener("abort", () => resolve(), { once: true });
      });
      process.exitCode = EXIT_OK;
    });
}
