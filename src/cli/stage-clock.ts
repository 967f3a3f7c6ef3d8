/** Wall-clock time of the stages of a command. The only clock of the command line. */
export class StageClock {
  readonly #milliseconds = new Map<string, number>();
  readonly #begun = new Map<string, number>();

  time<T>(stage: string, work: () => T): T {
    this.mark(stage, "begin");
    try {
      return work();
    } finally {
      this.mark(stage, "end");
    }
  }

  async timeAsync<T>(stage: string, work: () => Promise<T>): Promise<T> {
    this.mark(stage, "begin");
    try {
      return await work();
    } finally {
      this.mark(stage, "end");
    }
  }

  mark(stage: string, state: "begin" | "end"): void {
    const now = performance.now();
    if (state === "begin") this.#begun.set(stage, now);
    else this.#milliseconds.set(stage, (this.#milliseconds.get(stage) ?? 0) + now - this.#begun.get(stage)!);
  }

  /** In the order the stages first ended, to a tenth of a millisecond. */
  get milliseconds(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#milliseconds].map(([stage, ms]) => [stage, Math.round(ms * 10) / 10]));
  }
}
