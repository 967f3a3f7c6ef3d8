import { describe, expect, it } from "vitest";
import { type Board, connectBoard, LoadedApplication, type LoadPlan, stopApplication } from "../../src/loader/index.ts";
import { machineOfSize, spin3, spin5, withFaults } from "../../src/machine/index.ts";
import { allocateRouterEntries, sdramSpace } from "../../src/sdp/allocation-commands.ts";
import { chipInfo } from "../../src/sdp/chip-commands.ts";
import { CORE_STATE } from "../../src/sdp/core-state.ts";
import { faultsBothWays, faultySockets } from "../../src/sdp/faulty-socket.ts";
import { IMAGE } from "./counting-engine.ts";
import { APP_ID, connectCountingBoard, counted, countingPlan } from "./loaded-board.ts";

const TICKS = 100;

async function readAll(application: LoadedApplication, plan: LoadPlan, from: number, to: number): Promise<void> {
  const read = await Promise.all(
    plan.cores.map((_, core) => application.read(core, IMAGE.bytes + 4 * from, 4 * (to - from))),
  );
  expect(read).toEqual(plan.cores.map((_, core) => counted(core, from, to)));
}

/** A board as if nothing had ever run on it. */
async function expectClean(board: Board): Promise<void> {
  for (const { x, y, freeSdram, freeRouterEntries } of board.facts.chips) {
    const info = await board.call({ x, y }, chipInfo());
    expect([...info.coreStates.subarray(1, info.workingCores)].every((state) => state === CORE_STATE.IDLE)).toBe(true);
    expect(info).toMatchObject({ freeSdram, freeRouterEntries });
    expect((await board.call({ x, y }, sdramSpace())).largest).toBe(freeSdram);
  }
}

describe("an application", () => {
  it.each([
    { machine: spin3(), coresPerChip: 17, because: "on four chips" },
    { machine: spin5(), coresPerChip: 3, because: "on a board" },
    { machine: machineOfSize(12, 12), coresPerChip: 1, because: "on three boards" },
    {
      coresPerChip: 2,
      machine: withFaults(spin5(), {
        chips: [
          { x: 1, y: 0 },
          { x: 1, y: 1 },
        ],
      }),
      because: "around dead chips",
    },
  ])("is loaded, runs in pieces, is read and leaves nothing behind $because", async ({ machine, coresPerChip }) => {
    await using served = await connectCountingBoard({ machine });
    const plan = countingPlan(served.board.machine(), TICKS, coresPerChip);
    const application = await LoadedApplication.load(served.board, plan);
    for (const [from, until] of [
      [0, 40],
      [40, 41],
      [41, TICKS],
    ] as const) {
      await application.runUntil(until);
      await readAll(application, plan, from, until);
    }
    expect(await application.droppedByRouters()).toEqual([]);
    expect(await application.iobuf(0)).toBe(`core ${plan.cores[0]!.core} counts\n`);
    await application.close();
    await application.close();
    await expectClean(served.board);
    expect(served.trouble).toEqual([]);
  });

  it("has its routing table in every router", async () => {
    await using served = await connectCountingBoard({ machine: spin3() });
    const machine = served.board.machine();
    await using _application = await LoadedApplication.load(served.board, countingPlan(machine, TICKS));
    for (const chip of machine.ethernetChips.concat(3 as never)) {
      const { key, mask, route } = served.virtual.chip(chip).router.table();
      expect([key.at(-1), mask.at(-1), route.at(-1)]).toEqual([chip << 8, 0xffff_ff00, 1 << 7]);
    }
  });

  it.each(["3.1.0", "3.4.1"] as const)("is flooded through the machine under SC&MP %s", async (scampVersion) => {
    await using served = await connectCountingBoard({ machine: spin5(), scampVersion });
    const plan = countingPlan(served.board.machine(), TICKS, 2);
    await using application = await LoadedApplication.load(served.board, plan);
    await application.runUntil(TICKS);
    await readAll(application, plan, 0, TICKS);
  });

  it.each(["3.4.1", "4.0.0"] as const)(
    "gets through a network and a board that lose, double, delay and reorder, SC&MP %s",
    async (scampVersion) => {
      const rates = { lose: 0.05, duplicate: 0.05, delay: 0.05, reorder: 0.05 };
      await using served = await connectCountingBoard(
        { machine: spin3(), scampVersion, faults: faultsBothWays(11, rates) },
        { sockets: faultySockets(faultsBothWays(12, rates)), timeoutMillis: 250 },
      );
      const plan = countingPlan(served.board.machine(), TICKS);
      const application = await LoadedApplication.load(served.board, plan);
      await application.runUntil(50);
      await application.runUntil(TICKS);
      await readAll(application, plan, 0, TICKS);
      await application.close();
      await expectClean(served.board);
    },
  );

  it("can be rewritten between two runs", async () => {
    await using served = await connectCountingBoard({ machine: spin3() });
    const plan = countingPlan(served.board.machine(), TICKS);
    await using application = await LoadedApplication.load(served.board, plan);
    await application.runUntil(10);
    await application.rewrite(0, [{ offset: IMAGE.factor, bytes: new Uint8Array(Uint32Array.of(1000).buffer) }]);
    await application.runUntil(12);
    expect(new Uint32Array((await application.read(0, IMAGE.bytes + 36, 12)).slice().buffer)).toEqual(
      Uint32Array.of(9, 10_000, 11_000),
    );
  });

  it("says how far it is", async () => {
    await using served = await connectCountingBoard({ machine: spin3() });
    const plan = countingPlan(served.board.machine(), TICKS);
    const last = new Map<string, readonly [number, number]>();
    await using _application = await LoadedApplication.load(served.board, plan, {
      onProgress: ({ stage, done, total }) => last.set(stage, [done, total]),
    });
    const cores = plan.cores.length;
    expect(Object.fromEntries(last)).toEqual({
      allocate: [cores, cores],
      images: [cores * IMAGE.bytes, cores * IMAGE.bytes],
      tables: [4, 4],
      applications: [4, 4],
      wait: [cores, cores],
    });
  });

  it("can follow another that was left behind", async () => {
    await using served = await connectCountingBoard({ machine: spin3() });
    const plan = countingPlan(served.board.machine(), TICKS);
    await LoadedApplication.load(served.board, plan);
    await stopApplication(served.board, APP_ID);
    await using application = await LoadedApplication.load(served.board, plan);
    await application.runUntil(5);
    await readAll(application, plan, 0, 5);
  });
});

describe("trouble", () => {
  it("a core that fails ends the run with its error and last words; what was recorded can still be read", async () => {
    await using served = await connectCountingBoard({ machine: spin3() });
    const plan = countingPlan(served.board.machine(), TICKS);
    const application = await LoadedApplication.load(served.board, plan);
    await application.runUntil(20);
    Object.assign(served.engine, { failing: [3], failAt: 30 });
    const failure = await application.runUntil(40).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "CORES_FAILED" });
    expect((failure as { cores: readonly unknown[] }).cores[0]).toMatchObject({
      x: 0,
      y: 0,
      core: 3,
      state: "RTE",
      runTimeError: "SWERR",
      appName: "counting",
      output: "core 3 counts\nlost count at 30\n",
    });
    expect((failure as Error).message).toContain('last printed "lost count at 30"');
    const { details } = failure as { readonly details: string };
    expect(details).toMatch(/^chip \(0, 0\) core 3 \(counting\): RTE SWERR$/m);
    expect(details).toMatch(/^ {2}r0 [0-9a-f]{8} .* r5 [0-9a-f]{8}$/m);
    expect(details).toMatch(/^ {2}\| core 3 counts$/m);
    await readAll(application, plan, 0, 20);
    await application.close();
    await expectClean(served.board);
  });

  it("a core that the watchdog caught is named", async () => {
    await using served = await connectCountingBoard({ machine: spin3() });
    const plan = countingPlan(served.board.machine(), TICKS);
    await using application = await LoadedApplication.load(served.board, plan);
    served.virtual.killCore(served.board.machine().ethernetChips[0]!, 5);
    await expect(application.runUntil(10)).rejects.toMatchObject({
      code: "CORES_FAILED",
      cores: [{ core: 5, state: "WDOG" }],
    });
  });

  it("cores that cannot read their images fail the loading, and nothing stays", async () => {
    await using served = await connectCountingBoard({ machine: spin3() });
    const plan = countingPlan(served.board.machine(), TICKS);
    const broken = { ...plan, cores: plan.cores.map((core) => ({ ...core, bytes: new Uint8Array(IMAGE.bytes) })) };
    await expect(LoadedApplication.load(served.board, broken)).rejects.toMatchObject({ code: "CORES_FAILED" });
    await expectClean(served.board);
  });

  it("cores that missed their signal get it again", async () => {
    await using served = await connectCountingBoard({ machine: spin3() });
    const plan = countingPlan(served.board.machine(), TICKS, 2);
    await using application = await LoadedApplication.load(served.board, plan);
    const signals: string[] = [];
    const { signal } = served.board;
    served.board.signal = (name, appId, options) => {
      signals.push(name);
      return signals.length === 1 ? Promise.resolve() : signal.call(served.board, name, appId, options);
    };
    await application.runUntil(10);
    expect(signals).toEqual(["SYNC0", "SYNC0"]);
    await readAll(application, plan, 0, 10);
  });

  it("cores that do not get there are late, not waited for without end", async () => {
    await using served = await connectCountingBoard({ machine: spin3() });
    const plan = countingPlan(served.board.machine(), TICKS);
    await using application = await LoadedApplication.load(served.board, plan);
    served.engine.advance = () => false;
    await expect(application.runUntil(10, { limitMillis: 100 })).rejects.toMatchObject({
      code: "CORES_LATE",
      reached: 0,
      expected: plan.cores.length,
    });
  });

  it("a core that hangs while the others get there is named, with what it printed", async () => {
    await using served = await connectCountingBoard({ machine: spin3() });
    const plan = countingPlan(served.board.machine(), TICKS);
    await using application = await LoadedApplication.load(served.board, plan);
    await application.runUntil(10);
    served.engine.hanging = [3];
    const hanging = plan.cores.filter(({ core }) => core === 3).length;
    const failure = await application.runUntil(20, { stragglerMillis: 50 }).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: "CORES_LATE",
      reached: plan.cores.length - hanging,
      expected: plan.cores.length,
    });
    const { cores } = failure as { readonly cores: readonly object[] };
    expect(cores).toHaveLength(hanging);
    expect(cores[0]).toMatchObject({ core: 3, state: "RUN", appName: "counting" });
    expect((failure as Error).message).toContain('chip (0, 0) core 3 (counting) RUN, last printed "round and round"');
    expect((failure as { readonly details: string }).details).toContain("  | round and round");
    await readAll(application, plan, 0, 10);
  });

  it.each(["allocate", "images", "tables", "applications", "wait"] as const)(
    "an abort during %s cleans up",
    async (stage) => {
      await using served = await connectCountingBoard({ machine: spin3() });
      const plan = countingPlan(served.board.machine(), TICKS);
      const controller = new AbortController();
      const loading = LoadedApplication.load(served.board, plan, {
        signal: controller.signal,
        onProgress: (progress) => progress.stage === stage && controller.abort(),
      });
      await expect(loading).rejects.toMatchObject({ name: "AbortError" });
      await expectClean(served.board);
    },
  );

  it("an abort during a run leaves the application to be closed", async () => {
    await using served = await connectCountingBoard({ machine: spin3() });
    const plan = countingPlan(served.board.machine(), TICKS);
    const controller = new AbortController();
    const application = await LoadedApplication.load(served.board, plan, { signal: controller.signal });
    served.engine.advance = () => false;
    const run = application.runUntil(10, { onProgress: () => controller.abort() });
    await expect(run).rejects.toMatchObject({ name: "AbortError" });
    await application.close();
    await expectClean(served.board);
  });

  it("closing drops what a board that fell silent is still asked for, instead of waiting for each answer", async () => {
    await using served = await connectCountingBoard({ machine: spin3() }, { timeoutMillis: 40, tries: 2 });
    const plan = countingPlan(served.board.machine(), TICKS);
    const application = await LoadedApplication.load(served.board, plan);
    await served.virtual.close();
    const reads = plan.cores.map((_, core) => application.read(core, 0, IMAGE.bytes));
    const settled = Promise.allSettled(reads);
    await expect(Promise.race(reads)).rejects.toMatchObject({ code: "NO_REPLY" });
    await expect(application.close()).rejects.toMatchObject({ code: "NO_REPLY" });
    const codes = (await settled).map((read) => (read.status === "rejected" ? read.reason.code : "read"));
    const unanswered = codes.filter((code) => code === "NO_REPLY").length;
    expect(unanswered).toBeLessThanOrEqual(served.board.connections[0]!.window);
    expect(codes.filter((code) => code === "CONNECTION_CLOSED")).toHaveLength(plan.cores.length - unanswered);
  });

  it("a plan for another machine is refused before anything is loaded", async () => {
    await using served = await connectCountingBoard({ machine: spin3() });
    const plan = countingPlan(spin5(), TICKS);
    await expect(LoadedApplication.load(served.board, plan)).rejects.toMatchObject({
      code: "PLAN_MISFIT",
      place: "chip (2, 0) core 17",
    });
  });

  it("an application id in use is refused: by a core, or by a routing entry left behind", async () => {
    await using served = await connectCountingBoard({ machine: spin3() });
    const { address, port } = served.virtual.address();
    const plan = countingPlan(served.board.machine(), TICKS, 2);
    await LoadedApplication.load(served.board, plan);
    await using later = await connectBoard({ host: address, port });
    const more = countingPlan(later.machine(), TICKS, 2);
    await expect(LoadedApplication.load(later, more)).rejects.toMatchObject({
      code: "APPLICATION_ID_IN_USE",
      place: "chip (0, 0) core 16",
    });
    await using other = await LoadedApplication.load(later, { ...more, appId: 67 });
    await other.runUntil(5);
    await readAll(other, more, 0, 5);
    await stopApplication(later, APP_ID);

    await later.call({ x: 1, y: 1 }, allocateRouterEntries(APP_ID, 3));
    await using last = await connectBoard({ host: address, port });
    await expect(LoadedApplication.load(last, plan)).rejects.toMatchObject({
      code: "APPLICATION_ID_IN_USE",
      place: "chip (1, 1)",
    });
  });

  it("images that do not fit say how much is free", async () => {
    await using served = await connectCountingBoard({ machine: spin3() });
    const plan = countingPlan(served.board.machine(), TICKS);
    const large = { ...plan, cores: plan.cores.map((core) => ({ ...core, sdramBytes: 50_000_000 })) };
    const failure = await LoadedApplication.load(served.board, large).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "CHIP_FULL" });
    expect((failure as Error).message).toMatch(/no room for 50000000 bytes of SDRAM .*; \d+ bytes are free/);
    await expectClean(served.board);
  });
});
