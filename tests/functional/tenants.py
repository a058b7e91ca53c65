"""Two worlds side by side: in one, another partner has people, vouchers, a batch and a programme
with a ride company of its own, and goes on doing things; in the other it has and does nothing.
Whoever is watched makes the very same calls in both. It owns how the worlds are kept apart and what
is called; it must never say what an answer should be: the other world does."""

import copy
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from copy import replace
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import botocore.auth
from moto.backends import get_backend
from moto.core.models import DEFAULT_ACCOUNT_ID

from builders import OTHER_PARTNER, PARTNER, PROGRAM, PROVIDER
from farechance import endpoints
from farechance.edge import clock
from farechance.endpoint import Endpoint
from farechance.scopes import SCOPES
from farechance.store import keys
from farechance.times import local_month
from functional import bodies, players
from functional.bodies import (
    ACT_BODIES,
    adjusted,
    cancelled,
    completed,
    enrollment_body,
    mint_body,
    requested,
    rfc3339,
)
from functional.gateway import Answer, strings_of
from functional.players import Partner, Provider
from functional.stack import Stack, client_of, secret_of
from operations import change_consent, enroll
from world import Clock

TENANTS = (PARTNER, OTHER_PARTNER)
PROGRAM_OF_OTHERS = "prg_of_others"
PROVIDER_OF_OTHERS = "pvd_other_cabs"
_NOBODYS: Mapping[str, str] = {
    "participant_id": "par_" + "0" * 32,
    "voucher_id": "vch_1" + "0" * 25,
    "batch_id": "bat_" + "0" * 32,
    "last4": "0000",
    "cursor": "bm90aGluZw",
    "month": "2001-01",
    "voucher_code": "1000-0000-0000-0000",
    "authorization_id": "aut_nothing",
}
_AS = {"successor_id": "voucher_id", "code": "voucher_code"}
_SHARED: Mapping[str, tuple[str, ...]] = {
    "program_id": (PROGRAM, PROGRAM_OF_OTHERS, "prg_of_nobody"),
    "external_ref": ("case-x1", "case-x2", "case-x3", "case-x4"),
    "key": ("key-1", "key-2", "key-3", "key-4"),
    "ride_id": ("ride-1", "ride-2", "ride-3"),
}

type Choose = Callable[[Sequence[Any]], Any]


@dataclass(frozen=True)
class Sent:
    """One call as it goes over the wire, so that it can be made again elsewhere."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


class Names:
    """What a call may name: `choose` takes one of several. Whatever was told to one of `of` may be
    named by all; and what is nobody's, unless it is only one's whose names are wanted."""

    def __init__(self, choose: Choose, of: Collection[str]) -> None:
        self.choose = choose
        self._of = of
        self._known: dict[str, list[str]] = defaultdict(list)

    def learn(self, whose: str, answer: Answer) -> None:
        """Every id, code and cursor in an answer."""
        if whose in self._of and "json" in answer.headers["content-type"]:
            for kind in (*_NOBODYS, *_AS):
                known = self._known[_AS.get(kind, kind)]
                told = dict.fromkeys(strings_of(answer.body, frozenset({kind})))
                known += [name for name in told if name not in known]

    def one(self, kind: str) -> str:
        """A name of a kind, perhaps nobody's."""
        nobodys = (_NOBODYS[kind],) if kind in _NOBODYS and len(self._of) > 1 else ()
        name: str = self.choose((*_SHARED.get(kind, ()), *self._known[kind], *nobodys))
        return name

    def some(self, **queries: Sequence[str]) -> dict[str, str]:
        """A query with some of these names, or without; a value that is a kind names one."""
        chosen = {name: self.choose(("", *values)) for name, values in queries.items()}
        return {
            name: self.one(value) if value in (*_NOBODYS, *_SHARED) else value
            for name, value in chosen.items()
            if value
        }


def call_of(endpoint: Endpoint[Any, Any], names: Names) -> Sent:
    """A call of an endpoint that may name anything of anybody."""
    path = endpoint.path
    for kind in ("participant_id", "voucher_id", "batch_id"):
        if f"{{{kind}}}" in path:
            path = path.replace(f"{{{kind}}}", names.one(kind))
    query, body = CALLS[endpoint.name](names)
    if endpoint.method != "POST":
        return Sent(endpoint.method, path, query)
    headers = {"Content-Type": "application/json"}
    if endpoint.wants_key:
        headers["Idempotency-Key"] = names.one("key")
    return Sent("POST", path, query, json.dumps(body).encode(), headers)


def _nothing(_: Names) -> tuple[dict[str, str], Any]:
    return {}, {}


def _enrollment(names: Names) -> tuple[dict[str, str], Any]:
    body = _enrollment_in(names.one("external_ref"))
    return {}, {**body, "program_id": names.one("program_id")}


def _mint(names: Names) -> tuple[dict[str, str], Any]:
    program = names.one("program_id")
    if names.choose((True, False)):
        return {}, mint_body(program_id=program)
    return {}, mint_body(program_id=program, participant_ids=[names.one("participant_id")])


def _batch(names: Names) -> tuple[dict[str, str], Any]:
    rows = [{"external_ref": names.one("external_ref")}]
    body = {"program_id": names.one("program_id"), "purpose": "family", "value_cents": 1_000}
    return {}, {**body, "rows": rows, "repeat": names.choose((True, False))}


def _consent(names: Names) -> tuple[dict[str, str], Any]:
    uses = ["enrollment", "sms", "outcomes"]
    if names.choose((True, False)):
        given = {"text_version": "2026-01", "language": "en", "granted_at": rfc3339()}
        return {}, {"action": "grant", "uses": uses, **given}
    block = names.choose((True, False))
    return {}, {"action": "withdraw", "uses": uses, "block_vouchers": block}


_PAGES: Mapping[str, Sequence[str]] = {"cursor": ("cursor",), "limit": ("1",)}

# What stands behind the '?', and the body.
CALLS: Mapping[str, Callable[[Names], tuple[dict[str, str], Any]]] = {
    endpoints.WHO_AM_I.name: _nothing,
    endpoints.ENROLL.name: _enrollment,
    endpoints.LIST_PARTICIPANTS.name: lambda names: (
        names.some(program_id=("program_id",), external_ref=("external_ref",), **_PAGES),
        None,
    ),
    endpoints.SHOW_PARTICIPANT.name: _nothing,
    endpoints.MINT.name: _mint,
    endpoints.SHOW_VOUCHER.name: _nothing,
    endpoints.LIST_ENTRIES.name: lambda names: (names.some(**_PAGES), None),
    endpoints.LIST_VOUCHERS.name: lambda names: (
        names.some(
            participant_id=("participant_id",),
            program_id=("program_id",),
            status=("active", "closed"),
            last4=("last4",),
            **_PAGES,
        ),
        None,
    ),
    endpoints.ASSIGN_VOUCHER.name: lambda names: (
        {},
        {"participant_id": names.one("participant_id")},
    ),
    endpoints.BLOCK_VOUCHER.name: _nothing,
    endpoints.UNBLOCK_VOUCHER.name: _nothing,
    endpoints.EXTEND_VOUCHER.name: lambda _: ({}, ACT_BODIES["extend"]),
    endpoints.REVOKE_VOUCHER.name: _nothing,
    endpoints.REISSUE_VOUCHER.name: _nothing,
    endpoints.START_BATCH.name: _batch,
    endpoints.SHOW_BATCH.name: _nothing,
    endpoints.LIST_BATCH_VOUCHERS.name: lambda names: (
        names.some(format=("csv", "json"), **_PAGES),
        None,
    ),
    endpoints.CHANGE_CONSENT.name: _consent,
    endpoints.EXIT_PARTICIPANT.name: _nothing,
    endpoints.CHANGE_LANGUAGE.name: lambda names: ({}, {"language": names.choose(("en", "es"))}),
    endpoints.RECORD_OUTCOME.name: lambda _: (
        {},
        {"kind": "job_started", "day": rfc3339()[:10]},
    ),
    endpoints.SHOW_RECORD.name: _nothing,
    endpoints.ERASE_PARTICIPANT.name: _nothing,
    endpoints.SHOW_CARD.name: _nothing,
    endpoints.PRINT_CARDS.name: lambda names: ({}, {"voucher_ids": [names.one("voucher_id")]}),
    endpoints.SEND_CODE.name: lambda _: ({}, {"phone_number": "+12125550142"}),
    endpoints.LIST_REPORTS.name: lambda names: (
        {"program_id": names.one("program_id"), **names.some(month=("month",))},
        None,
    ),
}
"""Of each endpoint a call that may name anything."""


def callback_of(names: Names) -> tuple[str, bytes]:
    """A callback that may name anything of anybody, and the door that it is sent to."""
    kind: str = names.choose(tuple(_CALLBACKS))
    data = _CALLBACKS[kind](names.one("voucher_code"), ride_id=names.one("ride_id"))
    names_it = kind in ("ride.completed", "ride.cancelled", "ride.adjusted")
    if names_it and names.choose((True, False)):
        data["authorization_id"] = names.one("authorization_id")
        del data["voucher_code"]
    if kind == "ride.requested" and names.choose((True, False)):
        data["replaces_ride_id"] = names.one("ride_id")
    if kind == "voucher.checked":
        data = {"voucher_code": data["voucher_code"]}
    body = json.dumps({"type": kind, "timestamp": rfc3339(), "data": data}).encode()
    return names.choose(("authorizations", "events")), body


_CALLBACKS: Mapping[str, Callable[..., dict[str, Any]]] = {
    "ride.requested": requested,
    "voucher.checked": requested,
    "ride.completed": completed,
    "ride.cancelled": cancelled,
    "ride.adjusted": adjusted,
}


class _Ids:
    """Random ids that aren't: each partner has a row of its own, the same one in both worlds."""

    def __init__(self) -> None:
        self.whose = PARTNER
        self.drawn: Counter[str] = Counter()

    def uuid4(self) -> Any:
        """As uuid's."""
        self.drawn[self.whose] += 1
        first = "a" if self.whose == PARTNER else "b"
        return SimpleNamespace(hex=f"{first}{self.drawn[self.whose]:031x}")


class Worlds:
    """The two worlds, as of one moment. After `begin` whoever calls is in one of them."""

    def __init__(self, stack: Stack) -> None:
        now = datetime.now(UTC)
        self._stack, self._ids = stack, _Ids()
        # However long it takes, neither ours nor the callers' clocks go on.
        for module in (clock, bodies, players):
            stack.monkeypatch.setattr(module, "datetime", SimpleNamespace(now=lambda _: now))
        stack.monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda: now)
        stack.monkeypatch.setattr(enroll, "uuid", self._ids)
        stack.monkeypatch.setattr(change_consent, "uuid", self._ids)
        self._partners = {name: Partner(stack, client_of(stack, name)) for name in TENANTS}
        self._providers = {PROVIDER: Provider(stack, secret_of(stack))}
        self._told: list[tuple[str, Answer]] = []
        self._furnish(PARTNER)
        unpublished = self._memory()
        self._publish(now)
        self._images = {True: (self._memory(), Counter(self._ids.drawn))}
        # A second run would be a correction of the first.
        self._restore(unpublished, self._ids.drawn)
        self._make_a_program_of_others()
        self._furnish(OTHER_PARTNER)
        self._ride_of_others()
        self._publish(now)
        for partner in TENANTS:
            self._keep(partner, Sent("GET", "/reports", {"program_id": PROGRAM}))
        self._images[False] = (self._memory(), Counter(self._ids.drawn))

    def begin(self, *, is_alone: bool) -> None:
        """As everything was; functions start anew, and nothing waits in a queue."""
        self._restore(*self._images[is_alone])

    def names(self, choose: Choose, of: Collection[str]) -> Names:
        """What was told to these."""
        names = Names(choose, of)
        for whose, answer in self._told:
            names.learn(whose, answer)
        return names

    def call(self, partner: str, sent: Sent, scopes: Sequence[str] = SCOPES) -> Answer:
        """A partner's app calls, with a token of these scopes."""
        self._ids.whose = partner
        app = replace(
            self._partners[partner], scopes=" ".join(f"farechance/{scope}" for scope in scopes)
        )
        return app.call(sent.method, sent.path, sent.body, headers=sent.headers, query=sent.query)

    def tell(self, provider: str, door: str, body: bytes) -> Answer:
        """A ride company calls."""
        return self._providers[provider].send(body, door)

    def work(self) -> None:
        """Batches that wait are worked on, whoever's they are."""
        if messages := self._stack.messages():
            self._stack.job("batching", {"Records": messages})

    def _furnish(self, partner: str) -> None:
        """People, one with a voucher, two cards for nobody, one of them blocked, a batch, and lists
        under way. The very same words and keys for each partner."""
        person = self._keep(partner, _posted("/participants", _enrollment_in("case-x1"), "key-1"))
        for ref, key in (("case-x2", "key-9"), ("case-x3", "key-8")):
            self._keep(partner, _posted("/participants", _enrollment_in(ref), key))
        for_her = mint_body(participant_ids=[person["participant_id"]])
        self._keep(partner, _posted("/vouchers", for_her, "key-1"))
        minted = self._keep(partner, _posted("/vouchers", mint_body(unassigned=2), "key-2"))
        blocked = minted["vouchers"][0]["voucher_id"]
        self._keep(partner, _posted(f"/vouchers/{blocked}/block", {}, "key-3"))
        rows = [{"external_ref": "case-x1"}, {"external_ref": "case-x2"}]
        body = {"program_id": PROGRAM, "purpose": "family", "value_cents": 1_000, "rows": rows}
        batch = self._keep(partner, _posted("/voucher-batches", body, "key-3"))
        self.work()
        paged = f"/voucher-batches/{batch['batch_id']}/vouchers"
        for path in ("/participants", "/vouchers", paged):
            self._keep(partner, Sent("GET", path, {"limit": "1"}))

    def _make_a_program_of_others(self) -> None:
        world, key = self._stack.world, keys.rules(PROGRAM, 1)
        rules = world.store.read(key)[key]
        assert rules is not None
        theirs = rules.model_copy(update={"provider_ids": (PROVIDER_OF_OTHERS,)})
        world.register_provider(PROVIDER_OF_OTHERS)
        fields = {"name": "Of others", "funder": "Others", "rules": theirs.model_dump()}
        world.administer("create_program", program_id=PROGRAM_OF_OTHERS, **fields)
        world.administer("fund", program_id=PROGRAM_OF_OTHERS, amount_cents=50_000)
        theirs_alone = world.another(program_id=PROGRAM_OF_OTHERS)
        theirs_alone.allot(OTHER_PARTNER, 50_000)
        secret = secret_of(self._stack, PROVIDER_OF_OTHERS)
        self._providers[PROVIDER_OF_OTHERS] = Provider(self._stack, secret, PROVIDER_OF_OTHERS)

    def _publish(self, now: datetime) -> None:
        """The month's report, a while after its end, with a part for each partner that there is."""
        world = self._stack.world
        month = local_month(now, ZoneInfo(world.program().time_zone))
        world.another(clock=Clock(now + timedelta(days=40))).publishes(month)

    def _ride_of_others(self) -> None:
        """With vouchers of a programme that only they have: a ride under way, and one that was."""
        body = mint_body(program_id=PROGRAM_OF_OTHERS, unassigned=2)
        minted = self._keep(PROVIDER_OF_OTHERS, _posted("/vouchers", body, "key-7"))
        under_way, was = (one["code"] for one in minted["vouchers"])
        company = self._providers[PROVIDER_OF_OTHERS]
        for kind, data in (
            ("ride.requested", requested(under_way)),
            ("ride.requested", requested(was, ride_id="ride-2")),
            ("ride.completed", completed(was, ride_id="ride-2")),
        ):
            self._told.append((PROVIDER_OF_OTHERS, company.tell(kind, data)))

    def _keep(self, whose: str, sent: Sent) -> dict[str, Any]:
        answer = self.call(OTHER_PARTNER if whose == PROVIDER_OF_OTHERS else whose, sent)
        assert answer.status < 300, answer.text
        self._told.append((whose, answer))
        return answer.body

    def _memory(self) -> dict[str, Any]:
        return {table.name: copy.deepcopy(table.items) for table in self._stored()}

    def _restore(self, memory: Mapping[str, Any], drawn: Counter[str]) -> None:
        for table in self._stored():
            table.items = copy.deepcopy(memory[table.name])
        self._ids.drawn = Counter(drawn)
        self._stack.messages()
        self._stack.handlers.clear()

    def _stored(self) -> list[Any]:
        # moto's scans are slow, and a world is begun hundreds of times.
        tables = get_backend("dynamodb")[DEFAULT_ACCOUNT_ID]["us-east-1"].tables
        return [tables[name] for name in self._stack.world.tables.values()]


def _posted(path: str, body: Any, key: str) -> Sent:
    headers = {"Content-Type": "application/json", "Idempotency-Key": key}
    return Sent("POST", path, {}, json.dumps(body).encode(), headers)


def _enrollment_in(reference: str) -> dict[str, Any]:
    body = enrollment_body(external_ref=reference)
    body["consent"]["uses"] = ["enrollment", "sms", "outcomes"]
    return body
