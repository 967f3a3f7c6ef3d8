/**
 * Starts all tasks at once and waits for all: the results, or the first failure after every other task has ended. The
 * tasks' signal is aborted at the first failure, so that none works on for nothing.
 */
export async function together<T>(
  signal: AbortSignal | undefined,
  tasks: readonly ((signal: AbortSignal) => Promise<T>)[],
): Promise<T[]> {
  const failed = new AbortController();
  const either = signal === undefined ? failed.signal : AbortSignal.any([signal, failed.signal]);
  let failure: { readonly error: unknown } | undefined;
  const watched = tasks.map((task) =>
    task(either).catch((error: unknown) => {
      failure ??= { error };
      failed.abort(error);
      return undefined as T;
    }),
  );
  const results = await Promise.all(watched);
  if (failure !== undefined) throw failure.error;
  return results;
}
