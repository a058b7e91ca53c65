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
html { background: #fff; color: #000; font: 9pt/1.28 Arial, "Liberation Sans", sans-serif; }
header { max-width: 192mm; margin: 4mm auto; font-size: 11pt; }
main { width: 192mm; margin: 0 auto; }
.sheet { width: 192mm; font-size: 0; break-after: page; }
.sheet:last-child { break-after: auto; }
article { display: inline-block; vertical-align: top; width: 94mm; min-height: 128mm;
  margin: 0 1mm 2mm; padding: 4mm 5mm 3mm; border: 0.25mm dashed #000; break-inside: avoid;
  font-size: 9pt; overflow-wrap: anywhere; }
.title { display: flex; justify-content: space-between; align-items: baseline; gap: 3mm; }
h2 { font-size: 14pt; line-height: 1.1; }
.label { font-size: 11pt; font-weight: bold; text-align: right; }
.value { display: flex; align-items: baseline; gap: 3mm; margin-top: 1mm; }
.value strong { font-size: 22pt; line-height: 1.1; white-space: nowrap; }
.value span { font-size: 10pt; }
.valid { margin-top: 0.5mm; font-size: 10pt; font-weight: bold; line-height: 1.2; }
.code { display: flex; align-items: center; justify-content: space-between; margin: 1mm 0;
  padding-right: 8mm; }
.code img { width: 40mm; height: 40mm; margin: 0 0 0 -1mm; flex: none; }
.groups { font: bold 28pt/1.05 "DejaVu Sans Mono", Consolas, Menlo, "Liberation Mono", monospace; }
.groups span { display: block; }
.letters { font-size: 8pt; }
ol { margin: 1mm 0 1mm 4.5mm; }
dl { margin: 1mm 0; }
dt { font-weight: bold; }
dt, dd { display: inline; }
.needs { margin: 1mm 0; }
.phones { list-style: none; margin: 0; }
.phones li { margin-top: 0.3mm; }
.keep { margin-top: 1mm; }
.phones strong { font-size: 11pt; white-space: nowrap; }
.spoken { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
  white-space: nowrap; }
@media print { header { display: none; } main { margin: 0; } }
"""

STYLE_DIGEST = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
"""As a content security policy names it (CSP Level 3, 'hash-source')."""
