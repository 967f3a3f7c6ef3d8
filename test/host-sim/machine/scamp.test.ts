/**
 * Real SCAMP on emulated machines. Needs boot images: `SPINLOOM_SCAMP=scamp-4.0.0.boot:scamp-3.1.0.boot`.
 */

import { beforeAll, describe, expect, it } from "vitest";
import { gridMachine, spin3, spin5 } from "../../../src/machine/index.ts";
import type { Machine } from "../../../src/machine/machine.ts";
import {
  allocateSdram,
  encodeRouterRows,
  freeSdram,
  initRouter,
  loadRouterEntries,
  sdramSpace,
  taggedSdram,
} from "../../../src/sdp/allocation-commands.ts";
import { countCores, countCoresBySignal } from "../../../src/sdp/application-commands.ts";
import { chipInfo, version } from "../../../src/sdp/chip-commands.ts";
import { CORE_STATE } from "../../../src/sdp/core-state.ts";
import { fillMemory, readLink, readMemory, writeLink, writeMemory } from "../../../src/sdp/memory-commands.ts";
import { ScampBoard } from "./scamp-board.ts";
import { type ScampImage, scampImages } from "./scamp-image.ts";

const LONE_CHIP = gridMachine("one chip", { width: 1, height: 1, wrapX: false, wrapY: false });
const CORE_STATES_AT = 0x7000 + 46;

const none: readonly ScampImage[] = [{ name: "no image: set SPINLOOM_SCAMP", bytes: new Uint8Array(), major: 0 }];
const images = scampImages.length > 0 ? scampImages : none;

describe.each(images)("SCAMP $name", (image) => {
  describe.skipIf(scampImages.length === 0).each([
    { what: "one chip", machine: LONE_CHIP },
    { what: "a SpiNN-3 board", machine: spin3() },
    { what: "a SpiNN-5 board", machine: spin5() },
  ])("on $what", ({ machine }) => {
    let board: ScampBoard;
    const chips = () => [...board.emulated.chips()];
    const last = () => chips().at(-1)!;

    beforeAll(() => {
      board = ScampBoard.booted(machine, image);
    }, 240_000);

    it("says its version, and the address of each chip", () => {
      for (const { x, y } of chips()) {
        const answer = board.call({ x, y }, version());
        expect(answer).toMatchObject({ chip: { x, y }, virtualCore: 0, name: "SC&MP" });
        expect(answer.version[0]).toBe(image.major);
        expect(answer.physicalCore).toBe(board.emulated.chip(x, y).bootMonitor);
      }
    });

    it("knows the machine's size, its working cores and links", () => {
      expect(dimensions(board)).toEqual(expectedDimensions(machine));
      for (const { x, y, chip } of chips()) {
        const info = board.call({ x, y }, chipInfo());
        expect(info.workingCores).toBe(popCount(chip.workingCores));
        expect(info.links).toBe(workingLinks(machine, x, y) & ~linksScampMistrusts(image, machine, x, y));
        expect(info.freeRouterEntries).toBe(1023);
        expect(info.ethernetUp).toBe(x === 0 && y === 0);
      }
    });

    it("has started its idle application on all other cores", () => {
      for (const { chip } of chips()) {
        const states = Array.from(
          { length: popCount(chip.workingCores) },
          (_, n) => chip.systemRam[CORE_STATES_AT + 128 * n],
        );
        expect(states).toEqual([CORE_STATE.RUN, ...states.slice(1).map(() => CORE_STATE.IDLE)]);
      }
    });

    it("writes and reads SDRAM and System RAM by byte, half-word and word", () => {
      const { x, y } = last();
      for (const length of [1, 2, 4, 64, 255, 256]) {
        const data = Uint8Array.from({ length }, (_, i) => i * 3 + length);
        board.call({ x, y }, writeMemory(0x6050_0000, data));
        expect(board.call({ x, y }, readMemory(0x6050_0000, length))).toEqual(data);
      }
      board.call({ x, y }, writeMemory(0xe500_2000, Uint8Array.of(1, 2, 3, 4)));
      expect(board.emulated.peek(x, y, 0xe500_2000, 4)).toEqual(Uint8Array.of(1, 2, 3, 4));
    });

    it("fills memory", () => {
      const { x, y } = last();
      board.call({ x, y }, fillMemory(0x6050_1000, 0x0403_0201, 64));
      expect(board.emulated.peek(x, y, 0x6050_1038, 12)).toEqual(Uint8Array.of(1, 2, 3, 4, 1, 2, 3, 4, 0, 0, 0, 0));
    });

    it("allocates SDRAM with tags and gives it back", () => {
      const { x, y } = last();
      const before = board.call({ x, y }, sdramSpace());
      const block = board.call({ x, y }, allocateSdram(66, 1000, 5, false))!;
      expect(board.call({ x, y }, taggedSdram(66, 5))).toBe(block);
      expect(board.call({ x, y }, sdramSpace()).free).toBe(before.free - 1008);
      expect(board.call({ x, y }, allocateSdram(66, 1000, 5, false)), "the tag is taken").toBeUndefined();
      board.call({ x, y }, freeSdram(block));
      expect(board.call({ x, y }, sdramSpace())).toEqual(before);
    });

    it("loads routing entries, turning virtual core numbers into physical ones", () => {
      const { x, y, chip } = last();
      const rows = encodeRouterRows({
        key: Uint32Array.of(0x1000, 0x2000),
        mask: Uint32Array.of(0xffff_f000, 0xffff_f000),
        route: Uint32Array.of(1 << 2, 1 << (6 + 4)),
      });
      board.call({ x, y }, initRouter());
      board.call({ x, y }, writeMemory(0x6780_0000, rows));
      board.call({ x, y }, loadRouterEntries(66, 0x6780_0000, 2, 10));
      const physical = chip.systemRam[0x7fa8 + 4]!;
      const loaded = [...chip.router.table.entries()].filter(([entry]) => entry >= 10);
      expect(loaded).toEqual([
        [10, 0x1000, 0xffff_f000, 1 << 2],
        [11, 0x2000, 0xffff_f000, 1 << (6 + physical)],
      ]);
    });

    it("counts cores by state", () => {
      const idle = chips().reduce((sum, { chip }) => sum + popCount(chip.workingCores) - 1, 0);
      const count = image.major >= 4 ? countCores(0, CORE_STATE.IDLE) : countCoresBySignal(0, CORE_STATE.IDLE);
      expect(board.call({ x: 0, y: 0 }, count)).toBe(idle);
    });

    it.skipIf(machine === LONE_CHIP)("reads and writes a neighbour's memory over a link", () => {
      const there = machine.neighbour[2]!;
      const [x, y] = [there % machine.width, Math.floor(there / machine.width)];
      board.call({ x: 0, y: 0 }, writeLink(2, 0x6050_2000, Uint8Array.of(9, 8, 7, 6)));
      expect(board.emulated.peek(x, y, 0x6050_2000, 4)).toEqual(Uint8Array.of(9, 8, 7, 6));
      expect(board.call({ x: 0, y: 0 }, readLink(2, 0x6050_2000, 4))).toEqual(Uint8Array.of(9, 8, 7, 6));
    });
  });
});

function dimensions(board: ScampBoard): readonly number[] {
  const [height, width] = board.call({ x: 0, y: 0 }, readMemory(0xf500_7f02, 2));
  return [width!, height!];
}

/** A machine's bounding box; SCAMP counts it from the chips it finds. */
function expectedDimensions(machine: Machine): readonly number[] {
  return [machine.width, machine.height];
}

function workingLinks(machine: Machine, x: number, y: number): number {
  const chip = y * machine.width + x;
  let links = 0;
  for (let link = 0; link < 6; link++) if (machine.neighbour[chip * 6 + link]! >= 0) links |= 1 << link;
  return links;
}

/** SCAMP 4 turns link 4 of board position (1, 0) off, "as oddly it often fails", and with it that link's other end. */
function linksScampMistrusts(image: ScampImage, machine: Machine, x: number, y: number): number {
  if (image.major < 4) return 0;
  if (x === 1 && y === 0) return 1 << 4;
  const other = machine.neighbour[1 * 6 + 4];
  return other === y * machine.width + x ? 1 << 1 : 0;
}

function popCount(mask: number): number {
  return mask.toString(2).replaceAll("0", "").length;
}
