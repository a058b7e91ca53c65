"""How reports look: ink on white with one accent colour, on a screen, on a phone and on paper. It
owns the style sheet; it must never hold a word or load anything: the fonts are the reader's own."""

# Paper's size is the printer's choice: both A4 and US Letter hold it. Nothing is told by colour
# alone, so that a black and white printer loses nothing. Contrasts on white are 15 (ink), 7 (muted)
# and 8 (accent) to 1; WCAG 2.2 asks for 4.5.
STYLE = """
@page { margin: 15mm 16mm 17mm; }
@page { @bottom-right { content: "Page " counter(page) " of " counter(pages);
  font: 8pt Arial, "Liberation Sans", sans-serif; color: #4b5a5c; } }
:root { --ink: #1b2526; --muted: #4b5a5c; --line: #cfd8d8; --accent: #0d5560; --tint: #e3ecec;
  --serif: Georgia, "Liberation Serif", "Times New Roman", serif;
  --sans: "Helvetica Neue", Arial, "Liberation Sans", sans-serif; }
* { box-sizing: border-box; }
html { background: #fff; color: var(--ink); font: 16px/1.5 var(--sans);
  -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; max-width: 60rem; padding: 3rem 2rem 4rem; overflow-wrap: anywhere; }
h1, h2, h3, p, table, figure, dl, dd, ul { margin: 0; padding: 0; }
h1, h2, h3 { font-family: var(--serif); font-weight: normal; line-height: 1.2;
  break-after: avoid; }
h1 { font-size: 3rem; line-height: 1.1; letter-spacing: -0.01em; }
h1 span { display: block; color: var(--accent); }
h2 { font-size: 1.875rem; }
h3 { font-size: 1.1875rem; }
p { text-wrap: pretty; }
p + p { margin-top: 0.75rem; }
a { color: var(--accent); }
header { padding-top: 1.25rem; border-top: 5px solid var(--accent); }
.kind { margin-bottom: 0.75rem; color: var(--accent); font-size: 0.8125rem; font-weight: bold;
  letter-spacing: 0.09em; text-transform: uppercase; }
.period { margin-top: 1rem; color: var(--muted); }
.so-far { display: inline-block; margin-top: 1rem; padding: 0.4rem 0.8rem;
  border: 2px solid var(--ink); }
section { margin-top: 4rem; padding-top: 1.25rem; border-top: 1px solid var(--ink); }
section > * + * { margin-top: 2.25rem; }
section > h2 + * { margin-top: 1.5rem; }
#page-one { margin-top: 2rem; padding: 0; border: 0; }
.big { display: grid; grid-template-columns: repeat(4, auto); justify-content: space-between;
  gap: 1rem 2rem; padding: 1.25rem 0; border: solid var(--ink); border-width: 1px 0; }
.big div { display: flex; flex-direction: column-reverse; justify-content: flex-end; }
.big dt { color: var(--muted); font-size: 0.875rem; }
.big dd { font: 2.75rem/1.15 var(--serif); font-variant-numeric: lining-nums; }
.big dd.in-words { font-size: 1.5rem; }
.page-one { display: grid; grid-template-columns: minmax(0, 1fr) 15rem; gap: 3.5rem;
  align-items: start; }
.lead { font: 1.1875rem/1.55 var(--serif); }
.lead p:first-child { font-size: 1.375rem; line-height: 1.45; }
.side figure { margin-bottom: 2rem; }
.side ul { list-style: none; font-size: 0.875rem; }
.side li { padding: 0.35rem 0; border-top: 1px solid var(--line); }
.note { margin-top: 0.75rem; max-width: 42rem; color: var(--muted); font-size: 0.875rem; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 2.25rem 3.5rem; align-items: start; }
.thirds { display: grid; grid-template-columns: 5fr 5fr 3fr; gap: 2.25rem 3rem;
  align-items: start; }
.pair > *, .thirds > * { min-width: 0; }
.stack > * + * { margin-top: 2.25rem; }
table { width: 100%; border-collapse: collapse; font-size: 0.875rem; line-height: 1.35;
  font-variant-numeric: tabular-nums lining-nums; break-inside: avoid; }
table.long { break-inside: auto; }
caption { padding: 0 0 0.25rem; text-align: left; }
.plain caption { padding-bottom: 0.35rem; }
thead { display: table-header-group; }
tfoot { display: table-row-group; }
tr { break-inside: avoid; }
th, td { padding: 0.4rem 0 0.4rem 1rem; text-align: left; vertical-align: top;
  font-weight: normal; border-bottom: 1px solid var(--line); }
th:first-child, td:first-child { padding-left: 0; }
thead th, thead td { padding-top: 0.25rem; vertical-align: bottom; color: var(--muted);
  font-size: 0.8125rem; border-bottom: 1px solid var(--ink); }
.plain thead th, .plain thead td { padding: 0; }
.plain thead span { position: absolute; width: 1px; height: 1px; overflow: hidden;
  clip-path: inset(50%); }
tfoot th, tfoot td { font-weight: bold; border-top: 1px solid var(--ink);
  border-bottom: 3px double var(--ink); }
.n { text-align: right; white-space: nowrap; }
.part { padding-left: 1rem; }
small { display: block; color: var(--muted); font-size: 0.8125rem; }
figure { break-inside: avoid; }
figcaption { margin-bottom: 0.75rem; }
svg { display: block; width: 100%; height: auto; font-family: var(--sans); }
svg text { fill: var(--ink); font-variant-numeric: tabular-nums lining-nums; }
svg .quiet { fill: var(--muted); }
svg .strong { font-weight: bold; }
svg .bar { fill: var(--accent); }
svg .frame { fill: var(--tint); }
svg .grid { stroke: var(--line); }
svg .base { stroke: var(--ink); }
.sideways { overflow-x: auto; }
.sideways th, .sideways td { overflow-wrap: break-word; }
.id { display: inline-block; min-width: 9ch; overflow-wrap: anywhere; }
.notes { display: grid; grid-template-columns: 1fr 1fr 1fr; gap: 1.25rem 3rem;
  font-size: 0.875rem; }
.notes div { break-inside: avoid; }
.notes dt { font-weight: bold; }
footer { margin-top: 2.5rem; color: var(--muted); font-size: 0.8125rem; }
@media screen and (max-width: 44rem) {
  body { padding: 1.5rem 1rem 2rem; }
  h1 { font-size: 2.25rem; }
  .page-one, .pair, .thirds, .notes { grid-template-columns: minmax(0, 1fr); }
  .lead p:first-child { font-size: 1.25rem; }
  .big { grid-template-columns: 1fr 1fr; justify-content: normal; }
  .big dd { font-size: 1.875rem; }
  .side { max-width: 20rem; }
  .sideways svg { width: 40rem; }
}
@media print {
  html { font-size: 13.5px; }
  .lead { font-size: 1.0625rem; line-height: 1.5; }
  .lead p:first-child { font-size: 1.25rem; }
  body { max-width: none; padding: 0; }
  section { margin-top: 2rem; }
  section > * + * { margin-top: 1.75rem; }
  .stack > * + * { margin-top: 1.75rem; }
  .notes { gap: 1rem 2.5rem; font-size: 0.8125rem; line-height: 1.4; break-inside: avoid; }
  nav, footer { display: none; }
  .page-one { grid-template-columns: minmax(0, 1fr) 13.5rem; gap: 2.5rem; }
  .pair, .thirds { gap: 1.75rem 2.5rem; }
  #money, #figures { break-before: page; margin-top: 0; }
  #figures th, #figures td { padding-top: 0.15rem; padding-bottom: 0.15rem; }
  #figures table { line-height: 1.3; }
}
"""
