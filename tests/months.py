"""Months of a world, added up as the job does, and counted a second time from their files."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import recount
from farechance.ledger import Account
from farechance.programs import Rules
from farechance.reports.closing import Closing
from farechance.reports.content import Report
from farechance.reports.figures import Names
from farechance.reports.lines import Lines
from farechance.store import keys
from farechance.times import local_month, next_month
from operations.add_up_month import Month, add_up_month
from world import World

SALT = b"a salt that no report would have"


@dataclass
class Summed:
    """A month, and where its files are."""

    month: Month
    lines: Lines

    @property
    def report(self) -> Report:
        """The programme's report."""
        return self.month.report


def add_up(
    world: World, month: str, folder: Path, before: Closing | None = None, **changes: Any
) -> Summed:
    """One month, as of the world's clock."""
    where = folder / month
    where.mkdir(parents=True, exist_ok=True)
    lines = Lines(where)
    sources: Mapping[str, Any] = {
        "before": before,
        "names": Names({}, {}),
        "outcomes": (),
        "statements": (),
        "store": world.store,
        "salt": SALT,
        "lines": lines,
        "now": world.clock.now,
        "has_time": lambda: True,
    }
    month_of = add_up_month(world.program(), rules_of(world), month, **{**sources, **changes})
    return Summed(month_of, lines)


def rules_of(world: World) -> Rules:
    """The programme's rules as they are now."""
    key = keys.rules(world.program_id, world.program().rules_version)
    found = world.store.read(key)[key]
    assert found is not None
    return found


def every_month(world: World, folder: Path) -> Iterator[Summed]:
    """All months of the programme in order, each opening with the one before."""
    account = keys.program_account(world.program_id)
    month = world.store.entries(account, 0, 1)[0].month
    before = None
    # Entries may be restamped into the month after the clock's.
    last = next_month(local_month(world.clock.now, rules_of(world).zone))
    while month <= last:
        summed = add_up(world, month, folder, before)
        yield summed
        before = summed.month.closing
        month = next_month(month)


def differences(summed: Summed) -> list[str]:
    """Where a second count from the files comes to something else; nothing if all is right. People
    are compared where the threshold lets them be told."""
    report = summed.report
    told = report.model_dump(mode="json")
    found = [*_money(told, recount.money(summed.lines.entries))]
    counted = recount.all_of_it(summed.lines.audit, report.time_zone, report.month)
    rides, audited_rides = told["rides"], counted["rides"]
    for name in ("by_purpose", "by_week"):
        rides[name] = {one["name"]: (one["rides"], one["net_cents"]) for one in rides[name]}
    rides["by_hour"] = {one["name"]: one["rides"] for one in rides["by_hour"] if one["rides"]}
    for name in ("declined_by_reason", "refused_by_reason"):
        rides[name] = {one["reason"]: one["times"] for one in rides[name]}
    late = {
        one["month"]: [one["adjustments"], one["captured_cents"], one["refunded_cents"]]
        for one in told["exceptions"]["late_adjustments"]
    }
    found += _unless_equal("rides", rides, audited_rides)
    found += _unless_equal("vouchers", told["vouchers"], counted["vouchers"])
    found += _unless_equal("closing", told["money"]["closing"], counted["closing"])
    found += _unless_equal("entries", told["entries"], counted["entries"])
    found += _unless_equal("spent", report.money.net_cents, counted["spent_cents"])
    found += _unless_equal("fees", report.money.fees_cents, counted["fees_cents"])
    exceptions = told["exceptions"] | {"late_adjustments": late}
    audited = counted["exceptions"]
    found += _unless_equal("exceptions", {one: exceptions[one] for one in audited}, audited)
    payable = {one.provider_id: one.closing_cents for one in report.money.ride_companies}
    found += _unless_equal(
        "payable", {name: cents for name, cents in payable.items() if cents}, counted["payable"]
    )
    people = {name: told["people"][name] for name in counted["people"]}
    if report.people.small_count_threshold == 1:
        found += _unless_equal("people", people, counted["people"])
    return found


def _money(told: dict[str, Any], counted: dict[str, Any]) -> Iterator[str]:
    said = told["money"]
    companies = [
        {name: value for name, value in one.items() if name not in ("name", "invoiced_cents")}
        for one in said["ride_companies"]
    ]
    by_day = {one["day"]: one["net_cents"] for one in said["by_day"] if one["net_cents"]}
    said = said | {"ride_companies": companies, "by_day": by_day}
    said["granted_cents"] = told["budget"]["granted_cents"]
    yield from _unless_equal("money", said, counted)


def _unless_equal(what: str, said: Any, counted: Any) -> list[str]:
    if said == counted:
        return []
    if isinstance(said, dict) and isinstance(counted, dict):
        return [
            f"{what} {name}: said {said.get(name)}, counted {counted.get(name)}"
            for name in sorted(said.keys() | counted.keys())
            if said.get(name) != counted.get(name)
        ]
    return [f"{what}: said {said}, counted {counted}"]


def balances(closing: Closing) -> dict[str, int]:
    """What a closing says that the tables should hold."""
    return {account.value: closing.program.balance(account) for account in Account}
