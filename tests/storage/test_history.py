"""The history of `make demo-history`, a small part of it: played on the real DynamoDB by the same
player, and the month that comes of it compared with the sums of the raw rides."""

import csv
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import months
from infra.local import history_write
from infra.local.history_stage import PARTNERS, PROGRAM_ID, PROVIDER_ID, Stage
from infra.local.history_sums import totals
from infra.local.history_totals import added_up, differences, published
from infra.local.rides import RealRide, read_month
from world import World

# Cards of every kind that the plan knows, in the first wave and in the last.
PLACES = {3, 7, 8, 13, 17, 23, 27, 33, 40, 53, 73, 99}


def some_rides() -> list[RealRide]:
    """Those of a few cards, of both ends of the month, with every kind of adjustment."""
    real = read_month()
    return [
        ride
        for ride in real
        if (ride.number <= 650 or ride.number > 2_600)
        and ((ride.number - 1) % 650 % 200 in PLACES or ride.number % 211 == 40)
    ]


def a_world(worlds: Callable[..., World]) -> World:
    """One with the partners and the ride company of the history."""
    world = worlds(program_id=PROGRAM_ID, provider_id=PROVIDER_ID)
    world.register_provider(PROVIDER_ID)
    for partner_id in PARTNERS:
        world.create_partner(partner_id)
    return world


def test_a_history_is_what_its_raw_rides_add_up_to_and_is_written_once(
    worlds: Callable[..., World], tmp_path: Path
) -> None:
    world, rides = a_world(worlds), some_rides()
    stage = Stage(world.store, world.code_keys)
    asked: list[int] = []

    history_write.write(stage, rides, 1, lambda: asked.append(1))

    world.clock.now = datetime(2019, 5, 2, 14, tzinfo=UTC)
    own = totals(rides)
    assert len(asked) == len(rides)
    compared = []
    for summed in months.every_month(world, tmp_path):
        with summed.lines.entries.open(encoding="utf-8", newline="") as lines:
            sums = added_up(csv.DictReader(lines))
        if (month := summed.report.month) in own:
            compared.append(month)
            figures = published(summed.report.model_dump(mode="json"))
            # So few ride that their number would tell a partner about another's people.
            assert differences(own[month], figures, sums, may_be_hidden=("riders",)) == []
    assert history_write.is_written(stage)
    assert compared == ["2019-02", "2019-03", "2019-04", "2019-05"]

    before = world.everything()
    again = history_write.write(stage, rides, 1, lambda: None)
    assert again.told == {}
    assert world.everything() == before
