import { type Command, createArgument } from "@commander-js/extra-typings";
import { formatMachineFile } from "../machine/index.ts";
import { boardAddress, withBoard } from "./board-connection.ts";
import { EXIT_OK } from "./exit.ts";
import { interruptSignal } from "./interrupt.ts";
import { writeOutput } from "./options.ts";

/** `spinloom info`: what is behind an address. */
export function addInfoCommand(spinloom: Command): void {
  spinloom
    .command("info")
    .description("Say what machine answers at an address: monitor, chips, cores, memory, connections.")
    .addArgument(createArgument("<host>", "HOST or HOST:PORT of any Ethernet chip").argParser(boardAddress))
    .option("-o, --output <file>", "write the machine as found: a machine file for --machine")
    .option("--json", "print as JSON")
    .action(async (address, options) => {
      using interrupt = interruptSignal();
      await withBoard(address, interrupt.signal, async (board) => {
        const { version, width, height, chips, root, warnings } = board.facts;
        const facts = {
          address: board.name,
          monitor: `${version.name} ${version.version.join(".")}`,
          width,
          height,
          root: [root.x, root.y],
          chips: chips.length,
          working_cores: chips.reduce((sum, c) => sum + c.workingCores, 0),
          idle_cores: chips.reduce((sum, c) => sum + bits(c.idleCores), 0),
          sdram_free: {
            least: Math.min(...chips.map((c) => c.freeSdram)),
            most: Math.max(...chips.map((c) => c.freeSdram)),
          },
          router_entries_free: Math.min(...chips.map((c) => c.freeRouterEntries)),
          ethernet: chips.filter((c) => c.ethernetUp).map((c) => ({ chip: [c.x, c.y], ip: c.ipAddress })),
          warnings,
        };
        if (options.output !== undefined) writeOutput(options.output, [formatMachineFile(board.machine())]);
        process.stdout.write(options.json === true ? `${JSON.stringify(facts)}\n` : infoText(facts));
      });
      process.exitCode = EXIT_OK;
    });
}

interface Facts {
  readonly address: string;
  readonly monitor: string;
  readonly width: number;
  readonly height: number;
  readonly chips: number;
  readonly working_cores: number;
  readonly idle_cores: number;
  readonly sdram_free: { readonly least: number; readonly most: number };
  readonly router_entries_free: number;
  readonly ethernet: readonly { readonly chip: readonly number[]; readonly ip: string }[];
  readonly warnings: readonly string[];
}

function infoText(f: Facts): string {
  return [
    `${f.monitor} at ${f.address}`,
    `  machine   ${f.width} by ${f.height}, ${f.chips} chips`,
    `  cores     ${f.working_cores} working, ${f.idle_cores} idle`,
    `  SDRAM     ${f.sdram_free.least} to ${f.sdram_free.most} bytes free on a chip`,
    `  router    at least ${f.router_entries_free} entries free`,
    ...f.ethernet.map(({ chip, ip }) => `  Ethernet  chip (${chip.join(", ")}) at ${ip}`),
    ...f.warnings.map((w) => `  warning   ${w}`),
    "",
  ].join("\n");
}

function bits(mask: number): number {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count++;
  return count;
}
