import type { PopulationSummary, RunSummary } from "../results/run-summary.ts";
import { counted, grouped } from "./counted.ts";
import { renderTable, type TerminalColours } from "./terminal-table.ts";

/** What happened in a run, on one screen. */
export async function renderRunSummary(summary: RunSummary, colours: TerminalColours): Promise<string> {
  const { chips, cores, synapses, entries, machine } = summary;
  const facts = [
    [
      "network",
      `${summary.network}: ${summary.duration_ms} ms in steps of ${summary.timestep_ms} ms, seed ${summary.seed}`,
    ],
    ["machine", `${counted(cores, "core")} on ${counted(chips, "chip")} of ${machine}`],
    ["synapses", grouped(synapses)],
    [
      "tables",
      `${counted(entries.total, "routing entry", "routing entries")}, the largest table has ${entries.largest}`,
    ],
    ["time", timing(summary.phases_ms)],
  ] as const;
  return [
    boardLine(summary, colours),
    certificateLine(summary, colours),
    ...checkLine(summary, colours),
    "",
    ...facts.map(([name, text]) => `${colours.dim(name.padEnd(10))}${text}`),
    "",
    await populationTable(summary.populations, colours),
  ].join("\n");
}

function boardLine({ board, mode }: RunSummary, colours: TerminalColours): string {
  if (board === "virtual") return `${colours.yellow("VIRTUAL BOARD")}  mode ${mode}; no hardware took part`;
  if (board === "emulator") return `${colours.yellow("EMULATOR")}  ran in this process; no hardware took part`;
  return `${colours.blue("BOARD")}  at ${board}`;
}

function certificateLine(summary: RunSummary, colours: TerminalColours): string {
  const { certified, late, saturated, dropped, overruns } = summary;
  const counters = `${late} late, ${saturated} saturated, ${dropped} dropped, ${overruns} overruns`;
  return certified
    ? `${colours.green("CERTIFIED")}  every spike in time ${saturated === 0 ? "and in full" : "(clamped alike by every mapping)"}: ${counters}`
    : `${colours.red("NOT CERTIFIED")}  other mappings may give other spikes: ${counters}`;
}

function checkLine({ check }: RunSummary, colours: TerminalColours): readonly string[] {
  if (check === null) return [];
  const extent = `${counted(check.spikes, "spike")} and ${counted(check.words, "recorded word")}`;
  if (check.identical) return [`${colours.green("CHECKED")}  ${extent}, bit for bit those of the ${check.against}`];
  return [
    `${colours.red("CHECK FAILED")}  ${counted(check.differences, "difference")} from the ${check.against} in ${extent}`,
    `  first: ${check.first}`,
  ];
}

function timing(phases: Readonly<Record<string, number>>): string {
  return Object.entries(phases)
    .map(([phase, ms]) => `${phase} ${ms < 10 ? ms.toFixed(1) : ms.toFixed(0)}`)
    .join(", ")
    .concat(" ms");
}

function populationTable(populations: readonly PopulationSummary[], colours: TerminalColours): Promise<string> {
  const withV = populations.some(({ signals }) => signals.v !== undefined);
  const columns = [
    { head: "population", align: "left" } as const,
    { head: "cells" },
    { head: "spikes" },
    { head: "rate (Hz)" },
    { head: "CV ISI" },
    { head: "active" },
    { head: "first (ms)" },
    ...(withV ? [{ head: `v (${populations.find(({ signals }) => signals.v)?.signals.v?.unit})` }] : []),
  ];
  const rows = populations.map((p) => [
    p.name,
    grouped(p.size),
    p.spikes === null ? "-" : grouped(p.spikes),
    decimals(p.rate_hz, 2),
    decimals(p.cv_isi, 2),
    p.active_fraction === null ? "-" : `${(p.active_fraction * 100).toFixed(1)} %`,
    decimals(p.first_spike_ms, 1),
    ...(withV ? [range(p.signals.v)] : []),
  ]);
  return renderTable(columns, rows, colours);
}

function range(signal: { readonly min: number; readonly max: number } | undefined): string {
  return signal === undefined ? "-" : `${signal.min.toFixed(1)} to ${signal.max.toFixed(1)}`;
}

function decimals(value: number | null, digits: number): string {
  return value === null ? "-" : value.toFixed(digits);
}
