"""What a storm sent and was told, against what is stored afterwards. It owns what must be so: what
was told is in the books, to the cent and once, and nothing else is. It must never send anything."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from boto3.dynamodb.types import TypeDeserializer

from infra.local.client import Answer

SHED = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
MINT, REQUEST, COMPLETE = "voucher.minted", "ride.requested", "ride.completed"
_RIDES = (REQUEST, COMPLETE)

type Item = dict[str, Any]


@dataclass
class Sent:
    """One call, whose every repeat has the same key, or is the same event; and all its answers.
    `kind` is that of the entry which it makes, `ride_id` the ride's, and `cents` a ride's fare."""

    kind: str
    send: Callable[[], Answer]
    ride_id: str = ""
    cents: int = 0
    answers: list[Answer | None] = field(default_factory=list)

    @property
    def applied(self) -> dict[str, Any] | None:
        """What the first answer said that wasn't a refusal to look at it."""
        told = (one for one in self.answers if one and one.status < 300)
        first = next(told, None)
        return first.json() if first else None

    @property
    def is_unknown(self) -> bool:
        """Whether it may have been applied unsaid: the gateway's 429 let none of it through; after
        any other answer that isn't a success, or none, nobody knows."""
        shed = (one and one.status == HTTPStatus.TOO_MANY_REQUESTS for one in self.answers)
        return self.applied is None and not all(shed)

    def once(self) -> None:
        """Sends it, or sends it again. No answer at all is one of the outcomes."""
        try:
            self.answers.append(self.send())
        except OSError:
            self.answers.append(None)


class Audit:
    """One look at the books of a programme. `known` are the vouchers that were there before."""

    def __init__(
        self,
        sent: list[Sent],
        stored: Mapping[str, list[Item]],
        program_id: str,
        known: set[str],
    ) -> None:
        """`stored` is what the tables hold, as DynamoDB tells it."""
        self.faults: list[str] = []
        self._sent = sent
        self._known = known
        vouchers = [*_plain(stored["Vouchers"], program_id)]
        self._vouchers = {
            one["voucher_id"]: one for one in vouchers if one["pk"].startswith("voucher#")
        }
        entries = [*_plain(stored["Ledger"], program_id)]
        self._mints = Counter(one["voucher_id"] for one in entries if one["kind"] == MINT)
        # An event's own entry is named by provider, ride and kind (storage.md, 'entry').
        self._rides = {
            (one["kind"], one["sk"].split("#")[2]): one for one in entries if one["kind"] in _RIDES
        }
        self._number_of_rides = sum(one["kind"] in _RIDES for one in entries)

    def before_repeats(self) -> list[str]:
        """The faults, while some calls were shed and not sent again: what was told is there, and
        what was refused left nothing. There may be more only of calls whose outcome is unknown."""
        self._check_told()
        more = len(self._vouchers) - len(self._known) - len(self._minted())
        unknown = sum(one.kind == MINT for one in self._sent if one.is_unknown)
        self._must(more <= unknown, "a mint that was refused with 429 left a voucher")
        return self.faults

    def after_repeats(self) -> list[str]:
        """The faults, once each call was sent until it was applied."""
        self._check_told()
        minted = self._minted()
        mints = [one for one in self._sent if one.kind == MINT]
        self._must(len(minted) == len(mints), "a mint didn't give one voucher of its own")
        self._must(
            self._vouchers.keys() == minted | self._known, "other vouchers are stored than told"
        )
        self._check_balances()
        for kind, is_so in (
            ("minted", bool(minted)),
            ("approved", any(one.kind == REQUEST and _held(one) for one in self._sent)),
            ("captured", any(one.kind == COMPLETE and one.applied for one in self._sent)),
        ):
            self._must(is_so, f"nothing was {kind}, so that nothing was looked at")
        return self.faults

    def _check_told(self) -> None:
        minted = self._minted()
        self._must(minted <= self._vouchers.keys(), "a voucher that was told isn't stored")
        for voucher_id in minted:
            self._must(self._mints[voucher_id] == 1, f"{voucher_id} hasn't one entry of its mint")
        for one in self._sent:
            if one.kind in _RIDES and one.applied:
                self._check_ride(one, one.applied)
        of_sent = {(one.kind, one.ride_id) for one in self._sent if one.applied or one.is_unknown}
        for kind, ride_id in self._rides.keys() - of_sent:
            self.faults.append(f"{kind} of {ride_id} was refused or never sent, and has an entry")
        self._must(len(self._rides) == self._number_of_rides, "an event has two entries")

    def _check_ride(self, one: Sent, told: Mapping[str, Any]) -> None:
        """Its entry says what the ride company was told, and moved that much money."""
        what = f"{one.kind} of {one.ride_id}"
        entry = self._rides.get((one.kind, one.ride_id))
        if entry is None:
            self.faults.append(f"{what} was told and has no entry")
            return
        changes, stored = entry.get("changes", {}), entry.get("answer", {})
        if one.kind == COMPLETE:
            is_so = told.get("outcome") == "captured" and told.get("captured_cents") == one.cents
            self._must(is_so, f"{what} was approved and isn't captured: {told}")
            is_told = changes.get("voucher.spent") == told.get("captured_cents")
        elif cents := _held(one):
            is_told = changes == {"voucher.available": -cents, "voucher.held": cents}
        else:
            is_told = told.get("decision") == stored.get("decision") == "declined" and not changes
        if "voucher_id" in told:
            is_told = is_told and told["voucher_id"] == entry["voucher_id"]
        self._must(is_told, f"{what}: told {told}, and its entry has {changes}, {stored}")

    def _check_balances(self) -> None:
        """By what was told alone: spent is what was captured, and held what was approved and not
        captured since."""
        held, spent, captured = Counter[str](), Counter[str](), set[str]()
        for one in self._sent:
            if one.kind == COMPLETE and one.applied:
                captured.add(one.ride_id)
                spent[one.applied.get("voucher_id", "")] += one.applied.get("captured_cents", 0)
        for one in self._sent:
            if one.kind == REQUEST and one.applied and one.ride_id not in captured:
                held[one.applied.get("voucher_id", "")] += _held(one)
        for name, said in (("held_cents", held), ("spent_cents", spent)):
            stored = {one: item[name] for one, item in self._vouchers.items() if item[name]}
            self._must(stored == +said, f"{name} was told as {+said}, and is {stored}")

    def _minted(self) -> set[str]:
        told = [one.applied["vouchers"] for one in self._sent if one.kind == MINT and one.applied]
        return {voucher["voucher_id"] for vouchers in told for voucher in vouchers}

    def _must(self, is_so: bool, what: str) -> None:
        if not is_so:
            self.faults.append(what)


def answer_faults(sent: list[Sent]) -> list[str]:
    """What is wrong with answers by themselves: one that sheds says when to come again, no other
    is a refusal, and none is contradicted by a later one."""
    faults = []
    for one in sent:
        told = [answer for answer in one.answers if answer]
        for answer in told:
            waits = answer.headers.get("retry-after", "")
            is_problem = answer.headers.get("content-type") == "application/problem+json"
            is_shed_well = waits.isdecimal() and int(waits) > 0 and is_problem
            if not (is_shed_well if answer.status in SHED else answer.status in (200, 201)):
                faults.append(f"{one.kind}: {answer}")
        said = {_essence(answer) for answer in told if answer.status < 300}
        if len(said) > 1:
            faults.append(f"{one.kind} was answered in two ways: {said}")
    return faults


def _essence(answer: Answer) -> str:
    """What a repeat must say again."""
    body = answer.json()
    names = ("decision", "outcome", "authorization_id", "captured_cents", "vouchers", "held_cents")
    return str([body.get(name) for name in names])


def _held(one: Sent) -> int:
    """What an approved request was told to hold, in cents; 0 of a declined one."""
    told = one.applied or {}
    return int(told.get("held_cents", 0)) if told.get("decision") == "approved" else 0


def _plain(items: list[Item], program_id: str) -> list[Item]:
    """A programme's items without DynamoDB's types; numbers are decimals, which equal integers."""
    read = TypeDeserializer().deserialize
    own = [one for one in items if one.get("program_id") == {"S": program_id}]
    return [{name: read(value) for name, value in one.items()} for one in own]
