/**
 * What a monitor can do to an application core, whatever executes there: SARK's behaviour with an engine behind it (mode
 * `model`), or instructions. One runtime lives from one reset of the core to the next.
 */

import type { Chip } from "./chip.ts";
import type { ChipCore } from "./chip-core.ts";
import type { RoutedMessage } from "./routed-message.ts";

export interface CoreRuntime {
  /** Come out of reset and load the APLX image at an address of the chip. */
  boot(image: number): void;
  /** The core's clock stops, for good as far as this runtime is concerned. */
  stop(): void;
  /** A signal by mailbox: START, PAUSE, CONT, EXIT, TIMER, USR0-3. */
  signal(signal: number): void;
  /** The chip's software flags changed and the core was interrupted: a SYNC signal. */
  checkFlag(): void;
  /**
   * A message by mailbox.
   * @returns a return code: OK, TIMEOUT if an earlier message still lies there, BUF if the chip has no buffer left
   */
  receive(message: RoutedMessage): number;
}

/** @param argument flags << 8 | app_id, as the boot stub hands it to the image */
export type StartRuntime = (chip: Chip, core: ChipCore, argument: number) => CoreRuntime;
