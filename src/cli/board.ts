import { type Command, InvalidArgumentError } from "@commander-js/extra-typings";
import { chipCoord, type Machine } from "../machine/machine.ts";
import { BOOT_PORT } from "../sdp/boot-packets.ts";
import { SCP_PORT } from "../sdp/scp.ts";
import {
  type EmulatedBoardSettings,
  type ServedBoard,
  serveEmulatedBoard,
  TRACE_KINDS,
  type TraceSettings,
} from "./emulated-board.ts";
import { EXIT_OK } from "./exit.ts";
import { IdleOptionError } from "./idle-option-error.ts";
import { interruptSignal } from "./interrupt.ts";
import { oneOf, readMachine, wholeNumber, wholeNumbers } from "./options.ts";
import { BOARD_MODES } from "./targets.ts";

const PORT = wholeNumber(0, 65_535);

/** `spinloom board`: serve a virtual board until Ctrl-C. */
export function addBoardCommand(spinloom: Command): void {
  spinloom
    .command("board")
    .description("Serve a virtual SpiNNaker machine over UDP until Ctrl-C.")
    .option("--machine <machine>", "spin3, spin5, WIDTHxHEIGHT or a machine file", "spin5")
    .option("--host <address>", "loopback address of the first board; further boards take the next ones", "127.0.0.1")
    .option("--port <n>", "UDP port for SCP; 0 takes a free one", PORT, SCP_PORT)
    .option(
      "--mode <mode>",
      "model: our monitor, networks run by the engine; arm: our monitor, kernels run on emulated cores; scamp: your SCAMP and any .aplx on emulated chips",
      oneOf(BOARD_MODES),
      "model",
    )
    .option("--threads <n>", "threads of the engine", wholeNumber(1, 64), 1)
    .option("--boot", "start unbooted, waiting for a boot image")
    .option("--boot-port <n>", "UDP port of the boot ROM (default: 54321 beside SCP on 17893, else a free one)", PORT)
    .option("--scamp <file>", "mode scamp: SCAMP boot image (scamp.boot)")
    .option("--trace <file>", "mode scamp: write a trace to this file")
    .option("--trace-what <kinds>", `what to trace: ${TRACE_KINDS.join(", ")}`, traceKinds, ["packet", "sdp"])
    .option("--trace-chip <x,y>", "trace this chip only", wholeNumbers(2))
    .option("--trace-core <n>", "trace this physical core only", wholeNumber(0, 17))
    .option("--gdb <port>", "mode scamp: serve GDB at this TCP port; 0 takes a free one", PORT)
    .option("--gdb-core <x,y,p>", "core that GDB begins with", wholeNumbers(3), [0, 0, 1])
    .option("--json", "print the addresses as JSON")
    .action(async (options) => {
      if (options.mode !== "scamp") refuseScampOptions(options);
      const machine = readMachine(options.machine);
      using interrupt = interruptSignal();
      const board =
        options.mode === "scamp"
          ? await serveEmulatedBoard(emulatedSettings(machine, options))
          : await serveVirtual(machine, options.mode, options);
      try {
        const ethernets = machine.ethernetChips.map((chip) => ({
          chip: chipCoord(machine, chip),
          ...board.address(chip),
        }));
        process.stdout.write(
          options.json === true
            ? `${JSON.stringify({ machine: machine.name, mode: options.mode, ethernets, notes: board.notes })}\n`
            : [
                `virtual ${machine.name}, mode ${options.mode}; Ctrl-C ends it`,
                ...ethernets.map(({ chip, address, port }) => `  chip (${chip.x}, ${chip.y}) at ${address}:${port}`),
                ...board.notes.map((note) => `  ${note}`),
                "",
              ].join("\n"),
        );
        if (!interrupt.signal.aborted) {
          await new Promise<void>((resolve) => {
            interrupt.signal.addEventListener("abort", () => resolve(), { once: true });
          });
        }
      } finally {
        await board.close();
      }
      process.exitCode = EXIT_OK;
    });
}

function refuseScampOptions({ scamp, trace, traceChip, traceCore, gdb }: Options): void {
  const given = {
    "--scamp": scamp,
    "--trace": trace,
    "--trace-chip": traceChip,
    "--trace-core": traceCore,
    "--gdb": gdb,
  };
  for (const [option, value] of Object.entries(given)) {
    if (value !== undefined) throw new IdleOptionError(option, "in this mode", "Add --mode scamp, or leave it out.");
  }
}

interface Options {
  readonly host: string;
  readonly port: number;
  readonly threads: number;
  readonly boot?: true | undefined;
  readonly bootPort?: number | undefined;
  readonly scamp?: string | undefined;
  readonly trace?: string | undefined;
  readonly traceWhat: TraceSettings["kinds"];
  readonly traceChip?: readonly number[] | undefined;
  readonly traceCore?: number | undefined;
  readonly gdb?: number | undefined;
  readonly gdbCore: readonly number[];
}

async function serveVirtual(machine: Machine, mode: "model" | "arm", options: Options): Promise<ServedBoard> {
  const { VirtualBoard } = await import("../host-sim/board/index.ts");
  const engine =
    mode === "arm"
      ? (await import("../host-sim/arm-engine/arm-engine.ts")).createArmEngine()
      : new (await import("../host-sim/model-engine/model-engine.ts")).ModelEngine({ threads: options.threads });
  const board = await VirtualBoard.serve({
    machine,
    engine,
    host: options.host,
    scpPort: options.port,
    ...(options.bootPort === undefined ? {} : { bootPort: options.bootPort }),
    ...(options.boot === true ? { unbooted: true } : {}),
    onTrouble: (place, error) =>
      process.stderr.write(`${place}: ${error instanceof Error ? error.message : String(error)}\n`),
  });
  const boot = board.bootAddress;
  return {
    address: (chip) => board.address(chip),
    notes: boot === undefined ? [] : [`waits for a boot image at ${boot.address}:${boot.port}`],
    close: () => board.close(),
  };
}

function emulatedSettings(machine: Machine, options: Options): EmulatedBoardSettings {
  const [x, y, core] = options.gdbCore;
  return {
    machine,
    host: options.host,
    port: options.port,
    bootPort: options.bootPort ?? (options.port === SCP_PORT ? BOOT_PORT : 0),
    scamp: options.scamp,
    unbooted: options.boot === true,
    trace:
      options.trace === undefined
        ? undefined
        : {
            file: options.trace,
            kinds: options.traceWhat,
            chips:
              options.traceChip === undefined ? undefined : [{ x: options.traceChip[0]!, y: options.traceChip[1]! }],
            cores: options.traceCore === undefined ? undefined : [options.traceCore],
          },
    gdb: options.gdb === undefined ? undefined : { port: options.gdb, core: { x: x!, y: y!, core: core! } },
  };
}

function traceKinds(text: string): TraceSettings["kinds"] {
  return text.split(",").map((kind) => {
    const known = TRACE_KINDS.find((k) => k === kind);
    if (known === undefined)
      throw new InvalidArgumentError(`Kinds are ${TRACE_KINDS.join(", ")}, with commas between them.`);
    return known;
  });
}
