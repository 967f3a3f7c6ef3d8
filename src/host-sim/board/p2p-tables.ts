/**
 * Point-to-point tables and the signal tree, as network set-up leaves them.
 *
 * SC&MP 4: every Ethernet chip makes itself known to all; every chip then makes itself known along the ways to (0, 0) and
 * to its own Ethernet chip. So (0, 0) knows all, an Ethernet chip its board and what passes through, others little.
 * SC&MP 3: every chip knows every other. Source: spinnaker_tools `scamp/scamp-nn.c` (p2pb, p2pc_reth), `scamp-3.c`.
 */

import { oppositeLink } from "../../machine/geometry.ts";
import { LINK_COUNT } from "../../machine/machine.ts";
import type { Chip } from "./chip.ts";
import type { Fabric } from "./fabric.ts";
import { P2P_LOCAL } from "./router.ts";

const SCAMP_KEY = 0xffff_5554;
const SCAMP_MASK = 0xffff_fffe;
const CORE_0_ROUTE = 1 << LINK_COUNT;
/** µs from the root to the farthest of 256 × 256 chips; ns a chip and a board crossing add. */
const LONGEST_DELAY_MICROS = 155;
const CHIP_DELAY_NANOS = 500;
const BOARD_DELAY_NANOS = 900;

export function buildP2pTables(fabric: Fabric, root: number, complete: boolean): void {
  const chips = [...fabric.working()];
  for (const chip of chips) learn(chip, chip.address, P2P_LOCAL, 0);
  for (const chip of chips) if (complete || chip.ethernet !== undefined) announce(fabric, chip);
  if (!complete) {
    for (const chip of chips) {
      announceTowards(fabric, chip, 0);
      const ethernet = chip.sv.get("eth_addr");
      if (ethernet !== 0) announceTowards(fabric, chip, ethernet);
    }
  }
  for (const chip of chips) {
    growSignalTree(fabric, chip, root);
    alignSync(chip);
  }
}

/** Every chip learns the shortest way to this one, by the link on which it first heard. */
function announce(fabric: Fabric, origin: Chip): void {
  const known = new Set<Chip>([origin]);
  let wave = [origin];
  for (let hops = 1; wave.length > 0; hops++) {
    const next: Chip[] = [];
    for (const chip of wave) {
      for (let link = 0; link < LINK_COUNT; link++) {
        const neighbour = fabric.neighbour(chip, link);
        if (neighbour === undefined || known.has(neighbour)) continue;
        known.add(neighbour);
        learn(neighbour, origin.address, oppositeLink(link), hops);
        next.push(neighbour);
      }
    }
    wave = next;
  }
}

/** Every chip on the way to an address learns the way back. */
function announceTowards(fabric: Fabric, origin: Chip, address: number): void {
  let chip = origin;
  for (let steps = 0; steps < fabric.chips.length; steps++) {
    const route = chip.router.p2pRoute(address);
    const next = route < LINK_COUNT ? fabric.neighbour(chip, route) : undefined;
    if (next === undefined) return;
    learn(next, origin.address, oppositeLink(route), 1);
    chip = next;
  }
}

function learn(chip: Chip, address: number, route: number, hops: number): void {
  const entry = chip.sv.get("hop_table") + 4 * address;
  chip.router.setP2pRoute(address, route);
  chip.memory.writeWord(entry, hops);
  // Ethernet chips and others on a path are announced twice.
  chip.knownAddresses.add(address);
  chip.sv.set("p2p_active", chip.knownAddresses.size);
}

/** Entry 0: a signal goes to the monitor and to each neighbour whose way to the root leads through here. */
function growSignalTree(fabric: Fabric, chip: Chip, root: number): void {
  let route = CORE_0_ROUTE;
  for (let link = 0; link < LINK_COUNT; link++) {
    if (fabric.neighbour(chip, link)?.router.p2pRoute(root) === oppositeLink(link)) route |= 1 << link;
  }
  chip.routerHeap.set(0, SCAMP_KEY, SCAMP_MASK, route);
}

/** Microseconds a chip waits before it acts on SYNC, so that all act at once. */
function alignSync(chip: Chip): void {
  const chips = (chip.memory.readWord(chip.sv.get("hop_table")) & 0x00ff_ffff) + 1;
  const travelled = (CHIP_DELAY_NANOS * chips + BOARD_DELAY_NANOS * (chips >>> 3)) >>> 10;
  chip.sv.set("sync_alignment", LONGEST_DELAY_MICROS - travelled);
}
