// Writes the schemas of this folder as TypeScript values, so that reading a JSON file needs neither a parser for .proto
// nor protobufjs. Run `node proto/generate.mjs` after every change of a .proto file; a test compares.
import { readFileSync, writeFileSync } from "node:fs";
import protobuf from "protobufjs";

// Network files are written by people in snake_case, so its names are kept as they stand in the schema.
const schemas = [
  { proto: "network.proto", module: "../src/network/gen/network-schema.ts", name: "NETWORK_SCHEMA", keepCase: true },
  {
    proto: "deployment.proto",
    module: "../src/image/gen/deployment-schema.ts",
    name: "DEPLOYMENT_SCHEMA",
    keepCase: false,
  },
];

for (const { proto, module, name, keepCase } of schemas) {
  const text = readFileSync(new URL(proto, import.meta.url), "utf8");
  const { root } = protobuf.parse(text, { keepCase });
  const json = JSON.stringify(root.toJSON(), null, 1);
  const source = `// Generated from proto/${proto} by proto/generate.mjs.\nexport const ${name}: string = ${JSON.stringify(JSON.stringify(JSON.parse(json)))};\n`;
  writeFileSync(new URL(module, import.meta.url), source);
}
