/** Starting, signalling and stopping applications on one chip. Source: spinnaker_tools `scamp/scamp-app.c`. */

import { SIGNAL } from "../../sdp/application-commands.ts";
import { CORE_STATE } from "../../sdp/core-state.ts";
import type { Chip } from "./chip.ts";
import { coresIn } from "./core-numbering.ts";
import { DEFAULT_APPLICATION } from "./default-application.ts";
import { CoreRunTimeError, RTE } from "./run-time-error.ts";

const APP_DATA_BYTES = 8;
const APP_IDS = 256;
/** Word offsets in System RAM where the boot stub finds the image and its argument. */
const STUB_IMAGE = 0x10;
const STUB_ARGUMENT = 0x14;

/**
 * Start an image on cores.
 * @param word app_id << 24 | flags << 18 | mask of virtual cores
 */
export function startApplication(chip: Chip, image: number, word: number): void {
  const cores = word & 0x3_ffff;
  if (cores === 0) return;
  const appId = word >>> 24;
  const flags = (word >>> 18) & 63;
  countCores(chip, appId, cores);
  chip.systemController.flags |= cores;
  setCoreInfo(chip, cores, CORE_STATE.INIT, appId);
  const argument = (flags << 8) | appId;
  const stub = new DataView(chip.sysram.buffer);
  stub.setUint32(STUB_IMAGE, image, true);
  stub.setUint32(STUB_ARGUMENT, argument, true);
  if (cores & 1) {
    throw new CoreRunTimeError(`chip (${chip.x}, ${chip.y})`, RTE.none, "the monitor was told to reset itself");
  }
  stopCores(chip, cores);
  for (const core of coresOf(chip, cores)) {
    if ((chip.deadCores >>> chip.cores[core]!.physical) & 1) continue;
    const runtime = chip.context.startRuntime(chip, chip.cores[core]!, argument);
    chip.runtimes[core] = runtime;
    chip.afterCoreLatency(core, () => {
      if (chip.runtimes[core] === runtime) runtime.boot(image);
    });
  }
}

/** Run the default application on cores: they become idle. */
export function makeIdle(chip: Chip, cores: number): void {
  const staging = chip.sv.get("sdram_sys");
  chip.memory.write(staging, DEFAULT_APPLICATION, 4);
  startApplication(chip, staging, cores);
}

/** @param data signal << 16 | app_mask << 8 | app_id */
export function signalCores(chip: Chip, data: number): void {
  const signal = (data >>> 16) & 15;
  const mask = (data >>> 8) & 255;
  const appId = data & 255;
  const cores = matchingCores(chip, appId, mask);
  switch (signal) {
    case SIGNAL.INIT:
      stopCores(chip, cores);
      makeIdle(chip, cores);
      return;
    case SIGNAL.PWRDN:
      stopCores(chip, cores);
      setCoreInfo(chip, cores, CORE_STATE.PWRDN, 0);
      return;
    case SIGNAL.STOP:
      stopCores(chip, cores);
      cleanAppIds(chip, appId, mask);
      makeIdle(chip, cores);
      return;
    case SIGNAL.SYNC0:
      chip.systemController.flags &= ~cores;
      checkFlags(chip, cores);
      return;
    case SIGNAL.SYNC1:
      chip.systemController.flags |= cores;
      checkFlags(chip, cores);
      return;
    default:
      if (signal <= SIGNAL.USR3) for (const core of coresOf(chip, cores)) chip.runtimes[core]?.signal(signal);
  }
}

/** How many cores of an application are in a state. */
export function countInState(chip: Chip, appId: number, state: number, mask = 255): number {
  return coresOf(chip, matchingCores(chip, appId, mask)).filter(
    (core) => chip.cores[core]!.vcpu.get("cpu_state") === state,
  ).length;
}

/** Cores, never the monitor, whose app id is the one meant where the mask looks. */
export function matchingCores(chip: Chip, appId: number, mask: number): number {
  let cores = 0;
  for (let core = 1; core < chip.numbering.count; core++) {
    if ((chip.appIds[core]! & mask) === appId) cores |= 1 << core;
  }
  return cores;
}

function coresOf(chip: Chip, cores: number): number[] {
  return chip.cores.slice(1).flatMap(({ virtual }) => ((cores >>> virtual) & 1 ? [virtual] : []));
}

function setCoreInfo(chip: Chip, cores: number, state: number, appId: number): void {
  for (const core of coresOf(chip, cores)) {
    const { vcpu } = chip.cores[core]!;
    vcpu.set("cpu_state", state);
    vcpu.set("time", chip.sv.get("unix_time"));
    vcpu.set("app_id", appId);
    chip.appIds[core] = appId;
  }
}

function stopCores(chip: Chip, cores: number): void {
  for (const core of coresOf(chip, cores)) {
    chip.runtimes[core]?.stop();
    chip.runtimes[core] = undefined;
  }
}

function checkFlags(chip: Chip, cores: number): void {
  for (const core of coresOf(chip, cores)) {
    chip.afterCoreLatency(core, () => chip.runtimes[core]?.checkFlag());
  }
}

/** `app_data[app_id]`: u8 cores, u8 clean, u8 semaphore, u8 lead core, u32 mask of cores. */
function countCores(chip: Chip, appId: number, cores: number): void {
  const at = chip.sv.get("app_data") + appId * APP_DATA_BYTES;
  const entry = chip.memory.read(at, APP_DATA_BYTES);
  const view = new DataView(entry.buffer);
  if (entry[0] === 0) {
    entry.fill(0);
    entry[3] = 31 - Math.clz32(cores & -cores);
  }
  entry[0] = entry[0]! + coresIn(cores);
  view.setUint32(4, view.getUint32(4, true) | cores, true);
  chip.memory.write(at, entry);
}

/** Free what the ids `appId`, `appId` + 1, … have, as long as they match. */
function cleanAppIds(chip: Chip, appId: number, mask: number): void {
  for (let id = appId; (id & mask) === appId; id++) {
    if (id >= APP_IDS) {
      throw new CoreRunTimeError(
        `chip (${chip.x}, ${chip.y})`,
        RTE.dataAbort,
        "STOP for every app id there is and more",
      );
    }
    cleanAppId(chip, id);
  }
}

function cleanAppId(chip: Chip, appId: number): void {
  const at = chip.sv.get("app_data") + appId * APP_DATA_BYTES;
  const entry = chip.memory.read(at, APP_DATA_BYTES);
  if (entry[1] !== 0) return;
  chip.sdramHeap.freeByApp(appId);
  chip.sysramHeap.freeByApp(appId);
  chip.systemHeap.freeByApp(appId);
  chip.routerHeap.freeByApp(appId, true);
  entry[0] = 0;
  entry[1] = 1;
  chip.memory.write(at, entry);
}
