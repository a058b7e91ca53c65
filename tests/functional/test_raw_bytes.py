"""Thousands of bodies that are nearly right, at every door that takes one: each answer is one of
the contract's, nothing is changed where it is a refusal, and nothing of a body comes back or is
logged. Callbacks are signed rightly, by companies of both profiles, so that their bytes get
past the signature, or not at all."""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from builders import PROGRAM, PROVIDER
from farechance.edge.requests import MAX_BODY_BYTES
from functional.bodies import mint_body
from functional.players import HexProvider, Partner, Provider, mint_code
from functional.saved_events import event
from functional.stack import Stack, rule
from fuzz import doors, grammar

# `make fuzz` sets both.
_EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES") or 300)
_SEED = int(os.environ.get("FUZZ_SEED") or 0)
_QUERY = {"program_id": PROGRAM, "purpose": "job_interview", "value_cents": "1000"}


def _tried[**Arguments](test: Callable[Arguments, None]) -> Callable[Arguments, None]:
    """The same examples in each run with the same seed."""
    as_always = settings(
        max_examples=_EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    return seed(_SEED)(as_always(test))


@pytest.fixture(autouse=True)
def _made_up_words_may_be_logged(stack: Stack) -> Iterator[None]:
    """Codes and references are looked for in the log, but not what is as short as a word of it."""
    yield
    stack.private = {one for one in stack.private if len(one) > len("ride.completed")}


@pytest.fixture
def companies(stack: Stack, provider: Provider) -> tuple[Provider, Provider]:
    """One of each profile, which the programme accepts."""
    # A new one for each test, since secrets aren't emptied between them.
    provider_id = f"pvd_{uuid4().hex[:8]}"
    in_hex = {"profile": "hmac_sha256_hex", "signature_header": HexProvider.header}
    answer = stack.command(event("register_provider", provider_id=provider_id, **in_hex))
    rule(stack, provider_ids=(PROVIDER, provider_id))
    return provider, HexProvider(stack, str(answer["secret"]), provider_id)


@pytest.mark.parametrize("door", ["authorizations", "events"])
def test_no_bytes_of_a_ride_company_do_harm(
    stack: Stack, partner: Partner, companies: tuple[Provider, Provider], door: str
) -> None:
    right = doors.callbacks(mint_code(partner))
    told: Counter[tuple[int, int]] = Counter()

    def send(which: int, body: bytes) -> None:
        before = stack.image()
        answer = companies[which].send(body, door)
        doors.check_answer(answer, f"/providers/{{provider_id}}/{door}")
        assert doors.CANARY not in answer.text
        assert answer.status == 200 or stack.image() == before
        told[which, answer.status] += 1

    made_up = given(st.integers(0, 1), st.sampled_from(right).flatmap(grammar.bodies))
    _tried(made_up(send))()

    # Too large a body is seldom made up, so each sends one for sure.
    for which in (0, 1):
        send(which, b" " * (MAX_BODY_BYTES + 1))
        assert told.keys() >= {(which, status) for status in (200, 400, 413, 422)}, told
    assert doors.CANARY not in stack.log


@pytest.mark.parametrize("door", ["authorizations", "events"])
def test_without_a_signature_no_bytes_get_further_than_their_size(
    stack: Stack, partner: Partner, companies: tuple[Provider, Provider], door: str
) -> None:
    right = doors.callbacks(mint_code(partner))
    names = sorted({name for one in companies for name in one.signed(b"{}")})
    told: Counter[int] = Counter()

    def send(which: int, body: bytes, replaced: dict[str, str]) -> None:
        # Signed for other bytes; or with headers that are anything, or missing where empty.
        company = companies[which]
        headers = {**company.signed(b"other"), **replaced}
        answer = company.deliver(body, {name: one for name, one in headers.items() if one}, door)
        doors.check_answer(answer, f"/providers/{{provider_id}}/{door}")
        told[answer.status] += 1

    made_up = given(
        st.integers(0, 1),
        st.sampled_from(right).flatmap(grammar.bodies),
        st.dictionaries(st.sampled_from(names), st.text(max_size=80)),
    )
    with stack.unchanged():
        _tried(made_up(send))()
        send(0, b" " * (MAX_BODY_BYTES + 1), {})

    assert told.keys() == {401, 413}, told
    assert doors.CANARY not in stack.log


@pytest.mark.parametrize(
    ("path", "right"),
    [
        ("/participants", doors.enrollment),
        ("/vouchers", mint_body),
        ("/voucher-batches", doors.batch),
    ],
    ids=["enroll", "mint", "batch"],
)
def test_no_bytes_of_a_partner_do_harm(
    stack: Stack, partner: Partner, path: str, right: Callable[[], dict[str, Any]]
) -> None:
    told: Counter[int] = Counter()
    if path == "/voucher-batches":
        # Whom its rows name.
        partner.post("/participants", doors.enrollment())

    @_tried
    @given(grammar.bodies(right()))
    def send(body: bytes) -> None:
        before = stack.image()
        answer = partner.post(path, body)
        doors.check_answer(answer, path)
        assert answer.status < 300 or stack.image() == before
        told[answer.status] += 1

    send()

    assert told.keys() >= {400, 422}, told
    assert told.keys() & {201, 202}, told
    assert doors.CANARY not in stack.log


def test_no_bytes_of_a_sheet_do_harm(stack: Stack, partner: Partner) -> None:
    right = f"external_ref\r\n{doors.CANARY}\r\ncase-x2\r\n".encode()
    told: Counter[int] = Counter()
    partner.post("/participants", doors.enrollment())

    @_tried
    @given(grammar.sheets(right))
    def send(body: bytes) -> None:
        before = stack.image()
        headers = {"Content-Type": "text/csv", "Idempotency-Key": uuid4().hex}
        answer = partner.call("POST", "/voucher-batches", body=body, headers=headers, query=_QUERY)
        doors.check_answer(answer, "/voucher-batches")
        assert answer.status < 300 or stack.image() == before
        told[answer.status] += 1

    send()

    assert told.keys() >= {202, 400}, told
    assert doors.CANARY not in stack.log
