/** Keeps count of datagrams that are no replies, so that a failure can say what came instead. */

export type StrayReason = "too short" | "from elsewhere" | "unknown sequence number" | "wrong source" | "unknown code";

const SAMPLE_BYTES = 16;

export class StrayDatagrams {
  #total = 0;
  readonly #byReason = new Map<StrayReason, number>();
  #sample = "";

  get total(): number {
    return this.#total;
  }

  add(reason: StrayReason, bytes: Uint8Array): void {
    this.#total++;
    this.#byReason.set(reason, (this.#byReason.get(reason) ?? 0) + 1);
    const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, SAMPLE_BYTES)).toString("hex");
    this.#sample = `${bytes.length} bytes ${start}${bytes.length > SAMPLE_BYTES ? "..." : ""}`;
  }

  /** `3 datagrams came that are no replies (2 too short, 1 from elsewhere; last: 5 bytes deadbeef00)`. */
  describe(): string {
    const reasons = [...this.#byReason].map(([reason, count]) => `${count} ${reason}`).join(", ");
    const some =
      this.#total === 1 ? "1 datagram came that is no reply" : `${this.#total} datagrams came that are no replies`;
    return `${some} (${reasons}; last: ${this.#sample})`;
  }
}
