/** Style of the report page; no fonts or images from elsewhere. */
export const PAGE_STYLE = `
:root { color: #1f2933; background: #f2f4f6; font: 14px/1.45 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; }
body { margin: 0 auto; max-width: 1280px; padding: 24px 20px 48px; }
header h1 { margin: 0; font-size: 26px; }
header p { margin: 2px 0 14px; color: #61707f; }
h2 { margin: 0 0 12px; font-size: 17px; }
section { background: #fff; border: 1px solid #e1e6eb; border-radius: 8px; padding: 18px 20px; margin-top: 16px; }
.banner { border-radius: 8px; padding: 10px 16px; margin-top: 8px; border-left: 6px solid; }
.banner b { margin-right: 8px; }
.good { background: #e8f5ef; border-color: #009e73; }
.bad { background: #fdecea; border-color: #b42318; }
.virtual { background: #fff6e0; border-color: #e69f00; }
.hardware { background: #e6f1f9; border-color: #0072b2; }
.facts { display: flex; flex-wrap: wrap; gap: 10px 36px; margin: 0; }
.facts dt { color: #61707f; font-size: 12px; }
.facts dd { margin: 0; font-size: 19px; font-variant-numeric: tabular-nums; }
.facts dd small { font-size: 12px; color: #61707f; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th { color: #61707f; font-weight: 500; font-size: 12px; text-align: right; vertical-align: bottom; }
td { text-align: right; }
th, td { padding: 4px 14px 4px 0; border-bottom: 1px solid #eceff2; white-space: nowrap; }
th.text, td.text { text-align: left; }
.scroll { overflow-x: auto; }
.swatch { display: inline-block; width: 11px; height: 11px; border-radius: 2px; margin-right: 7px; }
.hint { color: #61707f; font-size: 12px; margin: 0 0 8px; display: flex; justify-content: space-between; gap: 20px; }
.hint output { color: #1f2933; font-variant-numeric: tabular-nums; }
.pictures { display: flex; flex-wrap: wrap; align-items: flex-start; gap: 8px 16px; }
.pictures svg, figure svg { max-width: 100%; height: auto; }
.bar { display: inline-block; height: 9px; border-radius: 2px; background: #56b4e9; vertical-align: middle; }
.columns { display: flex; flex-wrap: wrap; gap: 16px 56px; }
.columns h3 { font-size: 13px; margin: 0 0 6px; }
.u-legend { font-size: 12px; text-align: left; }
footer { margin-top: 20px; color: #61707f; font-size: 12px; }
@media print { :root { background: #fff; } section { break-inside: avoid; border: none; padding: 8px 0; } }
`;
