/** SIG and COUNT: signals to applications over the whole machine, and how many of their cores are in a state. */

import { BOARD_CHIPS } from "../../../machine/board.ts";
import { LINK_COUNT } from "../../../machine/machine.ts";
import { SCP_CODE } from "../../../sdp/scp.ts";
import { countInState, matchingCores, signalCores } from "../application-control.ts";
import type { Chip } from "../chip.ts";
import { coresIn } from "../core-numbering.ts";
import { NN, nnChecksum } from "../nearest-neighbour.ts";
import { regionOf } from "../region.ts";
import { failure, type MonitorRequest, OK, type Outcome, okWords, staleBody, wordBytes } from "../scp.ts";
import { nextId, sendOnLinks } from "./flood.ts";

/** Multicast key on which monitors listen for signals. */
const SIGNAL_KEY = 0xffff_5555;
const TRANSPORT = { multicast: 0, pointToPoint: 1, nearestNeighbour: 2 } as const;
/** SCAMP gives the chips this long to answer. */
const ANSWER_MILLIS = 10;
const ALL_LINKS = 0x3f;

/** arg1 transport, arg2 signal << 16 | app_mask << 8 | app_id. */
export function signalCommand(chip: Chip, request: MonitorRequest): Outcome | undefined {
  const { fabric } = chip.context;
  switch (request.arg1) {
    case TRANSPORT.multicast:
      if (chip.address !== chip.sv.get("p2p_root")) return failure(SCP_CODE.ARG);
      for (const target of fabric.multicast(chip, SIGNAL_KEY)) {
        if (target.monitor.running) target.monitor.guard(() => signalCores(target, request.arg2));
      }
      return OK;
    case TRANSPORT.pointToPoint:
      return chip.version.hasRegions ? stateQuery(chip, request) : failure(SCP_CODE.ARG);
    case TRANSPORT.nearestNeighbour: {
      const key = (NN.sig0 << 24) | (ALL_LINKS << 16) | nextId(chip);
      const data = (0x5000_0000 + request.arg2) >>> 0;
      sendOnLinks(chip, [{ key: (key | nnChecksum(key, data)) >>> 0, data }], ALL_LINKS);
      return OK;
    }
    default:
      return failure(SCP_CODE.ARG);
  }
}

/** arg1 app_id, arg2 state: cores on this chip and on those of its board that it has a route to, one count at a time. */
export function countCommand(chip: Chip, request: MonitorRequest): Outcome | undefined {
  const { monitor } = chip;
  if (monitor.counting) return failure(SCP_CODE.P2P_BUSY);
  monitor.counting = true;
  const asked = boardNeighbours(chip);
  chip.context.clock.after(ANSWER_MILLIS, () =>
    chip.context.event(() => {
      monitor.counting = false;
      if (!monitor.running) return;
      const { fabric } = chip.context;
      const answering = asked.flatMap((address) => {
        const target = fabric.p2pTarget(chip, address);
        const answers = target?.monitor.running && fabric.p2pTarget(target, chip.address) === chip;
        return answers ? [target] : [];
      });
      const count = [chip, ...answering].reduce(
        (sum, target) => sum + countInState(target, request.arg1, request.arg2),
        0,
      );
      if (answering.length < asked.length) {
        monitor.refuse(request.message, SCP_CODE.P2P_NOREPLY, wordBytes([count]));
      } else {
        const body = staleBody(request, request.message.payload.length - 4);
        body.set(wordBytes([count]));
        monitor.complete(request.message, { code: SCP_CODE.OK, body });
      }
    }),
  );
  return undefined;
}

/**
 * Addresses of the other chips of a 48-chip board whose Ethernet chip this is, as far as there is a route.
 * SCAMP 4.0.0 adds offsets to its own address without wrapping round: chips of a board that hangs over the machine's
 * edge are not asked.
 */
function boardNeighbours(chip: Chip): number[] {
  return BOARD_CHIPS.filter(({ x, y }) => chip.x + x < 256 && chip.y + y < 256)
    .map(({ x, y }) => ((chip.x + x) << 8) | (chip.y + y))
    .filter((address) => chip.router.p2pRoute(address) < LINK_COUNT);
}

/**
 * State query of SC&MP 3.x: arg2 level << 26 | op << 22 | mode << 20 | state << 16 | app_mask << 8 | app_id, arg3 mask of
 * the regions at that level. Modes: 0 any core, 1 all cores, 2 count.
 */
function stateQuery(chip: Chip, request: MonitorRequest): Outcome | undefined {
  const regions = request.arg3 & 0xffff;
  if (request.arg3 === 0) return failure(SCP_CODE.ARG);
  const level = (request.arg2 >>> 26) & 3;
  const mode = (request.arg2 >>> 20) & 3;
  const state = (request.arg2 >>> 16) & 15;
  const mask = (request.arg2 >>> 8) & 255;
  const appId = request.arg2 & 255;
  const here = regionOf(chip.x, chip.y, level) >>> 16;
  chip.context.clock.after(ANSWER_MILLIS, () =>
    chip.context.event(() => {
      if (!chip.monitor.running) return;
      const asked = [...chip.context.fabric.working()].filter((target) => {
        const region = regionOf(target.x, target.y, level);
        return target.monitor.running && region >>> 16 === here && (region & regions) !== 0;
      });
      const inState = asked.map((target) => countInState(target, appId, state, mask));
      const matching = asked.map((target) => coresIn(matchingCores(target, appId, mask)));
      const total = inState.reduce((sum, count) => sum + count, 0);
      const some = inState.some((count) => count > 0);
      const every = inState.every((count, i) => count === matching[i]);
      const truth = (mode === 0 ? some : every) ? 0x1_0000 : 0;
      chip.monitor.complete(request.message, okWords(mode === 2 ? total : truth | asked.length));
    }),
  );
  return undefined;
}
