/** SCAMP's C structures in emulated memory, by the names of their fields. */

/** Little-endian unsigned field: its offset in bytes and its width in bytes. */
export type Field = readonly [offset: number, bytes: 1 | 2 | 4];

export class StructView<Fields extends Readonly<Record<string, Field>>> {
  readonly #fields: Fields;
  readonly #view: DataView;

  /** @param bytes exactly the structure; written in place */
  constructor(fields: Fields, bytes: Uint8Array) {
    this.#fields = fields;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get(name: keyof Fields): number {
    const [offset, bytes] = this.#fields[name]!;
    if (bytes === 1) return this.#view.getUint8(offset);
    return bytes === 2 ? this.#view.getUint16(offset, true) : this.#view.getUint32(offset, true);
  }

  set(name: keyof Fields, value: number): void {
    const [offset, bytes] = this.#fields[name]!;
    if (bytes === 1) this.#view.setUint8(offset, value);
    else if (bytes === 2) this.#view.setUint16(offset, value, true);
    else this.#view.setUint32(offset, value, true);
  }
}
