"""Histories that the state machine found and in which the code once differed from domain.md."""

import pytest

from builders import RIDE_KEY, completed, decided, hold, voucher_with_holds
from farechance.programs import Overage
from farechance.rides import RideState


@pytest.mark.parametrize("overage", ["decline", "rider_pays", "program_pays"])
def test_a_free_ride_is_never_short_of_money_and_lets_no_dead_hold_go(overage: Overage) -> None:
    dead = {f"{RIDE_KEY}-before": hold(100, hours=-1)}
    empty = voucher_with_holds(dead, available_cents=0, spent_cents=3_900)

    outcome = decided(
        completed(fare_cents=300, tip_cents=300), empty, direct_capture=True, overage=overage
    )

    assert (outcome.reason, outcome.ride.state) == (None, RideState.CAPTURED)
    assert outcome.voucher.holds == dead
    assert outcome.voucher.rides_counted == 1
