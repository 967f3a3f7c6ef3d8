/** Compiles the kernel of a model, for whoever has the cross compiler; everybody else takes the binaries in kernel/bin. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SpinloomError } from "../../errors.ts";
import { modelHash } from "../../models/registry.ts";
import type { Model } from "../ir.ts";
import { aplxFile } from "./aplx-file.ts";
import { layoutHeader } from "./layout-header.ts";
import { modelSource } from "./model-source.ts";

/** Debian's package of that name has it. */
export const KERNEL_COMPILER = "arm-none-eabi-gcc";
const OBJCOPY = "arm-none-eabi-objcopy";
const NM = "arm-none-eabi-nm";

const FLAGS = [
  "-mcpu=arm968e-s",
  "-marm",
  "-O2",
  "-fwrapv",
  "-ffreestanding",
  "-fno-strict-aliasing",
  "-fno-tree-loop-distribute-patterns",
  "-fomit-frame-pointer",
  "-ffunction-sections",
  "-Wall",
  "-Wextra",
  "-Werror",
  // A user may well write a model that compares a value with itself.
  "-Wno-tautological-compare",
] as const;

/** The parts that all kernels share. */
const SOURCES = [
  "start.S",
  "rows.S",
  "application.c",
  "dma.c",
  "heap.c",
  "image.c",
  "messages.c",
  "print.c",
  "recording.c",
  "spikes.c",
  "synapses.c",
  "system.c",
] as const;

/** The cross compiler is not there, or does not take the sources. */
export class KernelCompileError extends SpinloomError {
  readonly code = "KERNEL_COMPILE";

  constructor(model: string, found: string) {
    super(
      `kernel for ${model}`,
      found,
      `Install ${KERNEL_COMPILER} (Debian package gcc-arm-none-eabi), or run on \`--board emulator\`, which needs no kernel.`,
    );
  }
}

export interface KernelSections {
  readonly aplx: Uint8Array;
  /** Bytes of code and constants in ITCM, and of variables in DTCM. */
  readonly codeBytes: number;
  readonly variableBytes: number;
}

export function hasKernelCompiler(): boolean {
  return spawnSync(KERNEL_COMPILER, ["--version"]).status === 0;
}

/** Compiles the kernels of several models; what they share is compiled once. Close it to remove its files. */
export class KernelCompiler {
  readonly #work: string = mkdtempSync(join(tmpdir(), "spinloom-kernel-"));
  readonly #folder: string;
  readonly #objects: readonly string[];

  /** @param kernelFolder where the kernel's sources are */
  constructor(kernelFolder: string) {
    this.#folder = kernelFolder;
    writeFileSync(join(this.#work, "layout.h"), layoutHeader());
    try {
      this.#objects = SOURCES.map((source) => this.#object("the parts all share", join(kernelFolder, source), source));
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** @param model undefined for the kernel of SpikeSourceArray */
  compile(model: Model | undefined): KernelSections {
    const name = model?.name ?? "SpikeSourceArray";
    let modelFile = join(this.#folder, "spike_array.c");
    if (model !== undefined) {
      modelFile = join(this.#work, "model.c");
      writeFileSync(modelFile, modelSource(model, modelHash(model)));
    }
    const elf = join(this.#work, "kernel.elf");
    run(name, KERNEL_COMPILER, [
      "-mcpu=arm968e-s",
      "-nostdlib",
      `-T${join(this.#folder, "link.ld")}`,
      "-Wl,--gc-sections,--no-warn-rwx-segments",
      ...this.#objects,
      this.#object(name, modelFile, "model"),
      "-lgcc",
      "-o",
      elf,
    ]);
    const section = (which: string): Uint8Array => {
      const file = join(this.#work, `${which.slice(1)}.bin`);
      run(name, OBJCOPY, ["-O", "binary", "-j", which, elf, file]);
      return readFileSync(file);
    };
    const [code, data] = [section(".code"), section(".data")];
    const bottom = run(name, NM, [elf]).match(/^([0-9a-f]+) \S heap_bottom$/m);
    if (bottom === null) throw new KernelCompileError(name, "the linker script names no heap_bottom");
    const variableBytes = Number.parseInt(bottom[1]!, 16) - DTCM_BASE;
    return {
      aplx: aplxFile(code, data, variableBytes - data.length),
      codeBytes: code.length,
      variableBytes,
    };
  }

  close(): void {
    rmSync(this.#work, { recursive: true, force: true });
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #object(model: string, source: string, name: string): string {
    const object = join(this.#work, `${name}.o`);
    run(model, KERNEL_COMPILER, [...FLAGS, `-I${this.#work}`, `-I${this.#folder}`, "-c", source, "-o", object]);
    return object;
  }
}

const DTCM_BASE = 0x0040_0000;

function run(model: string, command: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: "utf8" });
  if (error !== undefined) throw new KernelCompileError(model, `${command} cannot be run: ${error.message}`);
  if (status !== 0) throw new KernelCompileError(model, `${command} says: ${stderr.slice(0, 2000)}`);
  return stdout;
}
