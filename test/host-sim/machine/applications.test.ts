/**
 * Programs that others built, loaded and run by real SCAMP on an emulated board. Needs boot images (SPINLOOM_SCAMP) and
 * a directory of public applications (SPINLOOM_APLX). Those named here were built for SARK 3.
 */

import { beforeAll, describe, expect, it } from "vitest";
import { spin3 } from "../../../src/machine/index.ts";
import { sendSignal, startStagedApplication } from "../../../src/sdp/application-commands.ts";
import { CORE_STATE } from "../../../src/sdp/core-state.ts";
import {
  endFloodFill,
  floodFillBlock,
  regionOfChips,
  selectFloodFillCores,
  startFloodFill,
} from "../../../src/sdp/flood-fill.ts";
import { writeMemory } from "../../../src/sdp/memory-commands.ts";
import { ScampBoard } from "./scamp-board.ts";
import { publicAplx, scamp3, scamp4 } from "./scamp-image.ts";

const RIG_TEST = publicAplx("rig-test.aplx");
const HELLO = publicAplx("hello.aplx");
const NENGO_RX = publicAplx("nengo_rx.aplx");

const STAGING = 0x6780_0000;
const ROOT = { x: 0, y: 0 };
const FAR = { x: 1, y: 1 };
const APP_ID = 30;
const VERSION_MISMATCH = 20;

function blocksOf(aplx: Uint8Array): Uint8Array[] {
  const padded = new Uint8Array((aplx.length + 255) & ~255);
  padded.set(aplx);
  return Array.from({ length: padded.length / 256 }, (_, n) => padded.subarray(256 * n, 256 * n + 256));
}

function start(board: ScampBoard, aplx: Uint8Array, wait = false): void {
  blocksOf(aplx).forEach((block, n) => {
    board.call(FAR, writeMemory(STAGING + 256 * n, block));
  });
  board.call(FAR, startStagedApplication({ appId: APP_ID, coreMask: 0b110, wait }));
  board.emulated.advanceMillis(200);
}

function core(board: ScampBoard, virtual: number, { x, y } = FAR) {
  return board.emulated.describeCore(x, y, virtual);
}

describe.skipIf(scamp3 === undefined)("on SCAMP 3", () => {
  let board: ScampBoard;

  beforeAll(() => {
    board = ScampBoard.booted(spin3(), scamp3!);
  }, 120_000);

  it.skipIf(RIG_TEST === undefined)("rig's test program says where it runs and where it writes", () => {
    start(board, RIG_TEST!);
    expect(core(board, 1).iobuf).toContain("Rig test APLX started on 1, 1, 1.");
    expect(core(board, 2).iobuf).toContain("Rig test APLX started on 1, 1, 2.");
    expect(core(board, 1).vcpu).toMatchObject({ state: CORE_STATE.RUN, appId: APP_ID, appName: "test" });
    board.call(ROOT, sendSignal("STOP", APP_ID));
    board.emulated.advanceMillis(100);
    expect(core(board, 1).vcpu).toMatchObject({ state: CORE_STATE.IDLE, appName: "sark" });
  });

  it.skipIf(HELLO === undefined)("hello waits for SYNC0, then greets", () => {
    start(board, HELLO!);
    expect(core(board, 1).vcpu.state).toBe(CORE_STATE.SYNC0);
    expect(core(board, 1).iobuf).toBe("Starting...\n");
    board.call(ROOT, sendSignal("SYNC0", APP_ID));
    board.emulated.advanceMillis(3000);
    expect(core(board, 1).iobuf).toContain("Hello");
    board.call(ROOT, sendSignal("STOP", APP_ID));
    board.emulated.advanceMillis(100);
  });

  it.skipIf(HELLO === undefined)("an application with the wait flag stays in WAIT until START", () => {
    start(board, HELLO!, true);
    expect(core(board, 1).vcpu.state).toBe(CORE_STATE.WAIT);
    board.call(ROOT, sendSignal("START", APP_ID));
    board.emulated.advanceMillis(100);
    expect(core(board, 1).vcpu.state).toBe(CORE_STATE.SYNC0);
    board.call(ROOT, sendSignal("STOP", APP_ID));
    board.emulated.advanceMillis(100);
  });

  it.skipIf(NENGO_RX === undefined)("a nengo program reads its parameters and prints them", () => {
    start(board, NENGO_RX!);
    expect(core(board, 1).iobuf).toContain("[SDP Rx] Transmission period: 0");
    board.call(ROOT, sendSignal("STOP", APP_ID));
    board.emulated.advanceMillis(100);
  });

  it.skipIf(HELLO === undefined)("a flood fill brings an application to all chips at once", () => {
    const blocks = blocksOf(HELLO!);
    board.call(ROOT, startFloodFill(5, blocks.length));
    const chips = [...board.emulated.chips()];
    board.call(ROOT, selectFloodFillCores(regionOfChips(chips), 0b1010));
    blocks.forEach((block, n) => {
      board.call(ROOT, floodFillBlock(5, n, STAGING + 256 * n, block));
    });
    board.call(ROOT, endFloodFill(5, APP_ID, false));
    board.emulated.advanceMillis(300);
    for (const chip of chips) {
      expect([1, 2, 3].map((virtual) => core(board, virtual, chip).vcpu.appName)).toEqual(["hello", "sark", "hello"]);
    }
    board.call(ROOT, sendSignal("STOP", APP_ID));
  });
});

describe.skipIf(scamp4 === undefined || HELLO === undefined)("on SCAMP 4", () => {
  it("an application built for SARK 3 ends with a version error, its registers kept", () => {
    const board = ScampBoard.booted(spin3(), scamp4!);
    start(board, HELLO!);
    const { vcpu, activity } = core(board, 1);
    expect(vcpu).toMatchObject({ state: CORE_STATE.RTE, runTimeError: VERSION_MISMATCH });
    expect(vcpu.registers[0]).toBe(VERSION_MISMATCH);
    expect(activity).toBe("sleeping");
  }, 120_000);
});
