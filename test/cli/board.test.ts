import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { VirtualBoard } from "../../src/host-sim/board/index.ts";
import { ModelEngine } from "../../src/host-sim/model-engine/model-engine.ts";
import { chipIndex, spin3 } from "../../src/machine/index.ts";
import { idleBootImage } from "../loader/idle-boot-image.ts";
import { spinloom, temporaryFolder } from "./spinloom.ts";

const [folder, removeFolder] = temporaryFolder();
afterAll(removeFolder);

interface Served {
  readonly process: ChildProcess;
  readonly address: string;
  readonly notes: readonly string[];
}

/** Starts `spinloom board` on free ports and waits until it says where it is. */
async function serve(...args: readonly string[]): Promise<Served> {
  const child = spawn(process.execPath, ["bin/spinloom.js", "board", "--port", "0", "--json", ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [chunk] = (await once(child.stdout!, "data")) as [Buffer];
  const { ethernets, notes } = JSON.parse(chunk.toString()) as {
    ethernets: { address: string; port: number }[];
    notes: string[];
  };
  return { process: child, address: `${ethernets[0]!.address}:${ethernets[0]!.port}`, notes };
}

async function stop({ process: child }: Served): Promise<number | null> {
  child.kill("SIGINT");
  const [code] = (await once(child, "close")) as [number | null];
  return code;
}

describe("spinloom board", () => {
  it("serves a machine that info, ps, iobuf and reset look after, and ends with 0 on Ctrl-C", async () => {
    const board = await serve("--machine", "spin3");
    try {
      const info = await spinloom("info", board.address, "--json");
      expect(JSON.parse(info.stdout)).toMatchObject({
        monitor: "SC&MP 4.0.0",
        width: 2,
        height: 2,
        chips: 4,
        idle_cores: 68,
      });
      const file = join(folder, "found.json");
      expect((await spinloom("info", board.address, "-o", file)).code).toBe(0);
      const map = await spinloom("map", "fixtures/vogels-abbott.json", "--duration", "5", "--machine", file, "--json");
      expect(JSON.parse(map.stdout)).toMatchObject({ machine: board.address, chips: 1 });
      const ps = await spinloom("ps", board.address, "--all", "--json");
      expect(JSON.parse(ps.stdout)).toHaveLength(72);
      expect((await spinloom("iobuf", board.address, "0", "0", "1")).code).toBe(0);
      const iobuf = await spinloom("iobuf", board.address, "0", "0", "1", "--json");
      expect(JSON.parse(iobuf.stdout)).toEqual({ core: [0, 0, 1], text: expect.any(String) });
      expect((await spinloom("iobuf", board.address, "7", "7", "1")).code).toBe(2);
      expect((await spinloom("reset", board.address)).stdout).toMatch(/application 66 stopped/);
      expect(JSON.parse((await spinloom("reset", board.address, "--json")).stdout)).toEqual({ stopped: 66 });
    } finally {
      expect(await stop(board)).toBe(0);
    }
  });

  it("refuses in mode model what only mode scamp has", async () => {
    for (const option of [
      ["--scamp", "x"],
      ["--trace", "x"],
      ["--gdb", "0"],
    ]) {
      const { code, stderr } = await spinloom("board", "--port", "0", ...option);
      expect({ code, named: stderr.startsWith(`error: ${option[0]}:`) }).toEqual({ code: 2, named: true });
    }
  });

  it("wants a SCAMP image in mode scamp", async () => {
    const { code, stderr } = await spinloom("board", "--mode", "scamp", "--port", "0");
    expect({ code, named: /--scamp FILE/.test(stderr) }).toEqual({ code: 2, named: true });
  });

  it("refuses a file that is no SCAMP image, and one that brings no chip up, by name", async () => {
    const text = join(folder, "text.boot");
    const idle = join(folder, "idle.boot");
    writeFileSync(text, "spinnaker ".repeat(2000));
    writeFileSync(idle, idleBootImage());
    for (const [file, found] of [
      [text, /its word at byte 16 is/],
      [idle, /the chips do not come up/],
    ] as const) {
      for (const command of [
        ["board", "--port", "0"],
        ["run", "fixtures/vogels-abbott.json", "--duration", "1"],
      ]) {
        const { code, stderr } = await spinloom(...command, "--mode", "scamp", "--scamp", file, "--machine", "1x1");
        expect(stderr).toMatch(found);
        expect({ code, named: stderr.startsWith(`error: ${file}:`) }).toEqual({ code: 2, named: true });
      }
    }
  }, 60_000);

  const images = (process.env.SPINLOOM_SCAMP ?? "").split(":").filter((file) => existsSync(file));
  it.skipIf(images.length === 0)("boots the user's SCAMP on emulated chips (set SPINLOOM_SCAMP)", async () => {
    for (const image of images) {
      const trace = join(folder, "trace.txt");
      const board = await serve("--mode", "scamp", "--scamp", image, "--machine", "spin3", "--trace", trace);
      try {
        expect(board.notes).toContain("booted");
        const info = await spinloom("info", board.address, "--json");
        expect(JSON.parse(info.stdout)).toMatchObject({ width: 2, height: 2, chips: 4, working_cores: 72 });
      } finally {
        expect(await stop(board)).toBe(0);
      }
      expect(readFileSync(trace, "utf8")).toMatch(/NN/);
    }
  });
});

describe("a board with a chip that does not answer", () => {
  it("runs without it, and run says so as info does", async () => {
    const machine = spin3();
    await using board = await VirtualBoard.serve({ machine, engine: new ModelEngine({ threads: 1 }) });
    board.killChip(chipIndex(machine, 1, 1));
    const { address, port } = board.address();
    const host = `${address}:${port}`;
    const warning = /chip \(1, 1\) is in the routing table but/;
    const found = join(folder, "without.json");
    expect((await spinloom("info", host, "-o", found)).stdout).toMatch(warning);
    const args = ["run", "fixtures/vogels-abbott.json", "--board", host, "--duration", "5"];
    const without = await spinloom(...args, "--machine", found);
    expect(without.stderr).toMatch(warning);
    expect(without.code).toBe(0);
    // Mapped as if the chip were there: refused, and the warning says why it is not.
    const withIt = await spinloom(...args, "--machine", "spin3", "--neurons-per-core", "30");
    expect(withIt.stderr).toMatch(warning);
    expect(withIt.code).toBe(1);
  });
});
