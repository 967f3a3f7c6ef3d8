import { InputError } from "../../errors.ts";
import { chipCoord, type Machine } from "../../machine/machine.ts";

/** A chip whose table is too long for its router. */
export interface TableDemand {
  readonly chip: number;
  /** Entries after minimisation. */
  readonly needed: number;
  /** Entries the router has free. */
  readonly free: number;
  /** Different routes packets take here, less default ones: no choice of keys can do with fewer entries. */
  readonly distinctRoutes: number;
}

/** Somebody who sends through a chip. */
export interface Sender {
  readonly name: string;
  readonly nets: number;
}

/** Senders that a message names. */
const SENDERS_NAMED = 5;

/** Routing tables do not fit their routers, even minimised. */
export class RoutingTableFullError extends InputError {
  readonly code = "ROUTING_TABLE_FULL";
  /** All tables that are too long, the worst first. */
  readonly demands: readonly TableDemand[];

  /** @param sendersThrough a chip, those with most nets first; none where they have no names */
  constructor(
    demands: readonly TableDemand[],
    machine: Machine,
    sendersThrough: (chip: number) => readonly Sender[] = () => [],
  ) {
    const worstFirst = demands.toSorted((a, b) => b.needed - b.free - (a.needed - a.free) || a.chip - b.chip);
    const { chip, needed, free, distinctRoutes } = worstFirst[0]!;
    const { x, y } = chipCoord(machine, chip);
    const others = demands.length > 1 ? `; ${demands.length - 1} more chips lack entries` : "";
    super(
      `chip (${x}, ${y})`,
      `${needed} routing entries needed after minimisation, ${free} free (${distinctRoutes} different routes meet here)${sendersText(sendersThrough(chip))}${others}`,
      distinctRoutes > free
        ? "Too many routes meet on the chip: put more neurons on a core, or use more chips, so that fewer nets pass it."
        : "Keys decide here: map with more effort, or put more neurons on a core so that there are fewer nets.",
    );
    this.demands = worstFirst;
  }
}

function sendersText(senders: readonly Sender[]): string {
  if (senders.length === 0) return "";
  const named = senders.slice(0, SENDERS_NAMED).map(({ name, nets }) => `${name} (${nets})`);
  const more = senders.length > SENDERS_NAMED ? ` and ${senders.length - SENDERS_NAMED} more` : "";
  return `, for cores of ${named.join(", ")}${more} that send through it`;
}
