/**
 * The loader against SCAMP itself, on an emulated board. Needs boot images: SPINLOOM_SCAMP names files, separated by ':'.
 */

import { describe, expect, it } from "vitest";
import { bootBoard, connectBoard, LoadedApplication, type LoadPlan } from "../../src/loader/index.ts";
import { spin3 } from "../../src/machine/index.ts";
import { chipInfo } from "../../src/sdp/chip-commands.ts";
import { CORE_STATE } from "../../src/sdp/core-state.ts";
import { type ScampImage, scampImages } from "../host-sim/machine/scamp-image.ts";
import { aplx } from "../host-sim/machine/small-programs.ts";
import { IMAGE } from "./counting-engine.ts";
import { EmulatedBoard } from "./emulated-board.ts";
import { counted, countingPlan } from "./loaded-board.ts";

/**
 * Does what {@link CountingEngine} does, in ARM code: waits for its SYNC flag to fall, runs, waits for it to rise, runs.
 *
 *         ldr r5, =0xe5007000;  mov r6, #0x40000014;  ldr r6, [r6];  mov r6, r6, lsr #24        @ physical number
 *         add r7, r5, #0xf00;  add r7, r7, #0x94;  ldrb r7, [r7, r6];  add r9, r5, r7, lsl #7   @ virtual, vcpu
 *         mov r11, #0xe2000000;  mov r8, #1;  mov r8, r8, lsl r7;  ldr r4, [r9, #112]           @ flag, image
 *   top:  mov r0, #8;  strb r0, [r9, #46]                                                       @ SYNC0
 *   p0:   ldr r0, [r11, #0x58];  tst r0, r8;  bne p0;  bl run
 *         mov r0, #9;  strb r0, [r9, #46]                                                       @ SYNC1
 *   p1:   ldr r0, [r11, #0x58];  tst r0, r8;  beq p1;  bl run;  b top
 *   run:  mov r0, #7;  strb r0, [r9, #46];  ldmib r4, {r0, r1, r2};  add r6, r4, #16            @ until, tick, factor
 *   loop: cmp r1, r0;  mullo r10, r1, r2;  strlo r10, [r6, r1, lsl #2];  addlo r1, r1, #1;  blo loop
 *         str r1, [r4, #8];  mov pc, lr
 */
const COUNTER: readonly number[] = [
  0xe59f_5088, 0xe3a0_6151, 0xe596_6000, 0xe1a0_6c26, 0xe285_7c0f, 0xe287_7094, 0xe7d7_7006, 0xe085_9387, 0xe3a0_b4e2,
  0xe3a0_8001, 0xe1a0_8718, 0xe599_4070, 0xe3a0_0008, 0xe5c9_002e, 0xe59b_0058, 0xe110_0008, 0x1aff_fffc, 0xeb00_0006,
  0xe3a0_0009, 0xe5c9_002e, 0xe59b_0058, 0xe110_0008, 0x0aff_fffc, 0xeb00_0000, 0xeaff_fff2, 0xe3a0_0007, 0xe5c9_002e,
  0xe994_0007, 0xe284_6010, 0xe151_0000, 0x300a_0291, 0x3786_a101, 0x3281_1001, 0x3aff_fffa, 0xe584_1008, 0xe1a0_f00e,
  0xe500_7000,
];

const none: readonly ScampImage[] = [{ name: "no image: set SPINLOOM_SCAMP", bytes: new Uint8Array(), major: 0 }];

describe.each(scampImages.length > 0 ? scampImages : none)("SCAMP $name", (image) => {
  it.skipIf(scampImages.length === 0)(
    "is booted, explored, loaded, run in pieces, read and cleaned up",
    async () => {
      await using served = await EmulatedBoard.serve(spin3());
      const where = { host: "127.0.0.1", port: served.scpPort };
      const boot = { ...where, bootPort: served.bootPort, image: image.bytes, kind: "spin3", unixTime: 1 } as const;
      expect(await bootBoard(boot)).toMatchObject({ alreadyBooted: false, version: { name: "SC&MP" } });
      await using board = await connectBoard(where);
      const machine = board.machine();
      expect([...machine.alive]).toEqual([1, 1, 1, 1]);
      // Links are not compared: SCAMP 4 turns link 4 of chip (1, 0) off.
      expect(machine.applicationCores).toEqual(spin3().applicationCores);

      const plan: LoadPlan = { ...countingPlan(machine, 50, 2), applications: [aplx(COUNTER)] };
      const application = await LoadedApplication.load(board, plan);
      for (const until of [10, 11, 50]) await application.runUntil(until);
      const read = await Promise.all(plan.cores.map((_, core) => application.read(core, IMAGE.bytes, 4 * 50)));
      expect(read).toEqual(plan.cores.map((_, core) => counted(core, 0, 50)));
      expect(await application.droppedByRouters()).toEqual([]);
      await application.close();
      for (const { x, y, freeSdram, freeRouterEntries } of board.facts.chips) {
        const info = await board.call({ x, y }, chipInfo());
        expect([...info.coreStates.subarray(1)]).toEqual(Array.from({ length: 17 }, () => CORE_STATE.IDLE));
        expect(info).toMatchObject({ freeSdram, freeRouterEntries });
      }
    },
    300_000,
  );
});
