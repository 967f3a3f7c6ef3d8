export { Board, type BoardChip, type BoardFacts } from "./board.ts";
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
export { stopApplication } from "./stop-application.ts";
export { type CoreStatus, coreStatus } from "./vcpu.ts";
