import { describe, expect, it } from "vitest";
import { parseConnectionFile } from "../../src/network/connection-file.ts";
import { readNetwork } from "../../src/network/index.ts";

describe("a file of connections", () => {
  it.each([
    { text: "0,1\n2,3\n", because: "commas" },
    { text: "0 1\r\n2  3", because: "spaces, Windows line ends, no last line end" },
    { text: "# a comment\n\n0\t1\n2;3\n", because: "comments, empty lines, tabs, semicolons" },
    { text: '# columns = ["j", "i"]\n1 0\n3 2\n', because: "PyNN's line that names the columns" },
  ])("may use $because", ({ text }) => {
    const { pre, post, weight, delayMs } = parseConnectionFile(text, "list.csv");
    expect([[...pre], [...post], weight, delayMs]).toEqual([[0, 2], [1, 3], undefined, undefined]);
  });

  it("may give weights and delays", () => {
    const list = parseConnectionFile("0,1,0.5,2\n1,0,0.25,1.5\n", "list.csv");
    expect([...list.weight!]).toEqual([0.5, 0.25]);
    expect([...list.delayMs!]).toEqual([2, 1.5]);
  });

  it.each(["0\n", "0,1,2,3,4\n", "0,1\n2\n", "a,b\n", "0,-1\n", "0.5,1\n", "0,,1\n", "0,4294967296\n", "0,1,1e999\n"])(
    "is rejected at the line: %j",
    (text) => {
      expect(() => parseConnectionFile(text, "list.csv")).toThrow(
        expect.objectContaining({ code: "WRONG_TYPE", place: expect.stringMatching(/^list\.csv: line \d$/) }),
      );
    },
  );

  it.each([
    { connection: "3,7,0.1,1", line: "line 4.post", found: "found 7" },
    { connection: "3,1,-0.1,1", line: "line 4", found: "found weight -0.1 for receptor excitatory of IF_curr_exp" },
    { connection: "3,1,0.1,0", line: "line 4", found: "found a delay of 0 ms" },
  ])("is named with the line of what the populations cannot take: $connection", ({ connection, line, found }) => {
    const text = JSON.stringify({
      duration_ms: 1,
      populations: [{ name: "a", size: 4, cell: { type: "IF_curr_exp" } }],
      projections: [{ pre: "a", post: "a", connector: { type: "FromFile", file: "list.csv" } }],
    });
    const readFile = (): string => `# pre, post, weight, delay\n\n0,1,0.1,1\n${connection}\n`;
    expect(() => readNetwork(text, "net.json", { readFile })).toThrow(
      expect.objectContaining({ place: `list.csv: ${line}`, found }),
    );
  });

  it("is read by the connector that names it", () => {
    const text = JSON.stringify({
      duration_ms: 1,
      populations: [{ name: "a", size: 4, cell: { type: "IF_curr_exp" } }],
      projections: [{ pre: "a", post: "a", connector: { type: "FromFile", file: "list.csv" } }],
    });
    const network = readNetwork(text, "net.json", { readFile: (path) => (path === "list.csv" ? "0,1\n3,2\n" : "") });
    expect(network.projections[0]!.connector).toEqual({
      type: "FromList",
      list: { pre: Uint32Array.of(0, 3), post: Uint32Array.of(1, 2) },
    });
  });
});
