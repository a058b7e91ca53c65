"""Looks the rides of a statement's lines up by themselves: those that the month's entries don't
settle, whenever and under whichever programme they were recorded."""

from collections.abc import Sequence
from dataclasses import dataclass

from farechance.errors import BooksDiffer
from farechance.reports.reconciliation import KnownRide
from farechance.reports.statement_sheet import StatementLine
from farechance.rides import Ride, RideState, voucher_key_of
from farechance.store import Store, keys
from farechance.vouchers import Voucher

AT_ONCE = 100
"""Lines, so that each kind of item is read in one call."""


@dataclass(frozen=True, slots=True)
class LookedUp:
    """One line, with the ride that it names as it stands now, and the voucher that the ride has or,
    if there is no ride, that its authorization leads to."""

    line: StatementLine
    ride: Ride | None
    voucher: Voucher | None
    authorized_key: str | None

    @property
    def known(self) -> KnownRide | None:
        """What reconciling asks of it; None if the line leads nowhere."""
        if self.voucher is None:
            return None
        return KnownRide(
            state=RideState.NONE if self.ride is None else self.ride.state,
            captured_cents=0 if self.ride is None else self.ride.captured_cents,
            program_id=self.voucher.program_id,
            # An authorization is given with a ride that is on record.
            is_authorized=self.ride is not None and self.authorized_key == self.ride.voucher_key,
            completed_at=None if self.ride is None else self.ride.completed_at,
        )


def look_up(lines: Sequence[StatementLine], provider_id: str, store: Store) -> tuple[LookedUp, ...]:
    """Up to `AT_ONCE` lines, in their order. Raises BooksDiffer where a ride's voucher isn't there,
    and Busy."""
    ride_keys = [f"{provider_id}#{line.ride_id}" for line in lines]
    rides = store.read(*dict.fromkeys(keys.ride(name) for name in ride_keys))
    found = []
    for line, name in zip(lines, ride_keys, strict=True):
        ride, authorization = rides[keys.ride(name)], line.authorization_id
        authorized = voucher_key_of(authorization, name) if authorization else None
        found.append((line, ride, authorized, authorized if ride is None else ride.voucher_key))
    wanted = dict.fromkeys(keys.voucher(key) for *_, key in found if key is not None)
    vouchers = store.read(*wanted)
    looked_up = []
    for line, ride, authorized, key in found:
        voucher = vouchers[keys.voucher(key)] if key is not None else None
        if ride is not None and voucher is None:
            raise BooksDiffer(f"the ride {ride.ride_key} has no voucher")
        looked_up.append(LookedUp(line, ride, voucher, authorized))
    return tuple(looked_up)
