/** SVG as text: elements with escaped attributes, numbers short and the same each time. */

export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** `<name attributes>children</name>`; attributes that are undefined are left out, children are markup. */
export function element(name: string, attributes: Attributes = {}, ...children: readonly string[]): string {
  let text = `<${name}`;
  for (const [attribute, value] of Object.entries(attributes)) {
    if (value === undefined) continue;
    text += ` ${attribute}="${typeof value === "number" ? px(value) : escapeMarkup(value)}"`;
  }
  return children.length === 0 ? `${text}/>` : `${text}>${children.join("")}</${name}>`;
}

/** A line of words; `content` is escaped here. */
export function label(x: number, y: number, content: string, attributes: Attributes = {}): string {
  return element("text", { x, y, ...attributes }, escapeMarkup(content));
}

/** Coordinates to a hundredth of a pixel. */
export function px(value: number): string {
  return String(Math.round(value * 100) / 100 || 0);
}

export function escapeMarkup(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ESCAPES[character]!);
}

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/**
 * A whole picture with its title for screen readers. Stands alone as a file and inside a page.
 *
 * @param content markup of what is in the picture
 */
export function picture(width: number, height: number, title: string, content: readonly string[]): string {
  return `${element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      viewBox: `0 0 ${px(width)} ${px(height)}`,
      width,
      height,
      role: "img",
      "font-family": "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif",
      "font-size": 12,
      fill: INK,
    },
    element("title", {}, escapeMarkup(title)),
    element("rect", { width, height, fill: "#fff" }),
    ...content,
  )}\n`;
}

/** Colours of everything that is not data. */
export const INK = "#1f2933";
export const FAINT_INK = "#61707f";
export const RULE = "#d5dce3";
