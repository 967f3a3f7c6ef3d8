import { describe, expect, it } from "vitest";
import { spin5 } from "../../src/machine/index.ts";
import { deploy } from "../../src/pipeline/deploy.ts";
import { vogelsAbbott } from "./vogels-abbott.ts";

describe("a network whose routing tables do not fit", () => {
  it("is refused with the populations that send through the fullest chip, the busiest first", () => {
    const machine = { ...spin5(), routerEntries: new Uint16Array(64).fill(1) };
    const refusal = (): unknown => deploy(vogelsAbbott(), machine, { neuronsPerCore: 20 });
    // 60 cores of exc, 15 of inh and one of thalamus.
    expect(refusal).toThrow(
      expect.objectContaining({
        code: "ROUTING_TABLE_FULL",
        found: expect.stringMatching(/for cores of population exc \((\d+)\), population inh \((\d+)\)/),
      }),
    );
  });
});
