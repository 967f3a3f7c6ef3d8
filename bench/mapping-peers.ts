/**
 * The best figure that any peer reaches on each benchmark netlist (seed 1), each figure on its own.
 *
 * Peers: rig 2.4.1 (project-rig/rig at 3a3e053) with placers hilbert, rcm and annealing, its C annealing kernel
 * (project-rig/rig_c_sa at 9820d00), its C table minimisers (project-rig/rig_routing_tables at 05be71d), and PACMAN
 * 1!7.4.2 (SpiNNakerManchester/PACMAN at ad956c0). Unmodified code, every table set checked by simulation. Entries are
 * the smallest total of any minimiser on any placement.
 */
export interface PeerFigures {
  /** Weight times links crossed, over all nets. */
  readonly cost: number;
  /** Weight over the heaviest directed link. */
  readonly maxLinkLoad: number;
  /** Routing entries in all tables. */
  readonly entries: number;
  /** Cost of the generator's own grid laid on the chips, which no placer is told. */
  readonly geometricCost?: number;
}

export const PEER_FIGURES: Readonly<Record<string, PeerFigures>> = {
  "coba64-spin3": { cost: 240000, maxLinkLoad: 41600, entries: 15 },
  "coba64-spin5": { cost: 240000, maxLinkLoad: 42240, entries: 15 },
  "coba128-spin5": { cost: 80000, maxLinkLoad: 43520, entries: 9 },
  "pd256-1b": { cost: 4288524, maxLinkLoad: 199007, entries: 174 },
  "pd128-1b": { cost: 8476117, maxLinkLoad: 194788, entries: 502 },
  "pd80-3b": { cost: 13491246, maxLinkLoad: 164748, entries: 1242 },
  "pd64-3b": { cost: 16928432, maxLinkLoad: 169858, entries: 2040 },
  "sheet600-1b": { cost: 69165, maxLinkLoad: 992, entries: 1865 },
  gauss32: { cost: 2801, maxLinkLoad: 17, entries: 3410, geometricCost: 3161 },
  "sheet2k-3b": { cost: 339713, maxLinkLoad: 1678, entries: 8157, geometricCost: 297090 },
  gauss128: { cost: 45853, maxLinkLoad: 21, entries: 52184, geometricCost: 51590 },
  "sheet14k-18b": { cost: 2587483, maxLinkLoad: 2567, entries: 56982, geometricCost: 2002913 },
  "sheet14ks-18b": { cost: 8467984, maxLinkLoad: 9276, entries: 108765 },
  "clus2k-f": { cost: 537148, maxLinkLoad: 3659, entries: 10197 },
  "rand2k-f": { cost: 1592045, maxLinkLoad: 11840, entries: 25257 },
  "clus13k-f": { cost: 4956224, maxLinkLoad: 4124, entries: 71704 },
  "pack-1b": { cost: 167857, maxLinkLoad: 2184, entries: 2661 },
  local2k: { cost: 8424700, maxLinkLoad: 18852, entries: 144232 },
  "app-mu0": { cost: 421, maxLinkLoad: 5, entries: 1140 },
  "app-card_sorting": { cost: 22638, maxLinkLoad: 2364, entries: 808 },
  "app-sudoku": { cost: 1900650, maxLinkLoad: 56250, entries: 670 },
  "app-parse_512": { cost: 299738, maxLinkLoad: 7344, entries: 1904 },
  "app-cconv_512": { cost: 4746239, maxLinkLoad: 96735, entries: 21695 },
  "app-microcircuit": { cost: 23390088, maxLinkLoad: 219739, entries: 13199 },
};
