import { SpinloomError } from "../../errors.ts";
import { coreStateName } from "../../sdp/core-state.ts";
import type { FailedCore } from "./application-chips.ts";

/** Cores of an emulated machine stopped, or never came to where they should be. */
export class CoresFailedOnChipsError extends SpinloomError {
  readonly code = "CORES_FAILED_ON_CHIPS";
  readonly failed: readonly FailedCore[];

  constructor(failed: readonly FailedCore[]) {
    const first = failed[0]!;
    super(
      `core ${first.core} of the deployment`,
      `${failed.length} cores failed; the first is in state ${coreStateName(first.vcpu.state)}, run-time error ${first.vcpu.runTimeError}, printed: ${first.iobuf.trim()}`,
      "What it printed tells the reason.",
    );
    this.failed = failed;
  }
}
