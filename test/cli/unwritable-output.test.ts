import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, openSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { spinloom, temporaryFolder } from "./spinloom.ts";

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

describe("a directory that cannot take the files of a run", () => {
  const [folder, remove] = temporaryFolder();
  afterAll(remove);

  it.each([
    { out: "/proc/foo", at: "/proc/foo", why: "ENOENT" },
    { out: "/proc/self/foo/bar", at: "/proc/self/foo/bar", why: "ENOENT" },
    { out: "/dev/null/foo", at: "/dev/null/foo", why: "ENOTDIR" },
    { out: "package.json", at: "package.json", why: "EEXIST" },
  ])("$out ends with exit code 2 and a message before the network is even read", async ({ out, at, why }) => {
    if (!existsSync("/proc/self") && out.startsWith("/proc")) return;
    const { code, stderr } = await spinloom("run", join(folder, "no-such-network.json"), "--out", out);
    expect(stderr).toMatch(`error: ${at}: cannot be written (${why})`);
    expect(code).toBe(2);
  });

  it("is refused where a pipe has the name of one of them", async () => {
    const pipe = join(folder, "spikes.csv");
    execFileSync("mkfifo", [pipe]);
    const args = ["run", "fixtures/vogels-abbott.json", "--duration", "1", "--board", "emulator", "--out", folder];
    const { code, stderr } = await spinloom(...args);
    expect(stderr).toMatch(`error: ${pipe}: cannot be written (what has that name is no file)`);
    expect(code).toBe(2);
  });
});
