export { Board, type BoardChip, type BoardFacts } from "./board.ts";
export { type BoardPowerOptions, inspectBoards, switchBoards } from "./board-power.ts";
export {
  BOARD_KINDS,
  type BoardKind,
  type BootOptions,
  type BootResult,
  type BootSettings,
  bootBoard,
  bootVariables,
  patchBootImage,
} from "./boot.ts";
export { BootImageError, checkBootImage } from "./boot-image.ts";
export { type ConnectBoardOptions, connectBoard } from "./connect-board.ts";
export {
  type Application,
  type CorePlace,
  countInState,
  statusesOf,
  type WaitOptions,
  waitForState,
} from "./core-states.ts";
export {
  ApplicationIdInUseError,
  ApplicationNotStoppedError,
  BoardNotReadyError,
  BoardSilentError,
  ChipFullError,
  type CoreReport,
  CoresFailedError,
  CoresLateError,
  MemoryNotWrittenError,
  NotABoardError,
  PlanMisfitError,
  TableNotLoadedError,
  UnsupportedScampError,
} from "./errors.ts";
export { readIobuf } from "./iobuf.ts";
export type { CoreImage, LoadPlan, LoadProgress, LoadStage } from "./load-plan.ts";
export { type ImageRewrite, LoadedApplication, type LoadOptions, type RunOptions } from "./loaded-application.ts";
export {
  type Json,
  SPALLOC_PORT,
  SpallocClient,
  SpallocCommandError,
  SpallocConnectionError,
  type SpallocOptions,
} from "./spalloc-client.ts";
export {
  JOB_STATE,
  type SpallocBoards,
  SpallocJob,
  SpallocJobError,
  type SpallocJobOptions,
  type SpallocRequest,
} from "./spalloc-job.ts";
export { stopApplication } from "./stop-application.ts";
export { type CoreStatus, coreStatus } from "./vcpu.ts";
