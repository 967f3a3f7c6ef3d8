/**
 * Programs that others built, loaded and run by real SCAMP on an emulated board. Needs boot images (SPINLOOM_SCAMP) and
 * a directory of public applications (SPINLOOM_APLX). Those named here were built for SARK 3.
 */

import { beforeAll, describe, expect, it } from "vitest";
import { spin3 } from "../../../src/machine/index.ts";
import {
  copyAndStartApplication,
  countCores,
  countCoresBySignal,
  imageChecksum,
  sendSignal,
  startStagedApplication,
} from "../../../src/sdp/application-commands.ts";
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
import { publicAplx, type ScampImage, scamp3, scamp4, scampImages } from "./scamp-image.ts";
import { aplx, CITIZEN } from "./small-programs.ts";

const RIG_TEST = publicAplx("rig-test.aplx");
const HELLO = publicAplx("hello.aplx");
const NENGO_RX = publicAplx("nengo_rx.aplx");

const STAGING = 0x6780_0000;
const ROOT = { x: 0, y: 0 };
const FAR = { x: 1, y: 1 };
const APP_ID = 30;
const VERSION_MISMATCH = 20;

function blocksOf(image: Uint8Array): Uint8Array[] {
  const padded = new Uint8Array((image.length + 255) & ~255);
  padded.set(image);
  return Array.from({ length: padded.length / 256 }, (_, n) => padded.subarray(256 * n, 256 * n + 256));
}

function start(board: ScampBoard, image: Uint8Array, wait = false): void {
  blocksOf(image).forEach((block, n) => {
    board.call(FAR, writeMemory(STAGING + 256 * n, block));
  });
  board.call(FAR, startStagedApplication({ appId: APP_ID, coreMask: 0b110, wait }));
  board.emulated.advanceMillis(200);
}

function core(board: ScampBoard, virtual: number, { x, y } = FAR) {
  return board.emulated.describeCore(x, y, virtual);
}

const none: readonly ScampImage[] = [{ name: "no image: set SPINLOOM_SCAMP", bytes: new Uint8Array(), major: 0 }];

describe.each(scampImages.length > 0 ? scampImages : none)("a program of ours on SCAMP $name", (image) => {
  describe.skipIf(scampImages.length === 0)("on a SpiNN-3 board", () => {
    let board: ScampBoard;
    const user = (virtual: number) => core(board, virtual).vcpu.user;

    beforeAll(() => {
      board = ScampBoard.booted(spin3(), image);
      start(board, aplx(CITIZEN));
    }, 120_000);

    it("is entered with its parameters, and runs where it was told to", () => {
      const stored = new Uint32Array(board.emulated.peek(FAR.x, FAR.y, 0x6000_0100, 32).slice().buffer);
      expect([stored[0], stored[1], stored[4], stored[5]! >>> 0]).toEqual([APP_ID, 0, STAGING + 32, 0x0040_ffe8]);
      expect([1, 2, 3].map((virtual) => core(board, virtual).vcpu.state)).toEqual([
        CORE_STATE.RUN,
        CORE_STATE.RUN,
        CORE_STATE.IDLE,
      ]);
    });

    it("is pinged by SCAMP's watchdog, answers, and is left alone", () => {
      board.emulated.advanceMillis(3000);
      expect(core(board, 1).vcpu.state).toBe(CORE_STATE.RUN);
      expect(core(board, 1).activity).toBe("sleeping");
    });

    it.each([
      { signal: "START", number: 3 },
      { signal: "PAUSE", number: 6 },
      { signal: "USR0", number: 10 },
    ] as const)("gets signal $signal, sent from the root chip", ({ signal, number }) => {
      board.call(ROOT, sendSignal(signal, APP_ID));
      board.emulated.advanceMillis(20);
      expect([user(1)[0], user(2)[0]]).toEqual([number, number]);
    });

    it("sees its flag cleared by SYNC0 and set by SYNC1", () => {
      board.call(ROOT, sendSignal("SYNC0", APP_ID));
      board.emulated.advanceMillis(20);
      expect(user(1)[2]! & 0b110).toBe(0);
      board.call(ROOT, sendSignal("SYNC1", APP_ID));
      board.emulated.advanceMillis(20);
      expect(user(1)[2]! & 0b110).toBe(0b110);
    });

    it("is counted", () => {
      const ask = image.major >= 4 ? countCores : countCoresBySignal;
      expect(board.call(ROOT, ask(APP_ID, CORE_STATE.RUN))).toBe(2);
    });

    it.skipIf(image.major < 4)("is copied to a neighbour and started there by APP_COPY_RUN", () => {
      const program = aplx(CITIZEN);
      const where = { appId: APP_ID, coreMask: 0b1000, wait: false };
      const copy = copyAndStartApplication(0, program.length, imageChecksum(program), where);
      board.call({ x: 0, y: 1 }, copy);
      board.emulated.advanceMillis(200);
      expect(core(board, 3, { x: 0, y: 1 }).vcpu.state).toBe(CORE_STATE.RUN);
    });

    it("is stopped by STOP: the core is back in the idle application", () => {
      board.call(ROOT, sendSignal("STOP", APP_ID));
      board.emulated.advanceMillis(100);
      expect(core(board, 1).vcpu).toMatchObject({ state: CORE_STATE.IDLE, appName: "sark" });
    });

    it("that hangs is switched off by SCAMP's watchdog", () => {
      start(board, aplx([0xeaff_fffe]));
      board.emulated.advanceMillis(2000);
      expect(core(board, 1).vcpu.state).toBe(CORE_STATE.WDOG);
      expect(core(board, 1).activity).toBe("no clock");
      board.call(ROOT, sendSignal("STOP", APP_ID));
      board.emulated.advanceMillis(100);
      expect(core(board, 1).vcpu.state).toBe(CORE_STATE.IDLE);
    });
  });
});

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
