import { InputError, SpinloomError } from "../errors.ts";

export const EXIT_OK = 0;
/** The check or the run failed. */
export const EXIT_FAILED = 1;
/** Wrong usage or bad input. */
export const EXIT_USAGE = 2;

/** Says what went wrong on stderr (as JSON on stdout if asked), and gives the exit code. */
export function reportError(error: unknown, json: boolean): number {
  const known = error instanceof SpinloomError ? error : undefined;
  if (json) {
    const { code, place, found, remedy, details } = known ?? {
      ...{ code: "UNEXPECTED", place: "", found: String(error), remedy: "" },
      details: undefined,
    };
    process.stdout.write(`${JSON.stringify({ error: { code, place, found, remedy, details } })}\n`);
  }
  if (known !== undefined) {
    const details = known.details === undefined ? "" : `\n${known.details}`;
    process.stderr.write(`error: ${known.message}${details}\n`);
  } else {
    const detail = error instanceof Error ? error.message : String(error);
    process.stderr.write(
      `error: ${detail}\nThis is a defect of spinloom; please report it with the command you gave.\n`,
    );
    if (error instanceof Error && process.env.SPINLOOM_DEBUG !== undefined) process.stderr.write(`${error.stack}\n`);
  }
  return error instanceof InputError ? EXIT_USAGE : EXIT_FAILED;
}
