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
