/**
 * Pictures and pages of a run, as text. Importing this loads d3; commands that draw import it when they come to it.
 */
export { type HeatMap, type HeatMapAxis, type HeatMapOptions, heatMapSvg } from "./heat-map.ts";
export {
  type HistogramOptions,
  recordedVariables,
  signalHistogramSvg,
  spikeCountHistogramSvg,
} from "./histogram-chart.ts";
export { linkLoadMapSvg } from "./link-load-map.ts";
export { type LinkLoad, type MappingView, mappingView, type PlacedSlice } from "./mapping-view.ts";
export { type ReportInput, reportPage } from "./page.ts";
export { type NamedPopulation, populationColours } from "./palette.ts";
export { type Mark, phaseMarks } from "./phase-marks.ts";
export { type MapOptions, placementMapSvg } from "./placement-map.ts";
export { type RasterOptions, rasterSvg } from "./raster.ts";
export { type RateChartOptions, rateChartSvg } from "./rate-chart.ts";
export { ForeignDeploymentError, writeReport } from "./run-report.ts";
export { tableMapSvg } from "./table-map.ts";
