import { spawnSync } from "node:child_process";
import { existsSync, openSync } from "node:fs";
import { describe, expect, it } from "vitest";

describe.skipIf(!existsSync("/dev/full"))("standard output on a full disk", () => {
  it("ends with exit code 2 and a message, not with a stack trace", () => {
    const full = openSync("/dev/full", "w");
    const args = ["bin/spinloom.js", "map", "fixtures/vogels-abbott.json", "--duration", "10"];
    const { status, stderr } = spawnSync(process.execPath, args, { stdio: ["ignore", full, "pipe"], encoding: "utf8" });
    expect(stderr).toMatch(/^error: standard output: cannot be written \(ENOSPC\)/);
    expect(stderr).not.toMatch(/^ +at /m);
    expect(status).toBe(2);
  });
});
