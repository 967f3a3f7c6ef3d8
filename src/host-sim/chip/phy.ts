/**
 * Management interface of the Ethernet PHY, driven bit by bit through the MAC's PHY register (IEEE 802.3 clause 22).
 *
 * A frame is 32 ones, start 01, opcode (10 read, 01 write), 5 address bits, 5 register bits, 2 turnaround bits and 16
 * data bits, most significant first. Software samples a data bit before it raises the clock for the next one.
 */

/** Basic status: 100BASE-TX and 10BASE-T, auto-negotiation complete, link up. */
const STATUS_LINK_UP = 0x782d;
const STATUS_LINK_DOWN = 0x7809;
/** Identification registers 2 and 3; any value will do. */
const IDENTIFIER = [0x0007, 0xc0f1] as const;
const ADVERTISED = 0x01e1;
const RESET_BIT = 0x8000;

export class Phy {
  readonly #registers = new Uint16Array(32);
  /** A cable is plugged in and the other side answers. */
  linkUp = true;
  #clock = false;
  /** Bits of the present frame, oldest first, from the start pattern on. */
  #bits: number[] = [];
  /** Data bits that a read has still to shift out, most significant first. */
  #output: number[] = [];

  constructor() {
    this.reset();
  }

  reset(): void {
    this.#registers.fill(0);
    this.#registers[0] = 0x1000;
    this.#registers[2] = IDENTIFIER[0];
    this.#registers[3] = IDENTIFIER[1];
    this.#registers[4] = ADVERTISED;
    this.#registers[5] = ADVERTISED;
    this.#bits = [];
    this.#output = [];
  }

  /** Level of the data line as the MAC reads it. */
  get dataIn(): boolean {
    return (this.#output[0] ?? 1) === 1;
  }

  register(index: number): number {
    if (index === 1) return this.linkUp ? STATUS_LINK_UP : STATUS_LINK_DOWN;
    return this.#registers[index & 31]!;
  }

  /**
   * New levels of the two management lines.
   * @param data level the MAC drives, or undefined while its output is off
   */
  drive(clock: boolean, data: boolean | undefined): void {
    const rising = clock && !this.#clock;
    this.#clock = clock;
    if (!rising) return;
    if (this.#output.length > 0) {
      this.#output.shift();
      return;
    }
    this.#shiftIn(data === false ? 0 : 1);
  }

  #shiftIn(bit: number): void {
    if (this.#bits.length === 0 && bit === 1) return;
    this.#bits.push(bit);
    if (this.#bits.length === 2 && this.#bits[1] !== 1) this.#endFrame();
    else if (this.#bits.length === 14 && this.#field(2, 2) === 2) this.#answer();
    else if (this.#bits.length === 32) this.#store();
  }

  /** Turnaround bit 0 and 16 data bits follow a read request. */
  #answer(): void {
    const value = this.register(this.#field(9, 5));
    this.#output = [1, 0];
    for (let bit = 15; bit >= 0; bit--) this.#output.push((value >>> bit) & 1);
    this.#endFrame();
  }

  #store(): void {
    const index = this.#field(9, 5);
    const value = this.#field(16, 16);
    if (index === 0) this.#registers[0] = value & ~RESET_BIT;
    else if (index !== 1 && index !== 2 && index !== 3) this.#registers[index] = value;
    this.#endFrame();
  }

  #endFrame(): void {
    this.#bits = [];
  }

  #field(first: number, length: number): number {
    let value = 0;
    for (let i = first; i < first + length; i++) value = (value << 1) | (this.#bits[i] ?? 0);
    return value;
  }
}
