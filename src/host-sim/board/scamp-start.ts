/**
 * The state of a chip once SC&MP has come up on it: sv, vcpu, heaps and tables where a real one puts them.
 *
 * Sizes and places follow from the first half of sv, which the boot image brings along.
 * Source: spinnaker_tools `scamp/scamp-3.c` (sv_init, sdram_init, rtr_init, netinit).
 */

import { CORE_STATE } from "../../sdp/core-state.ts";
import { makeIdle } from "./application-control.ts";
import type { Chip } from "./chip.ts";
import { CORES, NO_CORE } from "./core-numbering.ts";
import { HEAP_HEADER_BYTES, Heap } from "./heap.ts";
import { SDRAM_BASE, SYSRAM_BASE } from "./memory-map.ts";
import { MULTICAST_ENTRIES } from "./router.ts";
import { ROUTER_ROW_BYTES } from "./router-heap.ts";
import { versionWord } from "./scamp-version.ts";
import { SDRAM_BYTES } from "./sdram.ts";
import { BOARD_INFO_BYTES, BOARD_INFO_OFFSET } from "./serial-rom.ts";
import { SV_IP_ADDR, SV_MAP_BYTES, SV_OFFSET_IN_SYSRAM, SV_P2V_MAP, SV_V2P_MAP } from "./system-variables.ts";
import { VCPU_OFFSET_IN_SYSRAM } from "./vcpu.ts";

const SYSRAM_USER_BASE = SYSRAM_BASE + 0x100;
const BOARD_INFO_IN_SYSRAM = 0x7900;
/** Shared SDP buffers are sdp_msg_t. */
const SHARED_BUFFER_BYTES = 292;
const STAGING_BYTES = 256 * 1024;
const HOP_TABLE_ENTRIES = 65_536;
const HOP_UNKNOWN = 0x8000_ffff;
const ALLOC_TAGS = 65_536;
const APP_DATA_TABLE_BYTES = 256 * 8;
/** SCAMP seeds its random numbers from a block it never frees, and keeps a bitmap of addresses it has heard of. */
const RANDOM_SEED_BYTES = 1024;
const ADDRESS_BITMAP_BYTES = (512 * 512) / 8;
/** Seed that comes out of SDRAM full of zeros. */
const RANDOM_SEED = 0xa5;
const NETINIT_DONE = 0xff;
/** SCAMP calls itself scamp-3; whoever lists the cores shall see what this one is. */
const MONITOR_NAME = "scamp-3 virtual";

/** What SCAMP finds out about the chip's surroundings, or the machine's description says of it. */
export interface ScampStart {
  /** 128 bytes. */
  readonly bootVariables: Uint8Array;
  /** Machine size, width << 8 | height. */
  readonly dimensions: number;
  /** Addresses x << 8 | y. */
  readonly root: number;
  readonly ethernet: number;
  /** Position on the board. */
  readonly boardAddress: number;
  /** Bit per link that leads to a working chip. */
  readonly links: number;
  /** Largest SDRAM block the application may have, as far as the boot variables allow it. */
  readonly sdramBytes: number;
  readonly routerEntries: number;
  /** IP address of an Ethernet chip. */
  readonly ip: readonly number[] | undefined;
}

export function startScamp(chip: Chip, start: ScampStart): void {
  const { sv, sysram } = chip;
  sysram.fill(0);
  sysram.set(start.bootVariables, SV_OFFSET_IN_SYSRAM);
  chip.startClock();
  writeCoreMaps(chip);
  startSystemRam(chip);
  startSdram(chip, start.sdramBytes);
  chip.routerHeap.initialise(0);
  reserveRouterEntries(chip, MULTICAST_ENTRIES - 1 - start.routerEntries);

  sv.set("p2p_addr", chip.address);
  sv.set("p2p_dims", start.dimensions);
  sv.set("p2p_root", start.root);
  sv.set("root_chip", chip.address === start.root ? 1 : 0);
  sv.set("eth_addr", start.ethernet);
  sv.set("dbg_addr", start.ethernet);
  sv.set("board_addr", start.boardAddress);
  sv.set("link_en", start.links);
  if (sv.get("random") === 0) sv.set("random", RANDOM_SEED);
  if (start.ip !== undefined) {
    sv.set("eth_up", 1);
    sysram.set(start.ip, SV_OFFSET_IN_SYSRAM + SV_IP_ADDR);
  }
  if (chip.serialRom !== undefined) {
    const info = chip.serialRom.bytes.subarray(BOARD_INFO_OFFSET, BOARD_INFO_OFFSET + BOARD_INFO_BYTES);
    sysram.set(info, BOARD_INFO_IN_SYSRAM);
    sv.set("board_info", SYSRAM_BASE + BOARD_INFO_IN_SYSRAM);
  }
  chip.nearestNeighbour.reset();
  makeIdle(chip, (1 << chip.numbering.count) - 2);
  chip.monitor.running = true;
}

/** Network set-up is over: the tables are there. */
export function finishNetworkSetUp(chip: Chip): void {
  chip.sv.set("netinit_phase", NETINIT_DONE);
  chip.sv.set("p2p_up", 1);
  chip.monitor.ready = true;
}

/** The core numbering in sv. */
export function writeCoreMaps(chip: Chip): void {
  const { numbering, sysram, sv } = chip;
  const p2v = SV_OFFSET_IN_SYSRAM + SV_P2V_MAP;
  const v2p = SV_OFFSET_IN_SYSRAM + SV_V2P_MAP;
  sysram.fill(NO_CORE, p2v, p2v + SV_MAP_BYTES);
  sysram.fill(NO_CORE, v2p, v2p + SV_MAP_BYTES);
  sysram.set(numbering.p2v, p2v);
  sysram.set(numbering.v2p, v2p);
  sv.set("num_cpus", numbering.count);
}

function startSystemRam(chip: Chip): void {
  const { sv } = chip;
  sv.set("sw_ver", versionWord(chip.version));
  sv.set("sysram_base", SYSRAM_USER_BASE);
  const heap = SYSRAM_USER_BASE + 4 * sv.get("sysram_heap");
  sv.set("sysram_heap", heap);
  chip.sysramHeap.initialise(SYSRAM_BASE + VCPU_OFFSET_IN_SYSRAM);
  sv.set("vcpu_base", SYSRAM_BASE + VCPU_OFFSET_IN_SYSRAM);

  const monitor = chip.cores[0]!;
  monitor.vcpu.set("cpu_state", CORE_STATE.RUN);
  monitor.vcpu.set("sw_ver", versionWord(chip.version));
  monitor.vcpu.set("time", sv.get("unix_time"));
  monitor.vcpu.set("phys_cpu", monitor.physical);
  monitor.name = MONITOR_NAME;

  const count = sv.get("num_buf");
  const buffers = chip.sysramHeap.allocate({ bytes: count * SHARED_BUFFER_BYTES, tag: 0, appId: 0 });
  sv.set("shm_buf", buffers);
  sv.set("shm_free", buffers);
  for (let n = 0; n < count; n++) {
    const at = buffers + n * SHARED_BUFFER_BYTES;
    chip.memory.writeWord(at, n + 1 < count ? at + SHARED_BUFFER_BYTES : 0);
  }
}

/** Bottom to top: a buffer for each core, what the user reserved, the heap, the staging area, the system heap. */
function startSdram(chip: Chip, sdramBytes: number): void {
  const { sv, memory } = chip;
  const systemBytes = sv.get("sdram_bufs");
  sv.set("sdram_bufs", SDRAM_BASE);
  const base = SDRAM_BASE + 4 * CORES * sv.get("sysbuf_size");
  sv.set("sdram_base", base);
  const staging = SDRAM_BASE + SDRAM_BYTES - systemBytes;
  const lowest = base + 4 * sv.get("sdram_heap");
  const heap = Math.max(lowest, staging - sdramBytes - HEAP_OVERHEAD_BYTES) & ~3;
  sv.set("sdram_heap", heap >>> 0);
  chip.sdramHeap.initialise(staging);
  sv.set("sdram_sys", staging);

  const system = staging + STAGING_BYTES;
  sv.set("sys_heap", system);
  const systemHeap = new Heap(memory, system, () => sv.get("alloc_tag"));
  systemHeap.initialise(staging + systemBytes);
  const allocate = (bytes: number): number => systemHeap.allocate({ bytes, tag: 0, appId: 0 });
  sv.set("hop_table", allocate(4 * HOP_TABLE_ENTRIES));
  memory.fill(sv.get("hop_table"), HOP_UNKNOWN, 4 * HOP_TABLE_ENTRIES);
  sv.set("rtr_copy", allocate((MULTICAST_ENTRIES + 1) * ROUTER_ROW_BYTES));
  sv.set("alloc_tag", allocate(4 * ALLOC_TAGS));
  sv.set("app_data", allocate(APP_DATA_TABLE_BYTES));
  allocate(RANDOM_SEED_BYTES);
  allocate(ADDRESS_BITMAP_BYTES);
}

/** Heap header, first and last block header. */
const HEAP_OVERHEAD_BYTES = HEAP_HEADER_BYTES + 16;

/** Leave no more entries free than the machine has: the monitor keeps the others. */
function reserveRouterEntries(chip: Chip, count: number): void {
  if (count > 0) chip.routerHeap.allocate(count, 0);
}
