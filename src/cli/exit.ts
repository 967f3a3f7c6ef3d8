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
    const { code, place, found, remedy } = known ?? { code: "UNEXPECTED", place: "", found: String(error), remedy: "" };
    process.stdout.write(`${JSON.stringify({ error: { code, place, found, remedy } })}\n`);
  }
  if (known !== undefined) {
    process.stderr.write(`error: ${known.message}\n`);
  } else {
    const detail = error instanceof Error ? error.message : String(error);
    process.stderr.write(
      `error: ${detail}\nThis is a defect of spinloom; please report it with the command you gave.\n`,
    );
    if (error instanceof Error && process.env.SPINLOOM_DEBUG !== undefined) process.stderr.write(`${error.stack}\n`);
  }
  return error instanceof InputError ? EXIT_USAGE : EXIT_FAILED;
}
