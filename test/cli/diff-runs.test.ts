import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readResults, writeResults } from "../../src/results/index.ts";
import { spinloom, temporaryFolder } from "./spinloom.ts";

const [folder, removeFolder] = temporaryFolder();
afterAll(removeFolder);

async function run(name: string, ...options: readonly string[]): Promise<string> {
  const out = join(folder, name);
  const args = ["run", "fixtures/vogels-abbott.json", "--duration", "60", "--board", "emulator", "--out", out];
  expect((await spinloom(...args, ...options)).code).toBe(0);
  return out;
}

describe("spinloom diff on the directories of two runs", () => {
  it("finds runs of the same network identical, however they were mapped", async () => {
    const [a, b] = [await run("a"), await run("b", "--neurons-per-core", "50")];
    const { code, stdout } = await spinloom("diff", a, b);
    expect(stdout).toMatch(/^identical: [\d ]+ spikes and 270 000 recorded words\n$/);
    expect(code).toBe(0);
  });

  it("names the first word and the first spike that differ, and ends with 1", async () => {
    const a = await run("c");
    const results = await readResults(a);
    const [exc] = results.populations;
    const words = exc!.signals[0]!.words.slice();
    words[1200 * 10 + 3]! ^= 1;
    const signals = [{ ...exc!.signals[0]!, words }, ...exc!.signals.slice(1)];
    const changed = join(folder, "changed");
    await writeResults(changed, { ...results, populations: [{ ...exc!, signals }, ...results.populations.slice(1)] });

    const { code, stdout } = await spinloom("diff", a, changed);
    expect(stdout).toContain(`first: exc[3] at tick 10 (10 ms): ${signals[0]!.variable} is `);
    expect(stdout).toContain(`exc ${signals[0]!.variable}: 1 differ\n`);
    expect(code).toBe(1);
    expect(JSON.parse((await spinloom("diff", a, changed, "--json")).stdout)).toMatchObject({
      identical: false,
      differences: 1,
    });
  });

  it("refuses a run beside a mapping, and a directory without a run", async () => {
    const a = await run("d");
    for (const [before, after, code] of [
      [a, "package.json", "UNLIKE_INPUTS"],
      ["package.json", a, "UNLIKE_INPUTS"],
      [a, folder, "NO_RUN"],
    ] as const) {
      const outcome = await spinloom("diff", before, after, "--json");
      expect(JSON.parse(outcome.stdout)).toMatchObject({ error: { code } });
      expect(outcome.code).toBe(2);
    }
  });
});
