export { BOARD_CHIPS, placeOnBoard, SEVENTEEN_CORE_CHIPS, TRIAD_ETHERNETS, typicalApplicationCores } from "./board.ts";
export { connectedParts } from "./components.ts";
export {
  type ChipDescription,
  CORES_PER_CHIP,
  firstApplicationCores,
  MAX_SIDE,
  machineFromChips,
} from "./describe-chips.ts";
export { MachineDescriptionError, MachineFileError, MachineSizeError, UnknownMachineError } from "./errors.ts";
export { type Faults, withFaults } from "./faults.ts";
export { type GridShape, gridHops, gridShape, LINK_NAMES, meshHops, oppositeLink } from "./geometry.ts";
export {
  type ChipCoord,
  type ChipIndex,
  chipCoord,
  chipIndex,
  LINK_COUNT,
  LINK_STEPS,
  type Machine,
} from "./machine.ts";
export { formatMachineFile, MACHINE_FILE_FORMAT, parseMachineFile } from "./machine-file.ts";
export { parseMachine } from "./parse-machine.ts";
export {
  type GridChips,
  gridMachine,
  machineOfSize,
  spin3,
  spin5,
  TYPICAL_ROUTER_ENTRIES,
  TYPICAL_SDRAM_BYTES,
} from "./presets.ts";
