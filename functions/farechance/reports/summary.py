"""`summary.csv`: every figure of a report on a line of its own, for whoever works with a
spreadsheet. It goes through the models field by field, so that a figure that the form gains is in
it too. It must never tell a count of people that the report doesn't."""

from collections.abc import Iterator
from datetime import date

from pydantic import BaseModel

from farechance import sheets
from farechance.reports.content import Identity, Report, Share
from farechance.reports.money_content import Owing
from farechance.reports.phrases import NOT_TOLD
from farechance.reports.plain_words import heading

COLUMNS = ("section", "name", "unit", "value")

_PEOPLE = frozenset({"riders", "new_riders", "returning_riders", "given_vouchers", "people"})
_NAMES = ("name", "day", "reason", "outcome", "month")
_IDS = ("partner_id", "provider_id")
# What a ride company is owed to date isn't a partner's: payments are the programme's.
_PROGRAMS_ONLY = frozenset({"opening_cents", "paid_cents", "closing_cents", "invoiced_cents"})
_BY_HOUR = "By hour, "

type Row = tuple[str, str, str, str | int]


def summary_csv(report: Report) -> str:
    """All figures: section, name, unit (`cents`, `count`, `people`, `percent`, `hundredths`, `day`
    or `text`) and value."""
    return sheets.written(COLUMNS, _rows(report))


def _rows(report: Report) -> Iterator[Row]:
    for name, value in report:
        if isinstance(value, BaseModel):
            yield from _of_part(value, name, "", is_partners=report.partner_id is not None)
        elif isinstance(value, tuple):
            yield from _of_rows(value, name, "", is_partners=report.partner_id is not None)
        else:
            yield _row("report", "", name, value)


def _of_part(part: BaseModel, section: str, path: str, *, is_partners: bool) -> Iterator[Row]:
    """A part's own figures, then those of its parts and tables."""
    named = {*_NAMES, *_IDS} if path else set()
    for name, value in part:
        if name in named or (is_partners and isinstance(part, Owing) and name in _PROGRAMS_ONLY):
            continue
        here = f"{path}{heading(name)}, "
        if isinstance(value, BaseModel):
            yield from _of_part(value, section, here, is_partners=is_partners)
        elif isinstance(value, tuple):
            yield from _of_rows(value, section, here, is_partners=is_partners)
        elif isinstance(part, Identity) and name.endswith("_value"):
            yield section, here.removesuffix(", "), part.unit, value
        elif name != "unit":
            yield _row(section, path, name, value)


def _of_rows(
    rows: tuple[BaseModel, ...], section: str, path: str, *, is_partners: bool
) -> Iterator[Row]:
    for row in rows:
        if isinstance(row, Share) and path == _BY_HOUR:
            # Rides by the hour in which they were asked for have no money yet.
            yield section, f"{path}{row.name}, Rides", "count", row.rides
            continue
        yield from _of_part(row, section, f"{path}{_title(row)}, ", is_partners=is_partners)


def _title(row: BaseModel) -> str:
    """What tells a row from the others: its words, and its id where two may have the same."""
    fields = dict(row)
    words = next((str(fields[name]) for name in _NAMES if name in fields), "")
    ids = next((fields[name] for name in _IDS if name in fields), "")
    return f"{words} ({ids})" if words and ids else words or ids


def _row(section: str, path: str, name: str, value: str | int | date | None) -> Row:
    unit = _unit(name, value)
    # Spent in cents and spent in percent keep names of their own.
    shown = heading(name.removesuffix("_cents").removesuffix("_hundredths"))
    said: str | int
    if value is None:
        said = NOT_TOLD if unit == "people" else "none"
    elif isinstance(value, bool):
        said = "yes" if value else "no"
    elif isinstance(value, int):
        said = value
    else:
        said = str(value)
    return section, f"{path}{shown}", unit, said


def _unit(name: str, value: str | int | date | None) -> str:
    for unit in ("cents", "percent", "hundredths"):
        if name.endswith(f"_{unit}"):
            return unit
    if name in _PEOPLE:
        return "people"
    if isinstance(value, date):
        return "day"
    return "text" if value is None or isinstance(value, str | bool) else "count"
