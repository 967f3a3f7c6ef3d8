import type { Model } from "../../codegen/ir.ts";
import { simplifiedModel } from "../../codegen/simplified-model.ts";
import { type KnownRanges, rangesOfBoth } from "../../codegen/value-ranges.ts";
import { compiledModule } from "../../codegen/wasm/compiled-modules.ts";
import { deliveryFunction } from "../../codegen/wasm/delivery-function.ts";
import { writeModule } from "../../codegen/wasm/module-writer.ts";
import { type NeuronFunctionOptions, neuronFunction } from "../../codegen/wasm/neuron-function.ts";
import { tickFunction } from "../../codegen/wasm/tick-function.ts";
import { modelHash } from "../../models/registry.ts";

/** Pages of the largest WebAssembly memory there is, 4 GiB. */
const MOST_PAGES = 65_536;

/** One function for each (model, known words, parameters that are one a neuron, recorded states, tables) that occurs. */
export class FunctionLibrary {
  readonly #updates = new Map<string, UpdateFunction>();

  /**
   * Slot of the module's table.
   *
   * @param known words of parameters that are folded into the code
   * @param ranges of the words of a core that will use it
   */
  update(
    model: Model,
    known: ReadonlyMap<string, number>,
    options: NeuronFunctionOptions,
    ranges: KnownRanges,
  ): number {
    const id = JSON.stringify([modelHash(model), [...known], options]);
    const update = this.#updates.get(id);
    if (update !== undefined) {
      update.ranges = rangesOfBoth(update.ranges, ranges);
      return update.slot;
    }
    const slot = this.#updates.size;
    this.#updates.set(id, { slot, model, known, options, ranges });
    return slot;
  }

  module(shared: boolean): object {
    // The limits are wide so that the same functions are the same module whatever the size of the network's memory.
    const memory = { initial: 1, maximum: MOST_PAGES, shared };
    const [deliver, firstUpdate] = [0, 1];
    const updates = [...this.#updates.values()].map(({ model, known, options, ranges }) => {
      const simpler = simplifiedModel(model, { known, ranges, perNeuron: options.perNeuron });
      return neuronFunction(simpler.model, options, simpler.shortProducts);
    });
    const run = tickFunction(deliver, updates.length > 0 ? firstUpdate : undefined, shared);
    const table = updates.map((_, k) => firstUpdate + k);
    return compiledModule(writeModule({ memory }, { run }, [deliveryFunction(), ...updates], table));
  }
}

interface UpdateFunction {
  readonly slot: number;
  readonly model: Model;
  readonly known: ReadonlyMap<string, number>;
  readonly options: NeuronFunctionOptions;
  ranges: KnownRanges;
}
