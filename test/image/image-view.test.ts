import { describe, expect, it } from "vitest";
import { ImageView } from "../../src/image/image-view.ts";
import { spin5 } from "../../src/machine/index.ts";
import { deploy } from "../../src/pipeline/deploy.ts";
import { fixture } from "../pipeline/fixture.ts";

describe("the image of a core", () => {
  it.each([
    { neurons: 0, stride: 0, because: "a core without neurons has nothing to run" },
    { neurons: 5, stride: 4, because: "rows must hold all neurons" },
    { neurons: 5, stride: 12, because: "rows are not longer than whole vectors ask for" },
    { neurons: 5, stride: 6, because: "rows are whole vectors" },
  ])("is refused with $neurons neurons in rows of $stride words: $because", ({ neurons, stride }) => {
    const { image, totalBytes } = deploy(fixture("cobahh", { durationMs: 1 }), spin5()).cores[0]!;
    const memory = new Uint8Array(totalBytes);
    memory.set(image);
    const view = new ImageView(memory);
    view.setConfig("neurons", neurons);
    view.setConfig("stride", stride);
    expect(() => new ImageView(memory)).toThrow(
      expect.objectContaining({ found: "region config has other counts than the configuration" }),
    );
  });
});
