import { createRequire } from "node:module";
import type { Type } from "protobufjs";
import type { NetworkDocument } from "./document.ts";
import { NetworkSyntaxError } from "./errors.ts";
import { NETWORK_SCHEMA } from "./gen/network-schema.ts";

let networkType: Type | undefined;

/** Loaded when the first binary file comes: protobufjs takes 20 ms to start and the JSON form does without. */
function network(): Type {
  if (networkType === undefined) {
    const { Root } = createRequire(import.meta.url)("protobufjs/light.js") as typeof import("protobufjs");
    networkType = Root.fromJSON(JSON.parse(NETWORK_SCHEMA)).lookupType("spinloom.network.Network");
  }
  return networkType;
}

/** The binary form; equal documents give equal bytes as long as their maps are in the same order. */
export function encodeDocument(document: NetworkDocument): Uint8Array {
  return network().encode(network().fromObject(document)).finish();
}

/**
 * What the JSON form would parse to, every message spelled out; not checked.
 *
 * @throws {NetworkSyntaxError} the bytes are cut short or not a network
 */
export function decodeDocument(bytes: Uint8Array, source: string): unknown {
  try {
    return network().toObject(network().decode(bytes), {});
  } catch (error) {
    throw new NetworkSyntaxError(source, error instanceof Error ? error.message : `${error}`, error);
  }
}
