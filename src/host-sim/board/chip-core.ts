/** One working core of a chip: its tightly coupled memories, what it sees of the chip, and its vcpu block. */

import {
  type ChipMemories,
  type CoreMemories,
  DTCM_BYTES,
  type FaultPolicy,
  ITCM_BYTES,
  MemoryMap,
  type RegisterBlock,
} from "./memory-map.ts";
import { StructView } from "./struct-view.ts";
import { VCPU_APP_NAME, VCPU_APP_NAME_BYTES, VCPU_BYTES, VCPU_FIELDS, VCPU_OFFSET_IN_SYSRAM } from "./vcpu.ts";

export class ChipCore {
  readonly virtual: number;
  readonly physical: number;
  readonly vcpu: StructView<typeof VCPU_FIELDS>;
  readonly vcpuBytes: Uint8Array;
  readonly #chip: ChipMemories;
  readonly #policy: FaultPolicy;
  #memories: CoreMemories | undefined;
  #memory: MemoryMap | undefined;

  constructor(chip: ChipMemories, virtual: number, physical: number, policy: FaultPolicy) {
    this.virtual = virtual;
    this.physical = physical;
    this.#chip = chip;
    this.#policy = policy;
    const at = VCPU_OFFSET_IN_SYSRAM + VCPU_BYTES * virtual;
    this.vcpuBytes = chip.sysram.subarray(at, at + VCPU_BYTES);
    this.vcpu = new StructView(VCPU_FIELDS, this.vcpuBytes);
  }

  /** ITCM and DTCM, made on first use. */
  get memories(): CoreMemories {
    this.#memories ??= { itcm: new Uint8Array(ITCM_BYTES), dtcm: new Uint8Array(DTCM_BYTES) };
    return this.#memories;
  }

  /** Everything the core can address. */
  get memory(): MemoryMap {
    this.#memory ??= new MemoryMap(
      this.#chip,
      { kind: "core", memories: this.memories, peripherals: localPeripherals(this.physical) },
      this.#policy,
    );
    return this.#memory;
  }

  set name(name: string) {
    const bytes = new Uint8Array(VCPU_APP_NAME_BYTES);
    for (let i = 0; i < Math.min(name.length, bytes.length); i++) bytes[i] = name.charCodeAt(i);
    this.vcpuBytes.set(bytes, VCPU_APP_NAME);
  }
}

/** The core's own peripherals read as zero, but for the DMA status, where software finds its physical number. */
function localPeripherals(physical: number): RegisterBlock {
  const DMA_STATUS = 0x14;
  return {
    readRegister: (offset) => (offset === DMA_STATUS ? physical << 24 : 0),
    writeRegister: () => undefined,
  };
}
