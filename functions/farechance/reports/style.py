"""How reports look: ink on white with one accent colour, on a screen, on a phone and on paper. It
owns the style sheet; it must never hold a word or load anything: the fonts are the reader's own."""

# Paper's size is the printer's choice: both A4 and US Letter hold it. Nothing is told by colour
# alone, so that a black and white printer loses nothing. Contrasts on white are 15 (ink), 7 (muted)
# and 8 (accent) to 1; WCAG 2.2 asks for 4.5.
STYLE = """
@page { margin: 17mm 16mm 18mm; }
@page { @bottom-right { content: "Page " counter(page) " of " counter(pages);
  font: 8pt Arial, "Liberation Sans", sans-serif; color: #4b5a5c; } }
:root { --ink: #1b2526; --muted: #4b5a5c; --line: #cfd8d8; --accent: #0d5560; --tint: #e6eff0;
  --serif: Georgia, "Liberation Serif", "Times New Roman", serif;
  --sans: "Helvetica Neue", Arial, "Liberation Sans", sans-serif; }
* { box-sizing: border-box; }
html { background: #fff; color: var(--ink); font: 16px/1.5 var(--sans);
  -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; max-width: 60rem; padding: 3rem 2rem 4rem; overflow-wrap: break-word; }
h1, h2, h3, p, table, figure, dl, dd, ul { margin: 0; padding: 0; }
h1, h2, h3 { font-family: var(--serif); font-weight: normal; line-height: 1.15;
  break-after: avoid; }
h1 { font-size: 2.75rem; letter-spacing: -0.01em; }
h2 { font-size: 1.75rem; margin-bottom: 1.25rem; }
h3 { font-size: 1.2rem; margin: 2rem 0 0.5rem; }
p + p { margin-top: 0.75rem; }
a { color: var(--accent); }
section { margin-top: 3.5rem; padding-top: 1.5rem; border-top: 1px solid var(--ink); }
section section { margin-top: 2rem; padding: 0; border: 0; }
table { width: 100%; border-collapse: collapse; font-size: 0.875rem; line-height: 1.35;
  font-variant-numeric: tabular-nums lining-nums; }
caption { padding: 0 0 0.4rem; text-align: left; font-weight: bold; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
th, td { padding: 0.4rem 0 0.4rem 1rem; text-align: left; vertical-align: top;
  font-weight: normal; border-bottom: 1px solid var(--line); }
th:first-child, td:first-child { padding-left: 0; }
thead th { vertical-align: bottom; color: var(--muted); font-size: 0.8125rem;
  border-bottom: 1px solid var(--ink); }
tfoot th, tfoot td { font-weight: bold; border-top: 1px solid var(--ink);
  border-bottom: 3px double var(--ink); }
.n { text-align: right; white-space: nowrap; }
small { display: block; color: var(--muted); font-size: 0.8125rem; }
figure { margin: 1.5rem 0; break-inside: avoid; }
figcaption { margin-bottom: 0.6rem; font-size: 0.875rem; font-weight: bold; }
svg { display: block; width: 100%; height: auto; max-width: 45rem; font-family: var(--sans); }
svg text { fill: var(--ink); font-variant-numeric: tabular-nums lining-nums; }
svg .quiet { fill: var(--muted); }
svg .strong { font-weight: bold; }
svg .bar { fill: var(--accent); }
svg .frame { fill: var(--tint); }
svg .grid { stroke: var(--line); }
svg .base { stroke: var(--ink); }
.sideways { overflow-x: auto; }
.lead { font: 1.25rem/1.55 var(--serif); max-width: 42rem; }
.note { margin-top: 0.75rem; color: var(--muted); font-size: 0.875rem; max-width: 42rem; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem 3rem; align-items: start; }
.thirds { display: grid; grid-template-columns: 5fr 5fr 3fr; gap: 1rem 2.5rem;
  align-items: start; }
.pair > *, .thirds > * { min-width: 0; }
.account table + table { margin-top: 1.5rem; }
header { padding-top: 1.25rem; border-top: 5px solid var(--accent); }
.kind { color: var(--accent); font-weight: bold; font-size: 0.8125rem; letter-spacing: 0.09em;
  text-transform: uppercase; margin-bottom: 0.75rem; }
h1 span { display: block; color: var(--accent); }
.period { margin-top: 1rem; color: var(--muted); }
.so-far { display: inline-block; margin-top: 1rem; padding: 0.4rem 0.8rem;
  border: 2px solid var(--ink); }
.big { display: grid; grid-template-columns: repeat(4, auto); justify-content: space-between;
  gap: 1.5rem 2rem; margin-bottom: 2rem; }
.big div { display: flex; flex-direction: column-reverse; justify-content: flex-end; }
.big dt { color: var(--muted); font-size: 0.875rem; }
.big dd { font: 2.75rem/1.1 var(--serif); font-variant-numeric: lining-nums; }
.big dd.words { font-size: 1.5rem; }
.notes div { padding: 0.6rem 0; border-bottom: 1px solid var(--line); break-inside: avoid; }
.notes dt { font-weight: bold; }
.notes dd { max-width: 42rem; }
footer { margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--line);
  color: var(--muted); font-size: 0.8125rem; }
@media screen and (max-width: 44rem) {
  body { padding: 1.5rem 1rem 2rem; }
  h1 { font-size: 2rem; }
  .lead { font-size: 1.125rem; }
  .pair, .thirds { grid-template-columns: minmax(0, 1fr); }
  .big { grid-template-columns: 1fr 1fr; justify-content: normal; }
  .big dd { font-size: 2rem; }
  .sideways svg { width: 36rem; }
}
@media print {
  html { font-size: 13.5px; }
  body { max-width: none; padding: 0; }
  section { margin-top: 2.25rem; }
  #money { break-before: page; margin-top: 0; }
  a { color: inherit; text-decoration: none; }
}
"""
