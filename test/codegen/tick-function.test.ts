import binaryen from "binaryen";
import { describe, expect, it } from "vitest";
import { withKnownParams } from "../../src/codegen/fold-constants.ts";
import { deliveryFunction } from "../../src/codegen/wasm/delivery-function.ts";
import { writeModule } from "../../src/codegen/wasm/module-writer.ts";
import { neuronFunction } from "../../src/codegen/wasm/neuron-function.ts";
import { tickFunction } from "../../src/codegen/wasm/tick-function.ts";
import { WASM } from "../../src/codegen/wasm/webassembly.ts";
import { HH_COND_EXP_MODEL } from "../../src/models/hh-cond-exp.ts";

describe("the module of an engine", () => {
  it.each([
    { shared: false, updates: 1, because: "one thread, one kind of cell" },
    { shared: true, updates: 2, because: "several threads, two kinds of cells" },
    { shared: true, updates: 0, because: "several threads, sources of given spikes alone" },
  ])("passes V8's and binaryen's validation: $because", ({ shared, updates }) => {
    const options = { perNeuron: [], recorded: ["v"], tables: [1024, 2048, 4096, 8192], singleStep: true };
    const model = withKnownParams(HH_COND_EXP_MODEL, new Map(HH_COND_EXP_MODEL.coreParams.map((name) => [name, 3])));
    const update = Array.from({ length: updates }, () => neuronFunction(model, options));

    const bytes = writeModule(
      { memory: { initial: 1, maximum: 1, shared } },
      { run: tickFunction(0, updates > 0 ? 1 : undefined, shared) },
      [deliveryFunction(), ...update],
      update.map((_, k) => 1 + k),
    );

    expect(WASM.validate(bytes)).toBe(true);
    const module = binaryen.readBinary(bytes);
    module.setFeatures(binaryen.Features.All);
    expect(module.validate()).toBe(1);
    module.dispose();
  });
});
