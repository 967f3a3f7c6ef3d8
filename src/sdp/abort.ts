import { setMaxListeners } from "node:events";

/**
 * Calls `listener` once when the signal aborts, until the returned function is called.
 *
 * @throws the signal's reason when it has been aborted already
 */
export function onAbort(signal: AbortSignal | undefined, listener: (reason: unknown) => void): () => void {
  if (signal === undefined) return () => {};
  signal.throwIfAborted();
  // A window of requests on each of many chips listens to one signal: no leak.
  setMaxListeners(0, signal);
  const abort = (): void => listener(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  return () => signal.removeEventListener("abort", abort);
}

/** Waits. @throws the signal's reason as soon as it aborts */
export function pause(millis: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stopListening = onAbort(signal, (reason) => {
      clearTimeout(timer);
      reject(reason);
    });
    const timer = setTimeout(() => {
      stopListening();
      resolve();
    }, millis);
  });
}
