/**
 * Virtual and physical core numbers of a chip.
 *
 * The monitor is virtual core 0 whatever its physical number; the other working cores follow in physical order.
 * Hosts speak of virtual cores, the multicast router and the system controller of physical ones.
 */

/** Cores of a chip, working or not. */
export const CORES = 18;
/** No core of that number, as SCAMP's maps say it. */
export const NO_CORE = 255;

/** How many cores a mask has. */
export function coresIn(mask: number): number {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count++;
  return count;
}

export class CoreNumbering {
  readonly monitorPhysical: number;
  /** Physical number of each virtual core; its length is the number of working cores. */
  readonly v2p: readonly number[];
  /** Virtual number of each of the 18 physical cores, or {@link NO_CORE}. */
  readonly p2v: readonly number[];

  constructor(monitorPhysical: number, workingPhysical: readonly number[]) {
    const others = workingPhysical.filter((core) => core !== monitorPhysical).toSorted((a, b) => a - b);
    this.monitorPhysical = monitorPhysical;
    this.v2p = [monitorPhysical, ...others];
    this.p2v = Array.from({ length: CORES }, (_, physical) => {
      const virtual = this.v2p.indexOf(physical);
      return virtual < 0 ? NO_CORE : virtual;
    });
  }

  get count(): number {
    return this.v2p.length;
  }

  /** Mask of virtual cores → mask of physical cores; bits without a working core vanish. */
  physicalMask(virtualMask: number): number {
    return this.v2p.reduce(
      (mask, physical, virtual) => ((virtualMask >>> virtual) & 1 ? mask | (1 << physical) : mask),
      0,
    );
  }

  virtualMask(physicalMask: number): number {
    return this.v2p.reduce(
      (mask, physical, virtual) => ((physicalMask >>> physical) & 1 ? mask | (1 << virtual) : mask),
      0,
    );
  }

  /** Route word (links in bits 0-5, cores from bit 6) from virtual to physical core numbers. */
  physicalRoute(route: number): number {
    return (route & 0x3f) | (this.physicalMask((route >>> 6) & 0x3_ffff) << 6);
  }

  virtualRoute(route: number): number {
    return (route & 0x3f) | (this.virtualMask((route >>> 6) & 0x3_ffff) << 6);
  }
}
