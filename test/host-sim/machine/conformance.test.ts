/**
 * The monitor of the virtual board against SCAMP itself: the same requests to both, answers compared byte by byte.
 * Needs a boot image of SCAMP 4 (SPINLOOM_SCAMP). What differs and may differ is listed, with the reason.
 */

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { VirtualBoard } from "../../../src/host-sim/board/index.ts";
import { EmulatedBoard } from "../../../src/host-sim/machine/emulated-board.ts";
import { bootBoard, patchBootImage } from "../../../src/loader/boot.ts";
import { spin3 } from "../../../src/machine/index.ts";
import { encodeScpDatagram, SCP_COMMAND } from "../../../src/sdp/scp.ts";
import { HOST_ENDPOINT, SDP_FLAGS, TRANSIENT_TAG } from "../../../src/sdp/sdp.ts";
import { UdpTransport } from "../../../src/sdp/transport.ts";
import { scamp4 } from "./scamp-image.ts";

const UNIX_TIME = 0x6500_0000;
const MONITOR = 3;
const APP = 66 << 8;
const ANSWER_MILLIS = 3000;
/** Datagram: two bytes of padding, SDP header, return code, sequence number, body. */
const BODY = 14;

interface Request {
  readonly what: string;
  readonly command: number;
  readonly args?: readonly number[];
  readonly data?: Uint8Array;
  readonly core?: number;
  readonly port?: number;
  /** Bytes of the body that may differ, from and to, with the reason. */
  readonly differs?: readonly { readonly from: number; readonly to: number; readonly because: string }[];
}

const {
  VER,
  INFO,
  READ,
  WRITE,
  FILL,
  ALLOC,
  RTR,
  IPTAG,
  LINK_READ,
  LINK_WRITE,
  COUNT,
  SIG,
  AR,
  LED,
  SYNC,
  NNP,
  REMAP,
} = SCP_COMMAND;
const BUILD_DATE = [{ from: 8, to: 12, because: "the virtual board has a build date of its own" }];
const IGNORED_WORDS = (from: number, to: number, because: string) => [{ from, to, because }];

function counting(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => i * 7);
}

function words(...values: readonly number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(values).buffer);
}

const memory: readonly Request[] = [
  ...[0, 1, 2, 3, 4, 5, 255, 256, 257, 512].flatMap((length) =>
    [0, 1, 2, 3].map((unit) => ({
      what: `READ ${length} bytes, unit ${unit}`,
      command: READ,
      args: [0x6050_0000, length, unit],
    })),
  ),
  { what: "WRITE bytes", command: WRITE, args: [0x6050_0001, 5, 0], data: counting(5) },
  { what: "WRITE half-words", command: WRITE, args: [0x6050_0010, 6, 1], data: counting(6) },
  { what: "WRITE words", command: WRITE, args: [0x6050_0020, 64, 2], data: counting(64) },
  { what: "READ what was written", command: READ, args: [0x6050_0000, 256, 2] },
  { what: "WRITE too much", command: WRITE, args: [0x6050_0020, 257, 0], data: counting(256) },
  { what: "WRITE with a unit that is none", command: WRITE, args: [0x6050_0020, 4, 3], data: counting(4) },
  { what: "FILL", command: FILL, args: [0x6050_0100, 0x1122_3344, 16] },
  { what: "FILL an odd number of bytes", command: FILL, args: [0x6050_0200, 0x5566_7788, 6] },
  { what: "READ what was filled", command: READ, args: [0x6050_00fc, 256, 2] },
  { what: "READ the chip's number", command: READ, args: [0xe200_0000, 4, 2] },
  { what: "READ the router's control register", command: READ, args: [0xe100_0000, 4, 2] },
  { what: "READ a P2P table column", command: READ, args: [0xe101_0000, 4, 2] },
  { what: "READ the other P2P table column", command: READ, args: [0xe101_0080, 4, 2] },
];

const systemState: readonly Request[] = [
  {
    what: "READ sv, first half",
    command: READ,
    args: [0xf500_7f00, 128, 2],
    differs: [
      { from: 0x07, to: 0x08, because: "number of the last NN command: real network set-up sends some" },
      { from: 0x10, to: 0x20, because: "clocks" },
      { from: 0x38, to: 0x3c, because: "clock drift" },
      { from: 0x64, to: 0x68, because: "BIFF number: real network set-up sends some" },
      { from: 0x6e, to: 0x70, because: "most buffers ever in use" },
    ],
  },
  {
    what: "READ sv, second half",
    command: READ,
    args: [0xf500_7f80, 128, 2],
    differs: IGNORED_WORDS(0x78, 0x7c, "board information: the virtual board has some even without dead parts"),
  },
  {
    what: "READ the monitor's vcpu",
    command: READ,
    args: [0xe500_7000, 128, 2],
    differs: IGNORED_WORDS(72, 88, "its name says that it is virtual"),
  },
  {
    what: "READ an idle core's vcpu",
    command: READ,
    args: [0xe500_7100, 128, 2],
    differs: IGNORED_WORDS(48, 56, "pointers of messages that are done with"),
  },
  { what: "READ the System RAM's heap", command: READ, args: [0xe500_1100, 20, 2] },
  { what: "READ the SDRAM's heap", command: READ, args: [0x6024_0000, 32, 2] },
  {
    what: "READ the first routing entries",
    command: READ,
    args: [0x6788_0020, 64, 2],
    differs: [32, 48].map((entry) => ({
      from: entry,
      to: entry + 4,
      because: "SCAMP tests links with these entries and forgets the mark that they are in use",
    })),
  },
];

const allocation: readonly Request[] = [
  { what: "ALLOC", command: ALLOC, args: [APP | 0, 1000, 5] },
  { what: "ALLOC with a tag that is taken", command: ALLOC, args: [APP | 0, 1000, 5] },
  { what: "ALLOC again with the retry flag", command: ALLOC, args: [(4 << 16) | APP | 0, 1000, 5] },
  { what: "ALLOC again, another size", command: ALLOC, args: [(4 << 16) | APP | 0, 2000, 5] },
  { what: "ALLOC without tag", command: ALLOC, args: [APP | 0, 7, 0] },
  { what: "ALLOC nothing", command: ALLOC, args: [APP | 0, 0, 0] },
  { what: "ALLOC too much", command: ALLOC, args: [APP | 0, 0x7fff_ffff, 0] },
  { what: "ALLOC with tag 256", command: ALLOC, args: [APP | 0, 16, 256] },
  { what: "ALLOC: space", command: ALLOC, args: [APP | 6] },
  { what: "ALLOC: tag", command: ALLOC, args: [APP | 7, 5] },
  { what: "ALLOC: unknown tag", command: ALLOC, args: [APP | 7, 9] },
  { what: "READ the heap then", command: READ, args: [0x6024_0000, 64, 2] },
  { what: "ALLOC: free an application's", command: ALLOC, args: [APP | 2] },
  { what: "ALLOC: free it again", command: ALLOC, args: [APP | 2] },
  { what: "ALLOC: unknown operation", command: ALLOC, args: [APP | 9] },
  { what: "ALLOC: routing entries", command: ALLOC, args: [APP | 3, 10] },
  { what: "ALLOC: no routing entries", command: ALLOC, args: [APP | 3, 0] },
  { what: "ALLOC: too many routing entries", command: ALLOC, args: [APP | 3, 1024] },
  { what: "ALLOC: free routing entries", command: ALLOC, args: [APP | 4, 1, 1] },
  { what: "ALLOC: free an application's routing entries", command: ALLOC, args: [APP | 5, 1] },
];

const routing: readonly Request[] = [
  {
    what: "WRITE rows of a table",
    command: WRITE,
    args: [0x6780_0000, 32, 2],
    data: words(0, 0x102, 0x1000, 0xffff_f000, 1, 0x80, 0x2000, 0xffff_ffff),
  },
  { what: "RTR load", command: RTR, args: [(2 << 16) | APP | 2, 0x6780_0000, 5] },
  { what: "READ the router's routes", command: READ, args: [0xe100_4014, 8, 2] },
  { what: "READ the copies", command: READ, args: [0x6788_0070, 32, 2] },
  { what: "RTR load too many", command: RTR, args: [(1025 << 16) | APP | 2, 0x6780_0000, 5] },
  { what: "RTR load beyond the end", command: RTR, args: [(2 << 16) | APP | 2, 0x6780_0000, 1023] },
  { what: "RTR clear", command: RTR, args: [(2 << 16) | APP | 1, 5] },
  { what: "RTR set the fixed route", command: RTR, args: [3, 0x155] },
  { what: "RTR get the fixed route", command: RTR, args: [3, 0x8000_0000] },
  { what: "RTR unknown operation", command: RTR, args: [9] },
  { what: "RTR init", command: RTR, args: [APP | 0] },
];

/** Only on the Ethernet chip: elsewhere a tag holds what was on SCAMP's stack. */
const tags: readonly Request[] = [
  { what: "IPTAG set", command: IPTAG, args: [(1 << 16) | 2, 12_345, 0x0100_007f] },
  { what: "IPTAG clear", command: IPTAG, args: [(3 << 16) | 2] },
  { what: "IPTAG get too many", command: IPTAG, args: [2 << 16, 9] },
  { what: "IPTAG time-out", command: IPTAG, args: [4 << 16, 9] },
  { what: "IPTAG time-out, only asked", command: IPTAG, args: [4 << 16, 16] },
  { what: "IPTAG unknown operation", command: IPTAG, args: [9 << 16] },
  { what: "IPTAG set one that is none", command: IPTAG, args: [(1 << 16) | 99, 12_345, 0x0100_007f] },
];

const others: readonly Request[] = [
  { what: "VER", command: VER, differs: BUILD_DATE },
  { what: "VER of core 1", command: VER, core: 1, differs: BUILD_DATE },
  { what: "VER of core 17", command: VER, core: 17, differs: BUILD_DATE },
  { what: "VER of a core that is none", command: VER, core: 18 },
  { what: "VER on port 1", command: VER, port: 1 },
  { what: "INFO", command: INFO },
  ...[1, 4, 30, 99].map((command) => ({ what: `command ${command}, which is none`, command })),
  { what: "LED", command: LED, args: [1] },
  { what: "SYNC off", command: SYNC, args: [0] },
  { what: "SYNC on", command: SYNC, args: [1] },
  { what: "LINK_READ", command: LINK_READ, args: [0xe200_0000, 4, 2] },
  { what: "LINK_READ over a link that is none", command: LINK_READ, args: [0xe200_0000, 4, 6] },
  { what: "LINK_READ too much", command: LINK_READ, args: [0x6000_0000, 300, 2] },
  { what: "LINK_WRITE", command: LINK_WRITE, args: [0x6050_0300, 4, 2], data: counting(4) },
  { what: "LINK_READ it", command: LINK_READ, args: [0x6050_0300, 8, 2] },
  { what: "COUNT idle cores", command: COUNT, args: [0, 15] },
  { what: "COUNT cores of no application", command: COUNT, args: [99, 7] },
  { what: "READ a core's DTCM", command: READ, args: [0x40_4000, 16, 2], core: 1 },
  { what: "WRITE a core's DTCM", command: WRITE, args: [0x40_4000, 4, 2], data: counting(4), core: 1 },
  { what: "FILL a core's DTCM", command: FILL, args: [0x40_4010, 1, 16], core: 1 },
  { what: "READ it", command: READ, args: [0x40_4000, 48, 2], core: 1 },
  { what: "READ too much of a core", command: READ, args: [0x40_4000, 300, 2], core: 1 },
  { what: "INFO of a core, which does not know it", command: INFO, core: 1 },
  { what: "SIG STOP to no application", command: SIG, args: [2, (2 << 16) | 0xff00 | 77, 0xffff] },
  { what: "SIG START by multicast to no application", command: SIG, args: [0, (3 << 16) | 0xff00 | 77, 0xffff] },
  { what: "SIG of a type that is gone", command: SIG, args: [1] },
  { what: "NNP STOP to no application", command: NNP, args: [0x003f_0000, 0x5002_ff4e, 0x8000_3f00] },
  { what: "AR with the monitor in the mask", command: AR, args: [1] },
  { what: "REMAP a core that is none", command: REMAP, args: [18] },
];

const requests: readonly Request[] = [...others, ...memory, ...systemState, ...allocation, ...routing];

describe.skipIf(scamp4 === undefined)("the virtual board's monitor answers as SCAMP 4 does", () => {
  let scamp: EmulatedBoard;
  let model: VirtualBoard;
  let host: UdpTransport;

  beforeAll(async () => {
    const boot = { image: scamp4!.bytes, kind: "spin3", unixTime: UNIX_TIME } as const;
    scamp = await EmulatedBoard.serve({ machine: spin3(), monitorCore: () => MONITOR });
    expect(await scamp.boot(patchBootImage(boot))).toBe(true);
    model = await VirtualBoard.serve({
      machine: spin3(),
      monitorCore: () => MONITOR,
      unbooted: true,
      unixTime: UNIX_TIME,
    });
    const { address, port } = model.address();
    await bootBoard({ ...boot, host: address, port, bootPort: model.bootAddress!.port });
    host = await UdpTransport.open({ localAddress: address });
  }, 240_000);

  afterAll(async () => {
    await Promise.all([scamp?.close(), model?.close(), host?.close()]);
  });

  /** @returns the answer in hexadecimal without padding, or "no answer" */
  async function ask(board: EmulatedBoard | VirtualBoard, x: number, y: number, request: Request): Promise<string> {
    const { command, args = [], data = new Uint8Array(0), core = 0, port = 0 } = request;
    const [arg1 = 0, arg2 = 0, arg3 = 0] = args.map((arg) => arg >>> 0);
    const end = board.address();
    const header = { flags: SDP_FLAGS.replyExpected, tag: TRANSIENT_TAG, source: HOST_ENDPOINT };
    const answer = new Promise<Uint8Array | undefined>((resolve) => {
      const timer = setTimeout(() => resolve(undefined), ANSWER_MILLIS);
      host.listen((bytes) => {
        clearTimeout(timer);
        resolve(bytes);
      });
    });
    const destination = { x, y, core, port };
    host.post(
      encodeScpDatagram({ ...header, destination }, { command, sequence: 7, arg1, arg2, arg3, data }),
      end.port,
      end.address,
    );
    const bytes = await answer;
    if (bytes === undefined) return "no answer";
    for (const { from, to } of request.differs ?? []) bytes.fill(0, BODY + from, Math.min(BODY + to, bytes.length));
    return Buffer.from(bytes.subarray(2)).toString("hex");
  }

  for (const [x, y] of [
    [0, 0],
    [1, 1],
  ] as const) {
    it.each(x === 0 ? [...requests, ...tags] : requests)(`$what, on chip (${x}, ${y})`, async (request) => {
      const real = await ask(scamp, x, y, request);
      expect(real).not.toBe("no answer");
      expect(await ask(model, x, y, request)).toBe(real);
    });
  }

  it("asked for a chip that does not exist", async () => {
    const request = { what: "VER", command: VER };
    expect(await ask(model, 5, 5, request)).toBe(await ask(scamp, 5, 5, request));
  });

  it("falls silent when told to read what cannot be read: the monitor takes a data abort", async () => {
    const keys = { what: "READ routing keys", command: READ, args: [0xe100_8000, 4, 2] };
    expect(await ask(scamp, 1, 0, keys)).toBe("no answer");
    expect(await ask(model, 1, 0, keys)).toBe("no answer");
  });
});
