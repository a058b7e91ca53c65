"""Whether two reports say the same, and which figures differ: by name, whatever the order and
however it is worded."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest
from pydantic import BaseModel

from farechance.report_figures import changed_figures
from farechance.reports.content import Identity, Report, Share
from farechance.reports.money_content import DayOfRides, Owing


def _blank(model: type[BaseModel]) -> dict[str, Any]:
    """Nothing of anything."""
    made: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            made[name] = kind.model_validate(_blank(kind))
        elif field.is_required():
            made[name] = () if "tuple" in str(kind) else None if "None" in str(kind) else 0
    return made


def _report(**changes: Any) -> Report:
    named: dict[str, Any] = {
        "program_id": "prg_harbor",
        "program_name": "Harbor rides",
        "funder": "Harbor Foundation",
        "month": "2026-03",
        "time_zone": "America/New_York",
        "first_day": date(2026, 3, 1),
        "last_day": date(2026, 3, 31),
        "is_complete": True,
        "currency": "USD",
    }
    return Report.model_validate({**_blank(Report), **named, **changes})


def _with_money(**changes: Any) -> Report:
    report = _report()
    return report.model_copy(update={"money": report.money.model_copy(update=changes)})


def _company(name: str, cents: int) -> Owing:
    return Owing.model_validate(
        {**_blank(Owing), "provider_id": name, "name": name, "paid_cents": cents}
    )


def _days(amounts: Iterable[int]) -> tuple[DayOfRides, ...]:
    return tuple(
        DayOfRides(day=date(2026, 3, number), net_cents=cents, rides=1)
        for number, cents in enumerate(amounts, start=1)
    )


def test_the_same_report_has_no_difference() -> None:
    assert changed_figures(_with_money(by_day=_days([5])), _with_money(by_day=_days([5]))) == ()


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        ({"fees_cents": 1}, {"fees_cents": 2}, ("money.fees_cents",)),
        (
            {"by_day": _days([5, 6])},
            {"by_day": _days([5, 7])},
            ("money.by_day[2026-03-02].net_cents",),
        ),
        (
            {"ride_companies": (_company("pvd_a", 1), _company("pvd_b", 2))},
            {"ride_companies": (_company("pvd_b", 2), _company("pvd_a", 1))},
            (),
        ),
        (
            {"ride_companies": (_company("pvd_a", 1),)},
            {"ride_companies": (_company("pvd_a", 3),)},
            ("money.ride_companies[pvd_a].paid_cents",),
        ),
    ],
)
def test_a_figure_that_differs_is_named_by_its_row(
    before: dict[str, Any], after: dict[str, Any], named: tuple[str, ...]
) -> None:
    assert changed_figures(_with_money(**before), _with_money(**after)) == named


def test_a_row_that_came_or_went_is_named_with_all_its_figures() -> None:
    report = _report()
    rides = report.rides.model_copy(
        update={"by_purpose": (Share(name="family", rides=1, net_cents=5),)}
    )
    more = report.model_copy(update={"rides": rides})

    came, went = changed_figures(report, more), changed_figures(more, report)

    assert (
        came
        == went
        == (
            "rides.by_purpose[family].rides",
            "rides.by_purpose[family].net_cents",
        )
    )


def test_a_count_that_isnt_told_any_more_is_a_difference() -> None:
    report = _report()
    people = report.people.model_copy(update={"riders": 12})

    told = report.model_copy(update={"people": people})

    assert changed_figures(told, report) == ("people.riders",)


def test_words_arent_figures() -> None:
    one = Identity(name="it adds up", left="a", right="b", left_value=1, right_value=1)
    # An equation is called by words, and both of its sides are made of figures.
    other = one.model_copy(
        update={"name": "nothing is lost", "left": "said better", "right": "this too"}
    )
    renamed = {"program_name": "Harbour rides", "funder": "The Foundation", "basis": "in short"}

    before, after = _report(identities=(one,)), _report(identities=(other,), **renamed)

    assert changed_figures(before, after) == ()


def test_what_a_ride_company_is_called_is_no_figure() -> None:
    def named(first: str, second: str) -> Report:
        companies = (_company("pvd_a", 1), _company("pvd_b", 2))
        calls = zip(companies, (first, second), strict=True)
        renamed = tuple(one.model_copy(update={"name": name}) for one, name in calls)
        payable = tuple(
            Identity(
                name=f"Payable to {one.name}", left="a", right="b", left_value=1, right_value=1
            )
            for one in renamed
        )
        return _with_money(ride_companies=renamed).model_copy(update={"identities": payable})

    assert changed_figures(named("City Cabs", "Bay Wheels"), named("Metro", "Metro")) == ()
