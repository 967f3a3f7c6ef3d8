import type { PopulationRole } from "../results/population-role.ts";
import type { Recordings } from "../results/results.ts";
import { recordedVariables, signalHistogramSvg, spikeCountHistogramSvg } from "./histogram-chart.ts";
import type { PageData } from "./page-data.ts";
import { section } from "./page-section.ts";
import { escapeMarkup } from "./svg.ts";

/** Two side by side. */
const HISTOGRAM_WIDTH = 580;

/** Places for the zoomable charts, which the page's script fills, and the histograms. */
export function activitySection(
  results: Recordings,
  data: PageData,
  roles: ReadonlyMap<string, PopulationRole>,
): string {
  const thinned = data.rasters.some(({ everyNeuron }) => everyNeuron > 1);
  const note = thinned ? ` Shown: every ${data.rasters[0]!.everyNeuron}th neuron.` : "";
  const raster = [
    `<p class="hint"><span>Drag to zoom, double click to see all.${note}</span><output id="raster-cell"></output></p>`,
    `<div id="raster"></div>`,
    `<noscript><p>This chart needs JavaScript; <code>raster.svg</code> shows the same spikes.</p></noscript>`,
  ];
  const traces = data.traces.map(({ variable, unit }, index) => {
    const title = `<h2>${escapeMarkup(variable)} (${escapeMarkup(unit)}): mean of all cells recorded, and single cells</h2>`;
    return `<section>${title}<div id="traces-${index}"></div></section>`;
  });
  const histograms = [
    spikeCountHistogramSvg(results, { roles, width: HISTOGRAM_WIDTH }),
    ...recordedVariables(results).map((variable) =>
      signalHistogramSvg(results, variable, { roles, width: HISTOGRAM_WIDTH }),
    ),
  ];
  return [
    data.rasters.length === 0 ? section("Spikes", "<p>No spikes were recorded.</p>") : section("Spikes", ...raster),
    data.rates.curves.length === 0 ? "" : section(`Rates in bins of ${data.rates.binMs} ms`, `<div id="rates"></div>`),
    ...traces,
    section("Histograms", `<div class="pictures">${histograms.join("")}</div>`),
  ].join("\n");
}
