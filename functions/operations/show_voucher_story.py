"""Shows the widget that finds a voucher and tells its story. It only reads; what its buttons do is
done by the commands that they send."""

from itertools import islice

import htpy as h

from farechance.card_words import day_in_words, last_day_in_words
from farechance.codes import CodeKeys
from farechance.errors import FieldErrors, NotFound
from farechance.programs import Partner
from farechance.store import Remembered, Store, keys
from farechance.times import local_day
from farechance.voucher_names import Wanted, read_wanted
from farechance.vouchers import Voucher
from farechance.widgets.asked import Asked
from farechance.widgets.voucher import FIND, Choice, Found, voucher_widget
from operations.find_vouchers import MOST_FOUND, find_vouchers
from operations.read_terms import read_terms
from operations.tell_story import tell_story

MOST_PARTNERS = 100


def show_voucher_story(
    asked: Asked, *, store: Store, remembered: Remembered, code_keys: CodeKeys
) -> h.Element:
    """Raises BooksDiffer, Busy."""
    partners = _partners(store)
    wanted: Wanted | None = None
    try:
        wanted = _wanted(asked)
        vouchers = wanted and find_vouchers(
            wanted, store=store, remembered=remembered, code_keys=code_keys, now=asked.now
        )
    except FieldErrors as wrong:
        found = Found(wrong=[one.detail for one in wrong.errors])
    except NotFound:
        found = Found(wrong=[_not_found(wanted, partners)])
    else:
        found = _found(asked, vouchers or (), store=store, remembered=remembered)
    return voucher_widget(asked, partners, found)


def _partners(store: Store) -> tuple[Partner, ...]:
    """To choose from, by their names."""
    listed = islice(store.all_of(keys.listed_partner("")), MOST_PARTNERS)
    partner_keys = [keys.partner(one.partner_id) for one in listed]
    if not partner_keys:
        return ()
    found = store.read(*partner_keys)
    partners = [one for key in partner_keys if (one := found[key]) is not None]
    return tuple(sorted(partners, key=lambda one: one.name.casefold()))


def _wanted(asked: Asked) -> Wanted | None:
    """A button names the voucher itself; else what was typed does."""
    named = asked.parameters.get("voucher_id", "")
    if named:
        return read_wanted({"named": named})
    names = ("partner_id", "last4", "named")
    return read_wanted({name: asked.typed(FIND, name) for name in names})


def _found(
    asked: Asked, vouchers: tuple[Voucher, ...], *, store: Store, remembered: Remembered
) -> Found:
    if not vouchers:
        return Found()
    if len(vouchers) > 1:
        return Found(
            choices=[_choice(one, asked, remembered) for one in vouchers],
            has_more=len(vouchers) == MOST_FOUND,
        )
    (voucher,) = vouchers
    story = tell_story(voucher, store=store, remembered=remembered, now=asked.now)
    return Found(story, voucher, voucher.state_at(asked.now))


def _choice(voucher: Voucher, asked: Asked, remembered: Remembered) -> Choice:
    terms = read_terms(voucher, remembered, asked.now)
    zone = terms.rules.zone
    first = day_in_words(local_day(voucher.valid_from, zone), "en")
    last = last_day_in_words(voucher.expires_at, zone, "en")
    return Choice(
        voucher=voucher,
        program_name=terms.program.name,
        currency=terms.rules.currency,
        state=voucher.state_at(asked.now),
        good=f"{first} to {last}",
    )


def _not_found(wanted: Wanted | None, partners: tuple[Partner, ...]) -> str:
    if wanted is None or wanted.voucher_id is not None:
        return "There is no voucher with this id. The last 4 and the partner lead to it as well."
    if wanted.authorization_id is not None:
        return "We gave no authorization with this id. Ask the ride company for it once more."
    names = [one.name for one in partners if one.partner_id == wanted.partner_id]
    whose = names[0] if names else "this partner"
    return (
        f"No voucher of {whose} ends in {wanted.last4}. Ask for the last 4 once more, and whether "
        "another organisation gave out the card."
    )
