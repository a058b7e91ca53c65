"""Whether two reports of a month say the same: their figures, by name. Words aren't figures: a
sentence that is put better corrects nothing."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from farechance.reports.content import Report

_NAMES = ("provider_id", "partner_id", "day", "month", "reason", "outcome", "name")
"""The field by which a row of a table is told from the others, whichever it has."""


def changed_figures(before: Report, after: Report) -> tuple[str, ...]:
    """The names of the figures that differ, such as `money.ride_companies[pvd_1].paid_cents`."""
    old, new = _all_of(before), _all_of(after)
    named = {**old, **new}
    return tuple(name for name in named if name not in old or old[name] != new.get(name, _GONE))


_GONE = object()


def _all_of(report: Report) -> dict[str, Any]:
    # Equations are made of the other figures, and are called by words and by what ride companies
    # are called.
    return dict(_figures(report.model_copy(update={"identities": ()}), ""))


def _figures(value: Any, name: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, BaseModel):
        for field in type(value).model_fields:
            yield from _figures(getattr(value, field), f"{name}.{field}" if name else field)
    elif isinstance(value, tuple):
        for number, row in enumerate(value):
            yield from _figures(row, f"{name}[{_name(row, number)}]")
    elif not isinstance(value, str):
        yield name, value


def _name(row: object, number: int) -> object:
    found = (getattr(row, one) for one in _NAMES if hasattr(row, one))
    return next(found, number)
