/**
 * Where a booted chip keeps what a host reads and writes: SCAMP's variables (sv), the cores' vcpu blocks, the router.
 *
 * @see SpiNNakerManchester/spinnaker_tools `include/sark.h` (sv_t, vcpu_t), `include/spinnaker.h`
 */

/** System variables, through the unbuffered alias. */
export const SV_ADDRESS = 0xf500_7f00;
/** Byte offsets in sv. */
export const SV = {
  p2pDims: 0x02,
  iobufSize: 0x50,
  sdramSys: 0xc8,
  vcpuBase: 0xcc,
  routerCopy: 0xd4,
} as const;

export const VCPU_BYTES = 128;
/** Byte offsets in a vcpu block. */
export const VCPU = {
  r0: 0,
  psr: 32,
  sp: 36,
  lr: 40,
  rtCode: 44,
  physicalCore: 45,
  state: 46,
  appId: 47,
  time: 68,
  appName: 72,
  iobuf: 88,
  swVersion: 92,
  user0: 112,
} as const;

/** Point-to-point table: 3 bits a chip, 8 chips a word, column x from `P2P_TABLE + 128 * x`. */
export const P2P_TABLE = 0xe101_0000;
export const P2P_COLUMN_BYTES = 128;
/** Entry of a chip that nobody knows a way to. */
export const P2P_NO_ROUTE = 6;

/** Diagnostic counters of the router, 16 words; counter 8 counts multicast packets given up. */
export const ROUTER_COUNTERS = 0xe100_0300;
export const DROPPED_MULTICAST_COUNTER = 8;
/** Writing ones here enables all counters and clears them. */
export const ROUTER_COUNTER_CONTROL = 0xf100_002c;

/** Entries of a multicast router, the monitor's own included. */
export const ROUTER_ENTRIES = 1024;
/** The monitor's list of routing entries: 1025 of 16 bytes (u16 next, u16 free, u32 route, key, mask). */
export const ROUTER_COPY_ENTRY_BYTES = 16;
