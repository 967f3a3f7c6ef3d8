/** How often code is reached, and where the interpreter leaves it to translated code. */
export interface HotCode {
  /**
   * By decode cache index. Above 0: translated code begins there. Otherwise minus the number of times it was reached,
   * down to `-threshold`, where it is to be translated; one less means that it is not worth it.
   */
  readonly entries: Int32Array;
  readonly threshold: number;
}
