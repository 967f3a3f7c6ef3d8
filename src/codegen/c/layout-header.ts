/** The layout of images as a C header: the kernel reads the words that src/image writes. */
import {
  CONFIG_NAMES,
  CORE_KINDS,
  HEADER_NAMES,
  IMAGE_HEADER_BYTES,
  IMAGE_MAGIC,
  LAYOUT_HASH,
  LAYOUT_VERSION,
  PROVENANCE_NAMES,
  RECORDING_KINDS,
  RECORDING_NAMES,
  REGION_ALIGNMENT,
  REGION_NAMES,
  REGION_TABLE_WORD,
  SOURCE_KEY_NAMES,
} from "../../image/layout.ts";

export function layoutHeader(): string {
  return [
    "/* Generated from src/image/layout.ts, where everything is explained. */",
    "#ifndef LAYOUT_H",
    "#define LAYOUT_H",
    "",
    define("IMAGE_MAGIC", hex(IMAGE_MAGIC)),
    define("LAYOUT_VERSION", String(LAYOUT_VERSION)),
    define("LAYOUT_HASH", hex(LAYOUT_HASH)),
    define("IMAGE_HEADER_BYTES", String(IMAGE_HEADER_BYTES)),
    define("REGION_ALIGNMENT", String(REGION_ALIGNMENT)),
    define("REGION_TABLE_WORD", String(REGION_TABLE_WORD)),
    "",
    ...words("HEADER", HEADER_NAMES),
    ...words("REGION", REGION_NAMES),
    ...words("CONFIG", CONFIG_NAMES),
    ...words("SOURCE_KEY", SOURCE_KEY_NAMES),
    ...words("RECORDING", RECORDING_NAMES),
    ...words("PROVENANCE", PROVENANCE_NAMES),
    ...Object.entries(CORE_KINDS).map(([name, value]) => define(`KIND_${screaming(name)}`, String(value))),
    ...Object.entries(RECORDING_KINDS).map(([name, value]) => define(`RECORDS_${screaming(name)}`, String(value))),
    "",
    "#endif",
    "",
  ].join("\n");
}

/** Word numbers of a list of fields, and how many there are. */
function words(prefix: string, names: readonly string[]): string[] {
  return [
    ...names.map((name, word) => define(`${prefix}_${screaming(name)}`, String(word))),
    define(`${prefix}_WORDS`, String(names.length)),
    "",
  ];
}

function define(name: string, value: string): string {
  return `#define ${name} ${value}`;
}

function hex(value: number): string {
  return `0x${(value >>> 0).toString(16)}`;
}

/** `delayBits` → `DELAY_BITS`. */
function screaming(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}
