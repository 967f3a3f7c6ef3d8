import { SpinloomError } from "../../errors.ts";

/** What a core does to an address. */
export type AccessKind = "read" | "write";

/**
 * An access that ends in a data abort on the chip: nothing at the address, not aligned to its unit, a register accessed
 * by bytes, a write to ROM.
 */
export class MemoryFault extends SpinloomError {
  readonly code = "MEMORY_FAULT";
  readonly address: number;
  readonly kind: AccessKind;

  constructor(kind: AccessKind, address: number, why: string) {
    super(
      `${kind} at ${hexAddress(address)}`,
      why,
      "Use an address of SDRAM, System RAM or a register, aligned to its unit.",
    );
    this.address = address >>> 0;
    this.kind = kind;
  }
}

/** `0x`, eight digits. */
function hexAddress(address: number): string {
  return `0x${(address >>> 0).toString(16).padStart(8, "0")}`;
}
