/** SC&MP comes up on all chips of a machine. */

import { type ChipIndex, LINK_COUNT, type Machine } from "../../machine/machine.ts";
import { Chip, type ChipContext, type EthernetPort } from "./chip.ts";
import type { Fabric } from "./fabric.ts";
import { buildP2pTables } from "./p2p-tables.ts";
import { finishNetworkSetUp, startScamp } from "./scamp-start.ts";
import { wordBytes } from "./scp.ts";
import { BOARD_INFO_OFFSET, SerialRom } from "./serial-rom.ts";

export interface MachineBoot {
  readonly context: ChipContext;
  /** First half of sv, 128 bytes. */
  readonly variables: Uint8Array;
  readonly ethernet: (chip: ChipIndex) => { readonly port: EthernetPort; readonly ip: readonly number[] } | undefined;
  /** Physical number of a chip's monitor core; `undefined` chooses one. */
  readonly monitorCore: ((x: number, y: number) => number) | undefined;
  /** Largest SDRAM block a chip shall have, as far as the boot variables allow it. */
  readonly sdramBytes: (chip: ChipIndex) => number;
}

/** Make and start the chips; they do not know of each other yet. */
export function bootMachine(fabric: Fabric, boot: MachineBoot): void {
  const { machine } = fabric;
  for (let index = 0; index < machine.alive.length; index++) {
    fabric.chips[index] = machine.alive[index] ? makeChip(machine, index as ChipIndex, boot) : undefined;
  }
  for (const chip of fabric.working()) if (chip.ethernet !== undefined) chip.serialRom = makeSerialRom(fabric, chip);
  for (const chip of fabric.working()) chip.monitor.guard(() => startChip(fabric, chip, boot));
}

/**
 * Network set-up: chips learn the ways to each other and tell their addresses. A chip whose monitor did not come up takes
 * no part.
 * @param complete every chip learns the way to every other
 */
export function setUpNetwork(fabric: Fabric, complete: boolean): void {
  const { machine } = fabric;
  for (const chip of fabric.working()) if (!chip.monitor.running) fabric.killChip(chip);
  buildP2pTables(fabric, addressOfChip(machine, rootOf(machine)), complete);
  for (const chip of fabric.working()) finishNetworkSetUp(chip);
}

function makeChip(machine: Machine, index: ChipIndex, boot: MachineBoot): Chip {
  const { x, y } = { x: column(machine, index), y: row(machine, index) };
  const applicationCores = machine.applicationCores[index]!;
  const coreCount = 32 - Math.clz32(applicationCores | 1);
  const monitorPhysical = boot.monitorCore?.(x, y) ?? someMonitorCore(x, y, coreCount);
  const chip = new Chip({ index, x, y, coreCount, monitorPhysical }, boot.context);
  chip.deadCores = chip.numbering.physicalMask(~applicationCores & ((1 << coreCount) - 2));
  chip.ethernet = boot.ethernet(index)?.port;
  return chip;
}

/** On a board any core can win the race to be monitor: host code must never rely on one. */
function someMonitorCore(x: number, y: number, coreCount: number): number {
  return (1 + x + 5 * y) % coreCount;
}

function startChip(fabric: Fabric, chip: Chip, boot: MachineBoot): void {
  const { machine } = fabric;
  const ethernet = ethernetOf(machine, chip);
  const offset = boardOffset(machine, chip, ethernet);
  let links = 0;
  for (let link = 0; link < LINK_COUNT; link++) if (fabric.neighbour(chip, link) !== undefined) links |= 1 << link;
  startScamp(chip, {
    bootVariables: boot.variables,
    dimensions: (machine.width << 8) | machine.height,
    root: addressOfChip(machine, rootOf(machine)),
    ethernet: addressOfChip(machine, ethernet),
    boardAddress: (offset.x << 8) | offset.y,
    links,
    sdramBytes: boot.sdramBytes(chip.index),
    routerEntries: machine.routerEntries[chip.index]!,
    ip: boot.ethernet(chip.index)?.ip,
  });
}

/** The serial ROM of an Ethernet chip lists the dead cores of its board: x << 27 | y << 24 | physical cores. */
function makeSerialRom(fabric: Fabric, ethernet: Chip): SerialRom {
  const words: number[] = [];
  for (const chip of fabric.working()) {
    if (ethernetOf(fabric.machine, chip) !== ethernet.index) continue;
    const dead = ALL_CORES & ~(chip.systemController.coresOk & ~chip.deadCores);
    const { x, y } = boardOffset(fabric.machine, chip, ethernet.index);
    if (dead !== 0 && x < BOARD_SIDE && y < BOARD_SIDE && words.length < MAX_BOARD_INFO_WORDS) {
      words.push(((x << 27) | (y << 24) | dead) >>> 0);
    }
  }
  const rom = new SerialRom();
  rom.bytes.set(wordBytes([words.length, ...words]), BOARD_INFO_OFFSET);
  return rom;
}

const ALL_CORES = 0x3_ffff;
/** Three bits of each coordinate. */
const BOARD_SIDE = 8;
const MAX_BOARD_INFO_WORDS = 63;

function rootOf(machine: Machine): ChipIndex {
  return machine.ethernetChips[0]!;
}

/** A board without an Ethernet chip of its own is looked after by the root. */
function ethernetOf(machine: Machine, chip: Chip): number {
  const ethernet = machine.ethernetChip[chip.index]!;
  return ethernet >= 0 ? ethernet : rootOf(machine);
}

/** Position of a chip relative to another, round the edges of the machine. */
function boardOffset(machine: Machine, chip: Chip, origin: number): { readonly x: number; readonly y: number } {
  return {
    x: (chip.x - column(machine, origin) + machine.width) % machine.width,
    y: (chip.y - row(machine, origin) + machine.height) % machine.height,
  };
}

function addressOfChip(machine: Machine, index: number): number {
  return (column(machine, index) << 8) | row(machine, index);
}

function column(machine: Machine, index: number): number {
  return index % machine.width;
}

function row(machine: Machine, index: number): number {
  return Math.floor(index / machine.width);
}
