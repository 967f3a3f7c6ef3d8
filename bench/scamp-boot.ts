/**
 * Boots a real SCAMP image on emulated machines of 1, 4 and 48 chips on one thread, and says how long that takes.
 * The image is not part of this project: name a file.
 */

import {
  type CoreEngine,
  createEmulatedMachine,
  type EmulatedMachine,
} from "../src/host-sim/machine/emulated-machine.ts";
import { type BoardKind, patchBootImage } from "../src/loader/boot.ts";
import { machineOfSize, spin3, spin5 } from "../src/machine/index.ts";
import type { Machine } from "../src/machine/machine.ts";
import { BOOT_PORT, bootPackets } from "../src/sdp/boot-packets.ts";
import { fingerprint, Meter, type Work } from "./emulator-meter.ts";

/** From the first boot packet to the end of the network set-up on all chips. */
export interface BootSpeed extends Work {
  readonly chips: number;
  readonly engine: CoreEngine;
  /** The machine's time. */
  readonly virtualSeconds: number;
  /** The same for both engines. */
  readonly fingerprint: number;
}

const NETINIT_PHASE = 0x7f2d;
const NETINIT_DONE = 0xff;
const PACKET_MILLIS = 10;
const STEP_MILLIS = 20;
const STEPS_MAX = 500;

const MACHINES: readonly { readonly machine: Machine; readonly kind: BoardKind }[] = [
  { machine: machineOfSize(1, 1), kind: "spin1" },
  { machine: spin3(), kind: "spin3" },
  { machine: spin5(), kind: "spin5" },
];

/** @param cpuSeconds CPU time of this process so far */
export function measureBoots(image: Uint8Array, cpuSeconds: () => number): BootSpeed[] {
  return MACHINES.flatMap(({ machine, kind }) =>
    (["interpreter", "translator"] as const).map((engine) => measureBoot(image, machine, kind, engine, cpuSeconds)),
  );
}

export function measureBoot(
  image: Uint8Array,
  machine: Machine,
  kind: BoardKind,
  engine: CoreEngine,
  cpuSeconds: () => number,
): BootSpeed {
  const emulated = createEmulatedMachine({ machine, engine });
  const meter = new Meter(cpuSeconds);
  boot(emulated, image, kind);
  return {
    chips: [...emulated.chips()].length,
    engine,
    ...meter.work(emulated),
    virtualSeconds: emulated.milliseconds / 1000,
    fingerprint: fingerprint(emulated),
  };
}

/** Boots the root chip and waits until the network set-up is over on all chips. */
export function boot(emulated: EmulatedMachine, image: Uint8Array, kind: BoardKind): void {
  const chips = [...emulated.chips()].map(({ chip }) => chip);
  for (const packet of bootPackets(patchBootImage({ image, kind, unixTime: 0x6500_0000 }))) {
    emulated.receiveUdp(
      emulated.machine.ethernetChips[0]!,
      { address: "192.168.240.254", port: 40_000 },
      BOOT_PORT,
      packet,
    );
    emulated.advanceMillis(PACKET_MILLIS);
  }
  for (let step = 0; chips.some((chip) => chip.systemRam[NETINIT_PHASE] !== NETINIT_DONE); step++) {
    if (step === STEPS_MAX) throw new Error(`SCAMP did not come up on all ${chips.length} chips`);
    emulated.advanceMillis(STEP_MILLIS);
  }
}
