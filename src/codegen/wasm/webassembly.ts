/**
 * The part of the WebAssembly JavaScript API that is used here. The compiler's library declares it only together with
 * the browser's DOM, which this project does not have.
 *
 * @see WebAssembly JavaScript Interface 2.0, chapter 5; threads proposal for shared memories
 */

export interface WasmMemory {
  readonly buffer: ArrayBuffer | SharedArrayBuffer;
}

/** Functions for indirect calls. */
export interface WasmTable {
  readonly length: number;
  /** @returns the length before */
  grow(entries: number): number;
  set(index: number, value: WasmFunction | null): void;
}

export type WasmFunction = (...args: number[]) => number;

/** Compiled code, not yet bound to a memory; can be posted to a worker. */
export type WasmModule = object;

export interface WasmInstance {
  readonly exports: Readonly<Record<string, WasmFunction>>;
}

export interface WebAssemblyApi {
  readonly Memory: new (descriptor: {
    readonly initial: number;
    readonly maximum: number;
    readonly shared?: boolean;
  }) => WasmMemory;
  readonly Table: new (descriptor: { readonly element: "anyfunc"; readonly initial: number }) => WasmTable;
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => WasmModule;
  readonly Instance: new (
    module: WasmModule,
    imports: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  ) => WasmInstance;
  validate(bytes: Uint8Array<ArrayBuffer>): boolean;
}

/** The engine's `WebAssembly` object. */
export const WASM: WebAssemblyApi = (globalThis as unknown as { readonly WebAssembly: WebAssemblyApi }).WebAssembly;
