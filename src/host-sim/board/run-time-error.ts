import { SpinloomError } from "../../errors.ts";

/** SARK's run-time error codes, as they stand in vcpu.rt_code. */
export const RTE = {
  none: 0,
  dataAbort: 5,
  abort: 9,
  malloc: 10,
  softwareError: 13,
  iobuf: 14,
  null: 16,
  version: 20,
} as const;

/** What SARK's `rt_error` does to the core that called it: state RTE, no more answers. */
export class CoreRunTimeError extends SpinloomError {
  readonly code = "CORE_RUN_TIME_ERROR";
  readonly rteCode: number;

  constructor(place: string, rteCode: number, why: string) {
    super(place, why, `The core stopped with run-time error ${rteCode}; restart the application or the board.`);
    this.rteCode = rteCode;
  }
}
