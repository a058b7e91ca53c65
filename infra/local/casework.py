"""A case worker's day in the demo: a file of 80 people, cards to print, a card that was lost, a
consent withdrawn and a person erased; all through the API, with her organisation's own token.

What would lie on her desk, the file and the pages of cards, is put into `.local/demo`.
"""

import uuid
from collections.abc import Sequence
from copy import replace
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from infra.local import books, cast, chromium, mint_file, rides, show, stack
from infra.local.client import Refused
from infra.local.mint_cards import Card, reference
from infra.local.play import Played, Player

ORGANISATION = cast.SECOND_START
# By their places among the people; those who have no other vouchers.
LOSES_HIS_CARD, WITHDRAWS, IS_ERASED = 40, 60, 76
# Of the rides in `play`, one of this number is asked for and made, and nothing else happens.
PLAIN_NUMBER = 2
MONEY_TABLES = ("Programs", "Vouchers", "Ledger")


@dataclass(frozen=True, slots=True)
class Day:
    """What the day left: the cards of the file, the card that took a lost one's place and has the
    rest of its money, and the rides."""

    cards: list[Card]
    new_card: Card
    played: list[Played]


def play(running: stack.Stack, players: cast.Cast, run: str, people: Sequence[str]) -> Day:
    """The whole day. `people` are participant ids of the organisation, in the order of their
    references. Raises Refused if the system doesn't do what its contract says."""
    show.heading("A case worker's day")
    # For its owner's eyes only: whoever sees a code can ride.
    stack.DESK.mkdir(mode=0o700, exist_ok=True)
    worker = _CaseWorker(running, players, run)
    of_person = mint_file.mint(players, ORGANISATION, run, people)
    cards = [of_person[person] for person in people]
    how_to_open = worker.print_cards(cards, "cards")
    show.say(
        f"She prints the {len(cards)} cards, four on a sheet, with her app's token. To see them, "
        f"{how_to_open}."
    )
    new_card = worker.reissue(of_person[people[LOSES_HIS_CARD]])
    worker.withdraw(people[WITHDRAWS], of_person[people[WITHDRAWS]])
    worker.erase(people[IS_ERASED], of_person[people[IS_ERASED]], reference(run, IS_ERASED + 1))
    return Day(cards, new_card, worker.played)


class _CaseWorker:
    """What she does with her organisation's app, and the rides that show what came of it."""

    def __init__(self, running: stack.Stack, players: cast.Cast, run: str) -> None:
        self.played: list[Played] = []
        self._running = running
        self._players = players
        self._app = players.apps[ORGANISATION]
        self._run = run
        # A mile or more, and twice within a card's value.
        fitting = (
            one
            for one in rides.read()
            if one.distance_meters >= rides.METERS_PER_MILE
            and 2 * max(one.fare_cents, one.estimated_fare_cents) <= mint_file.VALUE_CENTS
        )
        self._ride = replace(next(fitting), number=PLAIN_NUMBER)

    def print_cards(self, cards: Sequence[Card], name: str) -> str:
        """Puts a page of cards on the desk, and says in words how to open it."""
        voucher_ids = [card.voucher_id for card in cards]
        page = self._app.post("/cards", {"voucher_ids": voucher_ids}, "")
        if page.status != 200:
            raise Refused(f"a page of cards was answered {page.status}: {page.body[:500]!r}")
        file = stack.DESK / f"{name}.html"
        file.write_bytes(page.body)
        return f"open {stack.named(file)} in a browser{_on_paper(file)}"

    def reissue(self, lost: Card) -> Card:
        """A new card with a new code for one that was lost: that one pays no more, this does."""
        before = self._rides(lost, "before", "made")
        made = self._post(f"/vouchers/{lost.voucher_id}/reissue", {"reason": "lost"}, 201)
        new = replace(lost, voucher_id=made["successor_id"], code=made["code"])
        moved_cents = self._app.get(f"/vouchers/{new.voucher_id}").expect(200)["available_cents"]
        declined = self._rides(lost, "lost", "declined")
        decline = self._app.get(f"/vouchers/{lost.voucher_id}").expect(200)["last_decline"]
        # Printed as he gets it, before the ride.
        how_to_open = self.print_cards([new], "reissued")
        after = self._rides(new, "new", "made")
        show.say(
            f"A lost card. A man rides for {show.dollars(before.covered_cents)}, loses his card, "
            f"and calls. She reissues it: the {show.dollars(moved_cents)} that he has left moves "
            "to a new card with a new code. Whoever found the old one asks for a ride and is "
            f"declined: “{declined.rider_message}” She reads why: “{decline['what_to_do']}” With "
            f"the new code he rides, and {show.dollars(after.covered_cents)} is paid. To see his "
            f"new card, {how_to_open}."
        )
        return new

    def withdraw(self, person: str, card: Card) -> None:
        """A consent taken back: no new voucher, and the card that she has still pays."""
        withdrawal = {"action": "withdraw", "uses": ["enrollment"]}
        self._post(f"/participants/{person}/consent", withdrawal, 200)
        minting = {
            "program_id": cast.PROGRAM_ID,
            "purpose": "job",
            "value_cents": mint_file.VALUE_CENTS,
            "participant_ids": [person],
        }
        refused = self._post("/vouchers", minting, 409)
        ride = self._rides(card, "withdrawn", "made")
        show.say(
            "A consent withdrawn. A woman takes back what she agreed to. Nothing links her to her "
            f"card any more, and a new voucher for her is refused: “{refused['detail']}” The card "
            f"that she has is hers and still rides: {show.dollars(ride.covered_cents)} is paid."
        )

    def erase(self, person: str, card: Card, external_ref: str) -> None:
        """A person forgotten: nothing leads to her any more, and the books are as they were."""
        ride = self._rides(card, "erased", "made")
        before = books.everything(self._running)
        self._app.delete(f"/participants/{person}").expect(200)
        after = books.everything(self._running)
        self._app.get(f"/participants/{person}").expect(404)
        if external_ref not in str(before) or external_ref in str(after):
            raise Refused("a reference should be stored until its person is erased, and no longer")
        if any(after[table] != before[table] for table in MONEY_TABLES):
            raise Refused("erasing a person changed the books")
        show.say(
            f"A person erased. Another woman, who rode for {show.dollars(ride.covered_cents)}, "
            "asks to be forgotten. Asked for her, the API now answers 404, and her reference "
            f"stands in no table any more. The books, {len(after['Ledger']):,} entries and every "
            "balance, are exactly what they were."
        )

    def _post(self, path: str, body: dict[str, Any], status: int) -> dict[str, Any]:
        return self._app.post(path, body, uuid.uuid4().hex).expect(status)

    def _rides(self, card: Card, name: str, ending: Literal["made", "declined"]) -> Played:
        player = Player(self._players.company, f"{self._run}-{name}", lambda: None)
        (played,) = player.play([card], [self._ride])
        if played.ending != ending:
            raise Refused(f"a ride was {played.ending} instead of {ending} ({played.reason})")
        self.played.append(played)
        return played


def _on_paper(page: Path) -> str:
    """Where the page is as a PDF too, if a Chromium is there to print it."""
    if chromium.whats_missing():
        return ""
    pdf = page.with_suffix(".pdf")
    # One of an earlier run isn't this page.
    pdf.unlink(missing_ok=True)
    try:
        chromium.print_to_pdf(page.as_uri(), pdf)
    except chromium.NotPrinted as failure:
        return f" ({failure}, so there is no PDF)"
    return f", or {stack.named(pdf)}, which Chromium made of it"
