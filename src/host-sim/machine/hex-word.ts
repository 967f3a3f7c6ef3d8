/** `0000c0de`: a word as eight hexadecimal digits, for registers and keys in a row. */
export function hexWord(value: number): string {
  return (value >>> 0).toString(16).padStart(8, "0");
}
