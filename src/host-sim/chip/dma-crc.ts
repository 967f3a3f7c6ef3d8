/**
 * CRC unit of the DMA controller: 32 programmable rows, each naming the bits of state and data that make one bit of
 * the next state (SpiNNaker datasheet §7.4, r96-127).
 *
 * With the rows that the datasheet lists it computes the CRC-32 of Ethernet over little-endian words: bits reflected,
 * start value and final inversion all ones. Row k makes bit k; its bit 31 - i stands for bit i of state and data.
 */

export const CRC_ROWS = 32;

export class DmaCrc {
  readonly #rows = new Uint32Array(CRC_ROWS);
  /** Uint32Array[4 * 256]: contribution of byte b of (state ^ word) at `b * 256 + value`; built when needed. */
  #tables: Uint32Array | undefined;

  row(index: number): number {
    return this.#rows[index] ?? 0;
  }

  setRow(index: number, value: number): void {
    this.#rows[index] = value;
    this.#tables = undefined;
  }

  /** @param bytes a whole number of little-endian words */
  compute(bytes: Uint8Array): number {
    this.#tables ??= this.#buildTables();
    const tables = this.#tables;
    let state = 0xffff_ffff;
    for (let i = 0; i < bytes.length; i += 4) {
      state =
        tables[(state ^ bytes[i]!) & 0xff]! ^
        tables[256 + (((state >>> 8) ^ bytes[i + 1]!) & 0xff)]! ^
        tables[512 + (((state >>> 16) ^ bytes[i + 2]!) & 0xff)]! ^
        tables[768 + (((state >>> 24) ^ bytes[i + 3]!) & 0xff)]!;
    }
    return ~state >>> 0;
  }

  #buildTables(): Uint32Array {
    const tables = new Uint32Array(4 * 256);
    for (let bit = 0; bit < 32; bit++) {
      let column = 0;
      for (let k = 0; k < CRC_ROWS; k++) column |= ((this.#rows[k]! >>> (31 - bit)) & 1) << k;
      const byte = bit >>> 3;
      for (let value = 0; value < 256; value++) {
        if ((value & (1 << (bit & 7))) !== 0) tables[byte * 256 + value]! ^= column;
      }
    }
    return tables;
  }
}
