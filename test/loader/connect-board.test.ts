import { describe, expect, it } from "vitest";
import { connectBoard } from "../../src/loader/index.ts";
import { type Machine, machineOfSize, spin3, spin5, withFaults } from "../../src/machine/index.ts";
import { version, writeVersion } from "../../src/sdp/chip-commands.ts";
import { faultsBothWays, faultySockets } from "../../src/sdp/faulty-socket.ts";
import { SCP_CODE, SCP_COMMAND } from "../../src/sdp/scp-codes.ts";
import { reply, type Script, ScriptedBoard } from "../sdp/scripted-board.ts";
import { connectCountingBoard } from "./loaded-board.ts";

/** What a mapper needs of a machine; SDRAM and entries are what the board has free, so less than it has. */
function shape(machine: Machine): unknown {
  const { width, height, alive, neighbour, applicationCores, ethernetChip, ethernetChips } = machine;
  return {
    width,
    height,
    alive,
    neighbour,
    applicationCores,
    ethernetChip: ethernetChip.filter((_, chip) => alive[chip] === 1),
    ethernetChips,
  };
}

describe("a board's machine", () => {
  it.each([
    { machine: spin3(), because: "four chips" },
    { machine: spin5(), because: "one board" },
    { machine: machineOfSize(12, 12), because: "three boards" },
    {
      machine: withFaults(spin5(), { chips: [{ x: 3, y: 3 }], links: [{ x: 1, y: 1, link: 2 }] }),
      because: "a dead chip and a dead link",
    },
  ])("is found as it is: $because", async ({ machine }) => {
    await using served = await connectCountingBoard({ machine });
    expect(shape(served.board.machine())).toEqual(shape(machine));
    expect(served.board.facts.warnings).toEqual([]);
    expect(served.trouble).toEqual([]);
  });

  it("has a connection to every board", async () => {
    await using served = await connectCountingBoard({ machine: machineOfSize(12, 12) });
    expect(served.board.connections.map(({ address }) => address).toSorted()).toEqual([
      "127.0.0.1",
      "127.0.0.2",
      "127.0.0.3",
    ]);
    const answer = await served.board.call({ x: 5, y: 9 }, version());
    expect(answer.chip).toEqual({ x: 5, y: 9 });
  });

  it.each(["3.1.0", "3.4.1", "4.0.0"] as const)("is found under SC&MP %s", async (scampVersion) => {
    await using served = await connectCountingBoard({ machine: spin3(), scampVersion });
    expect(served.board.facts.version.version.join(".")).toBe(scampVersion);
    expect(shape(served.board.machine())).toEqual(shape(spin3()));
  });

  it("is found through a network that loses, doubles, delays and reorders", async () => {
    await using served = await connectCountingBoard(
      { machine: spin5() },
      { sockets: faultySockets(faultsBothWays(4, { lose: 0.05, duplicate: 0.05, delay: 0.05, reorder: 0.05 })) },
    );
    expect(shape(served.board.machine())).toEqual(shape(spin5()));
  });

  it("is looked at once the board knows where it is", async () => {
    let looks = 0;
    await using board = await ScriptedBoard.open((received) =>
      received.request.command === SCP_COMMAND.VER
        ? [reply(received, writeVersion({ ...scamp, chip: ++looks < 3 ? undefined : { x: 0, y: 0 } }))]
        : [reply(received, undefined, SCP_CODE.CMD)],
    );
    const connecting = connectBoard({ host: "127.0.0.1", port: board.port });
    await expect(connecting).rejects.toMatchObject({ code: "REQUEST_REFUSED" });
    const { VER, IPTAG } = SCP_COMMAND;
    expect(board.received.map(({ request }) => request.command)).toEqual([VER, VER, VER, IPTAG]);
  });
});

const scamp = {
  physicalCore: 1,
  virtualCore: 0,
  bufferBytes: 256,
  buildTime: 0,
  name: "SC&MP",
  hardware: "SpiNNaker",
  version: [4, 0, 0] as const,
  label: "",
};

describe("what is no board", () => {
  it.each<{ because: string; code: string; script: Script }>([
    { because: "silence", code: "BOARD_SILENT", script: () => [] },
    { because: "garbage", code: "NOT_A_BOARD", script: () => [Uint8Array.of(1, 2, 3)] },
    { because: "an echo of the request", code: "NOT_A_BOARD", script: ({ message }) => [message.payload] },
    { because: "an OK without a body", code: "NOT_A_BOARD", script: (received) => [reply(received)] },
    { because: "an error code", code: "NOT_A_BOARD", script: (received) => [reply(received, undefined, 0x83)] },
    {
      because: "a board's management processor",
      code: "NOT_A_BOARD",
      script: (received) => [reply(received, writeVersion({ ...scamp, chip: { x: 0, y: 0 }, name: "BC&MP" }))],
    },
    {
      because: "SC&MP of another age",
      code: "UNSUPPORTED_SCAMP",
      script: (received) => [reply(received, writeVersion({ ...scamp, chip: { x: 0, y: 0 }, version: [1, 33, 0] }))],
    },
    {
      because: "a board that never gets ready",
      code: "BOARD_NOT_READY",
      script: (received) => [reply(received, writeVersion({ ...scamp, chip: undefined }))],
    },
  ])("$because is $code, with the address in the message", async ({ code, script }) => {
    await using board = await ScriptedBoard.open(script);
    const failure = await connectBoard({
      host: "127.0.0.1",
      port: board.port,
      timeoutMillis: 40,
      bootMillis: 200,
    }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code, place: `board 127.0.0.1:${board.port}` });
  });
});
