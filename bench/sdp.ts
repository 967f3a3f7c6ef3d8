/**
 * Memory over SCP on loopback: how fast blocks are written and read, with and without losses, against a small UDP
 * responder in a thread of its own. `node dist/bench/sdp.js [--json]`
 */
import * as dgram from "node:dgram";
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import { faultsBothWays, faultySockets } from "../src/sdp/faulty-socket.ts";
import { ScpConnection } from "../src/sdp/scp-connection.ts";
import { readBlock, writeBlock } from "../src/sdp/scp-memory.ts";
import type { SocketModule } from "../src/sdp/transport.ts";

const BASE = 0x6000_0000;
const CHIP = { x: 0, y: 0 };
const MEGABYTE = 1e6;

if (isMainThread) await measure();
else serve();

async function measure(): Promise<void> {
  const responder = new Worker(new URL(import.meta.url));
  const port = await new Promise<number>((resolve) => responder.once("message", resolve));
  const lossy = faultySockets(faultsBothWays(1, { lose: 0.05, duplicate: 0.05, delay: 0.05, reorder: 0.05 }));
  const floor = await bareRate(port, 40_000, 3);
  const rows = [
    await transferRate("clean", port, 8 * MEGABYTE, 5),
    await transferRate("5 % lost, doubled, delayed, reordered", port, 2 * MEGABYTE, 2, lossy),
  ];
  await responder.terminate();
  if (process.argv.includes("--json")) {
    console.log(JSON.stringify({ bareMBs: floor, rows }));
    return;
  }
  console.log(`bare datagrams, eight under way: ${floor.toFixed(1)} MB/s`);
  for (const { name, runs, writeMBs, readMBs } of rows) {
    const rate = (megabytes: number): string =>
      `${megabytes.toFixed(1)} MB/s (${(megabytes / floor).toFixed(2)} of bare)`;
    console.log(`${name}: write ${rate(writeMBs)}, read ${rate(readMBs)}, best of ${runs}`);
  }
}

/**
 * What node:dgram alone does with WRITE requests of 256 bytes and their replies, eight under way: the ceiling. A lost
 * datagram ends the run: the queue never holds more than eight.
 */
async function bareRate(port: number, requests: number, runs: number): Promise<number> {
  const request = Buffer.alloc(282);
  request.writeUInt16LE(3, 10);
  request.writeUInt32LE(BASE, 14);
  request.writeUInt32LE(256, 18);
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < runs; run++) {
    const socket = dgram.createSocket("udp4");
    await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
    const started = performance.now();
    await new Promise<void>((resolve) => {
      let sent = 0;
      let answered = 0;
      const send = (): void => {
        sent++;
        socket.send(request, 0, request.length, port, "127.0.0.1");
      };
      socket.on("message", () => {
        if (++answered === requests) resolve();
        else if (sent < requests) send();
      });
      for (let first = 0; first < 8; first++) send();
    });
    best = Math.min(best, performance.now() - started);
    socket.close();
  }
  return (requests * 256) / MEGABYTE / (best / 1000);
}

interface Row {
  readonly name: string;
  readonly runs: number;
  readonly writeMBs: number;
  readonly readMBs: number;
}

async function transferRate(
  name: string,
  port: number,
  bytes: number,
  runs: number,
  sockets?: SocketModule,
): Promise<Row> {
  await using connection = await ScpConnection.open({
    host: "127.0.0.1",
    port,
    ...(sockets === undefined ? {} : { sockets }),
  });
  const block = Uint8Array.from({ length: bytes }, (_, index) => (index * 31) & 0xff);
  let writeMillis = Number.POSITIVE_INFINITY;
  let readMillis = Number.POSITIVE_INFINITY;
  for (let run = 0; run < runs; run++) {
    const started = performance.now();
    await writeBlock(connection, CHIP, BASE, block);
    const written = performance.now();
    const back = await readBlock(connection, CHIP, BASE, bytes);
    readMillis = Math.min(readMillis, performance.now() - written);
    writeMillis = Math.min(writeMillis, written - started);
    if (Buffer.compare(back, block) !== 0) throw new Error(`${name}: what was read is not what was written`);
  }
  const rate = (millis: number): number => bytes / MEGABYTE / (millis / 1000);
  return { name, runs, writeMBs: rate(writeMillis), readMBs: rate(readMillis) };
}

/** The other end: memory behind READ and WRITE, replies made in place from the request's bytes. */
function serve(): void {
  const memory = Buffer.alloc(16 * MEGABYTE);
  const socket = dgram.createSocket({
    type: "udp4",
    lookup: (address, _options, callback) => callback(null, address, 4),
  });
  socket.on("message", (request, from) => {
    const command = request.readUInt16LE(10);
    const offset = request.readUInt32LE(14) - BASE;
    const length = request.readUInt32LE(18);
    const body = command === 2 ? length : 0;
    const reply = Buffer.allocUnsafe(14 + body);
    reply.set([0, 0, 0x07, 8, request[5]!, request[4]!, request[8]!, request[9]!, request[6]!, request[7]!, 0x80, 0]);
    reply.writeUInt16LE(request.readUInt16LE(12), 12);
    if (command === 2) memory.copy(reply, 14, offset, offset + length);
    else request.copy(memory, offset, 26, 26 + length);
    socket.send(reply, 0, reply.length, from.port, from.address);
  });
  socket.bind(0, "127.0.0.1", () => parentPort!.postMessage(socket.address().port));
}
