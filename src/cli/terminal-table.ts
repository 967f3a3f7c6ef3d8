import pc from "picocolors";

/** Functions that colour a text, or leave it as it is. */
export type TerminalColours = ReturnType<typeof pc.createColors>;

/**
 * Colours for a stream: on a terminal that can show them, unless NO_COLOR is set to anything; FORCE_COLOR asks for them
 * where there is no terminal.
 *
 * @see https://no-color.org
 */
export function terminalColours(
  stream: { readonly isTTY?: boolean },
  environment: Readonly<Record<string, string | undefined>>,
): TerminalColours {
  const refused = (environment.NO_COLOR ?? "") !== "";
  const forced = (environment.FORCE_COLOR ?? "") !== "" && environment.FORCE_COLOR !== "0";
  const able = stream.isTTY === true && environment.TERM !== "dumb";
  return pc.createColors(!refused && (forced || able));
}

export interface TerminalColumn {
  readonly head: string;
  /** Default: right, as numbers stand. */
  readonly align?: "left" | "right";
}

/** Rows under dim heads, columns two blanks apart, no lines; ends with a line feed. */
export async function renderTable(
  columns: readonly TerminalColumn[],
  rows: readonly (readonly string[])[],
  colours: TerminalColours,
): Promise<string> {
  const { default: Table } = await import("cli-table3");
  const table = new Table({
    head: columns.map(({ head }) => colours.dim(head)),
    colAligns: columns.map(({ align }) => align ?? "right"),
    chars: NO_LINES,
    style: { head: [], border: [], "padding-left": 0, "padding-right": 2 },
  });
  table.push(...rows.map((row) => [...row]));
  const lines = table.toString().split("\n");
  return `${lines.map((line) => line.trimEnd()).join("\n")}\n`;
}

const NO_LINES = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  mid: "",
  "mid-mid": "",
  right: "",
  "right-mid": "",
  middle: "",
};
