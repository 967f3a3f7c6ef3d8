import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { spin5 } from "../../src/machine/index.ts";
import type { MappingView } from "../../src/report/mapping-view.ts";
import { type ReportInput, reportPage } from "../../src/report/page.ts";
import { type PackedNumbers, pageData } from "../../src/report/page-data.ts";
import { type RunSummary, summariseRun } from "../../src/results/run-summary.ts";
import { irregularSpikes, syntheticFacts, syntheticRun } from "../results/synthetic-run.ts";

const results = syntheticRun();
const summary = summariseRun(results, syntheticFacts);
const mapping: MappingView = {
  machine: spin5(),
  populations: results.populations,
  cores: [{ population: 0, lo: 0, hi: 5, chip: 0, core: 1 }],
  tableEntries: new Uint32Array(64).fill(3, 0, 2),
  linkLoad: { load: new Float64Array(64 * 6).fill(5, 0, 2), unit: "packets/s" },
};
const whole: ReportInput = {
  summary,
  results,
  mapping,
  quantisation: [
    {
      projection: "E to I",
      synapses: 10,
      unit: "uS",
      weightUnit: 0.001,
      exact: false,
      largestWeightError: 0.01,
      lostWeights: 0,
      minDelayTicks: 1,
      largestDelayErrorMs: 0,
      maxDelayTicks: 3,
    },
  ],
  counts: {
    cores: [
      {
        chip: [0, 0],
        core: 1,
        population: "E",
        neurons: [0, 3],
        counters: { late_packets: 2, worst_tick: 7, never_seen: 0 },
      },
      {
        chip: [0, 1],
        core: 2,
        population: "E",
        neurons: [3, 5],
        counters: { late_packets: 5, worst_tick: 9, never_seen: 0 },
      },
    ],
    routers: [{ chip: [3, 4], dropped_packets: 6 }],
  },
};

const textOf = (html: string): string =>
  html
    .replace(/<(script|style)[\s\S]*?<\/\1>/g, "")
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ");
const withSummary = (changes: Partial<RunSummary>): string =>
  textOf(reportPage({ summary: { ...summary, ...changes } }));

describe("report page", () => {
  const page = reportPage(whole);

  it("needs nothing from anywhere else, and forbids the browser to ask", () => {
    expect(page).toContain("default-src 'none'");
    expect(page).not.toMatch(/<(link|img|iframe)\b|\bsrc=|@import|url\(/);
    const addresses = [...page.matchAll(/\bhttps?:\/\/[^\s"'<)]+/g)].map(([address]) => address);
    // The namespace of SVG and the address in uPlot's own notice are names, not requests.
    expect([...new Set(addresses)].filter((address) => !/w3\.org|leeoniya/.test(address))).toEqual([]);
  });

  it("is the same bytes each time", () => {
    expect(reportPage(whole)).toBe(page);
  });

  it("has a section for everything that is there, and for nothing else", () => {
    const titles = (html: string): readonly string[] => [...html.matchAll(/<h2>([^<]*)</g)].map(([, title]) => title!);
    const sections = ["Populations", "Spikes", "Histograms", "Machine", "What fixed point makes of the weights", "Run"];
    expect(titles(page)).toEqual(expect.arrayContaining([...sections, "Counters of 2 cores"]));
    expect(titles(reportPage({ summary }))).toEqual(["Populations", "Run"]);
  });

  it("adds up what cores counted and names the core with most; extremes have no sum, and zeros say nothing", () => {
    const text = textOf(page);
    expect(text).toContain("late packets 7 5 chip (0, 1) core 2, E[3..4]");
    expect(text).toContain("worst tick 9 chip (0, 1) core 2, E[3..4]");
    expect(text).toContain("packets given up by routers 6 6 router of chip (3, 4)");
    expect(text).not.toContain("never seen");
  });

  it("says where the network ran", () => {
    expect(withSummary({})).toContain("virtual board (mode model), not on hardware");
    expect(withSummary({ board: "emulator", mode: null })).toContain("engine in this computer, not on hardware");
    expect(withSummary({ board: "10.0.0.1", mode: null })).toContain("ran on the board at 10.0.0.1");
  });

  it("says whether the run is certified, and how a check ended", () => {
    expect(withSummary({})).toContain("Certified. Every spike arrived in time");
    expect(withSummary({ certified: false, dropped: 9 })).toMatch(/Not certified\..*9 dropped packets/);
    expect(withSummary({})).toContain("bit for bit");
    const check = { against: "emulator", identical: false, spikes: 1, words: 1, differences: 2, first: "E[1] <at> 3" };
    expect(withSummary({ check })).toContain("First: E[1] &lt;at&gt; 3");
    expect(withSummary({ check: null })).not.toContain("bit for bit");
  });

  it("cannot be broken by names", () => {
    const name = "</script><script>alert(1)</script>";
    const evil = { ...results, networkName: name, populations: [{ ...results.populations[0]!, name }] };
    const html = reportPage({ ...whole, results: evil, summary: summariseRun(evil, syntheticFacts) });
    expect(html).not.toContain("<script>alert");
  });
});

describe("recordings in the page", () => {
  const unpack = ({ type, base64 }: PackedNumbers): readonly number[] => {
    const bytes = Uint8Array.from(Buffer.from(base64, "base64")).buffer;
    const arrays = { Uint8: Uint8Array, Uint16: Uint16Array, Uint32: Uint32Array, Float32: Float32Array };
    return [...new arrays[type](bytes)];
  };

  it("are all spikes, as steps of time", () => {
    const { rasters } = pageData(results, new Map());
    expect(rasters.map(({ name }) => name)).toEqual(["E", "thalamus"]);
    let tick = 0;
    const ticks = unpack(rasters[0]!.tickSteps).map((step) => {
      tick += step;
      return tick;
    });
    expect(ticks).toEqual([...results.populations[0]!.spikes!.tick]);
    expect(unpack(rasters[0]!.neurons)).toEqual([...results.populations[0]!.spikes!.neuron]);
  });

  it("are every second neuron's when there are more than a million spikes", () => {
    const spikes = irregularSpikes(1000, 1200, 1000, 900, 1);
    const crowd = { name: "E", size: 1000, cellType: "IF_cond_exp", spikes, signals: [] };
    const [raster] = pageData({ ...results, ticks: 1200, populations: [crowd] }, new Map()).rasters;
    const shown = unpack(raster!.neurons);
    expect(raster!.everyNeuron).toBe(2);
    expect(shown).toHaveLength(spikes.neuron.filter((neuron) => neuron % 2 === 0).length);
  });

  it("are the mean and single cells of each signal", () => {
    const { traces } = pageData(results, new Map());
    expect(traces.map(({ variable, stepMs, samples }) => [variable, stepMs, samples])).toEqual([
      ["v", 1, 40],
      ["gsyn_exc", 7, 6],
    ]);
    const { words, scale } = results.populations[0]!.signals[1]!;
    const [mean, first] = traces[1]!.curves;
    expect(first!.name).toBe("E[1]");
    expect(unpack(first!.values)[1]).toBe(Math.fround(words[2]! * scale[0]!));
    expect(unpack(mean!.values)[0]).toBe(Math.fround((words[0]! * scale[0]! + words[1]! * scale[1]!) / 2));
  });
});

const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);

describe("the page in a browser", () => {
  it.runIf(CHROMIUM !== undefined)("draws its charts without an error", () => {
    const directory = mkdtempSync(join(tmpdir(), "spinloom-page-"));
    try {
      const file = join(directory, "report.html");
      const watch = `<script>addEventListener("error", (event) => { document.title = "error: " + event.message; });</script>`;
      writeFileSync(file, reportPage(whole).replace("<title>", `${watch}<title>`));
      const { stdout } = spawnSync(
        CHROMIUM!,
        [
          ...["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
          ...["--disable-background-networking", `--user-data-dir=${join(directory, "profile")}`],
          ...["--virtual-time-budget=3000", "--dump-dom", pathToFileURL(file).href],
        ],
        { encoding: "utf8", timeout: 50_000 },
      );
      expect(/<title>([^<]*)</.exec(stdout)?.[1]).toBe("synthetic — spinloom report");
      // Raster, rates, v and gsyn_exc: a canvas each.
      expect(stdout.match(/<canvas /g)).toHaveLength(4);
    } finally {
      rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
    }
  });
});
