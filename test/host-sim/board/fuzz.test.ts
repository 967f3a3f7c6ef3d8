import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SpinloomError } from "../../../src/errors.ts";
import { spin3 } from "../../../src/machine/index.ts";
import { scpDatagram } from "./raw-client.ts";
import { type ServedBoard, serveBoard } from "./served-board.ts";

/** Addresses that mean something, and some that do not. */
const address = fc.oneof(
  fc.constantFrom(
    0,
    0x6000_0000,
    0x6024_0000,
    0x6780_0000,
    0x6784_0000,
    0x6788_4038,
    0x7fff_fffc,
    0xe100_4000,
    0xe200_0000,
  ),
  fc.constantFrom(0xe500_7000, 0xe500_7f00, 0xf500_7f48, 0xf500_7fd0, 0xffff_ffff, 0x9000_0000, 0x0040_0000),
  fc.integer({ min: 0, max: 0xffff_ffff }),
);
const smallOrAny = fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 0xffff_ffff }));
const argument = fc.oneof(address, smallOrAny);

const command = fc.oneof(
  fc.constantFrom(0, 2, 3, 5, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 31, 32),
  fc.integer({ min: 0, max: 0xffff }),
);

/** Well-formed requests with arguments from anywhere. */
const request = fc
  .record({
    command,
    args: fc.tuple(argument, argument, argument),
    data: fc.uint8Array({ maxLength: 256 }),
    x: fc.constantFrom(0, 1, 255, 7),
    y: fc.constantFrom(0, 1, 255, 7),
    core: fc.constantFrom(0, 0, 0, 1, 2, 17, 31),
    port: fc.constantFrom(0, 0, 0, 1, 7),
    flags: fc.constantFrom(0x87, 0x07, 0x27, 0xa7, 0xff),
    tag: fc.constantFrom(255, 255, 0, 8, 16, 254),
  })
  .map((fields) => scpDatagram(fields));

/** Bytes of any kind, and requests with some of their bytes changed or cut off. */
const datagram = fc.oneof(
  { weight: 6, arbitrary: request },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        request,
        fc.array(fc.tuple(fc.nat({ max: 281 }), fc.nat({ max: 255 })), { maxLength: 6 }),
        fc.nat({ max: 300 }),
      )
      .map(([bytes, changes, length]) => {
        const changed = Buffer.from(bytes);
        for (const [at, value] of changes) if (at < changed.length) changed[at] = value;
        return changed.subarray(0, Math.min(length, changed.length));
      }),
  },
);

/** Only crashes that a board has too are allowed: data aborts and run-time errors, never a defect of ours. */
function expectOnlyBoardTrouble(served: ServedBoard): void {
  for (const error of served.errors) {
    expect(error).toBeInstanceOf(SpinloomError);
    expect(["MEMORY_FAULT", "CORE_RUN_TIME_ERROR"]).toContain((error as SpinloomError).code);
  }
}

describe("whatever datagrams a board gets", () => {
  it("its SCP ports survive: monitors may crash as on a board, our code must not", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(datagram, { minLength: 1, maxLength: 40 }), async (datagrams) => {
        await using served = await serveBoard({ machine: spin3() });
        for (const bytes of datagrams) {
          await served.client.send(bytes);
          await new Promise((resolve) => setImmediate(resolve));
        }
        expectOnlyBoardTrouble(served);
      }),
      { numRuns: 60 },
    );
  });

  it("none of its monitors crashes if bad addresses are harmless", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(datagram, { minLength: 1, maxLength: 40 }), async (datagrams) => {
        await using served = await serveBoard({ machine: spin3(), badAddress: "zero" });
        for (const bytes of datagrams) {
          await served.client.send(bytes);
          await new Promise((resolve) => setImmediate(resolve));
        }
        expect(served.errors).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it("its boot port survives", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 1100 }), { maxLength: 20 }), async (packets) => {
        await using served = await serveBoard({ machine: spin3(), unbooted: true, bootMillis: 0 });
        const target = served.board.bootAddress!;
        for (const bytes of packets) {
          const packet = Buffer.from(bytes);
          if (packet.length > 6) Buffer.from([0, 1, 0, 0, 0, [1, 3, 5][packet[6]! % 3]!]).copy(packet);
          await served.client.send(packet, target.port);
          await new Promise((resolve) => setImmediate(resolve));
        }
        expectOnlyBoardTrouble(served);
      }),
      { numRuns: 40 },
    );
  });
});
