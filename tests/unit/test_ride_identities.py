"""A ride's id is read back from the identity of its events, which is an entry's key for ever."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOON, PROVIDER
from farechance.rides import EventKind, RideEvent, ride_id_of

RIDE_IDS = st.text([chr(one) for one in range(0x21, 0x7F) if chr(one) != "#"], min_size=1)


@given(RIDE_IDS, st.sampled_from(EventKind), st.none() | RIDE_IDS)
def test_the_id_of_a_ride_is_in_every_identity_of_its_events(
    ride_id: str, kind: EventKind, adjustment_id: str | None
) -> None:
    event = RideEvent(
        kind=kind,
        provider_id=PROVIDER,
        ride_id=ride_id,
        at=NOON,
        fare_cents=1,
        adjustment_id=adjustment_id,
    )

    assert ride_id_of(event.identity) == ride_id
    assert ride_id_of(event.identity_of_content) == ride_id


@pytest.mark.parametrize("identity", ["lapse#pvd_x#ride-1", "mint#key", "", "ride#pvd_x#ride-1"])
def test_what_is_no_ride_companys_event_has_no_ride(identity: str) -> None:
    assert ride_id_of(identity) is None
