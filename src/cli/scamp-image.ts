import { readInput } from "./options.ts";

/**
 * The user's SCAMP boot image.
 *
 * @throws {UnreadableFileError} there is no such file
 * @throws {BootImageError} the file is no boot image
 */
export async function readScampImage(file: string): Promise<Uint8Array> {
  const { checkBootImage } = await import("../loader/index.ts");
  const image = readInput(file);
  checkBootImage(image, file);
  return image;
}
