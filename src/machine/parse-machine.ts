import { UnknownMachineError } from "./errors.ts";
import type { Machine } from "./machine.ts";
import { machinePreset, parseMachineFile } from "./machine-file.ts";

/**
 * The machine that `--machine TEXT` means: `spin3`, `spin5`, `WIDTHxHEIGHT`, or else the path of a machine file.
 *
 * @param readFile reads a text file; what it throws becomes the cause of an {@link UnknownMachineError}
 * @throws {UnknownMachineError} neither a preset nor a readable file
 * @throws {MachineSizeError} a size that no arrangement of boards has
 * @throws {MachineFileError} a file that breaks the format
 */
export function parseMachine(text: string, readFile: (path: string) => string): Machine {
  const preset = machinePreset(text);
  if (preset) return preset;
  let content: string;
  try {
    content = readFile(text);
  } catch (cause) {
    throw new UnknownMachineError(text, "no preset of this name, and no file that can be read", { cause });
  }
  return parseMachineFile(content, text);
}
