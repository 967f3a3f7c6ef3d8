import type { Deployment } from "../image/deployment.ts";
import { ImageView } from "../image/image-view.ts";
import { PROVENANCE_NAMES } from "../image/layout.ts";
import { chipCoord } from "../machine/machine.ts";
import type { CoreCounters } from "../results/index.ts";
import type { RunTarget } from "./run-target.ts";

/** Counters of one core, by name. */
export type Provenance = Readonly<Record<(typeof PROVENANCE_NAMES)[number], number>>;

/**
 * The counters under the names and with the places that users know. What only kernels can measure is left out where no
 * kernel ran: a zero would be a lie.
 */
export function coreCounters(
  { cores, populations, machine }: Deployment,
  provenance: readonly Provenance[],
): CoreCounters[] {
  const measured = provenance.some(({ worstCycles }) => worstCycles > 0);
  return cores.map(({ chip, core, population, lo, hi }, c) => {
    const { x, y } = chipCoord(machine, chip);
    const counted = provenance[c]!;
    return {
      chip: [x, y],
      core,
      population: populations[population]!.name,
      neurons: [lo, hi],
      counters: {
        ticks: counted.ticks,
        packets_sent: counted.packetsSent,
        packets_received: counted.packetsReceived,
        synaptic_events: counted.synapticEvents,
        late_packets: counted.latePackets,
        dropped_packets: counted.droppedPackets,
        unknown_keys: counted.unknownKeys,
        saturations: counted.saturations,
        ...(measured ? measuredCounters(counted) : {}),
      },
    };
  });
}

function measuredCounters(counted: Provenance): Readonly<Record<string, number>> {
  return {
    overruns: counted.overruns,
    deepest_queue: counted.deepestQueue,
    worst_cycles: counted.worstCycles,
    worst_tick: counted.worstTick,
    total_cycles: doubleWord(counted.totalCyclesHigh, counted.totalCyclesLow),
    dma_cycles: doubleWord(counted.dmaCyclesHigh, counted.dmaCyclesLow),
  };
}

/** A count of 64 bits; exact below 2^53. */
export function doubleWord(high: number, low: number): number {
  return high * 2 ** 32 + low;
}

/** Counters of every core, as the target has them now. */
export async function readProvenance(deployment: Deployment, target: RunTarget): Promise<Provenance[]> {
  return Promise.all(
    deployment.cores.map(async ({ image }, c) => {
      const { offset, bytes } = new ImageView(image).region("provenance");
      const words = new Uint32Array(new Uint8Array(await target.read(c, offset, bytes)).buffer);
      return Object.fromEntries(PROVENANCE_NAMES.map((name, i) => [name, words[i]!])) as Provenance;
    }),
  );
}
