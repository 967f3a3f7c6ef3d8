import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import type { Deployment } from "../../src/image/deployment.ts";
import { deploymentPieces, readDeployment, writeDeployment } from "../../src/image/deployment-file.ts";
import { spin5 } from "../../src/machine/index.ts";
import { readNetwork } from "../../src/network/read-network.ts";
import { deploy } from "../../src/pipeline/deploy.ts";

let deployment: Deployment;
let file: Uint8Array;

beforeAll(() => {
  const name = "fixtures/vogels-abbott.json";
  deployment = deploy(readNetwork(readFileSync(name, "utf8"), name), spin5());
  file = writeDeployment(deployment);
});

describe("a deployment file", () => {
  it("gives back the deployment that was written", () => {
    const read = readDeployment(file, "app");
    expect(read.cores).toEqual(deployment.cores);
    expect(read.machine).toEqual(deployment.machine);
    expect({ ...read, cores: [], machine: 0 }).toEqual({ ...deployment, cores: [], machine: 0 });
  });

  it("is the same bytes for the same network", () => {
    const name = "fixtures/vogels-abbott.json";
    const again = deploy(readNetwork(readFileSync(name, "utf8"), name), spin5());
    expect(Buffer.from(writeDeployment(again)).equals(Buffer.from(file))).toBe(true);
  });

  it("comes in pieces that share the images, so that it may be longer than one array", () => {
    const pieces = deploymentPieces(deployment);
    expect(Buffer.concat(pieces).equals(file)).toBe(true);
    for (const { image } of deployment.cores) expect(pieces.some((piece) => piece === image)).toBe(true);
  });

  it.each([
    {
      damage: "one bit flipped",
      bytes: () => file.with(file.length >> 1, file[file.length >> 1]! ^ 1),
      says: /checksum/,
    },
    { damage: "cut short", bytes: () => file.slice(0, -1), says: /checksum/ },
    { damage: "another version", bytes: () => file.with(7, "7".charCodeAt(0)), says: /version 7/ },
    { damage: "another kind of file", bytes: () => new TextEncoder().encode("{}"), says: /not a mapped network/ },
  ])("is refused with its name when $damage", ({ bytes, says }) => {
    expect(() => readDeployment(bytes(), "net.app")).toThrow(
      expect.objectContaining({ code: "BAD_DEPLOYMENT_FILE", place: "net.app" }),
    );
    expect(() => readDeployment(bytes(), "net.app")).toThrow(says);
  });
});
