import { SpinloomError } from "../errors.ts";
import type { Deployment } from "../image/deployment.ts";
import { ImageView } from "../image/image-view.ts";
import { chipCoord } from "../machine/machine.ts";
import { DTCM_BYTES } from "./core-limits.ts";

/** A mapping asks more of a chip or core than it has. */
export class HardwareLimitError extends SpinloomError {
  readonly code = "HARDWARE_LIMIT";
}

/**
 * Checks what a machine must have for a deployment: working application cores used once each, SDRAM, DTCM, table sizes.
 *
 * @throws {HardwareLimitError} the first limit that is broken
 */
export function proveHardwareLimits(deployment: Deployment): { chips: number; cores: number } {
  const { machine, cores, tables } = deployment;
  const place = (chip: number): string => {
    const { x, y } = chipCoord(machine, chip);
    return `chip (${x}, ${y})`;
  };
  const usedCores = new Map<number, number>();
  const usedSdram = new Map<number, number>();
  for (const { chip, core, image, totalBytes } of cores) {
    const bit = 1 << core;
    const used = usedCores.get(chip) ?? 0;
    if ((machine.applicationCores[chip]! & bit) === 0)
      throw new HardwareLimitError(
        `${place(chip)} core ${core}`,
        "it is not a working application core",
        "Map the network again for this machine.",
      );
    if ((used & bit) !== 0)
      throw new HardwareLimitError(`${place(chip)} core ${core}`, "two slices use it", "Map the network again.");
    usedCores.set(chip, used | bit);
    usedSdram.set(chip, (usedSdram.get(chip) ?? 0) + totalBytes + 8);
    const dtcm = dtcmBytes(new ImageView(image));
    if (dtcm > DTCM_BYTES)
      throw new HardwareLimitError(
        `${place(chip)} core ${core}`,
        `${dtcm} bytes of DTCM of ${DTCM_BYTES}`,
        "Use fewer neurons a core (--neurons-per-core).",
      );
  }
  for (const [chip, bytes] of usedSdram) {
    const free = machine.sdramBytes[chip]!;
    if (bytes > free)
      throw new HardwareLimitError(
        place(chip),
        `${bytes} bytes of SDRAM of ${free}`,
        "Use more chips (--machine) or record less.",
      );
  }
  for (const { chip, key } of tables) {
    const free = machine.routerEntries[chip]!;
    if (key.length > free)
      throw new HardwareLimitError(
        place(chip),
        `${key.length} routing entries of ${free}`,
        "Use more chips (--machine).",
      );
  }
  return { chips: usedCores.size, cores: cores.length };
}

/** Bytes of DTCM the states, parameters, tables and ring buffer of a core take. */
export function dtcmBytes(image: ImageView): number {
  const ringSlots = 2 ** image.config("delayBits");
  const ring = ringSlots * 2 ** (image.config("neuronBits") + image.config("receptorBits")) * 4;
  const parts = (["params", "states", "tables"] as const).reduce((sum, name) => sum + image.region(name).bytes, 0);
  return parts + (image.config("receptors") === 0 ? 0 : ring);
}
