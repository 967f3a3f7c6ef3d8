import type { Command } from "@commander-js/extra-typings";
import { InvalidArgumentError } from "@commander-js/extra-typings";
import { InputError } from "../errors.ts";
import type { Deployment } from "../image/deployment.ts";
import { readDeployment } from "../image/deployment-file.ts";
import { ImageView } from "../image/image-view.ts";
import { REGION_NAMES } from "../image/layout.ts";
import { type ChipCoord, chipCoord, chipIndex } from "../machine/machine.ts";
import { routeText, traceKey } from "../mapper/verify/index.ts";
import { estimatedCycles } from "../models/cycle-cost.ts";
import { builtInModel } from "../models/registry.ts";
import { CYCLES_PER_MICRO, MOST_NEURONS, UPDATE_SHARE } from "../pipeline/core-limits.ts";
import { deploymentFacts } from "../pipeline/deployment-facts.ts";
import { dtcmBytes } from "../pipeline/prove-limits.ts";
import { EXIT_OK } from "./exit.ts";
import { readInput, wholeNumbers } from "./options.ts";

/** The user asked for a chip, core, key or population that the deployment does not have. */
export class NothingThereError extends InputError {
  readonly code = "NOTHING_THERE";
}

/** `spinloom inspect`: look into a mapped network. */
export function addInspectCommand(spinloom: Command): void {
  spinloom
    .command("inspect")
    .description("Look into a mapped network: placement, images, tables, and the way of a key.")
    .argument("<app>", "file written by `spinloom map`")
    .option("--summary", "what the whole mapping takes (the default)")
    .option("--chip <x,y>", "what is on a chip", wholeNumbers(2))
    .option("--core <x,y,p>", "what a core runs: image, budget, rows", wholeNumbers(3))
    .option("--key <key>", "where a packet with this key goes", keyNumber)
    .option("--population <name>", "slices of a population with their keys")
    .option("--tables", "every routing table")
    .option("--json", "print as JSON")
    .action((file, options) => {
      const deployment = readDeployment(readInput(file), file);
      const views: Record<string, unknown> = {};
      if (options.chip !== undefined) views.chip = chipView(deployment, options.chip);
      if (options.core !== undefined) views.core = coreView(deployment, options.core);
      if (options.key !== undefined) views.key = keyView(deployment, options.key);
      if (options.population !== undefined) views.population = populationView(deployment, options.population);
      if (options.tables === true) views.tables = tablesView(deployment);
      if (options.summary === true || Object.keys(views).length === 0) views.summary = deploymentFacts(deployment);
      process.stdout.write(options.json === true ? `${JSON.stringify(views)}\n` : indented(views));
      process.exitCode = EXIT_OK;
    });
}

function keyNumber(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isInteger(value) && value >= 0 && value <= 0xffff_ffff) return value;
  throw new InvalidArgumentError("It must be a 32-bit number, 0x… for hexadecimal.");
}

function chipView(deployment: Deployment, [x, y]: number[]): unknown {
  const chip = existingChip(deployment, x!, y!);
  return {
    chip: [x, y],
    cores: deployment.cores.filter((c) => c.chip === chip).map((c) => coreLine(deployment, c)),
    sdram_bytes: deployment.cores.reduce((sum, c) => sum + (c.chip === chip ? c.totalBytes : 0), 0),
    sdram_free: deployment.machine.sdramBytes[chip],
    table: tableLines(deployment, chip),
    router_entries_free: deployment.machine.routerEntries[chip],
  };
}

function existingChip({ machine }: Deployment, x: number, y: number): number {
  const chip = chipIndex(machine, x, y);
  if (x < machine.width && y < machine.height && machine.alive[chip] === 1) return chip;
  throw new NothingThereError(
    `chip (${x}, ${y})`,
    `machine ${machine.name} has no such chip`,
    `It is ${machine.width} by ${machine.height} chips.`,
  );
}

type Core = Deployment["cores"][number];

function coreLine({ populations, machine }: Deployment, c: Core) {
  const { x, y } = chipCoord(machine, c.chip);
  return {
    core: [x, y, c.core],
    population: populations[c.population]!.name,
    neurons: [c.lo, c.hi - 1],
    binary: c.binary,
  };
}

function coreView(deployment: Deployment, [x, y, p]: number[]): unknown {
  const chip = existingChip(deployment, x!, y!);
  const core = deployment.cores.find((c) => c.chip === chip && c.core === p);
  if (core === undefined)
    throw new NothingThereError(
      `core (${x}, ${y}, ${p})`,
      "nothing was placed there",
      "`inspect --chip X,Y` lists the cores in use.",
    );
  const image = new ImageView(core.image);
  const model = builtInModel(image.modelHash);
  const cycles = model === undefined ? undefined : estimatedCycles(model);
  const neuronCycles = cycles === undefined ? undefined : cycles.perTick + cycles.perSubstep * image.config("substeps");
  const tickCycles = image.config("timerMicros") * CYCLES_PER_MICRO;
  return {
    ...coreLine(deployment, core),
    key: hex(image.config("key")),
    mask: hex(image.config("keyMask")),
    image_bytes: image.writtenBytes,
    total_bytes: image.totalBytes,
    regions: Object.fromEntries(REGION_NAMES.map((name) => [name, image.region(name).bytes])),
    dtcm_bytes: dtcmBytes(image),
    delay_slots: 2 ** image.config("delayBits"),
    delay_stages: image.config("delayStages"),
    longest_row: image.config("longestRow"),
    synapses: image.regionWords("rowStarts").at(-1) ?? 0,
    ...(neuronCycles === undefined
      ? {}
      : {
          update_cycles_estimated: neuronCycles * (core.hi - core.lo),
          most_neurons_by_time: Math.min(MOST_NEURONS, Math.floor((tickCycles * UPDATE_SHARE) / neuronCycles)),
        }),
    tick_cycles: tickCycles,
    sources: Array.from({ length: image.config("sourceKeys") }, (_, k) => {
      const { key, mask, neurons } = image.sourceKey(k);
      return { key: hex(key), mask: hex(mask), neurons };
    }),
  };
}

function keyView(deployment: Deployment, key: number): unknown {
  const { keys, netlist, cores, machine, tables } = deployment;
  const net = keys.key.findIndex((k, n) => (key & keys.mask[n]!) >>> 0 === k);
  if (net < 0)
    throw new NothingThereError(`key ${hex(key)}`, "no population sends it", "`inspect --population NAME` lists keys.");
  const source = cores[netlist.netSource[net]!]!;
  const image = new ImageView(source.image);
  const coord = (chip: number): number[] => {
    const { x, y }: ChipCoord = chipCoord(machine, chip);
    return [x, y];
  };
  return {
    key: hex(key),
    sent_by: coreLine(deployment, source),
    neuron: source.lo + ((key & ~image.config("keyMask")) >>> image.config("colourBits")),
    colour: key & (2 ** image.config("colourBits") - 1),
    path: traceKey(tables, machine, source.chip, key).map((step) => ({
      chip: coord(step.chip),
      entry: step.entry,
      route: routeText(step.route),
    })),
  };
}

function populationView(deployment: Deployment, name: string): unknown {
  const population = deployment.populations.findIndex((p) => p.name === name);
  if (population < 0) {
    throw new NothingThereError(
      `population ${name}`,
      "there is none of that name",
      `Populations: ${deployment.populations.map((p) => p.name).join(", ")}.`,
    );
  }
  const { size, cellType } = deployment.populations[population]!;
  return {
    name,
    size,
    cell_type: cellType,
    slices: deployment.cores
      .filter((c) => c.population === population)
      .map((c) => {
        const image = new ImageView(c.image);
        return { ...coreLine(deployment, c), key: hex(image.config("key")), mask: hex(image.config("keyMask")) };
      }),
  };
}

function tablesView(deployment: Deployment): unknown {
  return deployment.tables.map(({ chip }) => {
    const { x, y } = chipCoord(deployment.machine, chip);
    return { chip: [x, y], entries: tableLines(deployment, chip) };
  });
}

function tableLines({ tables }: Deployment, chip: number) {
  const table = tables.find((t) => t.chip === chip);
  if (table === undefined) return [];
  return Array.from(table.key, (key, i) => ({
    key: hex(key),
    mask: hex(table.mask[i]!),
    route: routeText(table.route[i]!),
  }));
}

function hex(word: number): string {
  return `0x${(word >>> 0).toString(16).padStart(8, "0")}`;
}

/** Nested values as indented lines; lists of plain values on one line. */
function indented(value: unknown, depth = 0): string {
  const pad = "  ".repeat(depth);
  if (Array.isArray(value)) return value.map((item) => `${pad}- ${inline(item)}\n`).join("");
  return Object.entries(value as Record<string, unknown>)
    .map(([name, item]) => {
      const nested =
        typeof item === "object" && item !== null && !(Array.isArray(item) && item.every((i) => typeof i !== "object"));
      return nested && Object.keys(item).length > 0
        ? `${pad}${name}:\n${indented(item, depth + 1)}`
        : `${pad}${name}: ${inline(item)}\n`;
    })
    .join("");
}

function inline(value: unknown): string {
  if (Array.isArray(value)) return value.map(inline).join(", ");
  if (typeof value === "object" && value !== null) {
    return Object.entries(value)
      .map(([name, item]) => `${name} ${inline(item)}`)
      .join("  ");
  }
  return String(value);
}
