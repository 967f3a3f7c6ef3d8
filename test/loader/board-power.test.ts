import { describe, expect, it } from "vitest";
import { inspectBoards, switchBoards } from "../../src/loader/index.ts";
import { writeBmpVersion } from "../../src/sdp/bmp-commands.ts";
import { reply, type Script, ScriptedBoard } from "../sdp/scripted-board.ts";

const VERSION = {
  codeBlock: 0,
  frame: 0,
  canId: 0,
  bufferBytes: 256,
  buildTime: 0,
  name: "BC&MP",
  hardware: "Spin5-BMP",
  version: [2, 1, 2] as const,
  label: "",
};

/** A BMP for all boards of a frame. */
const bmp: Script = (received) => {
  const board = received.message.destination.core;
  switch (received.request.command) {
    case 0:
      return [reply(received, writeBmpVersion({ ...VERSION, board }))];
    case 48:
      return [reply(received, new Uint8Array(48))];
    case 57:
      return [reply(received)];
    default:
      return [reply(received, undefined, 0x83)];
  }
};

describe("switching boards", () => {
  it.each([
    { action: "on", commands: [[1, 0b101]], waits: [5000] },
    { action: "off", commands: [[0, 0b101]], waits: [] },
    {
      action: "cycle",
      commands: [
        [0, 0b101],
        [1, 0b101],
      ],
      waits: [30_000, 5000],
    },
  ] as const)("$action asks board 0 for all, and waits as long as boards need", async ({ action, commands, waits }) => {
    await using board = await ScriptedBoard.open(bmp);
    const waited: number[] = [];
    await switchBoards(action, {
      host: "127.0.0.1",
      port: board.port,
      boards: [0, 2],
      wait: async (millis) => {
        waited.push(millis);
      },
    });
    const power = board.received.filter(({ request }) => request.command === 57);
    expect(power.map(({ request }) => [request.arg1, request.arg2])).toEqual(commands);
    expect(power.every(({ message }) => message.destination.core === 0)).toBe(true);
    expect(waited).toEqual(waits);
  });

  it("a board's own monitor is told from a BMP", async () => {
    await using board = await ScriptedBoard.open((received) => [
      reply(received, writeBmpVersion({ ...VERSION, board: 0, name: "SC&MP", hardware: "SpiNNaker" })),
    ]);
    await expect(switchBoards("off", { host: "127.0.0.1", port: board.port })).rejects.toMatchObject({
      code: "NOT_A_BOARD",
      found: 'a "SC&MP/SpiNNaker" answers, not a BMP',
    });
  });

  it("silence is reported with the address", async () => {
    await using board = await ScriptedBoard.open(() => []);
    await expect(switchBoards("off", { host: "127.0.0.1", port: board.port, timeoutMillis: 30 })).rejects.toMatchObject(
      { code: "BOARD_SILENT", place: `board 127.0.0.1:${board.port}` },
    );
  });
});

describe("inspecting boards", () => {
  it("asks each board for version and sensors", async () => {
    await using board = await ScriptedBoard.open(bmp);
    const found = await inspectBoards({ host: "127.0.0.1", port: board.port, boards: [0, 3] });
    expect(found.map(({ version }) => version.board)).toEqual([0, 3]);
    expect(found[1]!.status.supply).toBe(0);
  });
});
