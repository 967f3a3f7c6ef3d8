import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { decodeDocument } from "./binary-document.ts";
import { CELL_TYPES, type CellType } from "./cell-types.ts";
import { FileNotReadError, NetworkSyntaxError } from "./errors.ts";
import type { Network } from "./network.ts";
import { networkFromDocument, type ReadingContext } from "./network-from-document.ts";
import { Place } from "./place.ts";
import { parseJson, readDocument } from "./read-document.ts";
import { type Setting, withSetting } from "./settings.ts";

export interface ReadNetworkOptions {
  /** Cell types beside the standard ones. */
  readonly cellTypes?: Readonly<Record<string, CellType>>;
  /** Values to put in place of the file's, one after the other. */
  readonly settings?: readonly Setting[];
  /** Text of a file that a connector names; by default read from disk, beside the network file. */
  readonly readFile?: ReadingContext["readFile"];
}

/**
 * A network from its file's content: JSON text, or the bytes of either form.
 *
 * @param fileName for error messages, and the folder that connection files are looked for in
 * @throws {InputError} one of `errors.ts`, naming the place in the file
 */
export function readNetwork(content: string | Uint8Array, fileName: string, options: ReadNetworkOptions = {}): Network {
  const place = Place.root(fileName);
  const { settings = [], cellTypes, readFile = readTextBeside(fileName) } = options;
  const json = documentAsWritten(content, fileName, settings);
  return networkFromDocument(readDocument(json, fileName), place, {
    cellTypes: { ...CELL_TYPES, ...cellTypes },
    readFile,
  });
}

/**
 * What a file holds, with settings in place of its values; nothing is checked yet.
 *
 * @throws {NetworkSyntaxError} neither JSON nor the binary form
 * @throws {DuplicateFieldError} an object of JSON has a field twice
 * @throws {UnknownSettingError} a setting leads nowhere
 */
export function documentAsWritten(
  content: string | Uint8Array,
  fileName: string,
  settings: readonly Setting[] = [],
): unknown {
  const written =
    typeof content === "string"
      ? parseJson(content, fileName)
      : isEncoded(content)
        ? decodeDocument(content, fileName)
        : parseJson(utf8(content, fileName), fileName);
  const place = Place.root(fileName);
  return settings.reduce((document, setting) => withSetting(document, setting, place), written);
}

/** An encoded network starts with the tag of `format`, which is no character that JSON may start with. */
function isEncoded(bytes: Uint8Array): boolean {
  return bytes[0] === 0x08;
}

/** @throws {NetworkSyntaxError} the text is in another encoding */
function utf8(bytes: Uint8Array, fileName: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new NetworkSyntaxError(fileName, "its text is not UTF-8", error);
  }
}

/** Reads files whose paths are relative to the folder of another file. */
export function readTextBeside(fileName: string): ReadingContext["readFile"] {
  return (path, place) => {
    const full = resolve(dirname(fileName), path);
    try {
      return readFileSync(full, "utf8");
    } catch (error) {
      throw new FileNotReadError(place, full, error);
    }
  };
}
