import type { Machine } from "../../machine/machine.ts";
import type { RoutingTable } from "../netlist.ts";
import { DeliveryError, type DeliveryFault } from "./delivery-fault.ts";
import type { DeliverySpec } from "./delivery-spec.ts";
import { findKeyFault } from "./key-blocks.ts";
import { PacketWalk } from "./packet-walk.ts";

export interface DeliveryProof {
  /** Empty when everything is proved. At most one a net and one a table. */
  readonly faults: readonly DeliveryFault[];
  /** Nets whose every key was shown to reach exactly its sinks, once. */
  readonly netsProved: number;
  /** Cubes of keys followed from source to sinks; more than nets where tables treat keys of one net apart. */
  readonly cubesFollowed: number;
  /** Chips passed, over all cubes. */
  readonly chipsPassed: number;
}

export interface VerifyOptions {
  /** Stop looking after this many faults. Default 20. */
  readonly maxFaults?: number;
}

/**
 * Proves that every key of every net reaches exactly its sinks, once, without loops, over working links and chips only,
 * and that every table fits its router; or shows the keys for which it is not so.
 *
 * No key is sampled: a net's whole block is followed as one cube, and where the first entry it meets takes only part of
 * it, the cube is halved at a bit that tells the parts apart and each half is followed afresh from the source. Nets
 * without sinks send nothing and are not followed.
 *
 * O(chips passed × entries tried) time, O(chips + sinks) space beside the input.
 */
export function verifyDelivery(
  machine: Machine,
  tables: readonly RoutingTable[],
  spec: DeliverySpec,
  options: VerifyOptions = {},
): DeliveryProof {
  const maxFaults = options.maxFaults ?? 20;
  const faults: DeliveryFault[] = [];
  const seen = new Set<number>();
  for (const { chip, key } of tables) {
    const free = machine.routerEntries[chip]!;
    if (key.length > free) faults.push({ rule: "tableTooLong", chip, entries: key.length, free });
    if (seen.has(chip)) faults.push({ rule: "twoTables", chip, entries: key.length, free });
    seen.add(chip);
  }
  const keyFault = findKeyFault(spec.keys);
  if (keyFault) faults.push(keyFault);

  const walk = new PacketWalk(machine, tables, spec);
  let netsProved = 0;
  for (let net = 0; net < spec.sourceChip.length && faults.length < maxFaults; net++) {
    const fault = walk.followNet(net);
    if (fault) faults.push(fault);
    else netsProved++;
  }
  return {
    faults: faults.slice(0, maxFaults),
    netsProved,
    cubesFollowed: walk.cubesFollowed,
    chipsPassed: walk.chipsPassed,
  };
}

/** @throws {DeliveryError} the first fault found, when there is one */
export function assertDelivery(machine: Machine, tables: readonly RoutingTable[], spec: DeliverySpec): DeliveryProof {
  const proof = verifyDelivery(machine, tables, spec, { maxFaults: 1 });
  const fault = proof.faults[0];
  if (fault) throw new DeliveryError(fault, machine);
  return proof;
}
