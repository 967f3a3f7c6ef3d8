import { element, label } from "./svg.ts";

/** Names beside squares of their colour, in one line that ends at `right`. */
export function legend(
  items: readonly { readonly name: string; readonly colour: string }[],
  right: number,
  baseline: number,
): string {
  let x = right;
  return items
    .toReversed()
    .map(({ name, colour }) => {
      // Wide enough for the usual sans-serif at 12 px; SVG written as text cannot be measured.
      const textWidth = name.length * 6.8;
      x -= textWidth;
      const text = label(x, baseline, name);
      x -= 16;
      const square = element("rect", { x, y: baseline - 10, width: 11, height: 11, rx: 2, fill: colour });
      x -= 16;
      return square + text;
    })
    .join("");
}
