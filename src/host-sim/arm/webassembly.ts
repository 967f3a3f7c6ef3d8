/**
 * The part of the WebAssembly JavaScript API that is used here. The compiler's library declares it only together with
 * the browser's DOM, which this project does not have.
 *
 * @see WebAssembly JavaScript Interface 2.0, chapter 5
 */

export interface WasmMemory {
  readonly buffer: ArrayBuffer;
}

export interface WasmTable {
  get(index: number): unknown;
  set(index: number, value: unknown): void;
}

/** Compiled code, not yet bound to a memory. */
export type WasmModule = object;

export interface WasmInstance {
  readonly exports: Readonly<Record<string, (...args: number[]) => number>>;
}

export interface WebAssemblyApi {
  readonly Memory: new (descriptor: { readonly initial: number; readonly maximum: number }) => WasmMemory;
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => WasmModule;
  readonly Instance: new (
    module: WasmModule,
    imports: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  ) => WasmInstance;
  validate(bytes: Uint8Array<ArrayBuffer>): boolean;
}

export const WasmApi: WebAssemblyApi = (globalThis as unknown as { readonly WebAssembly: WebAssemblyApi }).WebAssembly;
