"""Minting vouchers and looking at them, through the door of a partner."""

from typing import Any

import pytest

from builders import PARTNER, PROGRAM
from farechance.partner_api import EntryList, Minted, VoucherAnswer, WhoAmI
from functional.bodies import enrollment_body, mint_body, requested, rfc3339
from functional.players import Partner, Provider
from functional.stack import Stack, rule


def test_a_mint_answers_with_codes(stack: Stack, partner: Partner) -> None:
    answer = partner.post("/vouchers", mint_body(unassigned=2))

    minted = Minted.model_validate_json(answer.text)
    assert (answer.status, minted.total_cents, minted.currency) == (201, 8_000, "USD")
    for one in minted.vouchers:
        assert one.code is not None
        assert stack.world.voucher(one.code).available_cents == 4_000
    assert stack.world.allotment().available_cents == 42_000


def test_without_the_scope_for_codes_there_are_none(partner: Partner) -> None:
    partner.scopes = "farechance/vouchers:write farechance/vouchers:read"

    answer = partner.post("/vouchers", mint_body())

    minted = Minted.model_validate_json(answer.text)
    assert minted.vouchers[0].code is None
    assert '"code"' not in answer.text
    assert len(minted.vouchers[0].last4) == 4


def test_a_mint_that_comes_too_fast_is_told_when_to_come_again_and_may_be_sent_again(
    stack: Stack, partner: Partner
) -> None:
    rule(stack, max_vouchers_per_partner_hour=2)
    partner.post("/vouchers", mint_body(), "key-1")

    with stack.unchanged():
        answer = partner.post("/vouchers", mint_body(unassigned=2), "key-2")
        repeat = partner.post("/vouchers", mint_body(), "key-1")
    rule(stack, max_vouchers_per_partner_hour=3)
    stack.handlers.clear()
    again = partner.post("/vouchers", mint_body(unassigned=2), "key-2")

    problem = answer.problem(429, "minting_too_fast")
    assert problem.model_extra == {"minted_in_hour": 1, "max_vouchers_per_partner_hour": 2}
    assert 1 <= int(answer.headers["retry-after"]) <= 3_600
    assert (repeat.status, repeat.headers["idempotency-replayed"]) == (201, "true")
    assert (again.status, again.headers["idempotency-replayed"]) == (201, "false")
    # The one that was refused, and the one that filled the hour.
    assert stack.counted()["MintTooFast"] == 2


@pytest.mark.parametrize("path", ["/vouchers", "/voucher-batches"])
def test_who_takes_nearly_all_of_an_hour_or_asks_for_more_than_one_holds_is_noticed(
    stack: Stack, partner: Partner, path: str
) -> None:
    rule(stack, max_vouchers_per_partner_hour=10)

    few = partner.post(path, mint_body(unassigned=7, value_cents=1_000), "key-1")
    unnoticed = "MintTooFast" not in stack.counted()
    too_many = partner.post(path, mint_body(unassigned=11, value_cents=1_000), "key-2")
    refused = stack.counted()["MintTooFast"]
    one_more = partner.post(path, mint_body(value_cents=1_000), "key-3")
    again = partner.post(path, mint_body(value_cents=1_000), "key-3")

    too_many.problem(422, "field_errors")
    assert "max_vouchers_per_partner_hour" in too_many.body["errors"][0]["detail"]
    assert {one.status for one in (few, one_more, again)} <= {201, 202}
    assert (unnoticed, refused, stack.counted()["MintTooFast"]) == (True, 1, 2)
    noticed = [it for it in stack.lines() if it.get("message") == "mint_too_fast"]
    assert [(it["partner_id"], it["program_id"]) for it in noticed] == [(PARTNER, PROGRAM)] * 2


def test_no_answer_but_that_to_a_mint_has_a_code(stack: Stack, partner: Partner) -> None:
    person = partner.post("/participants", enrollment_body()).body["participant_id"]
    minted = partner.post("/vouchers", mint_body(participant_ids=[person])).body["vouchers"][0]
    stack.world.request(minted["code"])

    answers = [
        partner.get(f"/vouchers/{minted['voucher_id']}"),
        partner.get(f"/vouchers/{minted['voucher_id']}/entries"),
        partner.get(f"/participants/{person}"),
        partner.get("/participants"),
        partner.get("/whoami"),
    ]

    assert {answer.status for answer in answers} == {200}
    for answer in answers:
        assert minted["code"] not in answer.text
        assert minted["code"].replace("-", "") not in answer.text


def test_a_voucher_is_shown_with_the_true_reason_of_a_decline(
    stack: Stack, partner: Partner, provider: Provider
) -> None:
    minted = partner.post("/vouchers", mint_body()).body["vouchers"][0]
    stack.world.administer("pause_program", program_id=stack.world.program_id)
    declined = provider.tell("ride.requested", requested(minted["code"]), "authorizations").body

    answer = partner.get(f"/vouchers/{minted['voucher_id']}")

    shown = VoucherAnswer.model_validate_json(answer.text)
    assert declined["reason"] == "voucher_not_usable"
    assert shown.last_decline is not None
    assert shown.last_decline.reason == "program_paused"
    assert "paused" in shown.last_decline.what_to_do
    assert (shown.value_cents, shown.available_cents, shown.rides_left) == (4_000, 4_000, 2)


def test_entries_tell_the_money_and_neither_hours_nor_rides(stack: Stack, partner: Partner) -> None:
    minted = partner.post("/vouchers", mint_body()).body["vouchers"][0]
    stack.world.request(minted["code"], "a-ride-of-a-company")
    stack.world.complete(minted["code"], "a-ride-of-a-company", cents=1_200)

    answer = partner.get(f"/vouchers/{minted['voucher_id']}/entries", limit="2")
    rest = partner.get(f"/vouchers/{minted['voucher_id']}/entries", cursor=answer.body["cursor"])

    told = EntryList.model_validate_json(answer.text).entries
    told += EntryList.model_validate_json(rest.text).entries
    assert [entry.kind for entry in told] == ["voucher.minted", "ride.requested", "ride.completed"]
    assert dict(told[-1].changes) == {
        "voucher.held": -1_500,
        "voucher.available": 300,
        "voucher.spent": 1_200,
    }
    assert "a-ride-of-a-company" not in answer.text + rest.text
    assert "T" not in str([entry["recorded_on"] for entry in answer.body["entries"]])


def test_whoami_tells_what_is_left_of_each_allotment(stack: Stack, partner: Partner) -> None:
    partner.post("/vouchers", mint_body())

    answer = partner.get("/whoami")

    me = WhoAmI.model_validate_json(answer.text)
    assert (me.partner_id, me.environment) == (stack.world.partner_id, "trial")
    assert [program.available_cents for program in me.programs] == [46_000]
    assert me.programs[0].rules.max_rides == 2
    assert [provider.help_phone for provider in me.programs[0].providers] == ["555-0199"]
    assert me.programs[0].providers[0].rider_needs.smartphone is True


@pytest.mark.parametrize(
    ("pointer", "body"),
    [
        ("/value_cents", mint_body(value_cents="4000")),
        ("/value_cents", mint_body(value_cents=4000.5)),
        ("/value_cents", mint_body(value_cents=4000.0)),
        ("/value_cents", mint_body(value_cents=True)),
        ("/value_cents", mint_body(value_cents=0)),
        ("/value_cents", mint_body(value_cents=-1)),
        ("/value_cents", mint_body(value_cents=1_000_001)),
        ("/value_cents", mint_body(value_cents=None)),
        ("/value_cents", mint_body(value_cents=10_001)),
        ("/unassigned", mint_body(unassigned=26)),
        ("/unassigned", mint_body(unassigned=0)),
        ("", mint_body(participant_ids=["par_1"], unassigned=1)),
        ("", mint_body(unassigned=None)),
        ("/participant_ids", mint_body(participant_ids=["par_1"] * 26)),
        ("/participant_ids/0", mint_body(participant_ids=["somebody"])),
        ("/purpose", mint_body(purpose="Job Interview")),
        ("/purpose", mint_body(purpose="holiday")),
        ("/rides", mint_body(rides=3)),
        ("/rides", mint_body(rides=51)),
        ("/cap_cents", mint_body(cap_cents=2_001)),
        ("", mint_body(cap_cents=4_001)),
        ("/valid_from", mint_body(valid_from="tomorrow")),
        ("/valid_from", mint_body(valid_from="2026-03-01T10:00:00")),
        ("/expires_at", mint_body(expires_at=rfc3339(days=-1))),
        ("/expires_at", mint_body(expires_at=rfc3339(days=400))),
        ("/currency", mint_body(currency="USD")),
        ("/code", mint_body(code="1ABC-DEFG-HJKM-NPQR")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_wrong_or_unknown_field_is_refused_where_it_stands(
    stack: Stack, partner: Partner, pointer: str, body: dict[str, Any]
) -> None:
    with stack.unchanged():
        answer = partner.post("/vouchers", body)

    answer.pointers(pointer)


def test_what_an_allotment_cannot_pay_is_refused_with_figures(
    stack: Stack, partner: Partner
) -> None:
    with stack.unchanged():
        answer = partner.post("/vouchers", mint_body(unassigned=25))

    problem = answer.problem(409, "insufficient_allotment")
    assert problem.model_extra == {"available_cents": 50_000, "needed_cents": 100_000}


def test_a_paused_program_mints_nothing_and_says_why(stack: Stack, partner: Partner) -> None:
    stack.world.administer("pause_program", program_id=stack.world.program_id)

    with stack.unchanged():
        answer = partner.post("/vouchers", mint_body())

    assert "paused" in answer.problem(409, "program_paused").detail


def test_the_limit_of_a_month_names_the_person(stack: Stack, partner: Partner) -> None:
    person = partner.post("/participants", enrollment_body()).body["participant_id"]

    with stack.unchanged():
        answer = partner.post(
            "/vouchers", mint_body(participant_ids=[person] * 11, value_cents=100)
        )

    problem = answer.problem(409, "monthly_limit_reached")
    assert problem.model_extra == {"participant_id": person}


@pytest.mark.parametrize("query", [{"limit": "101"}, {"cursor": "!"}, {"from": "1"}], ids=str)
def test_a_wrong_query_of_entries_is_refused(
    stack: Stack, partner: Partner, query: dict[str, str]
) -> None:
    minted = partner.post("/vouchers", mint_body()).body["vouchers"][0]

    with stack.unchanged():
        answer = partner.get(f"/vouchers/{minted['voucher_id']}/entries", **query)

    answer.pointers(f"/{next(iter(query))}")


def test_nothing_stands_behind_the_question_mark_of_a_single_thing(
    stack: Stack, partner: Partner
) -> None:
    with stack.unchanged():
        answers = [partner.get("/whoami", verbose="1"), partner.get("/vouchers/vch_1x", code="1")]

    answers[0].pointers("/verbose")
    answers[1].pointers("/code")
