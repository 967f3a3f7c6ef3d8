import { InputError } from "../errors.ts";

/** A text after `--machine` names neither a preset, a size nor a readable file. */
export class UnknownMachineError extends InputError {
  readonly code = "UNKNOWN_MACHINE";

  constructor(text: string, found: string, options?: { readonly cause?: unknown }) {
    super(
      `machine "${text}"`,
      found,
      "Give spin3 (4 chips), spin5 (48 chips), WIDTHxHEIGHT in chips, or the path of a machine file.",
      options,
    );
  }
}

/** A machine of boards cannot have this size. */
export class MachineSizeError extends InputError {
  readonly code = "MACHINE_SIZE";

  constructor(width: number, height: number) {
    const near = `${nearestSide(width)}x${nearestSide(height)}`;
    super(
      `machine ${width}x${height}`,
      "no arrangement of boards has this size",
      `Sides are multiples of 12 (wrapping round) or 12k + 4 (not wrapping); single machines are 1x1, 2x2 (spin3) and 8x8 (spin5). Nearest: ${near}.`,
    );
  }
}

/** A machine file breaks the format at a place in it. */
export class MachineFileError extends InputError {
  readonly code = "MACHINE_FILE";
}

/** Chips contradict each other or the grid they are said to sit on. */
export class MachineDescriptionError extends InputError {
  readonly code = "MACHINE_DESCRIPTION";
}

function nearestSide(side: number): number {
  const valid = (n: number): boolean => n % 12 === 0 || n % 12 === 4;
  const bounded = Math.min(252, Math.max(12, side));
  for (let off = 0; ; off++) {
    if (valid(bounded - off) && bounded - off >= 12) return bounded - off;
    if (valid(bounded + off) && bounded + off <= 252) return bounded + off;
  }
}
