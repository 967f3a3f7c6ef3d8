import type { Model } from "../../codegen/ir.ts";
import type { ImageView } from "../../image/image-view.ts";

/** One application core as the engine takes it: where it sits, its image, and the model its image names. */
export interface EngineCore {
  /** Chip (grid index) and virtual core. */
  readonly chip: number;
  readonly core: number;
  /** Live: parameters, rows and states are read when the engine is made, states written by {@link Engine.writeBack}. */
  readonly image: ImageView;
  /** Undefined for a SpikeSourceArray. */
  readonly model: Model | undefined;
}
