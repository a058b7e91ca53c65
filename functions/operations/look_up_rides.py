"""Looks the rides of a statement's lines up by themselves: those that the month's entries don't
settle, whenever and under whichever programme they were recorded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from farechance.errors import BooksDiffer
from farechance.ledger import Entry
from farechance.reports.findings import KnownFare, KnownRide
from farechance.reports.statement_sheet import StatementLine
from farechance.rides import EventKind, Ride, RideState, identity_of, voucher_key_of
from farechance.store import Store, keys
from farechance.store.keys import Key
from farechance.vouchers import Voucher

AT_ONCE = 100
"""Lines, so that each kind of item is read in one call."""

type Rides = Mapping[str, Ride]
"""Those that are known, by the company's own names."""


@dataclass(frozen=True, slots=True)
class LookedUp:
    """One line, with the ride that it names as it stands now, the voucher that the ride has or, if
    there is no ride, that its authorization leads to, and the entry of its completion."""

    line: StatementLine
    ride: Ride | None
    voucher: Voucher | None
    authorized_key: str | None
    completion: Entry | None = None

    @property
    def known(self) -> KnownRide | None:
        """What reconciling asks of it; None if the line leads nowhere."""
        if self.voucher is None:
            return None
        if self.ride is None:
            return KnownRide(RideState.NONE, 0, self.voucher.program_id, is_authorized=False)
        return KnownRide(
            state=self.ride.state,
            captured_cents=self.ride.captured_cents,
            program_id=self.voucher.program_id,
            # An authorization is given with a ride that is on record.
            is_authorized=self.authorized_key == self.ride.voucher_key,
            completed_at=self.ride.completed_at,
            fare=self._fare(self.ride),
        )

    def _fare(self, ride: Ride) -> KnownFare:
        if ride.state is not RideState.CAPTURED:
            return KnownFare()
        # A ride has no tip: only the message of its completion did.
        tip_cents = 0 if self.completion is None else self.completion.tip_cents or 0
        return KnownFare(ride.fare_cents, tip_cents, is_fee=ride.fee_cap_cents is not None)


def read_rides(lines: Sequence[StatementLine], provider_id: str, store: Store) -> Rides:
    """The rides of up to `AT_ONCE` lines. Raises Busy."""
    by_id = {line.ride_id: keys.ride(f"{provider_id}#{line.ride_id}") for line in lines}
    found = store.read(*by_id.values())
    rides = ((ride_id, found[key]) for ride_id, key in by_id.items())
    return {ride_id: ride for ride_id, ride in rides if ride is not None}


def read_completions(rides: Rides, store: Store) -> Mapping[str, Entry]:
    """The entries of the completions of up to `AT_ONCE` rides, if there are any, by the rides'
    names. Raises Busy."""
    by_id: dict[str, Key[Entry]] = {
        ride_id: keys.entry(
            keys.voucher_account(ride.voucher_key), identity_of(ride.ride_key, EventKind.COMPLETED)
        )
        for ride_id, ride in rides.items()
    }
    found = store.read(*by_id.values())
    entries = ((ride_id, found[key]) for ride_id, key in by_id.items())
    return {ride_id: entry for ride_id, entry in entries if entry is not None}


def look_up(
    lines: Sequence[StatementLine], rides: Rides, provider_id: str, store: Store
) -> tuple[LookedUp, ...]:
    """Up to `AT_ONCE` lines, in their order, with their rides as they were read. Raises BooksDiffer
    where a ride's voucher isn't there, and Busy."""
    found = []
    for line in lines:
        ride, authorization = rides.get(line.ride_id), line.authorization_id
        name = f"{provider_id}#{line.ride_id}"
        authorized = voucher_key_of(authorization, name) if authorization else None
        found.append((line, ride, authorized, authorized if ride is None else ride.voucher_key))
    wanted = dict.fromkeys(keys.voucher(key) for *_, key in found if key is not None)
    vouchers = store.read(*wanted)
    captured = {name: ride for name, ride in rides.items() if ride.state is RideState.CAPTURED}
    completions = read_completions(captured, store)
    looked_up = []
    for line, ride, authorized, key in found:
        voucher = vouchers[keys.voucher(key)] if key is not None else None
        if ride is not None and voucher is None:
            raise BooksDiffer(f"the ride {ride.ride_key} has no voucher")
        completion = completions.get(line.ride_id)
        looked_up.append(LookedUp(line, ride, voucher, authorized, completion))
    return tuple(looked_up)
