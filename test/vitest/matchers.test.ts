import { describe, expect, it } from "vitest";
import "../../src/vitest/index.ts";
import { spin3 } from "../../src/machine/index.ts";
import { deploy } from "../../src/pipeline/deploy.ts";
import { emulate } from "../../src/pipeline/emulate.ts";
import { vogelsAbbott } from "../pipeline/vogels-abbott.ts";

describe("spinloom/vitest", () => {
  const deployment = deploy(vogelsAbbott({ durationMs: 20 }), spin3(), { neuronsPerCore: 50 });

  it("toDeliverEverySpike holds for a mapping, and names the path when a table is damaged", () => {
    expect(deployment).toDeliverEverySpike();
    const damaged = {
      ...deployment,
      tables: deployment.tables.map((t, i) => (i === 0 ? { ...t, route: t.route.map(() => 0) } : t)),
    };
    expect(damaged).not.toDeliverEverySpike();
    expect(() => expect(damaged).toDeliverEverySpike()).toThrow(/packet 0x/);
  });

  it("toHaveTablesOfAtMost counts the entries of the fullest chip", () => {
    const most = Math.max(...deployment.tables.map((t) => t.key.length));
    expect(deployment).toHaveTablesOfAtMost(most);
    expect(() => expect(deployment).toHaveTablesOfAtMost(most - 1)).toThrow(new RegExp(`has ${most} entries`));
  });

  it("toEqualRun compares every bit", async () => {
    const { results } = await emulate(deployment);
    const other = await emulate(deploy(vogelsAbbott({ durationMs: 20, seed: 5 }), spin3()));
    expect(results).toEqualRun((await emulate(deployment, { threads: 2 })).results);
    expect(() => expect(other.results).toEqualRun(results)).toThrow(/differences, the first/);
  });
});
