"""The contract: it is what the code makes of itself, it is right, and it is all that there is."""

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from pydantic import TypeAdapter

import builders
from farechance import endpoints, errors, ride_table
from farechance.edge import pages, problems
from farechance.edge.docs_page import docs_page
from farechance.edge.published import Published
from farechance.provider_api import CallbackAnswer
from farechance.ride_case import Case, turned_away
from farechance.ride_table import TABLE
from farechance.rides import EventKind, RideState
from farechance.scopes import SCOPES
from farechance.settings import Settings
from farechance.told import Told
from farechance.vouchers import Reason, for_provider
from functional.gateway import proxy_event
from infra.contract import problem_responses
from infra.contract.document import FILE, document, text
from infra.local import template

CONTRACT: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
COMPONENTS = CONTRACT["components"]
OPERATIONS = {
    (method.upper(), path): operation
    for path, methods in CONTRACT["paths"].items()
    for method, operation in methods.items()
}
EVENTS = {
    (event["Properties"]["Method"], event["Properties"]["Path"]): event["Properties"]
    for function in template.resources("AWS::Serverless::Function").values()
    for event in function["Properties"].get("Events", {}).values()
    if event["Type"] == "Api" and event["Properties"]["Path"] != "/{proxy+}"
}
(GATEWAY,) = template.resources("AWS::Serverless::Api").values()
GATEWAY_PROBLEMS = {
    kind: json.loads(response["ResponseTemplates"]["application/json"])
    for kind, response in GATEWAY["Properties"]["GatewayResponses"].items()
}
PROBLEM_JSON = "application/problem+json"
FOLDER = FILE.parent
PUBLISHED = Published(
    FILE.read_text(encoding="utf-8"), partial(docs_page, FOLDER, Settings("trial"))
)
# The introduction says them, and no operation.
OF_EVERY_ANSWER = {"Content-Type", "Cache-Control", "X-Content-Type-Options"}
# Every error that the code says, one of each slug but those of a state.
SAID = (
    errors.MalformedBody("syntax"),
    errors.MalformedSheet("quotes"),
    errors.IdempotencyKeyMissing(),
    errors.NotAuthenticated("Bearer"),
    errors.ScopeMissing("codes:read"),
    errors.NotFound("voucher"),
    errors.MethodNotAllowed(("GET",)),
    errors.LinkExpired(),
    errors.BodyTooLarge(1),
    errors.UnsupportedMediaType(("application/json",)),
    errors.FieldErrors(()),
    errors.IdempotencyKeyReused(),
    errors.MintingTooFast("", "", 1, 1, 1),
    errors.Busy(),
    errors.BooksDiffer("something"),
)

# Every operation, with each status that it may have.
STATUSES: dict[tuple[str, str], str] = dict(
    [
        (("GET", "/whoami"), "200 400 401 403 422 429 500 503 504"),
        (
            ("POST", "/participants"),
            "201 400 401 403 404 409 413 415 422 429 500 503 504",
        ),
        (("GET", "/participants"), "200 400 401 403 422 429 500 503 504"),
        (
            ("GET", "/participants/{participant_id}"),
            "200 400 401 403 404 422 429 500 503 504",
        ),
        (("POST", "/vouchers"), "201 400 401 403 404 409 413 415 422 429 500 503 504"),
        (("GET", "/vouchers/{voucher_id}"), "200 400 401 403 404 422 429 500 503 504"),
        (
            ("GET", "/vouchers/{voucher_id}/entries"),
            "200 400 401 403 404 422 429 500 503 504",
        ),
        (("GET", "/vouchers"), "200 400 401 403 422 429 500 503 504"),
        *(
            (
                ("POST", f"/vouchers/{{voucher_id}}/{act}"),
                f"{status} 400 401 403 404 409 413 415 422 429 500 503 504",
            )
            for act, status in (
                ("assign", 200),
                ("block", 200),
                ("unblock", 200),
                ("extend", 200),
                ("revoke", 200),
                ("reissue", 201),
            )
        ),
        (("POST", "/voucher-batches"), "202 400 401 403 404 409 413 415 422 429 500 503 504"),
        (("GET", "/voucher-batches/{batch_id}"), "200 400 401 403 404 422 429 500 503 504"),
        (
            ("GET", "/voucher-batches/{batch_id}/vouchers"),
            "200 400 401 403 404 422 429 500 503 504",
        ),
        (
            ("POST", "/providers/{provider_id}/authorizations"),
            "200 400 401 403 413 415 422 429 500 503 504",
        ),
        (
            ("POST", "/providers/{provider_id}/events"),
            "200 400 401 403 413 415 422 429 500 503 504",
        ),
        (
            ("POST", "/participants/{participant_id}/consent"),
            "200 400 401 403 404 409 413 415 422 429 500 503 504",
        ),
        (
            ("POST", "/participants/{participant_id}/exit"),
            "200 400 401 403 404 409 413 415 422 429 500 503 504",
        ),
        (
            ("POST", "/participants/{participant_id}/language"),
            "200 400 401 403 404 413 415 422 429 500 503 504",
        ),
        (
            ("POST", "/participants/{participant_id}/outcomes"),
            "201 400 401 403 404 409 413 415 422 429 500 503 504",
        ),
        (
            ("GET", "/participants/{participant_id}/record"),
            "200 400 401 403 404 422 429 500 503 504",
        ),
        (
            ("DELETE", "/participants/{participant_id}"),
            "200 400 401 403 404 422 429 500 503 504",
        ),
        (
            ("GET", "/vouchers/{voucher_id}/card"),
            "200 400 401 403 404 409 422 429 500 503 504",
        ),
        (("POST", "/cards"), "200 400 401 403 404 409 413 415 422 429 500 503 504"),
        (
            ("POST", "/vouchers/{voucher_id}/send"),
            "200 400 401 403 404 409 413 415 422 429 500 503 504",
        ),
        (("GET", "/reports"), "200 400 401 403 404 422 429 500 503 504"),
        (("GET", "/sheets"), "200 400 403 404 409 410 422 429 500 503 504"),
        (("GET", "/openapi.json"), "200 400 403 429 500 503 504"),
        (("GET", "/docs"), "200 400 403 429 500 503 504"),
    ]
)


def test_the_committed_contract_is_what_the_code_makes() -> None:
    assert FILE.read_text(encoding="utf-8") == text(), "run `make contract`"


def test_it_is_a_valid_openapi_3_1_document() -> None:
    OpenAPIV31SpecValidator(document()).validate()


def test_its_paths_and_methods_are_the_routes_of_the_template() -> None:
    assert OPERATIONS.keys() == EVENTS.keys()


def test_a_wrong_method_is_told_the_methods_of_the_contract() -> None:
    methods = {
        path: tuple(sorted(method.upper() for method in operations))
        for path, operations in CONTRACT["paths"].items()
    }

    assert methods == dict(endpoints.METHODS)


def test_its_scopes_are_those_of_the_code_and_of_the_user_pool() -> None:
    (flow,) = COMPONENTS["securitySchemes"]["partner_token"]["flows"].values()
    authorizer = GATEWAY["Properties"]["Auth"]["Authorizers"]["PartnerToken"]

    assert list(flow["scopes"]) == [f"farechance/{scope}" for scope in SCOPES]
    assert list(flow["scopes"]) == authorizer["AuthorizationScopes"]


@pytest.mark.parametrize("endpoint", endpoints.PARTNER_ENDPOINTS, ids=lambda one: one.name)
def test_an_operation_names_the_scope_that_the_code_demands(
    endpoint: endpoints.Endpoint[Any, Any],
) -> None:
    operation = OPERATIONS[endpoint.method, endpoint.path]

    needed = [f"farechance/{endpoint.scope}"] if endpoint.scope else []
    assert operation["security"] == [{"partner_token": needed}]


def test_a_callback_is_signed_in_one_of_two_ways_and_each_way_is_described() -> None:
    either: list[dict[str, list[str]]] = [{"callback_signature": []}, {"callback_hmac": []}]

    for path in (endpoints.AUTHORIZATIONS_PATH, endpoints.EVENTS_PATH):
        assert OPERATIONS["POST", path]["security"] == either
    used = {scheme for one in OPERATIONS.values() for proof in one["security"] for scheme in proof}
    assert used == COMPONENTS["securitySchemes"].keys()


@pytest.mark.parametrize("route", EVENTS, ids=" ".join)
def test_what_the_gateway_leaves_open_needs_no_token_and_the_rest_does(
    route: tuple[str, str],
) -> None:
    needs_a_token = any("partner_token" in one for one in OPERATIONS[route]["security"])

    assert needs_a_token == ("Auth" not in EVENTS[route])


@pytest.mark.parametrize("endpoint", endpoints.PARTNER_ENDPOINTS, ids=lambda one: one.name)
def test_what_a_partner_changes_wants_an_idempotency_key_and_says_if_it_is_a_replay(
    endpoint: endpoints.Endpoint[Any, Any],
) -> None:
    operation = OPERATIONS[endpoint.method, endpoint.path]

    parameters = {one["name"]: one for one in operation.get("parameters", ())}
    success = operation["responses"][str(endpoint.status)]

    changes = endpoint.wants_key
    assert ("Idempotency-Key" in parameters) == changes
    assert ("Idempotency-Replayed" in success.get("headers", {})) == changes
    assert ("requestBody" in operation) == (endpoint.method == "POST")


def test_of_what_is_posted_only_cards_to_print_change_nothing() -> None:
    posted = [one for one in endpoints.PARTNER_ENDPOINTS if one.method == "POST"]

    assert [one for one in posted if not one.wants_key] == [endpoints.PRINT_CARDS]


@pytest.mark.parametrize(
    "endpoint", [endpoints.SHOW_CARD, endpoints.PRINT_CARDS, endpoints.OPEN_SHEET]
)
def test_cards_are_told_as_a_page(endpoint: endpoints.Endpoint[Any, Any]) -> None:
    success = OPERATIONS[endpoint.method, endpoint.path]["responses"]["200"]

    assert success["content"] == {"text/html": {"schema": {"type": "string"}}}


@pytest.mark.parametrize(
    ("route", "answer"),
    [
        (("GET", "/vouchers/{voucher_id}/card"), pages.answer("")),
        (("POST", "/cards"), pages.answer("")),
        (("GET", "/sheets"), pages.answer("")),
        (("GET", "/openapi.json"), PUBLISHED.handle(proxy_event("GET", "/openapi.json"), None)),
        (("GET", "/docs"), PUBLISHED.handle(proxy_event("GET", "/docs"), None)),
    ],
    ids=str,
)
def test_every_header_of_a_page_is_described(
    route: tuple[str, str], answer: dict[str, Any]
) -> None:
    described = OPERATIONS[route]["responses"]["200"].get("headers", {})

    assert answer["statusCode"] == 200
    assert answer["headers"].keys() - OF_EVERY_ANSWER == described.keys()
    assert all(header["required"] for header in described.values())


def test_what_of_a_partner_is_posted_and_kept_by_caches_is_as_the_introduction_says() -> None:
    said = " ".join(CONTRACT["info"]["description"].split())
    answers = {
        path: PUBLISHED.handle(proxy_event("GET", path), None)["headers"]
        for path in (endpoints.CONTRACT_PATH, endpoints.DOCS_PATH)
    }

    assert "Each POST of a partner but `POST /cards`, which changes nothing, wants an" in said
    assert (
        "Every answer but the gateway's own refusals says `X-Content-Type-Options: nosniff` and "
        "`Cache-Control: no-store`; this document and its page may be kept for 5 minutes." in said
    )
    for headers in answers.values():
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "public, max-age=300"


def test_every_error_is_a_problem_of_its_status_with_its_slugs() -> None:
    refused = [
        (status, _resolved(response))
        for operation in OPERATIONS.values()
        for status, response in operation["responses"].items()
        if not status.startswith("2")
    ]

    assert refused
    for status, response in refused:
        schema = response["content"]["application/problem+json"]["schema"]
        assert schema["$ref"] == "#/components/schemas/Problem"
        assert schema["properties"]["status"]["const"] == int(status)
        for kind in schema["properties"]["type"]["enum"]:
            assert kind.startswith(problems.TYPE)
            assert f"`{kind.removeprefix(problems.TYPE)}`" in response["description"]


@pytest.mark.parametrize(("route", "statuses"), STATUSES.items(), ids=str)
def test_an_operation_says_every_status_that_it_may_have(
    route: tuple[str, str], statuses: str
) -> None:
    assert sorted(OPERATIONS[route]["responses"]) == statuses.split()


def test_every_operation_stands_in_the_table_of_statuses() -> None:
    assert STATUSES.keys() == OPERATIONS.keys()


def test_who_is_told_to_come_again_is_told_when() -> None:
    for operation in OPERATIONS.values():
        for status, response in operation["responses"].items():
            headers = _resolved(response).get("headers", {})
            assert ("Retry-After" in headers) == (status in {"429", "503", "504"})
            if "Retry-After" in headers:
                assert headers["Retry-After"]["required"] is True


def test_a_slug_means_the_same_to_the_code_and_to_the_gateway() -> None:
    by_code = {problems.slug_of(error): problems.say(error).kind.status for error in SAID}
    by_gateway = {
        said["type"].removeprefix(problems.TYPE): said["status"]
        for said in GATEWAY_PROBLEMS.values()
    }

    both = by_code.keys() & by_gateway.keys()

    assert {slug: by_gateway[slug] for slug in both} == {slug: by_code[slug] for slug in both}
    assert both == {
        "not_authenticated",
        "not_found",
        "body_too_large",
        "unsupported_media_type",
        "internal_error",
        "busy",
    }
    assert by_gateway.keys() - both == {
        "access_denied",
        "request_filtered",
        "too_many_requests",
        "quota_exceeded",
        "timed_out",
        "bad_request",
    }


def test_the_gateways_answers_are_sorted_by_whom_they_can_meet() -> None:
    sorted_out = (
        problem_responses.OF_TOKENS | problem_responses.OF_BODIES | problem_responses.OF_OTHER_PATHS
    )

    assert sorted_out <= GATEWAY_PROBLEMS.keys()
    assert GATEWAY_PROBLEMS.keys() - sorted_out == {
        "WAF_FILTERED",
        "THROTTLED",
        "QUOTA_EXCEEDED",
        "INTEGRATION_FAILURE",
        "INTEGRATION_TIMEOUT",
        "DEFAULT_4XX",
        "DEFAULT_5XX",
    }


def test_every_problem_that_can_be_said_is_in_it_and_no_other() -> None:
    of_states = {slug for one in endpoints.PARTNER_ENDPOINTS for slug in one.problems}
    by_code = {problems.slug_of(error) for error in SAID} | of_states
    by_gateway = {said["type"].removeprefix(problems.TYPE) for said in GATEWAY_PROBLEMS.values()}

    described = {
        example["value"]["type"].removeprefix(problems.TYPE)
        for operation in OPERATIONS.values()
        for status, response in operation["responses"].items()
        if not status.startswith("2")
        for example in _resolved(response)["content"][PROBLEM_JSON]["examples"].values()
    }

    # Another method is on a path that is described, and so in no operation of it.
    assert described | {"method_not_allowed"} == by_code | by_gateway


@pytest.mark.parametrize("endpoint", endpoints.PARTNER_ENDPOINTS, ids=lambda one: one.name)
def test_each_problem_of_a_state_has_words_of_its_own(
    endpoint: endpoints.Endpoint[Any, Any],
) -> None:
    for slug in endpoint.problems:
        said = problems.say(errors.StateForbids(slug))
        assert slug not in said.detail


@pytest.mark.parametrize("route", OPERATIONS, ids=" ".join)
def test_every_request_and_every_answer_has_an_example_that_its_schema_allows(
    route: tuple[str, str],
) -> None:
    operation = OPERATIONS[route]
    told = [_resolved(one)["content"].items() for one in operation["responses"].values()]
    asked = operation.get("requestBody", {}).get("content", {}).items()

    # A page says no more than its description, and this document is an example of itself.
    with_example = [media for one in (*told, asked) for kind, media in one if kind != "text/html"]
    if route == ("GET", "/openapi.json"):
        with_example.remove(operation["responses"]["200"]["content"]["application/json"])

    for media in with_example:
        validator = Draft202012Validator({**media["schema"], "components": COMPONENTS})
        assert media["examples"]
        for example in media["examples"].values():
            validator.validate(example["value"])


def test_everything_that_is_described_is_used_and_everything_used_is_described() -> None:
    used = {
        value for name, value in _members(CONTRACT) if name == "$ref" and isinstance(value, str)
    }

    described = {
        f"#/components/{kind}/{name}"
        for kind in ("responses", "schemas")
        for name in COMPONENTS[kind]
    }

    assert used == described


def test_every_amount_is_a_whole_number_with_bounds() -> None:
    amounts = {
        (model, name): schema
        for model, definition in COMPONENTS["schemas"].items()
        for name, schema in definition.get("properties", {}).items()
        if name.endswith("_cents")
    }

    assert ("MintRequest", "value_cents") in amounts
    assert ("Recorded", "captured_cents") in amounts
    for schema in amounts.values():
        assert schema["type"] == "integer"
        assert schema["minimum"] in {0, 1}
        assert schema["maximum"] > 0


def test_every_bound_is_written_in_words_of_json_schema() -> None:
    """Others, such as pydantic's `ge`, are valid and mean nothing to whoever reads the contract."""
    words = {"type", "format", "description", "default", "enum", "const", "pattern", "$ref"}
    words |= {"minimum", "maximum", "minLength", "maxLength", "items", "minItems", "maxItems"}
    words |= {"properties", "required", "additionalProperties", "oneOf", "discriminator"}
    words |= {"propertyNames", "examples"}

    schemas = [*COMPONENTS["schemas"].values()]
    for operation in OPERATIONS.values():
        schemas += [one["schema"] for one in operation.get("parameters", ())]
    while schemas:
        schema = schemas.pop()
        assert schema.keys() <= words, schema
        schemas += schema.get("properties", {}).values()
        schemas += schema.get("oneOf", ())
        schemas += [schema[name] for name in ("items", "propertyNames") if name in schema]


def test_a_list_of_what_must_be_named_says_that_there_may_be_no_such_thing() -> None:
    lists = {"list_reports": True, "open_sheet": True, "list_vouchers": False}

    for operation in OPERATIONS.values():
        if operation["operationId"] in lists:
            assert ("404" in operation["responses"]) is lists[operation["operationId"]]


def test_every_moment_is_a_date_time_and_every_day_a_date() -> None:
    for definition in COMPONENTS["schemas"].values():
        for name, schema in definition.get("properties", {}).items():
            if name in {"timestamp", "at"} or name.endswith("_at"):
                assert schema == {"type": "string", "format": "date-time"}, name
            if name in {"day", "ride_day"} or name.endswith("_on"):
                assert schema == {"type": "string", "format": "date"}, name


def test_nothing_is_said_twice_or_left_over_from_python() -> None:
    document = FILE.read_text(encoding="utf-8")

    assert '"anyOf"' not in document
    assert '"null"' not in document
    assert not any(word in document for word in ("domain.md", "api.md", "storage.md", "pydantic"))
    for name, schema in COMPONENTS["schemas"].items():
        assert schema["description"].endswith((".", "?")), name


def test_a_partners_request_is_closed_and_a_callback_and_every_answer_are_open() -> None:
    closed = {
        name
        for name, schema in COMPONENTS["schemas"].items()
        if schema.get("additionalProperties") is False
    }

    assert closed == {
        "ActRequest",
        "AssignRequest",
        "Attestation",
        "BatchRequest",
        "BatchRow",
        "CardsRequest",
        "Consent",
        "ConsentRequest",
        "EnrollmentRequest",
        "ExitRequest",
        "ExtendRequest",
        "LanguageRequest",
        "MintRequest",
        "OutcomeRequest",
        "SendRequest",
    }


def test_a_provider_is_told_of_no_reason_that_is_hidden_from_it() -> None:
    for model in ("Declined", "Recorded"):
        reasons = set(COMPONENTS["schemas"][model]["properties"]["reason"]["enum"])
        assert reasons == {for_provider(reason).value for reason in Reason}
        assert "voucher_blocked" not in reasons


@pytest.mark.parametrize(("state", "kind"), TABLE, ids=str)
def test_every_answer_of_the_ride_table_is_one_of_the_contracts(
    state: RideState, kind: EventKind
) -> None:
    event = {
        EventKind.REQUESTED: builders.requested(),
        EventKind.COMPLETED: builders.completed(),
        EventKind.CANCELLED: builders.cancelled(),
        EventKind.ADJUSTED: builders.adjusted(),
    }[kind]
    held = 1_500 if state is RideState.HELD else 0
    voucher = builders.voucher(
        available_cents=4_000 - held,
        held_cents=held,
        holds={event.ride_key: builders.hold(held)} if held else {},
    )
    ride = builders.ride(state=state, hold_cents=held)
    known = None if state is RideState.NONE else ride
    case = Case(voucher, known, event, builders.terms(), builders.NOON)
    message = {"rider_message": {"language": "en", "text": "This ride is paid."}}

    for outcome in (TABLE[state, kind](case), ride_table.conflict(case)):
        beside = message if "decision" in outcome.answer else {}
        told = Told({**outcome.answer, **beside, **_ids(outcome.answer)}, is_replay=True, ride=ride)
        _check_told(told)


def test_what_is_said_of_no_voucher_and_what_is_ignored_is_in_the_contract() -> None:
    refused = turned_away(builders.completed(), Reason.VOUCHER_UNKNOWN)

    _check_told(Told(refused))
    _check_told(Told({"outcome": "ignored"}))
    _check_told(Told({"outcome": "ignored", "secret": "current", "clock_skew_seconds": -3}))


def _check_told(told: Told) -> None:
    """Raises ValidationError for an answer that none of the contract's models allows."""
    TypeAdapter[Any](CallbackAnswer).validate_json(json.dumps(told.full()))


def _ids(answer: Any) -> dict[str, str]:
    if answer.get("decision") == "declined":
        return {}
    return {"authorization_id": "aut_" + "k" * 44, "voucher_id": "vch_1"}


def _resolved(response: dict[str, Any]) -> dict[str, Any]:
    name = response.get("$ref", "").removeprefix("#/components/responses/")
    found: dict[str, Any] = COMPONENTS["responses"][name] if name else response
    return found


def _members(value: Any) -> Iterator[tuple[str, Any]]:
    """Every name in every object, with its value."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield name, member
            yield from _members(member)
    elif isinstance(value, list):
        for member in value:
            yield from _members(member)
