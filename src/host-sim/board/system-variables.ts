/**
 * `sv`, SCAMP's system variables: 256 bytes at 0xe5007f00. The first 128 come from the boot image, as patched by the
 * host; the rest SCAMP fills in. Field names are SCAMP's (spinnaker_tools `include/sark.h`).
 */

export const SV_OFFSET_IN_SYSRAM = 0x7f00;
export const SV_BYTES = 256;
/** Part of sv that the boot image initialises. */
export const SV_BOOT_BYTES = 128;

export const SV_FIELDS = {
  p2p_addr: [0x00, 2],
  p2p_dims: [0x02, 2],
  dbg_addr: [0x04, 2],
  p2p_up: [0x06, 1],
  last_id: [0x07, 1],
  eth_addr: [0x08, 2],
  hw_ver: [0x0a, 1],
  eth_up: [0x0b, 1],
  p2pb_repeats: [0x0c, 1],
  p2p_sql: [0x0d, 1],
  clk_div: [0x0e, 1],
  tp_scale: [0x0f, 1],
  clock_ms: [0x10, 4],
  clock_ms_high: [0x14, 4],
  time_ms: [0x18, 2],
  unix_time: [0x1c, 4],
  cpu_clk: [0x24, 2],
  mem_clk: [0x26, 2],
  forward: [0x28, 1],
  retry: [0x29, 1],
  peek_time: [0x2a, 1],
  led_period: [0x2b, 1],
  netinit_bc_wait: [0x2c, 1],
  netinit_phase: [0x2d, 1],
  p2p_root: [0x2e, 2],
  led0: [0x30, 4],
  led1: [0x34, 4],
  random: [0x3c, 4],
  root_chip: [0x40, 1],
  num_buf: [0x41, 1],
  boot_delay: [0x42, 1],
  soft_wdog: [0x43, 1],
  sync_alignment: [0x44, 4],
  sysram_heap: [0x48, 4],
  sdram_heap: [0x4c, 4],
  iobuf_size: [0x50, 4],
  sdram_bufs: [0x54, 4],
  sysbuf_size: [0x58, 4],
  boot_sig: [0x5c, 4],
  mem_ptr: [0x60, 4],
  link_en: [0x65, 1],
  shm_free: [0x68, 4],
  shm_count: [0x6c, 2],
  shm_max: [0x6e, 2],
  num_cpus: [0xbc, 1],
  rom_cpus: [0xbd, 1],
  board_addr: [0xbe, 2],
  sdram_base: [0xc0, 4],
  sysram_base: [0xc4, 4],
  sdram_sys: [0xc8, 4],
  vcpu_base: [0xcc, 4],
  sys_heap: [0xd0, 4],
  rtr_copy: [0xd4, 4],
  hop_table: [0xd8, 4],
  alloc_tag: [0xdc, 4],
  rtr_free: [0xe0, 2],
  p2p_active: [0xe2, 2],
  app_data: [0xe4, 4],
  shm_buf: [0xe8, 4],
  mbox_flags: [0xec, 4],
  fr_copy: [0xf4, 4],
  board_info: [0xf8, 4],
  sw_ver: [0xfc, 4],
} as const;

/** Byte arrays of sv. */
export const SV_P2V_MAP = 0x94;
export const SV_V2P_MAP = 0xa8;
export const SV_IP_ADDR = 0xf0;
/** Length of each map: 18 cores and two bytes of padding. */
export const SV_MAP_BYTES = 20;
