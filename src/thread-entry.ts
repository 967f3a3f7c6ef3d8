/**
 * The compiled JavaScript of a thread's entry module, named from this folder, e.g. `host-sim/engine/worker`.
 *
 * Node cannot start a thread from TypeScript: when this module itself runs from source (under the test runner), the
 * entry is taken from the build next to it.
 */
export function threadEntry(name: string): URL {
  const here = import.meta.url;
  if (!here.endsWith(".ts")) return new URL(`./${name}.js`, here);
  return new URL(`../dist/src/${name}.js`, here);
}
