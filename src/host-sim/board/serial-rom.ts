/** The serial ROM beside an Ethernet chip: 32 KiB, erased bytes are 0xff. At 0x100 lies the list of dead parts. */

const SERIAL_ROM_BYTES = 32_768;
export const BOARD_INFO_OFFSET = 0x100;
export const BOARD_INFO_BYTES = 256;
const COMMAND = { write: 0x02, read: 0x03, readStatus: 0x05 } as const;

export class SerialRom {
  readonly bytes: Uint8Array = new Uint8Array(SERIAL_ROM_BYTES).fill(0xff);

  execute(command: number, address: number, data: Uint8Array): void {
    if (command !== COMMAND.write) return;
    data.forEach((byte, i) => {
      this.bytes[(address + i) % SERIAL_ROM_BYTES] = byte;
    });
  }

  /** Bytes that come back for a command: the contents for READ, a status that says "ready" for RDSR. */
  answer(command: number, address: number, length: number): Uint8Array {
    if (command !== COMMAND.read) return new Uint8Array(length).fill(command === COMMAND.readStatus ? 0 : 0xff);
    return Uint8Array.from({ length }, (_, i) => this.bytes[(address + i) % SERIAL_ROM_BYTES]!);
  }
}
