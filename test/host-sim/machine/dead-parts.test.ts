/** How real SCAMP survives what is dead. Needs boot images (SPINLOOM_SCAMP). */

import { describe, expect, it } from "vitest";
import { formatTraceEvent, type TraceEvent } from "../../../src/host-sim/machine/machine-trace.ts";
import { spin3, withFaults } from "../../../src/machine/index.ts";
import { chipInfo, readSerialRom, version } from "../../../src/sdp/chip-commands.ts";
import { CORE_STATE } from "../../../src/sdp/core-state.ts";
import { readMemory, writeMemory } from "../../../src/sdp/memory-commands.ts";
import { ScampBoard } from "./scamp-board.ts";
import { type ScampImage, scampImages } from "./scamp-image.ts";

const none: readonly ScampImage[] = [{ name: "no image: set SPINLOOM_SCAMP", bytes: new Uint8Array(), major: 0 }];
const images = scampImages.length > 0 ? scampImages : none;
const ROOT = { x: 0, y: 0 };

describe.each(images)("SCAMP $name", (image) => {
  describe.skipIf(scampImages.length === 0)("on a SpiNN-3 board", () => {
    it("without chip (1, 1) uses the other three", () => {
      const board = ScampBoard.booted(withFaults(spin3(), { chips: [{ x: 1, y: 1 }] }), image);
      for (const { x, y } of board.emulated.chips()) {
        expect(board.call({ x, y }, version()).chip).toEqual({ x, y });
      }
      expect(board.emulated.chip(0, 0).router.p2pTable.direction(0x0101)).toBe(6);
      expect(() => board.call({ x: 1, y: 1 }, version())).toThrow("0x87");
    }, 120_000);

    it("finds a dead link and goes round it", () => {
      const board = ScampBoard.booted(withFaults(spin3(), { links: [{ x: 0, y: 0, link: 0 }] }), image);
      expect(board.call(ROOT, chipInfo()).links & 1).toBe(0);
      board.call({ x: 1, y: 0 }, writeMemory(0x6050_0000, Uint8Array.of(1, 2, 3, 4)));
      expect(board.emulated.peek(1, 0, 0x6050_0000, 4)).toEqual(Uint8Array.of(1, 2, 3, 4));
    }, 120_000);

    it("counts only the cores that pass their self test", () => {
      const machine = spin3();
      const applicationCores = machine.applicationCores.map((cores, chip) =>
        chip === 0 ? 0b1111_1111_1111_1110 : cores,
      );
      const board = ScampBoard.booted({ ...machine, applicationCores }, image);
      const info = board.call(ROOT, chipInfo());
      expect(info.workingCores).toBe(16);
      expect([...info.coreStates.subarray(0, 16)]).toEqual([
        CORE_STATE.RUN,
        ...new Array<number>(15).fill(CORE_STATE.IDLE),
      ]);
    }, 120_000);

    it("does not count a core as idle that never starts, and gives the others their usual numbers", () => {
      const board = ScampBoard.booted(withFaults(spin3(), { cores: [{ x: 0, y: 0, core: 5 }] }), image);
      const info = board.call(ROOT, chipInfo());
      expect(info.workingCores).toBe(18);
      const idle = [...info.coreStates].flatMap((state, core) => (state === CORE_STATE.IDLE ? [core] : []));
      expect(idle).toEqual([1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17]);
    }, 120_000);

    it("reads from the serial ROM what is dead on the board", () => {
      const board = new ScampBoard(spin3(), { deadParts: () => [{ x: 1, y: 1, links: 1 << 2, cores: 1 << 9 }] });
      board.boot(image);
      const stored = board.call(ROOT, readSerialRom(0x100, 8));
      expect([...new Uint32Array(stored.slice().buffer)]).toEqual([1, (1 << 27) | (1 << 24) | (1 << 20) | (1 << 9)]);
      const info = board.call({ x: 1, y: 1 }, chipInfo());
      expect(info.workingCores).toBe(17);
      expect(info.links & (1 << 2)).toBe(0);
    }, 120_000);

    it.skipIf(image.major < 4)(
      "hands over to another core if the serial ROM says that the monitor is dead",
      () => {
        const options = { monitorCore: () => 3, deadParts: () => [{ x: 0, y: 0, links: 0, cores: 1 << 3 }] };
        const board = new ScampBoard(spin3(), options);
        board.boot(image);
        expect(board.call(ROOT, version())).toMatchObject({ physicalCore: 17, virtualCore: 0 });
        expect(board.call(ROOT, chipInfo()).workingCores).toBe(17);
      },
      120_000,
    );

    it("any core can be monitor", () => {
      const board = new ScampBoard(spin3(), { monitorCore: (x, y) => 17 - x - 5 * y });
      board.boot(image);
      expect(board.call({ x: 1, y: 1 }, version())).toMatchObject({ physicalCore: 11, virtualCore: 0 });
    }, 120_000);

    it("can be watched: packets, frames and messages to cores", () => {
      const events: TraceEvent[] = [];
      const board = new ScampBoard(spin3(), {
        trace: { kinds: ["packet", "sdp", "frame"], chips: [ROOT], sink: (event) => events.push(event) },
      });
      board.boot(image);
      events.length = 0;
      board.call({ ...ROOT, core: 3 }, version());
      board.call({ x: 1, y: 0 }, readMemory(0x6000_0000, 4));
      const lines = events.map(formatTraceEvent);
      expect(lines.some((line) => / 0,0 Ethernet in /.test(line))).toBe(true);
      expect(lines.some((line) => / 0,0,\d+ SDP to core /.test(line))).toBe(true);
      expect(lines.some((line) => / 0,0,\d+ SDP from core /.test(line))).toBe(true);
      expect(lines.some((line) => / 0,0 P2P 00000100 \w{8} from core: link \d/.test(line))).toBe(true);
    }, 120_000);
  });
});
