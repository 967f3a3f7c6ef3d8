import { closeSync, fstatSync, openSync, readSync } from "node:fs";

/** Bytes to be read here and there: memory, or a file. */
export interface ByteSource {
  readonly length: number;
  /** @throws {RangeError} the bytes end before */
  read(offset: number, length: number): Uint8Array;
}

export function bytesInMemory(bytes: Uint8Array): ByteSource {
  return {
    length: bytes.length,
    read: (offset, length) => {
      if (offset + length > bytes.length) throw new RangeError(`${bytes.length} bytes end before ${offset + length}`);
      return bytes.subarray(offset, offset + length);
    },
  };
}

/** Most bytes the operating system is asked for at once. */
const BYTES_A_READ = 1 << 30;

/** An open file, as long as it is now. */
export class FileBytes implements ByteSource, Disposable {
  readonly #fd: number;
  #open = true;

  constructor(path: string) {
    this.#fd = openSync(path, "r");
  }

  get length(): number {
    return fstatSync(this.#fd).size;
  }

  read(offset: number, length: number): Uint8Array {
    if (offset + length > this.length) throw new RangeError(`the file ends before ${offset + length}`);
    const bytes = Buffer.allocUnsafeSlow(length);
    for (let done = 0; done < length; ) {
      const got = readSync(this.#fd, bytes, done, Math.min(length - done, BYTES_A_READ), offset + done);
      if (got === 0) throw new RangeError(`the file ends at ${offset + done}`);
      done += got;
    }
    return bytes;
  }

  [Symbol.dispose](): void {
    if (this.#open) closeSync(this.#fd);
    this.#open = false;
  }
}
