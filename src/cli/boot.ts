import { type Command, createArgument } from "@commander-js/extra-typings";
import type { BoardKind } from "../loader/index.ts";
import { boardAddress } from "./board-connection.ts";
import { EXIT_OK } from "./exit.ts";
import { interruptSignal } from "./interrupt.ts";
import { oneOf, wholeNumber } from "./options.ts";
import { createProgress, SILENT_PROGRESS } from "./progress.ts";
import { readScampImage } from "./scamp-image.ts";

const KINDS = ["spin1", "spin2", "spin3", "spin4", "spin5"] as const satisfies readonly BoardKind[];
const DEFAULT_KIND: (typeof KINDS)[number] = "spin5";

/** `spinloom boot`: start the monitor on a board, from the user's own image. */
export function addBootCommand(spinloom: Command): void {
  spinloom
    .command("boot")
    .description("Boot a board with a SCAMP image; a booted board is recognised and left alone.")
    .addArgument(createArgument("<host>", "HOST or HOST:PORT of the board to boot from").argParser(boardAddress))
    .requiredOption("--scamp <file>", "SCAMP boot image (scamp.boot)")
    .option("--type <board>", `kind of board: ${KINDS.join(", ")}`, oneOf(KINDS), DEFAULT_KIND)
    .option("--boot-port <n>", "UDP port of the boot ROM", wholeNumber(1, 65_535), 54_321)
    .option("--json", "print as JSON")
    .action(async ({ host, port }, options) => {
      const image = await readScampImage(options.scamp);
      using interrupt = interruptSignal();
      const { bootBoard } = await import("../loader/index.ts");
      const progress = options.json === true ? SILENT_PROGRESS : await createProgress(process.stderr);
      let shown: { stage: string; bar: ReturnType<typeof progress.begin> } | undefined;
      const booting = bootBoard({
        host,
        ...(port === undefined ? {} : { port }),
        bootPort: options.bootPort,
        image,
        kind: options.type,
        unixTime: Math.floor(Date.now() / 1000),
        signal: interrupt.signal,
        onProgress: (stage, done, total) => {
          if (shown?.stage !== stage) {
            shown?.bar.end();
            shown = { stage, bar: progress.begin(stage, total, stage === "flood" ? "packets" : "ms") };
          }
          shown.bar.update(done);
        },
      });
      // A bar that is not ended keeps the terminal's cursor hidden.
      const { alreadyBooted, version } = await booting.finally(() => shown?.bar.end());
      const monitor = `${version.name} ${version.version.join(".")}`;
      process.stdout.write(
        options.json === true
          ? `${JSON.stringify({ already_booted: alreadyBooted, monitor })}\n`
          : `${alreadyBooted ? "already booted" : "booted"}: ${monitor}\n`,
      );
      process.exitCode = EXIT_OK;
    });
}
