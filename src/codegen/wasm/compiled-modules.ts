import { WASM, type WasmModule } from "./webassembly.ts";

/** Modules kept: a run and its check, and the engines of a few cuts. */
const KEPT = 8;

const compiled = new Map<string, WasmModule>();

/**
 * The module of these bytes, compiled once a process while it is among the last few used. Code that has run for a while
 * has been optimised; a second engine of the same network begins with that code.
 */
export function compiledModule(bytes: Uint8Array<ArrayBuffer>): WasmModule {
  const key = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
  const known = compiled.get(key);
  const module = known ?? new WASM.Module(bytes);
  // Moved to the end of the order in which entries go.
  compiled.delete(key);
  compiled.set(key, module);
  if (compiled.size > KEPT) compiled.delete(compiled.keys().next().value!);
  return module;
}
