/** Building blocks of the report page. */
import { escapeMarkup } from "./svg.ts";

/** A titled part of the page. */
export function section(title: string, ...content: readonly string[]): string {
  return `<section><h2>${escapeMarkup(title)}</h2>${content.join("\n")}</section>`;
}

/** A column of a table: its head, and whether it holds text (left) or numbers (right). */
export interface Column {
  readonly head: string;
  readonly text?: boolean;
}

/** @param rows markup of each cell */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const cell = (tag: "th" | "td", content: string, index: number): string =>
    `<${tag}${columns[index]!.text === true ? ' class="text"' : ""}>${content}</${tag}>`;
  const head = columns.map((column, index) => cell("th", escapeMarkup(column.head), index)).join("");
  const body = rows.map((row) => `<tr>${row.map((content, index) => cell("td", content, index)).join("")}</tr>`);
  return `<div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>${body.join("\n")}</tbody></table></div>`;
}

/** A number with so many decimals, or a dash for none. */
export function decimals(value: number | null, digits: number): string {
  return value === null ? "–" : value.toFixed(digits);
}

/** A whole number in groups of three digits. */
export function whole(value: number | null): string {
  return value === null ? "–" : String(value).replace(/\B(?=(\d{3})+$)/g, " ");
}
