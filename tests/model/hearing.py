"""How the model hears a provider's event: which voucher and ride it is about, whether it came
before, and what is remembered of it. What a new one does stands in `rides`. It owns no state but
the books' that it is given; it must never import the code that it judges."""

from copy import replace
from datetime import datetime
from typing import Any

from model.acts import settle_predecessor
from model.rides import Table, says
from model.state import NO_VOUCHER, Books, Event, Ride, Told


def hear(books: Books, event: Event, now: datetime) -> Told:
    """The answer to an event; the books are changed by it."""
    names = [name for name in (event.authorization_of, event.code_of) if name is not None]
    if NO_VOUCHER in names:
        return says(event, "refused", "voucher_unknown")
    voucher, ride = books.vouchers[names[0]], books.rides.get(event.ride_key)
    for name in names:
        is_its_own = ride is not None and ride.voucher == name
        if event.provider not in books.vouchers[name].rules.providers and not is_its_own:
            return says(event, "refused", "voucher_unknown")
    if any(name != (ride.voucher if ride else names[0]) for name in names):
        return says(event, "refused", "ride_of_other_voucher")

    first = voucher.told.get(event.identity)
    again = voucher.told.get((event.identity, event.content))
    if first is not None and first[0] == event.content:
        again = first
    if again is not None:
        now_ride = books.rides.get(event.ride_key, Ride(voucher.name, event.provider))
        return replace(again[1], replayed=True, ride_now=(now_ride.state, now_ride.captured))

    settle_predecessor(books, voucher, now)
    if first is not None:
        told, takes_identity = says(event, "refused", "event_conflict"), False
    else:
        ride = ride or Ride(voucher.name, event.provider)
        told = Table(books, event, voucher, ride, now).answer()
        takes_identity = told.reason != "currency_mismatch" or event.kind == "requested"
        if takes_identity:
            # From now on the ride is this voucher's.
            books.rides[event.ride_key] = ride
    known_by: Any = event.identity if takes_identity else (event.identity, event.content)
    voucher.told[known_by] = (event.content, told)
    return told
