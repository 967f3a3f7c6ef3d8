import { readFileSync } from "node:fs";

/** Version of the package, from its own file, so that there is one place to change it. */
export function packageVersion(): string {
  // From src/cli and from dist/src/cli alike the package file is found by going up.
  for (const up of ["../../", "../../../"]) {
    try {
      const text = readFileSync(new URL(`${up}package.json`, import.meta.url), "utf8");
      const { name, version } = JSON.parse(text) as { name?: string; version?: string };
      if (name === "spinloom" && version !== undefined) return version;
    } catch {
      // Not here.
    }
  }
  return "unknown";
}
