/** Closes after the work. Of a failure and one that follows from it when closing, the first is what people must hear of. */
export async function closingAfter<T>(close: () => Promise<void>, work: () => Promise<T>): Promise<T> {
  let result: T;
  try {
    result = await work();
  } catch (error) {
    await close().catch(() => {});
    throw error;
  }
  await close();
  return result;
}
