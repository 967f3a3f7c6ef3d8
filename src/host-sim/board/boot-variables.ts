/** The half of `sv` that comes with the boot image: what a host patches in, as SpiNNMan and ybug do. */

import type { ScampVersion } from "./scamp-version.ts";
import { StructView } from "./struct-view.ts";
import { SV_BOOT_BYTES, SV_FIELDS } from "./system-variables.ts";

/** Bytes 384 to 511 of a boot image are sv's first 128. */
export const BOOT_IMAGE_SV_OFFSET = 384;

export interface BootSettings {
  /** 3: four chips, 5: 48 chips. */
  readonly hardwareVersion: 3 | 5;
  readonly unixTime: number;
}

/** LED wiring: number of LEDs, then the pin of each, 4 bits each. */
const LED0 = { 3: 0x502, 5: 0x001 } as const;

/** As SpiNNMan boots a board: no SDRAM set aside for users, no software watchdog. */
export function bootVariables(settings: BootSettings, version: ScampVersion): Uint8Array {
  const bytes = new Uint8Array(SV_BOOT_BYTES);
  const sv = new StructView(SV_FIELDS, bytes);
  sv.set("hw_ver", settings.hardwareVersion);
  sv.set("p2pb_repeats", 4);
  sv.set("p2p_sql", 4);
  sv.set("clk_div", 0x33);
  sv.set("unix_time", settings.unixTime);
  sv.set("cpu_clk", 200);
  sv.set("mem_clk", 130);
  sv.set("forward", 0x3f);
  sv.set("peek_time", version.peekTimeMicros);
  sv.set("led_period", 1);
  sv.set("netinit_bc_wait", 50);
  sv.set("led0", LED0[settings.hardwareVersion]);
  sv.set("root_chip", 1);
  sv.set("num_buf", 7);
  sv.set("boot_delay", version.bootDelayMicros);
  sv.set("sysram_heap", 1024);
  sv.set("iobuf_size", 16_384);
  sv.set("sdram_bufs", 8_388_608);
  sv.set("sysbuf_size", 32_768);
  sv.set("boot_sig", settings.unixTime);
  sv.set("link_en", 0x3f);
  return bytes;
}
