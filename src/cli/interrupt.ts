import { SpinloomError } from "../errors.ts";

/** The user pressed Ctrl-C, or the process was asked to end. */
export class InterruptedError extends SpinloomError {
  readonly code = "INTERRUPTED";

  constructor() {
    super("run", "interrupted", "What was recorded so far is kept.");
  }
}

/**
 * A signal that is aborted by Ctrl-C; a second Ctrl-C ends the process at once, as ever.
 *
 * Made when there is something to wait for: work that holds the thread, such as mapping, would delay Ctrl-C till its end.
 */
export function interruptSignal(): { readonly signal: AbortSignal } & Disposable {
  const controller = new AbortController();
  const onSignal = (): void => {
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
    controller.abort(new InterruptedError());
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
    },
  };
}
