"""How the demo speaks: headings, a line of progress, and the tables at its end. It only prints.

Plain text within 100 columns, so that it reads the same at a terminal, in a log and in a mail.
"""

import sys
import textwrap
import threading
from collections import Counter
from collections.abc import Mapping, Sequence

from infra.local.books import Books
from infra.local.cast import PARTNERS
from infra.local.mint_cards import Card
from infra.local.play import Played

WIDTH = 96
REASONS = {
    "over_ride_cap": "dearer than the voucher allows for one ride",
    "insufficient_balance": "dearer than what is left on the voucher",
    "no_rides_left": "all rides of the voucher are used",
    "voucher_expired": "the voucher's last day is over",
    "voucher_not_started": "the voucher's first day hasn't come",
    "voucher_unknown": "the code was mistyped",
    "voucher_not_usable": "the card was lost, and another one reissued for it",
}


class Progress:
    """One step that takes a while: `tick()` for each thing done, from any thread."""

    def __init__(self, words: str, total: int) -> None:
        self._words = words
        self._total = total
        self._done = 0
        self._lock = threading.Lock()
        self._is_terminal = sys.stdout.isatty()

    def tick(self) -> None:
        """One more is done. A terminal sees each; a log sees every quarter."""
        with self._lock:
            self._done += 1
            is_last = self._done == self._total
            text = f"   {self._words:<44} {self._done:>4} of {self._total}"
            if self._is_terminal:
                print(f"\r{text}", end="\n" if is_last else "", flush=True)
            elif is_last or self._done * 4 // self._total > (self._done - 1) * 4 // self._total:
                print(text, flush=True)


def heading(text: str) -> None:
    """A line between the parts."""
    print(f"\n{text.upper()}\n{'─' * WIDTH}", flush=True)


def say(text: str) -> None:
    """One step that was done, wrapped."""
    print(textwrap.fill(text, WIDTH, initial_indent="   ", subsequent_indent="   "), flush=True)


def dollars(cents: int) -> str:
    """$1,234.56"""
    return f"-${-cents / 100:,.2f}" if cents < 0 else f"${cents / 100:,.2f}"


def outcome(people: Mapping[str, int], cards: Sequence[Card], played: Sequence[Played]) -> None:
    """What the run did, in a column for each partner and one for all: a funder's table."""
    heading("What the money did in this run")
    _row("", [*PARTNERS.values(), "Total"])
    minted = {one: [card for card in cards if card.partner_id == one] for one in PARTNERS}
    _counts("People enrolled", people)
    _counts("Vouchers handed out", {one: len(minted[one]) for one in PARTNERS})
    _cents("  their worth", {one: sum(c.value_cents for c in minted[one]) for one in PARTNERS})
    made = [one for one in played if one.ending == "made"]
    _counts("Rides asked for", _count(played))
    _counts("  made and paid", _count(made))
    _counts("  approved, then cancelled", _count([p for p in played if p.ending == "cancelled"]))
    _counts("  declined", _count([p for p in played if p.ending == "declined"]))
    _counts("Minutes on the road", {k: v // 60 for k, v in _sum(made, "duration_seconds").items()})
    _cents("Fares of the rides made", _sum(made, "fare_cents"))
    _cents("  covered by vouchers", _sum(made, "covered_cents"))
    _cents("  overage: above them, owed by the programme", _sum(made, "overage_cents"))
    _cents("Tips, which vouchers never cover", _sum(made, "tip_cents"))


def declines(played: Sequence[Played]) -> None:
    """How often each reason was given, and what riders read."""
    heading("Why rides were declined")
    declined = [one for one in played if one.ending == "declined"]
    for reason, count in Counter(one.reason for one in declined).most_common():
        print(f"   {count:>4}  {reason:<22} {REASONS.get(reason, '')}")
    print("\n   What riders read on the phone, for example:")
    for wanted in (("en", ""), ("en", "over_ride_cap"), ("es", "no_rides_left")):
        read = (one.rider_message for one in played if (one.language, one.reason) == wanted)
        if message := next(read, ""):
            say(f"“{message}”")


def books(found: Books, said: str) -> None:
    """The identity of conservation, line by line, and what `check_books` says."""
    heading("The books of the whole programme, added up from the stored items")
    lines = {
        "Not yet given to a partner": found.unallotted_cents,
        "Paid directly": found.paid_direct_cents,
        "With partners, not yet minted": found.allotted_cents,
        "Reserved for batches": found.reserved_cents,
        f"On {found.vouchers} vouchers, free": found.available_cents,
        "Held for rides under way": found.held_cents,
        "Spent on rides": found.spent_cents,
    }
    for words, cents in lines.items():
        print(f"   {words:<44} {dollars(cents):>14}")
    is_same = "the same, to the cent" if found.found_cents == found.funded_cents else "NOT THE SAME"
    print(f"   {'All of it':<44} {dollars(found.found_cents):>14}")
    print(f"   {'What the funder paid in':<44} {dollars(found.funded_cents):>14}   {is_same}\n")
    if found.unlike_ledger or found.broken_chains:
        say(f"THE LEDGER SAYS SOMETHING ELSE: {found.unlike_ledger} {found.broken_chains}")
    else:
        say(
            f"The ledger's {found.entries} entries alone rebuild every one of these balances, and "
            "their chains of digests are whole."
        )
    say(f"The administration's check_books: {said}")


def _count(played: Sequence[Played]) -> dict[str, int]:
    return {partner: sum(one.partner_id == partner for one in played) for partner in PARTNERS}


def _sum(played: Sequence[Played], name: str) -> dict[str, int]:
    return {
        partner: sum(getattr(one, name) for one in played if one.partner_id == partner)
        for partner in PARTNERS
    }


def _counts(words: str, by_partner: Mapping[str, int]) -> None:
    values = [by_partner[partner] for partner in PARTNERS]
    _row(words, [f"{value:,}" for value in [*values, sum(values)]])


def _cents(words: str, by_partner: Mapping[str, int]) -> None:
    values = [by_partner[partner] for partner in PARTNERS]
    _row(words, [dollars(value) for value in [*values, sum(values)]])


def _row(words: str, cells: Sequence[str]) -> None:
    print(f"   {words:<46}" + "".join(f"{cell:>15}" for cell in cells))
