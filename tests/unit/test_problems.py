"""Errors as problem+json (RFC 9457): each error of the tree has its status and its slug, and no
sentence says what was sent, what is stored, or why a proof failed."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from pydantic import BaseModel

import builders
from farechance import errors
from farechance.callbacks import Callback, RideCompleted, RideRequested
from farechance.codes import voucher_id
from farechance.commands import COMMAND
from farechance.edge import problems, requests, strict_json
from farechance.enrollment_api import EnrollmentRequest
from farechance.errors import FareChanceError, FieldError, FieldErrors, Refusal
from farechance.partner_api import MintRequest
from farechance.programs import Rules
from farechance.store.keys import batch_id_of
from farechance.strictness import stored_answer

VOUCHER_ID = "vch_1" + "0" * 25

# api.md, 'Errors'.
EXPECTED: dict[type[FareChanceError], tuple[FareChanceError, int, str]] = {
    errors.MalformedBody: (errors.MalformedBody("syntax", "line 1"), 400, "malformed_body"),
    errors.MalformedSheet: (errors.MalformedSheet("quotes", "line 3"), 400, "malformed_csv"),
    errors.IdempotencyKeyMissing: (
        errors.IdempotencyKeyMissing(),
        400,
        "idempotency_key_missing",
    ),
    errors.NotAuthenticated: (errors.NotAuthenticated("Bearer"), 401, "not_authenticated"),
    errors.ScopeMissing: (errors.ScopeMissing("codes:read"), 403, "scope_missing"),
    errors.NotFound: (errors.NotFound("voucher", "vch_1"), 404, "not_found"),
    errors.MethodNotAllowed: (errors.MethodNotAllowed(("GET", "POST")), 405, "method_not_allowed"),
    errors.LinkExpired: (errors.LinkExpired(), 410, "link_expired"),
    errors.StateForbids: (
        errors.StateForbids("already_enrolled", {"participant_id": "par_1"}),
        409,
        "already_enrolled",
    ),
    errors.BodyTooLarge: (errors.BodyTooLarge(262_144), 413, "body_too_large"),
    errors.UnsupportedMediaType: (
        errors.UnsupportedMediaType(("application/json",)),
        415,
        "unsupported_media_type",
    ),
    errors.FieldErrors: (FieldErrors.one("/rides", "is needed"), 422, "field_errors"),
    errors.IdempotencyKeyReused: (errors.IdempotencyKeyReused(), 422, "idempotency_key_reused"),
    errors.MintingTooFast: (
        errors.MintingTooFast("prg_1", "org_1", minted=9, most=10, retry_after_seconds=7),
        429,
        "minting_too_fast",
    ),
    errors.Busy: (errors.Busy(7), 503, "busy"),
    errors.BooksDiffer: (errors.BooksDiffer("vch_1 and vch_2"), 500, "internal_error"),
}
each_error = pytest.mark.parametrize("kind", EXPECTED, ids=[one.__name__ for one in EXPECTED])


def leaves(kind: type[FareChanceError]) -> Iterator[type[FareChanceError]]:
    """The errors of the tree that are raised: those that have no kinds of their own."""
    children = kind.__subclasses__()
    if not children:
        yield kind
    for child in children:
        yield from leaves(child)


def told(error: Exception) -> tuple[dict[str, Any], dict[str, Any]]:
    """The answer, and the problem in it."""
    answer = problems.response(error, "request-1")
    return answer, json.loads(answer["body"])


def test_every_error_of_the_tree_is_told() -> None:
    assert set(EXPECTED) == set(leaves(FareChanceError))


def test_the_tree_is_drawn_where_it_grows() -> None:
    drawn: list[type[FareChanceError]] = [FareChanceError, Refusal, *EXPECTED]

    assert [kind for kind in drawn if kind.__name__ not in str(errors.__doc__)] == []


@each_error
def test_each_error_has_its_status_and_its_slug(kind: type[FareChanceError]) -> None:
    error, status, slug = EXPECTED[kind]

    answer, problem = told(error)

    assert answer["statusCode"] == problem["status"] == status
    assert problem["type"] == f"urn:farechance:problem:{slug}"
    assert problems.slug_of(error) == slug
    assert problem["instance"] == "request-1"
    assert problem["title"]
    assert problem["detail"]


def test_a_problem_is_problem_json_that_nobody_keeps() -> None:
    for error, _, _ in EXPECTED.values():
        answer, _ = told(error)

        assert answer["headers"]["Content-Type"] == "application/problem+json"
        assert answer["headers"]["Cache-Control"] == "no-store"
        assert answer["headers"]["X-Content-Type-Options"] == "nosniff"
        assert answer["isBase64Encoded"] is False


@pytest.mark.parametrize(
    "name",
    [
        "par_jane_doe",
        "vch_jane_doe",
        "bat_jane_doe",
        "prg_jane_doe",
        "org_jane_doe",
        "jane",
        "2026-03",
        "212-555-0100",
    ],
)
def test_what_somebody_made_up_is_not_repeated_and_be_it_formed_like_an_id(name: str) -> None:
    _, problem = told(errors.NotFound("thing", name))

    assert problem["detail"] == "There is no such thing for you."


def test_an_id_that_is_made_here_is_repeated() -> None:
    made = (
        f"par_{uuid4().hex}",
        batch_id_of(builders.PARTNER, "key-1"),
        voucher_id(builders.CODE_KEYS, "1", builders.PARTNER, "key-1", 0),
    )

    for name in made:
        _, problem = told(errors.NotFound("thing", name))
        assert problem["detail"] == f"There is no such thing for you: {name}."


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        pytest.param((), {}, id="none where one is needed"),
        pytest.param(("syntax", "", "more"), {}, id="more than it has"),
        pytest.param(("syntax",), {"problem": "syntax"}, id="one of them twice"),
        pytest.param(("syntax",), {"wher": ""}, id="one that it hasn't"),
    ],
)
def test_an_error_is_made_with_its_fields_and_no_others(
    fields: tuple[str, ...], named: dict[str, str]
) -> None:
    with pytest.raises(TypeError, match="MalformedBody has the fields problem, where"):
        errors.MalformedBody(*fields, **named)


def test_no_two_errors_share_a_slug() -> None:
    slugs = [slug for _, _, slug in EXPECTED.values()]

    assert len(set(slugs)) == len(slugs)


def test_what_helps_stands_where_a_client_looks_for_it() -> None:
    scope, scope_problem = told(errors.ScopeMissing("codes:read"))
    method, _ = told(errors.MethodNotAllowed(("GET", "POST")))
    busy, _ = told(errors.Busy(7))
    proof, _ = told(errors.NotAuthenticated("Bearer"))
    _, enrolled = told(errors.StateForbids("already_enrolled", {"participant_id": "par_1"}))
    _, missing = told(errors.NotFound("voucher", VOUCHER_ID))
    _, erased = told(errors.NotFound("participant"))
    _, wrong = told(FieldErrors((FieldError("/a", "is needed"), FieldError("/b/0", "is odd"))))

    assert scope["statusCode"] == 403
    assert "codes:read" in scope_problem["detail"]
    assert method["headers"]["Allow"] == "GET, POST"
    assert busy["headers"]["Retry-After"] == "7"
    assert proof["headers"]["WWW-Authenticate"] == "Bearer"
    assert enrolled["participant_id"] == "par_1"
    assert missing["detail"] == f"There is no such voucher for you: {VOUCHER_ID}."
    assert erased["detail"] == "There is no such participant for you."
    assert wrong["errors"] == [
        {"pointer": "/a", "detail": "is needed"},
        {"pointer": "/b/0", "detail": "is odd"},
    ]


def test_no_fact_takes_the_place_of_a_member_that_every_problem_has() -> None:
    facts: dict[str, str | int] = {"status": "draft", "type": "x", "detail": "x", "in_month": 3}

    _, problem = told(errors.StateForbids("program_draft", facts))

    assert problem["status"] == 409
    assert problem["type"] == "urn:farechance:problem:program_draft"
    assert problem["detail"] != "x"
    assert problem["in_month"] == 3


@pytest.mark.parametrize(
    "reason",
    [
        "already_enrolled",
        "program_draft",
        "program_paused",
        "program_closed",
        "insufficient_allotment",
        "participant_exited",
        "consent_expired",
        "monthly_limit_reached",
        "too_many_open_vouchers",
    ],
)
def test_each_state_that_a_partner_can_meet_has_words_of_its_own(reason: str) -> None:
    _, problem = told(errors.StateForbids(reason))

    assert reason not in problem["detail"]
    assert len(problem["detail"]) > 20


def test_a_state_without_words_of_its_own_is_still_told() -> None:
    _, problem = told(errors.StateForbids("moon_is_full"))

    assert problem["type"].endswith(":moon_is_full")
    assert "moon_is_full" in problem["detail"]


def test_each_way_in_which_a_body_is_malformed_has_words_of_its_own() -> None:
    ways = ["not_utf8", "syntax", "duplicate_key", "too_deep", "control_character", "not_a_number"]

    words = {told(errors.MalformedBody(way))[1]["detail"] for way in ways}

    assert len(words) == len(ways)
    for way in ways:
        assert "line 7" in told(errors.MalformedBody(way, "line 7"))[1]["detail"]


@pytest.mark.parametrize(
    "error",
    [
        errors.BooksDiffer("tell-nobody"),
        ValueError("tell-nobody"),
        KeyError("tell-nobody"),
        RuntimeError("tell-nobody"),
    ],
)
def test_a_defect_says_nothing_of_itself(error: Exception) -> None:
    answer, problem = told(error)

    assert problem["status"] == 500
    assert problem["type"].endswith(":internal_error")
    assert "tell-nobody" not in json.dumps(answer)
    assert "safe" in problem["detail"]


def test_whose_fault_an_error_is_decides_whether_it_alarms() -> None:
    expected = {kind for kind in EXPECTED if problems.is_expected(EXPECTED[kind][0])}

    assert expected == set(EXPECTED) - {errors.BooksDiffer}
    assert not problems.is_expected(ValueError())


def with_each_value_replaced(value: Any, marker: Any) -> Iterator[Any]:
    """The same JSON once for each place in it, with the marker there."""
    yield marker
    if isinstance(value, dict):
        for name, member in value.items():
            for other in with_each_value_replaced(member, marker):
                yield {**value, name: other}
    if isinstance(value, list):
        for place, member in enumerate(value):
            for other in with_each_value_replaced(member, marker):
                yield [*value[:place], other, *value[place + 1 :]]


AT = "2026-03-02T17:00:00Z"
RULES = {
    **stored_answer(builders.rules()),
    "service_areas": [{"latitude": 1.5, "longitude": 2.5, "radius_meters": 20}],
    "weekly_hours": [{"weekday": "monday", "from": "08:00", "to": "18:00"}],
}
BODIES: list[tuple[type[BaseModel], dict[str, Any]]] = [
    (EnrollmentRequest, stored_answer(builders.enrollment())),
    (MintRequest, {**stored_answer(builders.mint_request()), "valid_from": AT, "language": "en"}),
    (Rules, RULES),
    (Callback, {"type": "ride.completed", "timestamp": AT, "data": {}}),
    (
        RideRequested,
        {
            "ride_id": "ride-1",
            "voucher_code": "1",
            "estimated_fare_cents": 1,
            "currency": "USD",
            "requested_at": AT,
            "pickup_at": AT,
            "pickup": {"latitude": 1.5, "longitude": 2.5},
            "booked_by": "rider",
        },
    ),
    (
        RideCompleted,
        {
            "ride_id": "ride-1",
            "authorization_id": "a",
            "fare_cents": 1,
            "tip_cents": 1,
            "currency": "USD",
            "completed_at": AT,
        },
    ),
]


@pytest.mark.parametrize("marker", ["S3CR3T!é", "123-45-6789", "s3cr3t@example.org", 31_337_313])
@pytest.mark.parametrize(("model", "body"), BODIES, ids=lambda one: getattr(one, "__name__", ""))
def test_no_sentence_repeats_what_was_sent(
    model: type[BaseModel], body: dict[str, Any], marker: Any
) -> None:
    refusals = []
    for other in with_each_value_replaced(body, marker):
        try:
            requests.parsed(model, strict_json.read(json.dumps(other).encode()))
        except FieldErrors as wrong:
            refusals.append(json.dumps(told(wrong), ensure_ascii=False))

    assert len(refusals) > len(body) / 2
    assert not any(str(marker) in refusal for refusal in refusals)


def test_a_command_that_there_is_not_is_not_repeated_either() -> None:
    for command in ({"command": "S3CR3T"}, {"command": 7}, {}):
        with pytest.raises(ValueError, match="command") as caught:
            COMMAND.validate_python(command)
        wrong = requests.field_errors(caught.value, skipping=1)  # type: ignore[arg-type]

        [error] = wrong.errors
        assert "S3CR3T" not in error.detail
        assert error.detail.startswith("'command' ")
