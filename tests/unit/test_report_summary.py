"""`summary.csv`: every figure of a report is in it, by a name and a unit, and nothing that the
report doesn't tell; a spreadsheet takes no cell for a formula."""

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest

import report_builders as builders
from farechance.reports.content import Report
from farechance.reports.summary import COLUMNS, summary_csv

UNITS = {"cents", "count", "people", "percent", "hundredths", "day", "text"}


def _lines(report: Report) -> list[list[str]]:
    header, *lines = csv.reader(io.StringIO(summary_csv(report), newline=""))
    assert header == list(COLUMNS)
    return lines


def _values(report: Report) -> dict[tuple[str, str], tuple[str, str]]:
    return {(section, name): (unit, value) for section, name, unit, value in _lines(report)}


def _cents(part: Any) -> Iterator[int]:
    """Every amount in what is published, but those of hours, which have none."""
    if isinstance(part, list):
        for one in part:
            yield from _cents(one)
    elif isinstance(part, dict):
        for name, value in part.items():
            if name.endswith("_cents") and value is not None:
                yield value
            elif name != "by_hour":
                yield from _cents(value)


@pytest.mark.parametrize(
    "report",
    [
        builders.a_report(),
        builders.a_partner_report(),
        builders.an_empty_month(),
        builders.a_report(people=builders.some_not_told()),
    ],
)
def test_every_figure_has_a_section_and_a_name_and_unit_of_its_own(report: Report) -> None:
    lines = _lines(report)

    assert all(len(line) == 4 and all(line) for line in lines)
    assert {unit for _, _, unit, _ in lines} <= UNITS
    # Vouchers are minted as a count and as cents.
    names = [(section, name, unit) for section, name, unit, _ in lines]
    assert len(set(names)) == len(names)
    for _, _, unit, value in lines:
        if unit in {"count", "percent"} or (unit in {"cents", "hundredths"} and value != "none"):
            assert str(int(value)) == value


def test_every_amount_of_the_report_is_in_it() -> None:
    report = builders.a_report()

    written = sorted(
        int(value)
        for section, _, unit, value in _lines(report)
        if unit == "cents" and value != "none" and section != "identities"
    )

    assert written == sorted(_cents(report.model_dump(mode="json")))


def test_figures_are_found_by_what_they_are_called() -> None:
    values = _values(builders.a_report())

    assert values["report", "Month"] == ("text", "2026-03")
    assert values["report", "First day"] == ("day", "2026-03-01")
    assert values["report", "Is complete"] == ("text", "yes")
    assert values["money", "Captured"] == ("cents", "3148215")
    assert values["money", "Closing, In vouchers"] == ("cents", "1140220")
    assert values["money", "Ride companies, City Cabs (pvd_city_cabs), Paid"] == (
        "cents",
        "2215400",
    )
    assert values["money", "Ride companies, Bay Wheels (pvd_other_cabs), Invoiced"] == (
        "cents",
        "none",
    )
    assert values["money", "By day, 2026-02-26, Net"] == ("cents", "-2150")
    assert values["budget", "Spent"] == ("cents", "5377115")
    assert values["rides", "By hour, 08, Rides"] == ("count", "250")
    assert values["rides", "Declined by reason, over_ride_cap, Times"] == ("count", "61")
    assert values["people", "Rides per rider"] == ("hundredths", "286")
    assert values["people", "Outcomes, job_started, People"] == ("people", "17")
    assert values["exceptions", "Late adjustments, 2026-02, Adjustments"] == ("count", "5")
    assert values["identities", "Requests, Left value"] == ("count", "2427")
    assert values["identities", "What came and went, Left value"] == ("cents", "4622885")


def test_two_parts_of_a_budget_do_not_share_a_name() -> None:
    budget = {
        (name, unit): value
        for section, name, unit, value in _lines(builders.a_report())
        if section == "budget"
    }

    assert budget["Spent percent", "percent"] == "53"
    assert budget["Days percent", "percent"] == "58"


def test_people_who_are_not_told_are_not_told_here() -> None:
    values = _values(builders.a_report(people=builders.some_not_told()))

    assert values["people", "Riders"] == ("people", "640")
    assert values["people", "New riders"] == ("people", "not told")
    assert values["people", "By partner, Open Gate Families (org_open_gate), Riders"] == (
        "people",
        "not told",
    )
    assert values["people", "Outcomes, job_started, People"] == ("people", "not told")


def test_a_partners_part_does_not_say_what_is_payable() -> None:
    names = {name for _, name in _values(builders.a_partner_report())}

    assert "Ride companies, City Cabs (pvd_city_cabs), Captured" in names
    assert not [name for name in names if "City Cabs" in name and name.endswith(("Paid", "sing"))]


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r"])
def test_no_name_is_a_formula(sign: str) -> None:
    planted = f"{sign}cmd|' /C calc'!A0"
    report = builders.a_report(
        program_name=planted,
        people=builders.people(by_partner=(builders.partner_row(name=planted),)),
        identities=(builders.identities()[0].model_copy(update={"name": planted}),),
    )

    cells = [cell for line in _lines(report) for cell in line[:2] + [line[3]]]

    assert f"'{planted}" in cells
    assert not [cell for cell in cells if cell.startswith(sign) and not cell[1:].isdigit()]
