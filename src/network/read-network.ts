import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { decodeDocument } from "./binary-document.ts";
import { CELL_TYPES, type CellType } from "./cell-types.ts";
import { FileNotReadError } from "./errors.ts";
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
  const written =
    typeof content === "string"
      ? parseJson(content, fileName)
      : isJson(content)
        ? parseJson(new TextDecoder().decode(content), fileName)
        : decodeDocument(content, fileName);
  const { settings = [], cellTypes, readFile = readTextBeside(fileName) } = options;
  const json = settings.reduce((document, setting) => withSetting(document, setting, place), written);
  return networkFromDocument(readDocument(json, fileName), place, {
    cellTypes: { ...CELL_TYPES, ...cellTypes },
    readFile,
  });
}

/** JSON starts with `{` after white space and an optional byte order mark; an encoded network starts with the tag of `format`. */
function isJson(bytes: Uint8Array): boolean {
  let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  while (bytes[at] === 0x20 || bytes[at] === 0x0a || bytes[at] === 0x0d || bytes[at] === 0x09) at++;
  return bytes[at] === 0x7b;
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
