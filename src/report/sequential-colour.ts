import { type ScaleLinear, scaleLinear } from "d3-scale";
import { element, FAINT_INK, label } from "./svg.ts";

/** From a value to a colour: light for little, dark for much, in steady steps for any kind of colour vision. */
export type ColourScale = ScaleLinear<string, string>;

const AREA_RAMP = ["#f6f5cf", "#cbe3ba", "#87c7b8", "#469fbb", "#2b6da6", "#26407f", "#171843"] as const;
/** Without the lightest colours, which do not show as lines on white. */
const LINE_RAMP = AREA_RAMP.slice(2);

export function sequentialColour(low: number, high: number, marks: "areas" | "lines" = "areas"): ColourScale {
  const ramp = marks === "areas" ? AREA_RAMP : LINE_RAMP;
  const span = high > low ? high - low : 1;
  const stops = ramp.map((_, index) => low + (span * index) / (ramp.length - 1));
  return scaleLinear<string>(stops, ramp).clamp(true);
}

/** Does text on this value's colour have to be light? */
export function isDark(scale: ColourScale, value: number): boolean {
  const [low, high] = [scale.domain()[0]!, scale.domain().at(-1)!];
  return (value - low) / (high - low) > 0.5;
}

const STEPS = 40;
const BAR_HEIGHT = 10;

/** The scale as a bar with its numbers below and its title above. */
export function colourBar(scale: ColourScale, x: number, y: number, width: number, title: string): string {
  const [low, high] = [scale.domain()[0]!, scale.domain().at(-1)!];
  const position = scaleLinear([low, high], [x, x + width]);
  const steps = Array.from({ length: STEPS }, (_, step) =>
    element("rect", {
      x: x + (step * width) / STEPS,
      y,
      width: width / STEPS + 0.5,
      height: BAR_HEIGHT,
      fill: scale(low + ((step + 0.5) * (high - low)) / STEPS),
    }),
  );
  const ticks = position.ticks(4);
  const format = position.tickFormat(4, high >= 10_000 ? "~s" : undefined);
  return [
    label(x, y - 6, title, { "font-size": 11, fill: FAINT_INK }),
    ...steps,
    ...ticks.map((tick) =>
      label(position(tick), y + BAR_HEIGHT + 13, format(tick).replaceAll(",", ""), {
        "text-anchor": "middle",
        "font-size": 10,
        fill: FAINT_INK,
      }),
    ),
  ].join("");
}
