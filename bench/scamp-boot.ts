/**
 * Boots a real SCAMP image on emulated machines of 1, 4 and 48 chips on one thread, and says how long that takes.
 * The image is not part of this project: name a file.
 */

import { createEmulatedMachine, type EmulatedMachineOptions } from "../src/host-sim/machine/emulated-machine.ts";
import { type BoardKind, patchBootImage } from "../src/loader/boot.ts";
import { machineOfSize, spin3, spin5 } from "../src/machine/index.ts";
import type { Machine } from "../src/machine/machine.ts";
import { BOOT_PORT, bootPackets } from "../src/sdp/boot-packets.ts";

export interface BootSpeed {
  readonly chips: number;
  readonly engine: "interpreter" | "translator";
  /** CPU time of this process from the first boot packet to the end of the network set-up on all chips. */
  readonly cpuSeconds: number;
  /** The same in the machine's time. */
  readonly virtualSeconds: number;
  readonly millionInstructions: number;
  /** Over all registers and System RAMs at the end: the same for both engines. */
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
  engine: NonNullable<EmulatedMachineOptions["engine"]>,
  cpuSeconds: () => number,
): BootSpeed {
  const emulated = createEmulatedMachine({ machine, engine });
  const chips = [...emulated.chips()].map(({ chip }) => chip);
  const before = cpuSeconds();
  for (const packet of bootPackets(patchBootImage({ image, kind, unixTime: 0x6500_0000 }))) {
    emulated.receiveUdp(machine.ethernetChips[0]!, { address: "192.168.240.254", port: 40_000 }, BOOT_PORT, packet);
    emulated.advanceMillis(PACKET_MILLIS);
  }
  for (let step = 0; chips.some((chip) => chip.systemRam[NETINIT_PHASE] !== NETINIT_DONE); step++) {
    if (step === STEPS_MAX) throw new Error(`SCAMP did not come up on all ${chips.length} chips`);
    emulated.advanceMillis(STEP_MILLIS);
  }
  const cores = chips.flatMap((chip) => chip.cores.map(({ core }) => core));
  return {
    chips: chips.length,
    engine,
    cpuSeconds: cpuSeconds() - before,
    virtualSeconds: emulated.milliseconds / 1000,
    millionInstructions: cores.reduce((sum, core) => sum + core.instructions, 0) / 1e6,
    fingerprint: chips.reduce(
      (hash, chip) => mix(hash, chip.systemRam),
      cores.reduce((hash, core) => mix(hash, core.registers), 0),
    ),
  };
}

/** FNV-1a over numbers. */
function mix(hash: number, values: ArrayLike<number>): number {
  let mixed = hash;
  for (let i = 0; i < values.length; i++) mixed = Math.imul(mixed ^ values[i]!, 0x0100_0193);
  return mixed >>> 0;
}
