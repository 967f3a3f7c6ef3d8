// Writes the schemas of this folder as TypeScript values, so that reading a JSON file needs neither a parser for .proto
// nor protobufjs. Run `node proto/generate.mjs` after every change of a .proto file; a test compares.
import { readFileSync, writeFileSync } from "node:fs";
import protobuf from "protobufjs";

const schemas = [{ proto: "network.proto", module: "../src/network/gen/network-schema.ts", name: "NETWORK_SCHEMA" }];

for (const { proto, module, name } of schemas) {
  const text = readFileSync(new URL(proto, import.meta.url), "utf8");
  const { root } = protobuf.parse(text, { keepCase: true });
  const json = JSON.stringify(root.toJSON(), null, 1);
  const source = `// Generated from proto/${proto} by proto/generate.mjs.\nexport const ${name}: string = ${JSON.stringify(JSON.stringify(JSON.parse(json)))};\n`;
  writeFileSync(new URL(module, import.meta.url), source);
}
