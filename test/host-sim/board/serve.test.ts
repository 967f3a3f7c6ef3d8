import { describe, expect, it } from "vitest";
import { VirtualBoard } from "../../../src/host-sim/board/index.ts";
import { machineOfSize, spin3, spin5 } from "../../../src/machine/index.ts";
import { ManualClock } from "./manual-clock.ts";
import { RawClient } from "./raw-client.ts";
import { serveBoard } from "./served-board.ts";

describe("a served board", () => {
  it("may be closed twice, and while requests are under way", async () => {
    const served = await serveBoard({ machine: spin3() });
    await served.client.send("000087ff00ffffff00000000000000000000000000000000000000");
    await Promise.all([served.board.close(), served.board.close()]);
    await served.board.close();
    await served[Symbol.asyncDispose]();
  });

  it("gives its addresses back when closed", async () => {
    const first = await VirtualBoard.serve({ machine: machineOfSize(12, 12) });
    const { port } = first.address();
    await first.close();
    const second = await VirtualBoard.serve({ machine: machineOfSize(12, 12), scpPort: port });
    expect(second.address().port).toBe(port);
    await second.close();
  });

  it("says that a port is taken", async () => {
    await using served = await serveBoard({ machine: spin3() });
    const again = VirtualBoard.serve({ machine: spin3(), scpPort: served.board.address().port });
    await expect(again).rejects.toMatchObject({ code: "PORT_IN_USE" });
  });

  it("has no address for a chip without Ethernet, and no memory for a chip that is not there", async () => {
    await using served = await serveBoard({ machine: spin5() });
    const { ethernetChips } = served.board.machine;
    const beside = (ethernetChips[0]! + 1) as (typeof ethernetChips)[number];
    expect(() => served.board.address(beside)).toThrow(RangeError);
    const missing = 5 as typeof beside;
    expect(() => served.board.chip(missing)).toThrow(RangeError);
  });

  it("tells in its monitor's name that it is virtual", async () => {
    await using served = await serveBoard({ machine: spin3() });
    const name = await served.client.scp({ command: 2, args: [0xe500_7000 + 72, 16, 0] });
    expect(name.body.toString("latin1")).toContain("virtual");
  });

  it("serves many hosts at a time", async () => {
    await using served = await serveBoard({ machine: spin3() });
    const clients = await Promise.all(Array.from({ length: 8 }, () => RawClient.open(served.board)));
    const replies = await Promise.all(
      clients.map((client, i) => client.scp({ command: 2, args: [0xf500_7f00, 4 * (i + 1), 2], sequence: i })),
    );
    expect(replies.map(({ sequence, body }) => [sequence, body.length])).toEqual(
      clients.map((_, i) => [i, 4 * (i + 1)]),
    );
    await Promise.all(clients.map((client) => client[Symbol.asyncDispose]()));
  });

  it("lets time pass in sv, by its own clock", async () => {
    const clock = new ManualClock();
    await using served = await serveBoard({ machine: spin3(), clock, unixTime: 1000 });
    clock.advance(2500);
    const sv = (await served.client.scp({ command: 2, args: [0xf500_7f10, 16, 2] })).body;
    const read = { clockMillis: sv.readUInt32LE(0), timeMillis: sv.readUInt16LE(8), unixTime: sv.readUInt32LE(12) };
    expect(read).toEqual({ clockMillis: 2500, timeMillis: 500, unixTime: 1002 });
  });
});
