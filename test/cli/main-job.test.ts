import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { spinloom, temporaryFolder } from "./spinloom.ts";

const [folder, removeFolder] = temporaryFolder();
afterAll(removeFolder);

const NETWORK = "fixtures/vogels-abbott.json";

describe("spinloom run", () => {
  it("maps, loads a private virtual board over UDP, runs, reads back, checks and writes everything", async () => {
    const out = join(folder, "run");
    const { code, stdout, stderr } = await spinloom("run", NETWORK, "--out", out);
    expect({ code, stderr: /error/.test(stderr) }).toEqual({ code: 0, stderr: false });
    expect(stdout).toMatch(/VIRTUAL BOARD/);
    expect(stdout).toMatch(/CERTIFIED/);
    expect(stdout).toMatch(/CHECKED .*4 500 000 recorded words, bit for bit those of the emulator/);
    for (const file of ["spikes.csv", "results.pb", "summary.json", "raster.svg"]) {
      expect(existsSync(join(out, file)), file).toBe(true);
    }
    const summary = JSON.parse(readFileSync(join(out, "summary.json"), "utf8")) as Record<string, unknown>;
    expect(summary).toMatchObject({
      board: "virtual",
      mode: "model",
      certified: true,
      late: 0,
      dropped: 0,
      duration_ms: 1000,
      check: { identical: true, differences: 0 },
    });
    const { cores } = JSON.parse(readFileSync(join(out, "cores.json"), "utf8")) as {
      readonly cores: readonly { readonly population: string; readonly counters: { readonly ticks: number } }[];
    };
    expect(cores).toHaveLength(summary.cores as number);
    expect(cores.map(({ counters }) => counters.ticks)).toEqual(Array(cores.length).fill(1000));
    const csv = readFileSync(join(out, "spikes.csv"), "utf8").trimEnd().split("\n");
    expect(csv[0]).toBe("population,neuron,tick,time_ms");
    const spikes = (summary.populations as { spikes: number }[]).reduce((sum, p) => sum + p.spikes, 0);
    expect(csv.length - 1).toBe(spikes);
  });

  it("writes the same bytes again, and on the emulator with two threads", async () => {
    const [a, b] = [join(folder, "a"), join(folder, "b")];
    await spinloom("run", NETWORK, "--duration", "100", "--out", a);
    await spinloom(
      "run",
      NETWORK,
      "--duration",
      "100",
      "--board",
      "emulator",
      "--threads",
      "2",
      "--neurons-per-core",
      "77",
      "--out",
      b,
    );
    for (const file of ["spikes.csv", "results.pb", "raster.svg"]) {
      expect(readFileSync(join(a, file)).equals(readFileSync(join(b, file))), file).toBe(true);
    }
  });

  it("prints one JSON object with --json and nothing else on stdout", async () => {
    const { code, stdout } = await spinloom("run", NETWORK, "--duration", "20", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ network: "vogels-abbott", duration_ms: 20 });
  });
});

describe("spinloom map, verify, inspect and check", () => {
  it("map a network to a file, prove it, look into it, and run it", async () => {
    const app = join(folder, "va.app");
    const map = await spinloom("map", NETWORK, "--duration", "50", "-o", app, "--json");
    expect(map.code).toBe(0);
    expect(JSON.parse(map.stdout)).toMatchObject({ neurons: 1520, machine: "spin5" });

    const verify = await spinloom("verify", app, "--json");
    expect(verify.code).toBe(0);
    expect(JSON.parse(verify.stdout)).toMatchObject({ proved: true });

    const population = JSON.parse((await spinloom("inspect", app, "--population", "inh", "--json")).stdout) as {
      population: { slices: { core: [number, number, number]; key: string }[] };
    };
    const [x, y, p] = population.population.slices[0]!.core;
    const core = JSON.parse((await spinloom("inspect", app, "--core", `${x},${y},${p}`, "--json")).stdout) as {
      core: object;
    };
    expect(core.core).toMatchObject({ population: "inh", binary: "IF_cond_exp" });
    const key = JSON.parse(
      (await spinloom("inspect", app, "--key", population.population.slices[0]!.key, "--json")).stdout,
    ) as {
      key: { sent_by: { population: string }; path: unknown[] };
    };
    expect(key.key.sent_by.population).toBe("inh");
    expect(key.key.path.length).toBeGreaterThan(0);

    const check = await spinloom("check", app);
    expect(check.code).toBe(0);
    expect(check.stdout).toMatch(/^identical: \d+ spikes and 225000 recorded words/);
  });
});
