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
.lead { font: 1.25rem/1.55 var(--serif); max-width: 42rem; }
.note { color: var(--muted); font-size: 0.875rem; max-width: 42rem; }
"""
