/**
 * The bytes of the worked examples: requests as SpiNNMan, rig and ybug send them, replies as those decode them. The tag
 * of a reply is any of 8 to 15, so `..` stands for a byte that is not compared.
 */

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { VirtualBoard } from "../../../src/host-sim/board/index.ts";
import { gridMachine } from "../../../src/machine/index.ts";
import { RawClient } from "./raw-client.ts";

const TORUS = gridMachine(
  "4x4",
  { width: 4, height: 4, wrapX: true, wrapY: true },
  { sdramBytes: 123_469_792, applicationCores: 17 },
);

interface Example {
  readonly what: string;
  readonly request: string;
  readonly reply: string;
}

/** In this order: later ones build on what earlier ones left. */
const EXAMPLES: readonly Example[] = [
  {
    what: "VER to the root",
    request: "000087ff00ffffff00000000000000000000000000000000000000",
    reply: "000007..ff0000000000800000000011000000 01ffff00000065 5343264d502f5370694e4e616b657200 342e302e3000",
  },
  {
    what: "VER of SARK on core 3 of chip (1, 2), whose flags stay 87",
    request: "000087ff03ff0201000000000200000000000000000000000000",
    reply: "000087..ff030000020180000200 03..0201 0001ffff00000065 5341524b2f5370694e4e616b657200 342e302e3000",
  },
  {
    what: "READ of 16 bytes of sv on chip (1, 2)",
    request: "000087ff00ff0201000002000500007f00f51000000002000000",
    reply: "000007..ff0000000201800005000201 0404 0000 01000000 0500 04043300",
  },
  {
    what: "WRITE of 8 bytes",
    request: "000087ff00ff02010000030006001801246008000000020000000123456789abcdef",
    reply: "000007..ff000000020180000600",
  },
  {
    what: "READ of what was written",
    request: "000087ff00ff0201000002000700180124600800000002000000",
    reply: "000007..ff0000000201800007000123456789abcdef",
  },
  {
    what: "core 18 of chip (1, 2), which no chip has",
    request: "000087ff12ff0201000000000700000000000000000000000000",
    reply: "000007..ff120000020188000700",
  },
  {
    what: "FILL of 64 bytes",
    request: "000087ff00ffffff00000500070018002460efbeadde40000000",
    reply: "000007..ff000000000080000700",
  },
  {
    what: "LINK_READ of the first word of sv over link 2",
    request: "000087ff00ff0000000011001d00007f00f50400000002000000",
    reply: "000007..ff000000000080001d00 0100 0404",
  },
  {
    what: "INFO of chip (0, 0), whatever stands in its arguments",
    request: "000087ff00ff000000001f0013005f0000000000000000000000",
    reply:
      "000007..ff00000000008000130012ffff02e0ff5b07dc560000070f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f 0000 7f000001 0700",
  },
  {
    what: "LED 0 toggled",
    request: "000087ff00ff0000000019001c00010000000000000000000000",
    reply: "000007..ff000000000080001c00",
  },
  {
    what: "IP tag 1 set to 192.168.240.1:17895, stripped",
    request: "000087ff00ffffff00001a00080001000110e7450000c0a8f001",
    reply: "000007..ff00000000008000080001000000",
  },
  {
    what: "IP tag 1 read: address, some MAC, port, flags",
    request: "000087ff00ffffff00001a000a00010002000100000000000000",
    reply: "000007..ff000000000080000a00c0a8f001............e7450000008100000000000000000000000000000000",
  },
  {
    what: "IP tag 1 set to whoever sends this, stripped: 18 bytes, as external tools look for",
    request: "000087ff00ffffff00001a000800010001500000000000000000",
    reply: "000007..ff00000000008000080001000000",
  },
  {
    what: "reverse IP tag 2",
    request: "000087ff00ffffff00001a000900022301303930020100000000",
    reply: "000007..ff00000000008000090002000000",
  },
  {
    what: "IP tag 1 cleared",
    request: "000087ff00ffffff00001a000b00010003000000000000000000",
    reply: "000007..ff000000000080000b00",
  },
  {
    what: "tag time-out 9 set: previous value, entry size, pool and host tags",
    request: "000087ff00ffffff00001a000c00000004000900000000000000",
    reply: "000007..ff000000000080000c0009200808",
  },
  {
    what: "ALLOC of 1024 bytes with tag 1: the first block of a fresh heap",
    request: "000087ff00ff000000001c000d00004200000004000001000000",
    reply: "000007..ff000000000080000d0018002460",
  },
  {
    what: "the same again with the retry flag",
    request: "000087ff00ff000000001c000e00004204000004000001000000",
    reply: "000007..ff000000000080000e0018002460",
  },
  {
    what: "ALLOC of 2 routing entries",
    request: "000087ff00ff000000001c000f00034200000200000000000000",
    reply: "000007..ff000000000080000f0001000000",
  },
  {
    what: "WRITE of two routing rows to the staging area",
    request:
      "000087ff00ff00000000030010000000806720000000020000000000000081000000000001000000ffff0100000004000000000002000000feff",
    reply: "000007..ff000000000080001000",
  },
  {
    what: "RTR load of the two rows at entry 1",
    request: "000087ff00ff000000001d001100024202000000806701000000",
    reply: "000007..ff000000000080001100",
  },
  {
    what: "fixed route read",
    request: "000087ff00ff000000001d001200030000000000008000000000",
    reply: "000007..ff00000000008000120000000000",
  },
  {
    what: "AS of cores 1 and 2, waiting",
    request: "000087ff00ff0000000018001a00000080670600044200000000",
    reply: "000007..ff000000000080001a00",
  },
  {
    what: "AR of the same cores",
    request: "000087ff00ff0000000013001b00060004420000000000000000",
    reply: "000007..ff000000000080001b00",
  },
  {
    what: "COUNT of state 5: nothing runs, arguments come back",
    request: "000087ff00ff000000000f001800420000000500000000000000",
    reply: "000007..ff0000000000800018000000000005000000 00000000",
  },
  {
    what: "SIG START by multicast",
    request: "000087ff00ffffff0000160015000000000042ff0300ffff0000",
    reply: "000007..ff000000000080001500",
  },
  {
    what: "SIG SYNC0 by multicast",
    request: "000087ff00ffffff0000160016000000000042ff0400ffff0000",
    reply: "000007..ff000000000080001600",
  },
  {
    what: "SIG STOP by nearest neighbour",
    request: "000087ff00ffffff0000160017000200000042ff0200ffff0000",
    reply: "000007..ff000000000080001700",
  },
  {
    what: "STOP by NNP",
    request: "000087ff00ffffff00001400140000003f0042ff0250003f0080",
    reply: "000007..ff000000000080001400",
  },
];

describe("a booted board answers the worked examples", () => {
  let board: VirtualBoard;
  let client: RawClient;
  const trouble: unknown[] = [];

  beforeAll(async () => {
    board = await VirtualBoard.serve({
      machine: TORUS,
      monitorCore: () => 17,
      onTrouble: (_place, error) => trouble.push(error),
    });
    client = await RawClient.open(board);
  });

  afterAll(async () => {
    await client[Symbol.asyncDispose]();
    await board.close();
  });

  it.each(EXAMPLES)("$what", async ({ request, reply }) => {
    expect(await client.call(request)).toMatch(new RegExp(`^${reply.replaceAll(" ", "")}$`));
    expect(trouble).toEqual([]);
  });
});
