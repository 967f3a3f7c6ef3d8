import type { ProjectionQuantisation } from "../image/deployment.ts";
import type { CoreCounters, RunCounts } from "../results/run-counts.ts";
import type { RunSummary } from "../results/run-summary.ts";
import { decimals, section, table, whole } from "./page-section.ts";
import { populationColours } from "./palette.ts";
import { escapeMarkup } from "./svg.ts";

/** Title, what kind of run it was, and its size. */
export function headline(summary: RunSummary): string {
  const spikes = summary.activity?.spikes ?? null;
  const facts = [
    fact("biological time", `${summary.duration_ms} <small>ms</small>`),
    fact("timestep", `${summary.timestep_ms} <small>ms</small>`),
    fact("seed", String(summary.seed)),
    fact("synapses", whole(summary.synapses)),
    fact("spikes", whole(spikes)),
    fact("mean rate", `${decimals(summary.activity?.rate_hz ?? null, 2)} <small>Hz</small>`),
    fact("cores", whole(summary.cores)),
    fact("chips", `${whole(summary.chips)} <small>of ${escapeMarkup(summary.machine)}</small>`),
    fact("routing entries", `${whole(summary.entries.total)} <small>largest table ${summary.entries.largest}</small>`),
  ];
  return `<header><h1>${escapeMarkup(summary.network)}</h1><p>spinloom run report</p></header>
${summary.broke_off === true ? brokeOffBanner() : `${boardBanner(summary)}\n${certificateBanner(summary)}`}
${checkBanner(summary)}
<section><dl class="facts">${facts.join("")}</dl></section>`;
}

function fact(name: string, value: string): string {
  return `<div><dt>${name}</dt><dd>${value}</dd></div>`;
}

function banner(kind: "good" | "bad" | "virtual" | "hardware", title: string, text: string): string {
  return `<div class="banner ${kind}"><b>${title}</b>${text}</div>`;
}

function brokeOffBanner(): string {
  const text = "This is what had been read of it. Where it ran, and what its cores counted, is not known.";
  return banner("bad", "The run broke off.", text);
}

function boardBanner({ board, mode }: RunSummary): string {
  if (board === "virtual") {
    const text = `The network ran on spinloom's virtual board (mode ${escapeMarkup(mode ?? "")}), not on hardware.`;
    return banner("virtual", "Virtual board.", text);
  }
  if (board === "emulator") {
    return banner("virtual", "Emulator.", "The network ran in spinloom's engine in this computer, not on hardware.");
  }
  return banner("hardware", "Board.", `The network ran on the board at ${escapeMarkup(board)}.`);
}

function certificateBanner({ certified, late, saturated, dropped, overruns }: RunSummary): string {
  const counters = `${late} late spikes, ${saturated} clamped values, ${dropped} dropped packets, ${overruns} overruns.`;
  const full = saturated === 0 ? "counted in full" : "every mapping clamps the same values";
  return certified
    ? banner("good", "Certified.", `Every spike arrived in time and ${full}: ${counters}`)
    : banner("bad", "Not certified.", `Other mappings may give other spikes: ${counters}`);
}

function checkBanner({ check }: RunSummary): string {
  if (check === null) return "";
  const extent = `${whole(check.spikes)} spikes and ${whole(check.words)} recorded words`;
  const against = escapeMarkup(check.against);
  return check.identical
    ? banner("good", "Checked.", `${extent} are those of the ${against}, bit for bit.`)
    : banner(
        "bad",
        "Check failed.",
        `${whole(check.differences)} differences from the ${against} in ${extent}. First: ${escapeMarkup(check.first ?? "")}`,
      );
}

export function populationSection({ populations }: RunSummary): string {
  const roles = new Map(populations.flatMap(({ name, role }) => (role === null ? [] : [[name, role] as const])));
  const colours = populationColours(
    populations.map(({ name, cell_type }) => ({ name, cellType: cell_type })),
    roles,
  );
  const columns = [
    { head: "population", text: true },
    { head: "cell type", text: true },
    { head: "role", text: true },
    { head: "cells" },
    { head: "spikes" },
    { head: "rate (Hz)" },
    { head: "CV ISI" },
    { head: "active" },
    { head: "first spike (ms)" },
    { head: "survival (ms)" },
    { head: "Fano 5 ms" },
    { head: "pair correlation" },
    { head: "recorded range", text: true },
  ];
  const rows = populations.map((p) => [
    `<span class="swatch" style="background:${colours.get(p.name)}"></span>${escapeMarkup(p.name)}`,
    escapeMarkup(p.cell_type),
    p.role ?? "–",
    whole(p.size),
    whole(p.spikes),
    decimals(p.rate_hz, 2),
    decimals(p.cv_isi, 2),
    p.active_fraction === null ? "–" : `${(p.active_fraction * 100).toFixed(1)} %`,
    decimals(p.first_spike_ms, 1),
    decimals(p.survival_ms, 0),
    decimals(p.fano_5ms, 1),
    decimals(p.pair_correlation, 4),
    Object.entries(p.signals)
      .map(([variable, { unit, min, max }]) => escapeMarkup(`${variable} ${short(min)} to ${short(max)} ${unit}`))
      .join("<br>"),
  ]);
  return section("Populations", table(columns, rows));
}

/** What fixed point makes of the weights. */
export function quantisationSection(projections: readonly ProjectionQuantisation[]): string {
  if (projections.length === 0) return "";
  const columns = [
    { head: "projection", text: true },
    { head: "synapses" },
    { head: "weight step" },
    { head: "largest error" },
    { head: "weights lost" },
    { head: "delay (ticks)" },
  ];
  const rows = projections.map((p) => [
    escapeMarkup(p.projection),
    whole(p.synapses),
    `${p.weightUnit.toPrecision(3)} ${escapeMarkup(p.unit)}`,
    p.exact ? "none" : `${(p.largestWeightError * 100).toPrecision(2)} %`,
    whole(p.lostWeights),
    p.minDelayTicks === p.maxDelayTicks ? String(p.minDelayTicks) : `${p.minDelayTicks} to ${p.maxDelayTicks}`,
  ]);
  return section("What fixed point makes of the weights", table(columns, rows));
}

/** Time of each phase, and versions. */
export function runSection({ phases_ms, versions }: RunSummary): string {
  const longest = Math.max(1, ...Object.values(phases_ms));
  const phases = Object.entries(phases_ms).map(([name, ms]) => [
    escapeMarkup(name),
    decimals(ms, 0),
    `<span class="bar" style="width:${Math.max(1, Math.round((ms / longest) * 220))}px"></span>`,
  ]);
  const programs = Object.entries(versions).map(([name, version]) => [escapeMarkup(name), escapeMarkup(version)]);
  const phaseTable = table([{ head: "phase", text: true }, { head: "ms" }, { head: "", text: true }], phases);
  const versionTable = table(
    [
      { head: "program", text: true },
      { head: "version", text: true },
    ],
    programs,
  );
  return section("Run", `<div class="columns"><div>${phaseTable}</div><div>${versionTable}</div></div>`);
}

/** Counters of which the largest says something, and the sum nothing. */
const EXTREMES = ["deepest_queue", "worst_cycles", "worst_tick"];

/**
 * The counters added up, with the core or router that counted most; what nobody counted is left out.
 */
export function countsSection({ cores, routers }: RunCounts): string {
  const names = [...new Set(cores.flatMap(({ counters }) => Object.keys(counters)))];
  const ofCores = names.map((name): Counted => {
    const counts = cores.map((core) => ({ count: core.counters[name] ?? 0, place: placeOf(core) }));
    return { name: name.replaceAll("_", " "), counts, summed: !EXTREMES.includes(name) };
  });
  const given = routers.map(({ chip, dropped_packets }) => ({
    count: dropped_packets,
    place: `router of chip (${chip.join(", ")})`,
  }));
  const all = [...ofCores, { name: "packets given up by routers", counts: given, summed: true }];
  const rows = all.filter(({ counts }) => counts.some(({ count }) => count > 0)).map(countedRow);
  if (rows.length === 0) return "";
  const columns = [{ head: "counter", text: true }, { head: "all" }, { head: "largest" }, { head: "on", text: true }];
  return section(`Counters of ${cores.length} cores`, table(columns, rows));
}

interface Counted {
  readonly name: string;
  readonly counts: readonly { readonly count: number; readonly place: string }[];
  /** Does the sum say something? */
  readonly summed: boolean;
}

function countedRow({ name, counts, summed }: Counted): string[] {
  const most = counts.reduce((a, b) => (b.count > a.count ? b : a));
  const total = summed ? whole(counts.reduce((sum, { count }) => sum + count, 0)) : "";
  return [escapeMarkup(name), total, whole(most.count), escapeMarkup(most.place)];
}

function placeOf({ chip, core, population, neurons }: CoreCounters): string {
  return `chip (${chip.join(", ")}) core ${core}, ${population}[${neurons[0]}..${neurons[1] - 1}]`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}
