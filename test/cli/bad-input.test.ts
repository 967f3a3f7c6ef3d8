import dgram from "node:dgram";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { spinloom, temporaryFolder } from "./spinloom.ts";

const [folder, removeFolder] = temporaryFolder();
afterAll(removeFolder);

const NETWORK = "fixtures/vogels-abbott.json";

type Json = Record<string, never>;

/** The fixture with one thing changed, as a file. */
function changed(name: string, change: (network: Json) => void): string {
  const network = JSON.parse(readFileSync(NETWORK, "utf8")) as Json;
  change(network);
  const file = join(folder, `${name}.json`);
  writeFileSync(file, JSON.stringify(network));
  return file;
}

const set = (path: string, value: unknown) => (network: Json) => {
  const keys = path.split(".");
  let at: Json = network;
  for (const key of keys.slice(0, -1)) at = at[key]!;
  (at as Record<string, unknown>)[keys.at(-1)!] = value;
};

/** A message that names a place and has no stack trace. */
function expectRefusal(outcome: { code: number | null; stderr: string }, code: number, says: RegExp): void {
  expect(outcome.stderr).toMatch(says);
  expect(outcome.stderr).toMatch(/^error: /m);
  expect(outcome.stderr).not.toMatch(/^\s+at .*:\d+:\d+/m);
  expect(outcome.stderr).not.toMatch(/defect of spinloom/);
  expect(outcome.code).toBe(code);
}

describe("bad networks end with exit code 2 and a message that names the place", () => {
  it.each([
    { name: "unknown field", change: set("populations.0.sise", 3), says: /populations\[0\].*sise.*size/ },
    { name: "wrong type", change: set("populations.0.size", "many"), says: /populations\[0\]\.size.*many/ },
    {
      name: "negative probability",
      change: set("projections.0.connector.p_connect", -0.1),
      says: /projections\[0\]\.connector\.p_connect.*-0\.1/,
    },
    { name: "delay below a tick", change: set("projections.0.delay", 0.2), says: /projections\[0\]\.delay.*0\.2/ },
    { name: "delay beyond the maximum", change: set("projections.0.delay", 1e9), says: /projections\[0\]\.delay/ },
    {
      name: "weight of the wrong sign",
      change: set("projections.0.weight", -0.004),
      says: /projections\[0\]\.weight.*-0\.004/,
    },
    { name: "missing population", change: set("projections.0.post", "nobody"), says: /projections\[0\]\.post.*nobody/ },
    {
      name: "unknown cell type",
      change: set("populations.0.cell.type", "IF_curr_foo"),
      says: /populations\[0\]\.cell\.type.*IF_curr_foo/,
    },
  ])("$name", async ({ name, change, says }) => {
    expectRefusal(await spinloom("map", changed(name.replaceAll(" ", "-"), change)), 2, says);
  });

  it("text that is not JSON, and a file that is not there", async () => {
    const file = join(folder, "broken.json");
    writeFileSync(file, '{"name": ');
    expectRefusal(await spinloom("map", file), 2, /broken\.json/);
    expectRefusal(await spinloom("map", join(folder, "absent.json")), 2, /absent\.json.*ENOENT/);
  });
});

describe("what does not fit is refused with what is missing", () => {
  it("a machine with too few cores", async () => {
    const outcome = await spinloom("map", NETWORK, "--machine", "spin3", "--neurons-per-core", "10");
    expectRefusal(outcome, 2, /spin3.*core/);
    expect(outcome.stderr).toMatch(/\d+/);
  });

  it("no such machine", async () => {
    expectRefusal(await spinloom("map", NETWORK, "--machine", "spin7"), 2, /spin7/);
    expectRefusal(await spinloom("map", NETWORK, "--machine", "7x3"), 2, /7x3/);
  });
});

describe("damaged deployment files", () => {
  it("are refused by verify, inspect and run: a flipped bit, another version, another kind of file", async () => {
    const app = join(folder, "good.app");
    expect((await spinloom("map", NETWORK, "--duration", "10", "-o", app)).code).toBe(0);
    const bytes = readFileSync(app);
    const flipped = join(folder, "flipped.app");
    writeFileSync(
      flipped,
      bytes.map((b, i) => (i === bytes.length >> 1 ? b ^ 4 : b)),
    );
    expectRefusal(await spinloom("verify", flipped), 2, /flipped\.app.*checksum/);
    expectRefusal(await spinloom("inspect", flipped), 2, /flipped\.app.*checksum/);
    expectRefusal(await spinloom("run", flipped), 2, /flipped\.app.*checksum/);
    const version = join(folder, "version.app");
    writeFileSync(
      version,
      bytes.map((b, i) => (i === 7 ? 0x39 : b)),
    );
    expectRefusal(await spinloom("verify", version), 2, /version 9/);
    expectRefusal(await spinloom("verify", NETWORK), 2, /not a mapped network/);
  });
});

describe("boards that are none", () => {
  it("silence ends with the address, the port and the time waited", async () => {
    const silent = dgram.createSocket("udp4").bind(0, "127.0.0.1");
    await once(silent, "listening");
    const { port } = silent.address() as AddressInfo;
    try {
      expectRefusal(
        await spinloom("run", NETWORK, "--duration", "5", "--board", `127.0.0.1:${port}`),
        2,
        new RegExp(`127\\.0\\.0\\.1.*${port}|kernel`),
      );
      const outcome = await spinloom("info", `127.0.0.1:${port}`);
      expectRefusal(outcome, 2, new RegExp(`127\\.0\\.0\\.1:${port}`));
    } finally {
      silent.close();
    }
  });

  it("garbage is named as such", async () => {
    const garbage = dgram.createSocket("udp4").bind(0, "127.0.0.1");
    await once(garbage, "listening");
    garbage.on("message", (_, from) => garbage.send("this is no SCP reply", from.port, from.address));
    const { port } = garbage.address() as AddressInfo;
    try {
      expectRefusal(await spinloom("info", `127.0.0.1:${port}`), 2, new RegExp(`127\\.0\\.0\\.1:${port}`));
    } finally {
      garbage.close();
    }
  });

  it("a port that is taken is refused by `board`", async () => {
    const taken = dgram.createSocket("udp4").bind(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = taken.address() as AddressInfo;
    try {
      expectRefusal(await spinloom("board", "--port", String(port)), 2, new RegExp(String(port)));
    } finally {
      taken.close();
    }
  });
});

describe("wrong usage ends with exit code 2", () => {
  it.each([
    { args: ["run"], says: /missing required argument/ },
    { args: ["rum", NETWORK], says: /unknown command.*run/s },
    { args: ["run", NETWORK, "--bord", "virtual"], says: /unknown option.*--board/s },
    { args: ["run", NETWORK, "--duration", "-5"], says: /duration/ },
    { args: ["run", NETWORK, "--threads", "0"], says: /threads/ },
    { args: ["inspect", NETWORK, "--chip", "a,b"], says: /chip/ },
    { args: ["inspect", NETWORK, "--chip", "4,"], says: /chip/ },
    { args: ["run", NETWORK, "--board", "emulator", "--mode", "arm"], says: /--mode arm.*virtual/ },
    { args: ["check", NETWORK, "--scamp", "scamp.boot"], says: /--scamp.*mode model/ },
    { args: ["check", NETWORK, "--board", "emulator"], says: /virtual, or HOST/ },
  ])("spinloom $args", async ({ args, says }) => {
    const { code, stderr } = await spinloom(...args);
    expect(stderr).toMatch(says);
    expect(code).toBe(2);
  });

  it("an output directory that cannot be written", async () => {
    const file = join(folder, "a-file");
    writeFileSync(file, "");
    expectRefusal(
      await spinloom("run", NETWORK, "--duration", "5", "--board", "emulator", "--out", join(file, "out")),
      2,
      /a-file/,
    );
  });
});
