/// The style sheet of the report.
#pragma once

#include <string_view>

namespace spinn {

/// Light, dark and print; two columns that fold into one on a narrow screen. Blue is the machine, orange the reference:
/// a pair that people with any colour vision can tell apart.
inline constexpr std::string_view report_style = R"css(
:root { --paper: #ffffff; --ground: #f5f6f8; --ink: #1b2230; --soft: #5d6675; --hair: #dfe3e9; --machine: #1f6fd6;
  --reference: #e07b16; --good: #1a7f4b; --warn: #9a6700; --bad: #c2332b; --shade: #8b95a51c; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #171b22; --ground: #0f1217; --ink: #e6e9ee; --soft: #9aa4b2; --hair: #2b323d; --machine: #5aa2ff;
    --reference: #ffab57; --good: #4cc38a; --warn: #e3b341; --bad: #ff7b72; --shade: #8b95a522; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); line-height: 1.5;
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
main { max-width: 1240px; margin: 0 auto; padding: 32px 24px 64px; }
h1 { font-size: 26px; line-height: 1.2; margin: 0; letter-spacing: -0.01em; }
h2 { font-size: 18px; margin: 40px 0 4px; letter-spacing: -0.005em; }
.subtitle, .caption { color: var(--soft); margin: 4px 0 12px; }
.verdict { background: var(--paper); border: 1px solid var(--hair); border-left: 6px solid var(--soft); border-radius: 8px;
  padding: 16px 20px; margin: 22px 0 16px; font-size: 17px; }
.verdict strong { display: block; font-size: 12.5px; letter-spacing: 0.06em; text-transform: uppercase; }
.verdict.good { border-left-color: var(--good); } .verdict.good strong { color: var(--good); }
.verdict.bad { border-left-color: var(--bad); } .verdict.bad strong { color: var(--bad); }
.verdict.warn { border-left-color: var(--warn); font-size: 15px; } .verdict.warn strong { color: var(--warn); }
.verdict ul { margin: 4px 0 0; padding-left: 20px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(170px, 1fr)); gap: 12px; margin: 0 0 16px; }
.tile { background: var(--paper); border: 1px solid var(--hair); border-radius: 8px; padding: 12px 16px; }
.tile b { display: block; font-size: 22px; font-weight: 600; font-variant-numeric: tabular-nums; white-space: nowrap; }
.tile span { color: var(--soft); font-size: 13px; }
.scroll { overflow-x: auto; background: var(--paper); border: 1px solid var(--hair); border-radius: 8px; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: 14px; }
th, td { padding: 8px 14px; text-align: right; white-space: nowrap; border-top: 1px solid var(--hair); }
thead th { border-top: 0; color: var(--soft); font-weight: 500; font-size: 13px; }
thead tr + tr th { padding-top: 0; }
th:first-child, td:first-child { text-align: left; font-weight: 600; }
thead th:first-child { font-weight: 500; }
td.good { color: var(--good); } td.bad { color: var(--bad); font-weight: 600; }
.machine-ink { color: var(--machine); } .reference-ink { color: var(--reference); }
.legend { display: flex; gap: 20px; margin: 8px 0 0; color: var(--soft); font-size: 14px; }
.legend i { display: inline-block; width: 18px; height: 4px; border-radius: 2px; margin-right: 7px; vertical-align: middle; }
.grid { display: grid; gap: 14px; margin: 10px 0; }
.grid.two { grid-template-columns: repeat(auto-fit, minmax(min(100%, 440px), 1fr)); }
.grid.three { grid-template-columns: repeat(auto-fit, minmax(min(100%, 300px), 1fr)); }
.grid.two figure { max-width: 760px; }
figure { margin: 0; background: var(--paper); border: 1px solid var(--hair); border-radius: 8px; padding: 10px 12px 6px;
  break-inside: avoid; min-width: 0; }
figcaption { font-weight: 600; font-size: 14px; margin: 0 4px 2px; }
figcaption small { color: var(--soft); font-weight: 400; font-size: 13px; margin-left: 6px; }
.nothing { color: var(--soft); text-align: center; padding: 48px 0; margin: 0; }
svg { display: block; width: 100%; height: auto; }
svg text { font: 11.5px system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif; fill: var(--soft); }
svg .end { text-anchor: end; } svg .middle { text-anchor: middle; }
svg .label { fill: var(--ink); font-size: 12px; }
svg .grid { stroke: var(--hair); stroke-width: 1; fill: none; }
svg .axis { stroke: var(--soft); stroke-width: 1; fill: none; }
svg .line { fill: none; stroke-width: 1.4; stroke-linejoin: round; }
svg .line.wide { stroke-width: 2.6; opacity: 0.9; }
svg .dots { fill: none; stroke-linecap: round; }
svg .machine { stroke: var(--machine); } svg .reference { stroke: var(--reference); }
svg .difference { stroke: var(--ink); stroke-width: 1.1; }
svg .area { fill: var(--machine); fill-opacity: 0.28; stroke-width: 1; }
svg .line.reference { stroke-width: 1.8; } svg .line.reference.wide { stroke-width: 2.2; }
svg .marker { stroke: var(--bad); stroke-width: 1.2; stroke-dasharray: 4 3; fill: none; }
svg .marker-text { fill: var(--bad); font-size: 11px; paint-order: stroke; stroke: var(--paper); stroke-width: 3px; }
svg .shade { fill: var(--shade); }
svg .note { font-size: 12px; font-weight: 600; } svg .note.good { fill: var(--good); } svg .note.bad { fill: var(--bad); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 6px 22px; margin: 0; background: var(--paper);
  border: 1px solid var(--hair); border-radius: 8px; padding: 16px 20px; font-size: 14px; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
.notes { color: var(--soft); font-size: 14px; max-width: 76ch; } .notes li { margin: 4px 0; }
@media print {
  :root { --ground: #ffffff; } body { font-size: 12px; } main { max-width: none; padding: 0; }
  h2 { break-after: avoid; } * { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  .grid.two { grid-template-columns: 1fr 1fr; } .grid.three { grid-template-columns: 1fr 1fr 1fr; } }
)css";

}  // namespace spinn
