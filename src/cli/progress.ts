/**
 * How far a long command is: bars on a terminal, plain lines now and then everywhere else. Always on stderr, so that
 * what a command prints can be piped.
 */

/** Shows stages of work, one after the other. */
export interface Progress {
  /**
   * @param total units the stage has to do; undefined when that is not known
   * @param unit what is counted, in the plural: `ticks`, `bytes`
   */
  begin(stage: string, total?: number, unit?: string): ProgressStage;
}

export interface ProgressStage {
  /** Units done so far. */
  update(done: number): void;
  /** The stage is over, done or not. */
  end(): void;
}

/** The part of a stream that progress needs; `process.stderr` is one. */
export interface ProgressStream extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
}

export interface ProgressOptions {
  /** Milliseconds on any clock. */
  readonly now?: () => number;
}

/** Milliseconds between two plain lines of a stage. */
const LINE_INTERVAL_MS = 2000;
/** So that the bars of all stages begin in the same column. */
const STAGE_COLUMNS = 8;

export async function createProgress(stream: ProgressStream, options: ProgressOptions = {}): Promise<Progress> {
  const now = options.now ?? (() => performance.now());
  return stream.isTTY === true ? barProgress(stream) : lineProgress(stream, now);
}

/** Shows nothing: for `--json` and for tests. */
export const SILENT_PROGRESS: Progress = { begin: () => ({ update: () => undefined, end: () => undefined }) };

async function barProgress(stream: ProgressStream): Promise<Progress> {
  const { default: cliProgress } = await import("cli-progress");
  return {
    begin: (stage, total = 1, unit = "") => {
      const bar = new cliProgress.SingleBar({
        stream,
        format: `${stage.padEnd(STAGE_COLUMNS)} {bar} {percentage} %  {value} of {total} ${unit}`.trimEnd(),
        barsize: 30,
        barCompleteChar: "█",
        barIncompleteChar: "░",
        hideCursor: true,
        gracefulExit: false,
      });
      bar.start(Math.max(1, total), 0);
      return { update: (done) => bar.update(done), end: () => bar.stop() };
    },
  };
}

function lineProgress(stream: ProgressStream, now: () => number): Progress {
  return {
    begin: (stage, total, unit = "") => {
      const begun = now();
      let lastLine = begun;
      let latest = 0;
      const say = (text: string): void => {
        stream.write(`${stage}: ${text}\n`);
      };
      const counted = (): string => (total === undefined ? `${latest}` : `${latest} of ${total}`);
      return {
        update: (done) => {
          latest = done;
          if (now() - lastLine < LINE_INTERVAL_MS) return;
          lastLine = now();
          say(`${counted()} ${unit}`.trimEnd());
        },
        end: () => {
          const seconds = ((now() - begun) / 1000).toFixed(1);
          say(
            latest === 0 && total === undefined
              ? `${seconds} s`
              : `${counted()} ${unit}`.trimEnd().concat(`, ${seconds} s`),
          );
        },
      };
    },
  };
}
