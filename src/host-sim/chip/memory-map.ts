/**
 * Addresses of a chip as a core sees them (SpiNNaker datasheet §3). Where a region appears twice, once for buffered
 * and once for unbuffered writes, both behave alike here.
 */

export const ITCM_BASE = 0x0000_0000;
export const DTCM_BASE = 0x0040_0000;
export const SDRAM_BASE = 0x6000_0000;
export const SYSTEM_RAM_BASE = 0xe500_0000;
export const SYSTEM_RAM_BYTES = 0x8000;
export const BOOT_ROM_BYTES = 0x8000;

/** Physical cores of a chip. */
export const CORES = 18;

/** Devices of the System NoC by address bits 27:24 in the regions 0xe… and 0xf…. */
export const SYSTEM_DEVICE: {
  readonly PL340: 0;
  readonly ROUTER: 1;
  readonly SYSTEM_CONTROLLER: 2;
  readonly WATCHDOG: 3;
  readonly ETHERNET: 4;
  readonly SYSTEM_RAM: 5;
  readonly BOOT_ROM: 6;
} = { PL340: 0, ROUTER: 1, SYSTEM_CONTROLLER: 2, WATCHDOG: 3, ETHERNET: 4, SYSTEM_RAM: 5, BOOT_ROM: 6 };

/** First address of the boot area, which shows ROM or System RAM. */
export const BOOT_AREA_BASE = 0xff00_0000;

/** Both views of the SDRAM, which answers everybody and has no side effects: no need to set the time. */
export function isSdram(address: number): boolean {
  return address >>> 29 === 3;
}

/** Either view of SDRAM or System RAM. */
export function isMemory(address: number): boolean {
  return isSdram(address) || ((address >>> 24) & 0xef) === 0xe5;
}

/** Timers, VIC, communications and DMA controller: regions 1 to 4, and the VIC again at the very top. */
export function isLocal(address: number): boolean {
  const region = address >>> 28;
  return (region >= 1 && region <= 4) || address >>> 12 === 0xf_ffff;
}

/** Offset of a register within its local device; of the two timers alike. */
export function localOffset(address: number): number {
  const region = address >>> 28;
  if (region === 0xf) return address & 0xfff;
  const device = (address >>> 24) & 15;
  if ((region === 1 || region === 2) && device === 1) return address & 0xff_ffdf;
  return address & 0xff_ffff;
}
