"""Writes the tables of infra/guides/privacy.md, and the rows of the page for the law, from the
models and from what `fields` and `retention` say of them. It owns their form and nothing else of
the pages, which people write."""

import re
from pathlib import Path

from pydantic import BaseModel

from farechance.telemetry import Event
from infra.privacy.fields import ITEMS, stored_models
from infra.privacy.retention import RETENTION

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "infra" / "guides" / "privacy.md"
LAW = ROOT / "infra" / "runbooks" / "law-enforcement.md"

_TABLES = {
    "people": "The table of people: the only one that leads to a person",
    "vouchers": "The table of vouchers and rides",
    "ledger": "The ledger",
    "programs": "The table of programmes, partners and ride companies",
}
_ERASED = "she is erased"
_UNTIL = {
    **dict.fromkeys(
        ("asked", "left", "withdrew", "rode", "waits", "consent_ends", "person"), _ERASED
    ),
    "marks": "for ever what leads to nobody",
    "counts": "for ever",
    "batch": f"{RETENTION['batch'].in_words} after the batch's end",
}
"""By the line of `retention`, for the page for the law."""


def guide() -> str:
    """The guide with its tables as they must be."""
    page = GUIDE.read_text(encoding="utf-8")
    for name, table in (("stored", _stored()), ("retention", _retention()), ("logs", _logs())):
        page = _with(page, name, f"{table}\n")
    return page


def law() -> str:
    """The page for the law with its rows as they must be: each field of a model, and each model of
    the table of people."""
    page = _with(LAW.read_text(encoding="utf-8"), "people", _people())
    for model in (one for one, table in stored_models() if table != "people"):
        page = re.sub(
            rf"^( *)\| {model.__name__} \| .* \|$",
            rf"\1| {model.__name__} | {_fields(model)} |",
            page,
            flags=re.MULTILINE,
        )
    return page


def _with(page: str, name: str, table: str) -> str:
    """The page with another table between the marks of this name."""
    begin, end = f"<!-- {name}: written by make privacy -->", f"<!-- /{name} -->"
    before, _, rest = page.partition(begin)
    _, _, after = rest.partition(end)
    return f"{before}{begin}\n\n{table}{end}{after}"


def _fields(model: type[BaseModel]) -> str:
    return ", ".join(f"`{name}`" for name in model.model_fields)


def _people() -> str:
    """Within a numbered step, so each line is indented."""
    lines = ["| model | until | what is stored |", "| --- | --- | --- |"]
    for model, table in stored_models():
        if table == "people":
            until = "; ".join(dict.fromkeys(_UNTIL[name] for name in ITEMS[model.__name__].kept))
            lines.append(f"| {model.__name__} | {until} | {_fields(model)} |")
    return "".join(f"   {line}\n" for line in lines) + "\n   "


def _stored() -> str:
    lines = []
    for table, title in _TABLES.items():
        lines += [
            f"### {title}",
            "",
            "| what | for what | fields | kept |",
            "| --- | --- | --- | --- |",
        ]
        for model, its_table in stored_models():
            if its_table != table:
                continue
            item = ITEMS[model.__name__]
            kept = "; ".join(_kept(name) for name in item.kept)
            what = f"**{item.what}** (`{model.__name__}`)"
            for why, fields in item.by_purpose.items():
                named = ", ".join(f"`{name}`" for name in fields)
                lines.append(f"| {what} | {why} | {named} | {kept} |")
                what = kept = ""
        lines.append("")
    return "\n".join(lines)


def _kept(name: str) -> str:
    number = list(RETENTION).index(name) + 1
    return f"line {number}"


def _retention() -> str:
    lines = ["| line | what | kept | since | what deletes it, or why nothing does | shown by |"]
    lines.append("| --- | --- | --- | --- | --- | --- |")
    for number, one in enumerate(RETENTION.values(), start=1):
        since = one.since or "–"
        # Not a link: a release has this page and no tests.
        lines.append(
            f"| {number} | {one.what} | {one.in_words} | {since} | {one.mechanism} "
            f"| `{one.shown_by}` |"
        )
    return "\n".join(lines) + "\n"


def _logs() -> str:
    return ", ".join(f"`{event.value}`" for event in Event) + ".\n"
