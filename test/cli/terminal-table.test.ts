import { describe, expect, it } from "vitest";
import { renderTable, terminalColours } from "../../src/cli/terminal-table.ts";

describe("colours of a terminal", () => {
  const terminal = { isTTY: true };
  const file = { isTTY: false };
  it.each([
    { stream: terminal, environment: {}, coloured: true, because: "a terminal shows colours" },
    { stream: file, environment: {}, coloured: false, because: "a file does not" },
    { stream: {}, environment: {}, coloured: false, because: "a pipe does not" },
    { stream: terminal, environment: { NO_COLOR: "1" }, coloured: false, because: "NO_COLOR refuses them" },
    { stream: terminal, environment: { NO_COLOR: "" }, coloured: true, because: "an empty NO_COLOR says nothing" },
    { stream: terminal, environment: { TERM: "dumb" }, coloured: false, because: "a dumb terminal cannot" },
    { stream: file, environment: { FORCE_COLOR: "1" }, coloured: true, because: "FORCE_COLOR asks for them" },
    { stream: file, environment: { FORCE_COLOR: "0" }, coloured: false, because: "FORCE_COLOR=0 does not" },
    {
      stream: terminal,
      environment: { NO_COLOR: "1", FORCE_COLOR: "1" },
      coloured: false,
      because: "NO_COLOR is stronger than FORCE_COLOR",
    },
  ])("$because", ({ stream, environment, coloured }) => {
    expect(terminalColours(stream, environment).red("x") !== "x").toBe(coloured);
  });
});

describe("a table in the terminal", () => {
  const plain = terminalColours({}, {});

  it("has numbers to the right, texts to the left, and no blanks at the ends of lines", async () => {
    const columns = [{ head: "name", align: "left" as const }, { head: "cells" }, { head: "rate" }];
    const rows = [
      ["exc", "1200", "30.1"],
      ["thalamus", "20", "5.0"],
    ];
    expect(await renderTable(columns, rows, plain)).toBe(
      ["name      cells  rate", "exc        1200  30.1", "thalamus     20   5.0", ""].join("\n"),
    );
  });

  it("keeps its columns when texts are coloured or wide", async () => {
    const red = terminalColours({ isTTY: true }, {}).red("ok");
    const text = await renderTable(
      [{ head: "a", align: "left" }, { head: "b" }],
      [
        [red, "1"],
        ["膜", "2"],
      ],
      plain,
    );
    const lines = text.replace(red, "ok").split("\n");
    expect(lines.slice(1, 3)).toEqual(["ok  1", "膜  2"]);
  });
});
