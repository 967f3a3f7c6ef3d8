import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, it } from "vitest";

it("ends a command well whose output nobody reads to its end", async () => {
  const args = ["bin/spinloom.js", "map", "fixtures/vogels-abbott.json", "--duration", "5"];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  child.stdout.destroy();
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const [code] = await once(child, "close");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
});
