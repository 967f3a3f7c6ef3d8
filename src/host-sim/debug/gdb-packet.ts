/**
 * Framing of GDB's remote serial protocol: `$data#checksum`, acknowledged by `+` or `-`; byte 3 alone interrupts
 * (GDB manual, appendix "Remote Protocol").
 */

const INTERRUPT = 0x03;
const START = 0x24;
const END = 0x23;
const ESCAPE = 0x7d;
const ACKNOWLEDGE = 0x2b;
const REFUSE = 0x2d;
/** A packet longer than this is no packet. */
const PACKET_BYTES_MAX = 0x8000;

export type GdbInput =
  | { readonly kind: "packet"; readonly data: string }
  /** The check sum was wrong. */
  | { readonly kind: "damaged" }
  | { readonly kind: "interrupt" }
  /** The last answer did not arrive well. */
  | { readonly kind: "refused" };

/** Takes what a connection brings apart. */
export class GdbPacketReader {
  #pending: number[] = [];
  #state: "between" | "data" | "checksum" = "between";
  #checksum = "";

  read(bytes: Uint8Array): GdbInput[] {
    const inputs: GdbInput[] = [];
    for (const byte of bytes) {
      const input = this.#take(byte);
      if (input !== undefined) inputs.push(input);
    }
    return inputs;
  }

  #take(byte: number): GdbInput | undefined {
    switch (this.#state) {
      case "between":
        if (byte === INTERRUPT) return { kind: "interrupt" };
        if (byte === REFUSE) return { kind: "refused" };
        if (byte === START) this.#begin();
        return undefined;
      case "data":
        if (byte === START) this.#begin();
        else if (byte === END) this.#state = "checksum";
        else if (this.#pending.length < PACKET_BYTES_MAX) this.#pending.push(byte);
        else this.#state = "between";
        return undefined;
      default:
        this.#checksum += String.fromCharCode(byte);
        if (this.#checksum.length < 2) return undefined;
        this.#state = "between";
        return Number.parseInt(this.#checksum, 16) === sumOf(this.#pending)
          ? { kind: "packet", data: unescaped(this.#pending) }
          : { kind: "damaged" };
    }
  }

  #begin(): void {
    this.#pending = [];
    this.#checksum = "";
    this.#state = "data";
  }
}

/** The bytes of a packet with this content, which must be ASCII without `$`, `#` and `}`. */
export function gdbPacket(data: string): Uint8Array {
  const bytes = new TextEncoder().encode(data);
  return new TextEncoder().encode(`$${data}#${sumOf(bytes).toString(16).padStart(2, "0")}`);
}

export const GDB_ACKNOWLEDGE: Uint8Array = Uint8Array.of(ACKNOWLEDGE);
export const GDB_REFUSE: Uint8Array = Uint8Array.of(REFUSE);

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Undefined if the text is not a whole number of bytes in hexadecimal. */
export function fromHex(text: string): Uint8Array | undefined {
  if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(text)) return undefined;
  return Uint8Array.from({ length: text.length / 2 }, (_, i) => Number.parseInt(text.slice(2 * i, 2 * i + 2), 16));
}

function sumOf(bytes: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i++) sum += bytes[i]!;
  return sum & 0xff;
}

function unescaped(bytes: readonly number[]): string {
  let text = "";
  for (let i = 0; i < bytes.length; i++) {
    text += String.fromCharCode(bytes[i] === ESCAPE ? (bytes[++i] ?? 0) ^ 0x20 : bytes[i]!);
  }
  return text;
}
