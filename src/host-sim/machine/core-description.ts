/** A core as a person wants to see it when something went wrong: registers, what SARK noted of its end, and IOBUF. */

import { coreStateName, runTimeErrorName } from "../../sdp/core-state.ts";
import type { Chip } from "../chip/chip.ts";
import { hexWord } from "./hex-word.ts";
import { physicalCore, readIobuf, readVirtualCpu, type VirtualCpu } from "./scamp-memory.ts";

const STATE_RTE = 2;

export interface CoreDescription {
  readonly virtual: number;
  readonly physical: number;
  /** r0 to r15 of the current mode, as int32. */
  readonly registers: readonly number[];
  readonly cpsr: number;
  /** Virtual time of the core, in core clock cycles. */
  readonly cycles: number;
  readonly instructions: number;
  /** Executes, sleeps, is held in reset, has no clock, or was never started. */
  readonly activity: "running" | "sleeping" | "reset" | "no clock" | "boot ROM";
  readonly vcpu: VirtualCpu;
  readonly iobuf: string;
}

export function describeCore(chip: Chip, virtual: number): CoreDescription {
  const physical = physicalCore(chip, virtual);
  const subsystem = chip.cores[physical];
  if (subsystem === undefined) throw new RangeError(`a chip has no core ${virtual}`);
  const { core } = subsystem;
  return {
    virtual,
    physical,
    registers: [...core.registers],
    cpsr: core.cpsr,
    cycles: Math.floor(core.cycles),
    instructions: core.instructions,
    activity: !subsystem.clocked
      ? "no clock"
      : subsystem.activity === "rom"
        ? "boot ROM"
        : subsystem.activity === "reset"
          ? "reset"
          : core.waiting
            ? "sleeping"
            : "running",
    vcpu: readVirtualCpu(chip, virtual),
    iobuf: readIobuf(chip, virtual),
  };
}

/** Several lines of text. */
export function formatCore(core: CoreDescription): string {
  const { vcpu } = core;
  const lines = [
    `core ${core.virtual} (physical ${core.physical}): ${core.activity}, ${core.instructions} instructions`,
    `state ${coreStateName(vcpu.state)}, application ${vcpu.appId} "${vcpu.appName}"`,
    ...registerLines("r", core.registers),
    `cpsr ${hexWord(core.cpsr)}`,
  ];
  if (vcpu.state === STATE_RTE) {
    lines.push(
      `run-time error ${vcpu.runTimeError}: ${runTimeErrorName(vcpu.runTimeError)}; registers then:`,
      ...registerLines("r", vcpu.registers),
      `psr ${hexWord(vcpu.psr)} sp ${hexWord(vcpu.sp)} lr ${hexWord(vcpu.lr)}`,
    );
  }
  if (core.iobuf !== "") lines.push("printed:", core.iobuf);
  return lines.join("\n");
}

function registerLines(prefix: string, registers: readonly number[]): string[] {
  const lines: string[] = [];
  for (let i = 0; i < registers.length; i += 4) {
    const four = registers.slice(i, i + 4);
    lines.push(four.map((value, k) => `${`${prefix}${i + k}`.padStart(4)} ${hexWord(value)}`).join(" "));
  }
  return lines;
}
