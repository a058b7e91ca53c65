"""How a page of cards looks: a card of 94 × 128 mm, four on a sheet of A4 or US Letter, black on
white. It owns the style sheet and its digest, which is all that the page's security policy lets
in; it must never hold a word."""

import base64
import hashlib

CARDS_ON_A_SHEET = 4

# Cards are inline blocks: every browser takes such a block as one piece, so that no page break
# cuts one. No `size`: paper is the printer's choice, and both kinds hold four. What is spoken only
# is clipped and not hidden, since a screen reader passes over what is hidden.
STYLE = """
@page { margin: 8mm; }
* { box-sizing: border-box; margin: 0; padding: 0; }
html { background: #fff; color: #000; font: 10.5pt/1.18 Arial, "Liberation Sans", sans-serif; }
header { max-width: 192mm; margin: 4mm auto; font-size: 11pt; }
main { width: 192mm; margin: 0 auto; }
.sheet { width: 192mm; font-size: 0; break-after: page; }
.sheet:last-child { break-after: auto; }
article { display: inline-block; vertical-align: top; width: 94mm; min-height: 128mm;
  margin: 0 1mm 2mm; padding: 3mm 4mm 2mm; border: 0.25mm dashed #000; break-inside: avoid;
  font-size: 10.5pt; overflow-wrap: anywhere; }
.title { display: flex; justify-content: space-between; align-items: baseline; gap: 3mm; }
h2 { font-size: 14pt; line-height: 1.1; }
.label { font-size: 11pt; font-weight: bold; text-align: right; }
.value { display: flex; align-items: baseline; gap: 3mm; }
.value strong { font-size: 22pt; line-height: 1.1; white-space: nowrap; }
.value span { font-size: 10.5pt; }
.valid { font-weight: bold; }
.code { display: flex; align-items: center; justify-content: space-between; margin: 0.5mm 0;
  padding-right: 8mm; }
.code img { width: 36mm; height: 36mm; margin: 0 0 0 -3mm; flex: none; }
.groups { font: bold 28pt/1 "DejaVu Sans Mono", Consolas, Menlo, "Liberation Mono", monospace; }
.groups span { display: block; }
ol { margin: 0.5mm 0 0.5mm 5mm; }
dt { font-weight: bold; }
dt, dd { display: inline; }
.needs { margin: 0.5mm 0; }
.phones { list-style: none; margin: 0; }
.keep { margin-top: 0.5mm; }
.phones strong { font-size: 11pt; white-space: nowrap; }
.spoken { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
  white-space: nowrap; }
@media print { header { display: none; } main { margin: 0; } }
"""

STYLE_DIGEST = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
"""As a content security policy names it (CSP Level 3, 'hash-source')."""
