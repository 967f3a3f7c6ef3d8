/** NNP and FFD: put nearest-neighbour packets on the links. */

import type { Chip } from "../chip.ts";
import { NN, type NnPacket, nnChecksum } from "../nearest-neighbour.ts";
import { type MonitorRequest, OK, type Outcome } from "../scp.ts";

const INSERT_ID = 0x8000_0000;
const MAX_ID = 127;

/** arg1 key, arg2 data, arg3 bit 31 "insert the next id" | forward << 8 | retry. Repeats change nothing where nothing is lost. */
export function nearestNeighbourCommand(chip: Chip, request: MonitorRequest): Outcome {
  const key = request.arg3 & INSERT_ID ? request.arg1 | nextId(chip) : request.arg1;
  sendOnLinks(chip, [withChecksum(key, request.arg2)], (request.arg3 >>> 8) & 255);
  return OK;
}

/** arg1 forward << 24 | retry << 16 | id, arg2 block << 16 | (words - 1) << 8, arg3 load address, data the block. */
export function floodDataCommand(chip: Chip, request: MonitorRequest): Outcome {
  const id = request.arg1 & 0xfe;
  const block = request.arg2 & 0x00ff_0000;
  const count = ((request.arg2 >>> 8) & 255) + 1;
  const view = new DataView(request.data.buffer, request.data.byteOffset, request.data.length);
  const start = withChecksum((NN.fbs << 24) | (request.arg2 & 0x00ff_ff00) | id, request.arg3);
  const packets: NnPacket[] = [start];
  let sum = request.arg3;
  for (let word = 0; word < count; word++) {
    const data = word < view.byteLength / 4 ? view.getUint32(4 * word, true) : 0;
    sum = (sum + data) >>> 0;
    packets.push(withChecksum((NN.fbd << 24) | block | (word << 8) | id, data));
  }
  packets.push(withChecksum((NN.fbe << 24) | block | id, -sum >>> 0));
  sendOnLinks(chip, packets, request.arg1 >>> 24);
  return OK;
}

/** The next id of a flood, where a key has it. */
export function nextId(chip: Chip): number {
  const id = (chip.sv.get("last_id") % MAX_ID) + 1;
  chip.sv.set("last_id", id);
  return id << 1;
}

export function sendOnLinks(chip: Chip, packets: readonly NnPacket[], links: number): void {
  chip.context.fabric.flood(chip, packets, links & 0x3f);
}

function withChecksum(key: number, data: number): NnPacket {
  return { key: (key | nnChecksum(key, data)) >>> 0, data: data >>> 0 };
}
