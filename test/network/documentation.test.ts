import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CONNECTOR_FIELDS } from "../../src/network/connector-from-document.ts";
import { connect, readNetwork } from "../../src/network/index.ts";

const page = readFileSync(new URL("../../docs/network-files.md", import.meta.url), "utf8");
const examples = [...page.matchAll(/```json\n([\s\S]*?)```/g)].map(([, text]) => text!);

describe("docs/network-files.md", () => {
  it("shows networks", () => expect(examples.length).toBeGreaterThan(0));

  it.each(examples)("shows a right network (%#)", (text) => {
    const network = readNetwork(text, "network-files.md");
    network.projections.forEach((_, i) => {
      expect(connect(network, i).post.length).toBeGreaterThan(0);
    });
  });

  it.each(Object.keys(CONNECTOR_FIELDS))("tells the law of %s", (name) => {
    expect(page).toMatch(new RegExp(`^\\| (.*, )?${name}(,.*)? \\|`, "m"));
  });
});
