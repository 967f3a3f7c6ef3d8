/**
 * Writes the bytes of a WebAssembly module: what our code generators need of the binary format, nothing more.
 *
 * @see WebAssembly core specification 2.0, chapter 5 (binary format)
 */

export const I32 = 0x7f;
export const I64 = 0x7e;
export const F64 = 0x7c;
export const V128 = 0x7b;
const FUNCTION_REFERENCE = 0x70;
/** Block type of a block that leaves nothing on the stack. */
export const VOID = 0x40;

export type ValueType = typeof I32 | typeof I64 | typeof F64 | typeof V128;

/** Growing byte buffer with the encodings of the format. */
export class ByteWriter {
  #bytes = new Uint8Array(1024);
  #length = 0;

  byte(...values: readonly number[]): this {
    this.#reserve(values.length);
    for (const value of values) this.#bytes[this.#length++] = value;
    return this;
  }

  bytes(values: Uint8Array): this {
    this.#reserve(values.length);
    this.#bytes.set(values, this.#length);
    this.#length += values.length;
    return this;
  }

  /** Unsigned LEB128 of a 32-bit value. */
  u32(value: number): this {
    let rest = value >>> 0;
    while (rest >= 0x80) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    return this.byte(rest);
  }

  /** Signed LEB128 of a 32-bit value. */
  s32(value: number): this {
    let rest = value | 0;
    for (;;) {
      const low = rest & 0x7f;
      rest >>= 7;
      if ((rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)) return this.byte(low);
      this.byte(low | 0x80);
    }
  }

  /** Signed LEB128 of a 64-bit value. */
  s64(value: bigint): this {
    let rest = BigInt.asIntN(64, value);
    for (;;) {
      const low = Number(rest & 0x7fn);
      rest >>= 7n;
      if ((rest === 0n && (low & 0x40) === 0) || (rest === -1n && (low & 0x40) !== 0)) return this.byte(low);
      this.byte(low | 0x80);
    }
  }

  name(text: string): this {
    const utf8 = new TextEncoder().encode(text);
    return this.u32(utf8.length).bytes(utf8);
  }

  get length(): number {
    return this.#length;
  }

  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + count));
    grown.set(this.#bytes);
    this.#bytes = grown;
  }
}

/** A function body under construction: locals are handed out as they are asked for. */
export class FunctionWriter {
  readonly code: ByteWriter = new ByteWriter();
  readonly #params: readonly ValueType[];
  readonly #results: readonly ValueType[];
  readonly #locals: ValueType[] = [];

  constructor(params: readonly ValueType[], results: readonly ValueType[]) {
    this.#params = params;
    this.#results = results;
  }

  get params(): readonly ValueType[] {
    return this.#params;
  }

  get results(): readonly ValueType[] {
    return this.#results;
  }

  /** Index of a fresh local. */
  local(type: ValueType): number {
    this.#locals.push(type);
    return this.#params.length + this.#locals.length - 1;
  }

  body(): Uint8Array {
    const body = new ByteWriter();
    const groups: [ValueType, number][] = [];
    for (const type of this.#locals) {
      const last = groups.at(-1);
      if (last?.[0] === type) last[1]++;
      else groups.push([type, 1]);
    }
    body.u32(groups.length);
    for (const [type, count] of groups) body.u32(count).byte(type);
    body.bytes(this.code.finish()).byte(0x0b);
    return body.finish();
  }
}

export interface FunctionType {
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
}

export interface ModuleImports {
  /** Imported memory `env.memory`, in pages of 64 KiB. */
  readonly memory: { readonly initial: number; readonly maximum: number; readonly shared: boolean };
  /** Imported from `env` by name; they are the functions from index 0. */
  readonly functions?: Readonly<Record<string, FunctionType>>;
  /** Imports `env.table`, for indirect calls of functions of this type, which is type 0. */
  readonly tableOf?: FunctionType;
}

/**
 * Assembles a module that imports `env.memory` and exports the given functions by name.
 *
 * @param internal functions that are not exported, the first after those imported
 * @param table indices of the functions in the slots of a table of the module's own
 */
export function writeModule(
  imports: ModuleImports,
  functions: Readonly<Record<string, FunctionWriter>>,
  internal: readonly FunctionWriter[] = [],
  table: readonly number[] = [],
): Uint8Array<ArrayBuffer> {
  const entries = Object.entries(functions);
  const defined = [...internal, ...entries.map(([, f]) => f)];
  const imported = Object.entries(imports.functions ?? {});
  const first = imports.tableOf === undefined ? [] : [imports.tableOf];
  const types = [...first, ...imported.map(([, type]) => type), ...defined];
  const out = new ByteWriter();
  out.byte(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00);
  const section = (id: number, fill: (w: ByteWriter) => void): void => {
    const content = new ByteWriter();
    fill(content);
    out.byte(id).u32(content.length).bytes(content.finish());
  };
  section(1, (w) => {
    w.u32(types.length);
    for (const { params, results } of types) {
      w.byte(0x60)
        .u32(params.length)
        .byte(...params);
      w.u32(results.length).byte(...results);
    }
  });
  section(2, (w) => {
    const { initial, maximum, shared } = imports.memory;
    w.u32(1 + first.length + imported.length)
      .name("env")
      .name("memory")
      .byte(0x02, shared ? 0x03 : 0x01)
      .u32(initial)
      .u32(maximum);
    if (imports.tableOf !== undefined) w.name("env").name("table").byte(0x01, FUNCTION_REFERENCE, 0x00).u32(0);
    imported.forEach(([name], i) => {
      w.name("env")
        .name(name)
        .byte(0x00)
        .u32(first.length + i);
    });
  });
  section(3, (w) => {
    w.u32(defined.length);
    defined.forEach((_, i) => {
      w.u32(first.length + imported.length + i);
    });
  });
  if (table.length > 0) {
    section(4, (w) => {
      w.u32(1).byte(FUNCTION_REFERENCE, 0x01).u32(table.length).u32(table.length);
    });
  }
  section(7, (w) => {
    w.u32(entries.length);
    entries.forEach(([name], i) => {
      w.name(name)
        .byte(0x00)
        .u32(imported.length + internal.length + i);
    });
  });
  if (table.length > 0) {
    section(9, (w) => {
      // One active segment, from slot 0.
      w.u32(1).u32(0).byte(0x41).s32(0).byte(0x0b).u32(table.length);
      for (const index of table) w.u32(index);
    });
  }
  section(10, (w) => {
    w.u32(defined.length);
    for (const f of defined) {
      const body = f.body();
      w.u32(body.length).bytes(body);
    }
  });
  return out.finish();
}
