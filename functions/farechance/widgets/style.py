"""How widgets look: ink on the console's own two grounds, with one accent colour. It owns the style
sheet; it must never hold a word or load anything. Every rule is within `.fare-chance`: the page
that a widget is shown in is the console's."""

# Contrasts to the ground are, light and dark: ink 17 and 13, muted 7 and 8, accent 8 and 8, bad 7
# and 8 (tests/unit/test_widget_style.py); WCAG 2.2 asks for 4.5. Nothing is told by colour alone.
LIGHT = {
    "ground": "#ffffff",
    "ink": "#16191f",
    "muted": "#4f5963",
    "line": "#d1d7dc",
    "tint": "#eef2f3",
    "accent": "#0b5560",
    "on-accent": "#ffffff",
    "good": "#17602f",
    "warn": "#7a4300",
    "bad": "#a3160f",
    "spent": "#0b5560",
    "held": "#2f8794",
    "vouchers": "#84bcc4",
    "reserved": "#b79a5b",
    "allotted": "#ddc58d",
    "unallotted": "#e8ebed",
}
DARK = {
    "ground": "#161d26",
    "ink": "#ebebf0",
    "muted": "#b4bbc4",
    "line": "#424f5c",
    "tint": "#212b37",
    "accent": "#7fd0dc",
    "on-accent": "#0c1a20",
    "good": "#7bd694",
    "warn": "#f2c069",
    "bad": "#ff9d94",
    "spent": "#7fd0dc",
    "held": "#4fa3b1",
    "vouchers": "#2d6e7a",
    "reserved": "#d9bb77",
    "allotted": "#8d7440",
    "unallotted": "#3a4653",
}

_RULES = """
.fare-chance { box-sizing: border-box; min-height: 100%; padding: 4px 12px 12px;
  background: var(--ground); color: var(--ink); overflow-wrap: anywhere;
  font: 14px/1.45 "Amazon Ember", "Helvetica Neue", Roboto, Arial, "Liberation Sans", sans-serif; }
.fare-chance * { box-sizing: border-box; }
.fare-chance h2, .fare-chance h3, .fare-chance p, .fare-chance ul, .fare-chance ol,
.fare-chance dl, .fare-chance dd { margin: 0; padding: 0; color: inherit; }
.fare-chance h2 { font-size: 16px; line-height: 1.3; font-weight: 700; }
.fare-chance h3 { font-size: 14px; line-height: 1.3; font-weight: 700; }
.fare-chance section { padding: 12px 0; border-top: 1px solid var(--line); }
.fare-chance section:first-of-type { border-top: 0; }
.fare-chance section > * + *, .fare-chance details > * + * { margin-top: 8px; }
.fare-chance form > label + * { margin: 12px 0 0; }
.fare-chance .heading { display: flex; flex-wrap: wrap; align-items: baseline; gap: 2px 10px; }
.fare-chance ul, .fare-chance ol { padding-left: 20px; }
.fare-chance li + li { margin-top: 4px; }
.fare-chance a { color: var(--accent); text-decoration: underline; }
.fare-chance small, .fare-chance .note { color: var(--muted); font-size: 12px; }
.fare-chance code { font: 12px/1.4 Monaco, Menlo, Consolas, "Liberation Mono", monospace;
  color: var(--muted); background: none; border: 0; padding: 0; }
.fare-chance .lead { font-size: 15px; }
.fare-chance .pill { display: inline-block; padding: 0 8px; border: 1px solid currentcolor;
  border-radius: 10px; font-size: 12px; line-height: 18px; font-weight: 700; white-space: nowrap; }
.fare-chance .good { color: var(--good); }
.fare-chance .warn { color: var(--warn); }
.fare-chance .bad { color: var(--bad); }
.fare-chance .plain { color: var(--muted); }
.fare-chance .sideways { overflow-x: auto; }
.fare-chance .money { max-width: 620px; }
.fare-chance table { width: 100%; margin: 0; border-collapse: collapse; font-size: 13px;
  line-height: 1.35; font-variant-numeric: tabular-nums; background: none; color: inherit; }
.fare-chance caption { padding: 0 0 4px; text-align: left; font-weight: 700; color: inherit; }
.fare-chance th, .fare-chance td { padding: 6px 0 6px 12px; border: 0; text-align: left;
  border-bottom: 1px solid var(--line); vertical-align: top; font-weight: 400;
  color: inherit; background: none; white-space: normal; }
.fare-chance th:first-child, .fare-chance td:first-child { padding-left: 0; }
.fare-chance thead th { color: var(--muted); font-size: 12px; vertical-align: bottom;
  border-bottom: 1px solid var(--muted); }
.fare-chance th, .fare-chance td { overflow-wrap: break-word; }
.fare-chance .n { text-align: right; white-space: nowrap; }
.fare-chance tbody th b, .fare-chance tbody th strong { display: block; }
.fare-chance .facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(130px, 1fr));
  gap: 8px 16px; }
.fare-chance .facts dt { color: var(--muted); font-size: 12px; }
.fare-chance .facts dd { font-size: 18px; line-height: 1.25; font-variant-numeric: tabular-nums; }
.fare-chance .facts dd.words { font-size: 14px; }
.fare-chance .bar { display: flex; gap: 2px; height: 18px; overflow: hidden; border-radius: 3px; }
.fare-chance .bar span { display: block; min-width: 2px; }
.fare-chance .key { display: inline-block; width: 10px; height: 10px; margin-right: 7px;
  border: 1px solid var(--muted); border-radius: 2px; }
.fare-chance .spent { background: var(--spent); }
.fare-chance .held { background: var(--held); }
.fare-chance .vouchers { background: var(--vouchers); }
.fare-chance .reserved { background: var(--reserved); }
.fare-chance .allotted { background: var(--allotted); }
.fare-chance .unallotted { background: var(--unallotted); }
.fare-chance .answer { padding: 8px 12px; border: 1px solid currentcolor; border-left-width: 6px;
  border-radius: 4px; background: var(--tint); }
.fare-chance .answer p, .fare-chance .answer li, .fare-chance .answer dt,
.fare-chance .answer dd { color: var(--ink); }
.fare-chance .answer + * { margin-top: 8px; }
.fare-chance summary { display: inline-block; padding: 2px 0; color: var(--accent);
  text-decoration: underline; cursor: pointer; }
.fare-chance details[open] > summary { font-weight: 700; }
.fare-chance .forms { display: flex; flex-wrap: wrap; gap: 0 20px; }
.fare-chance .forms > details[open] { flex-basis: 100%; }
.fare-chance form { display: block; max-width: 420px; margin: 0; padding: 12px;
  border: 1px solid var(--line); border-radius: 4px; background: var(--tint); }
.fare-chance label { display: block; font-weight: 700; color: inherit; }
.fare-chance .hint, .fare-chance .wrong { display: block; font-size: 12px; font-weight: 400; }
.fare-chance .hint { color: var(--muted); }
.fare-chance .wrong { color: var(--bad); font-weight: 700; }
.fare-chance input, .fare-chance select { display: block; width: 100%; margin: 2px 0 0;
  padding: 5px 8px; height: auto; border: 1px solid var(--muted); border-radius: 3px;
  background: var(--ground); color: var(--ink); font: inherit; font-weight: 400; }
.fare-chance input[aria-invalid] { border: 2px solid var(--bad); }
.fare-chance .button { display: inline-block; padding: 5px 16px; height: auto;
  border: 1px solid var(--accent); border-radius: 16px; background: var(--accent);
  color: var(--on-accent); font: inherit; font-weight: 700; text-decoration: none;
  cursor: pointer; }
.fare-chance .button.quiet { background: none; color: var(--accent); }
.fare-chance .button:hover { text-decoration: underline; }
.fare-chance .button:focus-visible, .fare-chance summary:focus-visible,
.fare-chance a:focus-visible, .fare-chance .sideways:focus-visible {
  outline: 2px solid var(--accent); outline-offset: 2px; }
.fare-chance .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden;
  clip-path: inset(50%); white-space: nowrap; }
.fare-chance th .more { display: block; }
.fare-chance .pair { display: grid; gap: 12px 32px;
  grid-template-columns: repeat(auto-fit, minmax(min(340px, 100%), 1fr)); }
.fare-chance .pair > div > * + * { margin-top: 6px; }
.fare-chance .pair > div > h3:not(:first-child) { margin-top: 14px; }
.fare-chance:not(.narrow) .when { display: inline-block; width: 190px; }
.fare-chance blockquote { margin: 0; padding: 2px 0 2px 12px; border: 0;
  border-left: 3px solid var(--accent); color: inherit; font-size: 15px; }
.fare-chance .sides > div > * + * { margin-top: 8px; }
.fare-chance .sides > div + div { margin-top: 14px; }
.fare-chance.wide .sides { display: grid; grid-template-columns: 1fr 1fr; gap: 0 40px; }
.fare-chance.wide .sides > div + div { margin-top: 0; }
.fare-chance.narrow { padding: 4px 8px 8px; }
.fare-chance.narrow th:not(:first-child), .fare-chance.narrow td { padding-left: 8px; }
.fare-chance.narrow .stacked thead { position: absolute; width: 1px;
  height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.fare-chance.narrow .stacked, .fare-chance.narrow .stacked caption,
.fare-chance.narrow .stacked tbody, .fare-chance.narrow .stacked tr,
.fare-chance.narrow .stacked tbody th { display: block; }
.fare-chance.narrow .stacked tr { padding: 8px 0; border-bottom: 1px solid var(--line); }
.fare-chance.narrow .stacked th, .fare-chance.narrow .stacked td { padding: 2px 0; border: 0;
  text-align: left; white-space: normal; }
.fare-chance.narrow .stacked td { display: flex; gap: 8px; }
.fare-chance.narrow .stacked td::before { content: attr(data-column); flex: none; width: 92px;
  color: var(--muted); font-size: 12px; line-height: 18px; }
.fare-chance.narrow .facts { grid-template-columns: 1fr 1fr; }
"""


def _theme(name: str, colours: dict[str, str]) -> str:
    named = " ".join(f"--{part}: {colour};" for part, colour in colours.items())
    return f"\n.fare-chance.{name} {{ {named} }}"


STYLE = _theme("light", LIGHT) + _theme("dark", DARK) + _RULES
