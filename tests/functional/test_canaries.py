"""A thing of every personal kind is put into everything that partners send: each endpoint, each
field, the path, the query and the headers. No refusal repeats it, and nothing keeps it but what the
table below names. An endpoint that this module knows nothing of fails it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import pytest

import builders
from builders import PROGRAM
from canaries import CANARIES, HEADERS, NAME_IN_AN_ID, found_in, packed, plantings
from farechance.batch_endpoints import START_BATCH
from farechance.endpoint import Endpoint
from farechance.endpoints import (
    AUTHORIZATIONS_PATH,
    EVENTS_PATH,
    METHODS,
    OPEN_ENDPOINTS,
    PARTNER_ENDPOINTS,
)
from functional.bodies import ACT_BODIES, enrollment_body, mint_body, rfc3339
from functional.gateway import Answer, proxy_event
from functional.planting import (
    kinds_of_items_with_canaries,
    places_of_canaries,
    put_back,
    remembered,
)
from functional.players import Partner
from functional.stack import Stack

type AnyEndpoint = Endpoint[Any, Any]

ALL: tuple[AnyEndpoint, ...] = (*PARTNER_ENDPOINTS, *OPEN_ENDPOINTS)
OF_NOBODY = [path for path in METHODS if path not in {one.path for one in ALL}]
each_endpoint = pytest.mark.parametrize("endpoint", ALL, ids=lambda one: one.name)

PERSON = {"people participant", "people reference"}
MAY_BE_KEPT: dict[tuple[str, str], set[str]] = {
    ("POST /participants", "external_ref"): PERSON,
    ("POST /participants", "attestation/attested_by"): {"people participant"},
}
"""Which field of which endpoint may hold words of a person's choice, and which items keep them."""


PREFIXES = {
    "participant_id": "par_",
    "voucher_id": "vch_",
    "batch_id": "bat_",
    "program_id": "prg_",
}
"""How ids begin that partners send."""


class Scene:
    """A person with a voucher and a batch, to which each planting returns."""

    def __init__(self, stack: Stack, partner: Partner) -> None:
        self.stack, self.partner, self.reference = stack, partner, "case-x-of-the-scene"
        consent = {
            "text_version": "2026-01",
            "language": "en",
            "granted_at": rfc3339(),
            "uses": ["enrollment", "sms", "outcomes"],
        }
        body = enrollment_body(external_ref=self.reference, consent=consent)
        self.person = partner.post("/participants", body).body["participant_id"]
        minting = mint_body(participant_ids=[self.person])
        self.voucher = partner.post("/vouchers", minting).body["vouchers"][0]["voucher_id"]
        batch = {**mint_body(), "unassigned": 2}
        self.batch = partner.post("/voucher-batches", batch).body["batch_id"]
        self._items, self._image = remembered(stack), stack.image()

    def path(self, endpoint: AnyEndpoint) -> str:
        """Of what is there."""
        return endpoint.path.format(
            participant_id=self.person, voucher_id=self.voucher, batch_id=self.batch
        )

    def call(self, endpoint: AnyEndpoint, body: Any = None, **more: Any) -> Answer:
        """A call as the partner's app makes it; `more` replaces parts of it."""
        sent = {"Content-Type": "application/json", "Idempotency-Key": "key-of-a-canary"}
        headers = (
            {**sent, **more.pop("headers", {})}
            if endpoint.method == "POST"
            else more.pop("headers", {})
        )
        raw = json.dumps(body).encode() if endpoint.method == "POST" else None
        raw = more.pop("raw", raw)
        path = more.pop("path", self.path(endpoint))
        return self.partner.call(endpoint.method, path, body=raw, headers=headers, **more)

    def is_changed(self) -> bool:
        """Whether anything was written since the scene was set."""
        return self.stack.image() != self._image

    def set_again(self) -> None:
        """Everything as it was."""
        put_back(self.stack, self._items)


def _bodies(scene: Scene) -> dict[str, dict[str, Any]]:
    """A body for each endpoint that has one."""
    return {
        "POST /participants": enrollment_body(),
        "POST /vouchers": mint_body(participant_ids=[scene.person]),
        "POST /voucher-batches": {
            "program_id": PROGRAM,
            "purpose": "job_interview",
            "value_cents": 4_000,
            "rows": [{"external_ref": scene.reference}],
        },
        "POST /participants/{participant_id}/consent": {
            "action": "withdraw",
            "uses": ["sms"],
        },
        "POST /participants/{participant_id}/exit": {},
        "POST /participants/{participant_id}/language": {"language": "es"},
        "POST /participants/{participant_id}/outcomes": {
            "kind": "job_started",
            "day": str(datetime.now(UTC).date()),
        },
        "POST /cards": {"voucher_ids": [scene.voucher]},
        "POST /vouchers/{voucher_id}/send": {"phone_number": "+12125550199"},
        **{f"POST /vouchers/{{voucher_id}}/{act}": body for act, body in ACT_BODIES.items()},
    }


@pytest.fixture
def scene(stack: Stack, partner: Partner) -> Scene:
    """All that an endpoint may name."""
    return Scene(stack, partner)


def test_each_endpoint_with_a_body_has_one_here_that_is_taken(scene: Scene) -> None:
    with_body = [one for one in ALL if one.method == "POST"]

    assert {one.name for one in with_body} == _bodies(scene).keys()
    for endpoint in with_body:
        if "unblock" in endpoint.path:
            scene.partner.post(scene.path(endpoint).replace("unblock", "block"), {})
        body = _bodies(scene)[endpoint.name]
        if "/assign" in endpoint.path:
            # Only a card that is nobody's is handed to somebody.
            body = {"participant_id": scene.person}
            minted = scene.partner.post("/vouchers", mint_body()).body["vouchers"][0]
            path = f"/vouchers/{minted['voucher_id']}/assign"
            answer = scene.call(endpoint, body, path=path)
        else:
            answer = scene.call(endpoint, body)
        assert answer.status == endpoint.status, (endpoint.name, answer.text)
        scene.set_again()


@each_endpoint
def test_no_field_of_a_call_is_repeated_or_kept(scene: Scene, endpoint: AnyEndpoint) -> None:
    kept = {}
    for where, kind, answer in _sent(scene, endpoint):
        assert answer.status < 500, (where, kind, answer.text)
        if answer.status >= 400:
            assert found_in(answer.text) == [], (where, kind)
            assert not scene.is_changed(), (where, kind)
        elif endpoint.method != "GET" and scene.is_changed():
            if places := kinds_of_items_with_canaries(scene.stack):
                assert places == MAY_BE_KEPT.get((endpoint.name, where)), (where, kind)
                kept[endpoint.name, where] = places
            scene.set_again()

    # No line of the table without need.
    assert kept == {key: it for key, it in MAY_BE_KEPT.items() if key[0] == endpoint.name}
    assert places_of_canaries(scene.stack) == {}


def _sent(scene: Scene, endpoint: AnyEndpoint) -> Iterator[tuple[str, str, Answer]]:
    """Every planting of an endpoint: where, what, and how it was answered."""
    posts = endpoint.method == "POST"
    body = _bodies(scene)[endpoint.name] if posts else {}
    if posts:
        for one in plantings(endpoint.body, body):
            yield one.where, one.kind, scene.call(endpoint, one.body)
    known = [] if posts else list(endpoint.body.model_fields)
    for kind, thing in CANARIES.items():
        text = str(thing)
        for name in known:
            query = {"program_id": PROGRAM, name: text}
            yield f"?{name}", kind, scene.call(endpoint, {}, query=query)
        for parameter, prefix in PREFIXES.items():
            if f"{{{parameter}}}" in endpoint.path:
                for named in (text, prefix + text):
                    path = endpoint.path.replace(f"{{{parameter}}}", named)
                    yield parameter, kind, scene.call(endpoint, body, path=path)
    yield from _names_in_ids(scene, endpoint, body)
    yield from _beside_the_body(scene, endpoint, body)


def _beside_the_body(
    scene: Scene, endpoint: AnyEndpoint, body: dict[str, Any]
) -> Iterator[tuple[str, str, Answer]]:
    """In the query under names that nobody knows, in the Idempotency-Key, which may be what a write
    is kept under, and in all headers: of a call that is taken, all kinds at once."""
    texts = [str(thing) for thing in CANARIES.values()]
    everything = "; ".join(texts)
    yield "?unknown", "all", scene.call(endpoint, body, query={"unknown": everything})
    yield "?", "all", scene.call(endpoint, body, query=dict(zip(texts, texts, strict=True)))
    for key in packed(64, "~", quote):
        yield "Idempotency-Key", "all", scene.call(endpoint, body, headers={"Idempotency-Key": key})
    read = {"Idempotency-Key", "Content-Type"}
    yield (
        "headers",
        "all",
        scene.call(endpoint, body, headers={one: everything for one in HEADERS if one not in read}),
    )
    for header in read:
        yield header, "all", scene.call(endpoint, body, headers={header: everything})


def _names_in_ids(
    scene: Scene, endpoint: AnyEndpoint, body: dict[str, Any]
) -> Iterator[tuple[str, str, Answer]]:
    """Somebody's name where an id stands, formed as one: in the path, the query and the body."""
    for name, prefix in PREFIXES.items():
        named = prefix + NAME_IN_AN_ID
        if f"{{{name}}}" in endpoint.path:
            path = endpoint.path.replace(f"{{{name}}}", named)
            yield name, "name in an id", scene.call(endpoint, body, path=path)
        for field in (name, f"{name}s"):
            if field not in endpoint.body.model_fields:
                continue
            if endpoint.method == "POST":
                changed = {**body, field: named if field == name else [named]}
                yield field, "name in an id", scene.call(endpoint, changed)
            else:
                query = {"program_id": PROGRAM, field: named}
                yield f"?{field}", "name in an id", scene.call(endpoint, query=query)


def _tables_of_a_batch(reference: str) -> Iterator[str]:
    """Every kind as a cell, without quotation marks, as a column's name and as the whole file."""
    texts = [str(thing) for thing in CANARIES.values()]
    cells = ['"' + text.replace('"', '""') + '"' for text in texts]
    yield "\r\n".join(["external_ref", *cells, reference, ""])
    yield f"external_ref,{','.join(cells)}\r\n{reference}{',x' * len(cells)}\r\n"
    yield f"external_ref{',name' * len(cells)}\r\n{reference},{','.join(cells)}\r\n"
    for text, cell in zip(texts, cells, strict=True):
        yield f"external_ref\r\n{text}\r\n{reference}\r\n"
        yield f"external_ref,{cell}\r\n{reference},x\r\n"
        yield f"{cell}\r\n{reference}\r\n"
        yield text


def test_no_cell_of_a_batchs_table_is_repeated_or_kept(scene: Scene) -> None:
    query = {"program_id": PROGRAM, "purpose": "family", "value_cents": "4000"}
    headers = {"Content-Type": "text/csv", "Idempotency-Key": "key-1"}
    taken = 0

    for number, table in enumerate(_tables_of_a_batch(scene.reference)):
        headers["Idempotency-Key"] = f"key-{number}"
        raw = table.encode()
        answer = scene.call(START_BATCH, raw=raw, headers=headers, query=query)
        texts = [answer.text]
        if answer.status == 202:
            taken += 1
            path = f"/voucher-batches/{answer.body['batch_id']}"
            for message in scene.stack.messages():
                scene.stack.job("batching", {"Records": [message]})
            texts += [scene.partner.get(path).text, scene.partner.get(f"{path}/vouchers").text]
            texts.append(scene.partner.get(f"{path}/vouchers", format="csv").text)
        assert [found_in(one) for one in texts] == [[]] * len(texts), table
        assert kinds_of_items_with_canaries(scene.stack) == set(), table
        scene.set_again()
    assert taken
    assert places_of_canaries(scene.stack) == {}


@pytest.mark.parametrize(
    "path", [one for one in OF_NOBODY if one not in (AUTHORIZATIONS_PATH, EVENTS_PATH)]
)
def test_what_is_open_to_everybody_repeats_and_keeps_nothing(stack: Stack, path: str) -> None:
    for thing in CANARIES.values():
        text = str(thing)
        for called in (path, f"/{text}", f"{path}/{text}"):
            headers = dict.fromkeys(HEADERS, text)
            event = proxy_event("GET", called, headers=headers, query={"unknown": text})
            answer = stack.send("contract", event)
            assert answer.status in (200, 404)
            assert found_in(answer.text) == []
    assert places_of_canaries(stack) == {}


def test_what_may_be_kept_of_a_person_is_gone_once_she_is_erased(scene: Scene) -> None:
    body = enrollment_body(external_ref="case-canary-0815")
    body["attestation"]["attested_by"] = CANARIES["offence"]
    person = scene.partner.post("/participants", body).body["participant_id"]
    scene.partner.post("/vouchers", mint_body(participant_ids=[person]))
    scene.partner.post(f"/participants/{person}/language", {"language": "es"})
    before = places_of_canaries(scene.stack)

    assert scene.partner.delete(f"/participants/{person}").status == 200

    assert before == {"external_ref": PERSON, "offence": {"people participant"}}
    assert places_of_canaries(scene.stack) == {}


def test_the_search_finds_each_canary_where_it_is() -> None:
    for kind, thing in CANARIES.items():
        assert found_in(json.dumps({"in": thing})) == [kind]
        assert found_in(f"said {thing!s}.") == [kind]
    assert builders.PARTNER not in json.dumps(CANARIES)
