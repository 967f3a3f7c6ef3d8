import { SpinloomError } from "../../errors.ts";
import type { RoutingTable } from "../netlist.ts";
import type { ChipRoutes } from "./chip-routes.ts";
import { defaultRoute } from "./default-route.ts";
import { RouterLookup } from "./router-lookup.ts";
import { cubeContains } from "./ternary-cube.ts";

/** Keys that a table sends another way than asked. */
export interface RouteDifference {
  readonly chip: number;
  /** A key in use, and the cube around it that fares alike. */
  readonly key: number;
  readonly mask: number;
  /** Index of the entry in the table that takes it, or -1 for default routing. */
  readonly entry: number;
  readonly route: number;
  readonly routeAsked: number;
}

/** What a proof looked at, and what it found. */
export interface EquivalenceProof {
  /** Undefined when the table is proved: every key in use goes where it should. */
  readonly difference: RouteDifference | undefined;
  /** Cubes of keys compared: the blocks asked for, more where entries cut blocks apart. */
  readonly cubesCompared: number;
}

/**
 * Proves that a table sends every key in use on its chip where it should go, or shows the first that goes elsewhere.
 *
 * Symbolic, not sampled: each key block is held against the entries in router order as one cube, and where the first
 * entry it meets takes only part of it, it is halved at a bit that tells the parts apart. O(blocks × entries) time when
 * no block is cut.
 *
 * @param asked disjoint key blocks; make them of a table by {@link firstMatchBlocks}
 */
export function proveEquivalent(asked: ChipRoutes, table: RoutingTable): EquivalenceProof {
  const lookup = new RouterLookup(table);
  const cubes: number[] = [];
  let cubesCompared = 0;
  for (let block = 0; block < asked.key.length; block++) {
    const routeAsked = asked.route[block]!;
    cubes.push(asked.key[block]! | 0, asked.mask[block]! | 0);
    while (cubes.length > 0) {
      const mask = cubes.pop()!;
      const key = cubes.pop()!;
      const entry = lookup.firstMeeting(key, mask);
      if (entry >= 0 && !cubeContains(table.key[entry]!, table.mask[entry]!, key, mask)) {
        const apart = table.mask[entry]! & ~mask;
        const bit = apart & -apart;
        cubes.push(key | bit, mask | bit, key, mask | bit);
        continue;
      }
      cubesCompared++;
      const route = entry < 0 ? defaultRoute(asked.arrival[block]!) : table.route[entry]!;
      if (route !== routeAsked) {
        const difference = { chip: asked.chip, key: key >>> 0, mask: mask >>> 0, entry, route, routeAsked };
        return { difference, cubesCompared };
      }
    }
  }
  return { difference: undefined, cubesCompared };
}

/** @throws {TablesDifferError} some key in use goes another way */
export function assertEquivalent(asked: ChipRoutes, table: RoutingTable): void {
  const { difference } = proveEquivalent(asked, table);
  if (difference) throw new TablesDifferError(difference);
}

/** A table does not do what its chip is asked to. */
export class TablesDifferError extends SpinloomError {
  readonly code = "TABLES_DIFFER";
  readonly difference: RouteDifference;

  constructor(difference: RouteDifference) {
    const { chip, key, entry, route, routeAsked } = difference;
    const by = entry < 0 ? "default routing" : `entry ${entry}`;
    super(
      `routing table of chip ${chip}`,
      `key 0x${key.toString(16).padStart(8, "0")} goes to route 0x${route.toString(16)} by ${by}, not to 0x${routeAsked.toString(16)}`,
      "Build the table again from the routes; a table made here is proved before it is used.",
    );
    this.difference = difference;
  }
}
