"""Acting on vouchers and listing them, through the door of a partner."""

from typing import Any

import pytest

from farechance.partner_api import EntryList, VoucherAnswer
from farechance.voucher_acts import ActReason
from farechance.voucher_api import Acted, Reissued, VoucherList
from functional.bodies import ACT_BODIES, enrollment_body, mint_body, requested, rfc3339
from functional.gateway import Answer
from functional.players import Partner, Provider
from functional.saved_events import event
from functional.stack import Stack

each_act = pytest.mark.parametrize("act", ACT_BODIES)


def _mint(partner: Partner, **changes: Any) -> dict[str, Any]:
    voucher: dict[str, Any] = partner.post("/vouchers", mint_body(**changes)).body["vouchers"][0]
    return voucher


def _enroll(partner: Partner) -> str:
    return str(partner.post("/participants", enrollment_body()).body["participant_id"])


def _act(
    partner: Partner, voucher: dict[str, Any], act: str, key: str | None = None, **fields: Any
) -> Answer:
    body = {**ACT_BODIES[act], **fields}
    return partner.post(f"/vouchers/{voucher['voucher_id']}/{act}", body, key)


def _ready(partner: Partner, act: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """A card that the act may be done to, and what the act wants beside the rest."""
    voucher = _mint(partner)
    if act == "unblock":
        _act(partner, voucher, "block")
    return voucher, {"participant_id": _enroll(partner)} if act == "assign" else {}


def _listed(partner: Partner, **query: str) -> list[str]:
    answer = partner.get("/vouchers", **query)
    listed = VoucherList.model_validate_json(answer.text)
    return [one.voucher_id for one in listed.vouchers]


# ── acts ──────────────────────────────────────────────────────────────────────────────────────────


@each_act
def test_an_act_is_answered_and_stored(stack: Stack, partner: Partner, act: str) -> None:
    voucher, fields = _ready(partner, act)

    answer = _act(partner, voucher, act, reason="other", **fields)

    stored = stack.world.voucher(voucher["code"])
    told = (Reissued if act == "reissue" else Acted).model_validate_json(answer.text)
    assert answer.status == (201 if act == "reissue" else 200)
    assert (told.voucher_id, told.status) == (voucher["voucher_id"], stored.state)
    assert (told.available_cents, told.held_cents) == (stored.available_cents, 0)
    kind = {"assign": "assigned", "reissue": "reissued", "revoke": "revoked"}.get(act, f"{act}ed")
    assert stack.world.kinds(voucher["code"])[-1] == f"voucher.{kind}"
    assert stack.world.entries(voucher["code"])[-1].act_reason == "other"


@each_act
def test_a_repeat_is_answered_the_same_and_changes_nothing(
    stack: Stack, partner: Partner, act: str
) -> None:
    voucher, fields = _ready(partner, act)
    first = _act(partner, voucher, act, "key-1", **fields)

    with stack.unchanged():
        again = _act(partner, voucher, act, "key-1", **fields)
        other = _act(partner, voucher, act, "key-1", **fields, reason="mistake")

    assert (again.status, again.text) == (first.status, first.text)
    assert first.headers["idempotency-replayed"] == "false"
    assert again.headers["idempotency-replayed"] == "true"
    other.problem(422, "idempotency_key_reused")


@each_act
def test_an_act_without_a_key_is_refused(stack: Stack, partner: Partner, act: str) -> None:
    voucher, fields = _ready(partner, act)
    path = f"/vouchers/{voucher['voucher_id']}/{act}"

    with stack.unchanged():
        answer = partner.post(path, {**ACT_BODIES[act], **fields}, Idempotency_Key="")

    answer.problem(400, "idempotency_key_missing")


@each_act
def test_a_closed_voucher_is_left_alone_and_the_answer_says_why(
    stack: Stack, partner: Partner, act: str
) -> None:
    voucher, fields = _ready(partner, act)
    _act(partner, voucher, "revoke")

    with stack.unchanged():
        answer = _act(partner, voucher, act, **fields)

    problem = answer.problem(409, "voucher_closed")
    assert problem.model_extra == {"voucher_id": voucher["voucher_id"]}


@each_act
@pytest.mark.parametrize(
    ("pointer", "fields"),
    [
        ("/reason", {"reason": "Mr. Doe lost it on the bus"}),
        ("/reason", {"reason": ""}),
        ("/reason", {"reason": 1}),
        ("/note", {"note": "lost"}),
    ],
    ids=str,
)
def test_a_reason_is_one_of_few_words_and_nothing_else_is_taken(
    stack: Stack, partner: Partner, act: str, pointer: str, fields: dict[str, Any]
) -> None:
    voucher, more = _ready(partner, act)

    with stack.unchanged():
        answer = _act(partner, voucher, act, **more, **fields)

    answer.pointers(pointer)
    assert "Doe" not in answer.text


@pytest.mark.parametrize("reason", ActReason)
def test_every_reason_is_shown_with_the_entry(partner: Partner, reason: ActReason) -> None:
    voucher = _mint(partner)
    _act(partner, voucher, "block", reason=reason.value)

    answer = partner.get(f"/vouchers/{voucher['voucher_id']}/entries")

    entries = EntryList.model_validate_json(answer.text).entries
    assert [one.act_reason for one in entries] == [None, reason]
    assert "act_reason" not in answer.body["entries"][0]


def test_states_that_forbid_an_act_have_slugs_of_their_own(stack: Stack, partner: Partner) -> None:
    person, voucher, stopped = _enroll(partner), _mint(partner), _mint(partner)
    _act(partner, voucher, "assign", participant_id=person)
    stack.command(event("block_voucher", voucher_id=stopped["voucher_id"]))

    with stack.unchanged():
        _act(partner, voucher, "assign", participant_id=person).problem(409, "already_assigned")
        _act(partner, voucher, "unblock").problem(409, "voucher_not_blocked")
        _act(partner, stopped, "block").problem(409, "voucher_blocked")
        _act(partner, stopped, "unblock").problem(409, "blocked_by_administrator")
        answer = _act(partner, stopped, "reissue")

    assert "administrator" in answer.problem(409, "blocked_by_administrator").detail


def test_what_an_operator_blocked_an_operator_unblocks_and_no_partner(
    stack: Stack, partner: Partner
) -> None:
    voucher = _mint(partner)
    named = {"voucher_id": voucher["voucher_id"]}
    stack.command(event("block_voucher", **named), "operating")

    with stack.unchanged():
        unblocked = _act(partner, voucher, "unblock").problem(409, "blocked_by_operator")
        _act(partner, voucher, "reissue").problem(409, "blocked_by_operator")
    shown = partner.get(f"/vouchers/{voucher['voucher_id']}").body
    done = stack.command(event("unblock_voucher", **named), "operating")

    assert "an operator or an administrator" in unblocked.detail
    assert shown["blocked_by"] == "operator"
    assert (done["done"], done["status"]) == (True, "active")


def test_a_card_is_not_assigned_to_another_partners_person(
    stack: Stack, partner: Partner, other_partner: Partner
) -> None:
    voucher, person = _mint(partner), _enroll(other_partner)

    with stack.unchanged():
        answer = _act(partner, voucher, "assign", participant_id=person)

    answer.problem(404, "not_found")


@pytest.mark.parametrize("days", [-1.0, 1.0, 400.0])
def test_an_end_that_is_not_later_or_too_late_is_a_field_error(
    stack: Stack, partner: Partner, days: float
) -> None:
    voucher = _mint(partner)

    with stack.unchanged():
        answer = _act(partner, voucher, "extend", expires_at=rfc3339(days=days))

    answer.pointers("/expires_at")


def test_the_code_of_a_new_card_is_told_only_to_who_may_read_codes(partner: Partner) -> None:
    voucher = _mint(partner)
    partner.scopes = "farechance/vouchers:write"
    without = _act(partner, voucher, "reissue", "key-1")
    partner.scopes = "farechance/vouchers:write farechance/codes:read"

    again = _act(partner, voucher, "reissue", "key-1")

    assert "code" not in without.body
    assert again.headers["idempotency-replayed"] == "true"
    assert again.body["code"].endswith(without.body["last4"])
    assert again.body["code"] != voucher["code"]
    assert {**again.body, "code": None} == {**without.body, "code": None}


def test_a_lost_card_is_reissued_and_only_the_new_one_rides(
    partner: Partner, provider: Provider
) -> None:
    voucher = _mint(partner)
    new = _act(partner, voucher, "reissue", reason="lost").body

    old_card = provider.tell("ride.requested", requested(voucher["code"]), "authorizations")
    data = requested(new["code"], ride_id="ride-2")
    new_card = provider.tell("ride.requested", data, "authorizations")

    shown = partner.get(f"/vouchers/{voucher['voucher_id']}")
    told = VoucherAnswer.model_validate_json(shown.text)
    assert old_card.body["reason"] == "voucher_not_usable"
    assert new_card.body["decision"] == "approved"
    assert told.successor_id == new["successor_id"] == new_card.body["voucher_id"]
    assert told.last_decline is not None
    assert told.last_decline.reason == "voucher_closed"
    assert "new one" in told.last_decline.what_to_do


# ── the list ──────────────────────────────────────────────────────────────────────────────────────


def test_vouchers_are_listed_by_every_filter(partner: Partner) -> None:
    person = _enroll(partner)
    hers, card = _mint(partner, participant_ids=[person]), _mint(partner)
    _act(partner, hers, "block", reason="stolen")

    assert set(_listed(partner)) == {hers["voucher_id"], card["voucher_id"]}
    assert _listed(partner, participant_id=person) == [hers["voucher_id"]]
    assert _listed(partner, status="active") == [card["voucher_id"]]
    assert _listed(partner, last4=card["last4"].lower()) == [card["voucher_id"]]
    assert len(_listed(partner, program_id=mint_body()["program_id"])) == 2
    assert _listed(partner, program_id="prg_nowhere") == []


def test_a_list_goes_on_by_its_cursor_and_tells_no_code(partner: Partner) -> None:
    minted = [_mint(partner) for _ in range(3)]

    first = partner.get("/vouchers", limit="2")
    rest = partner.get("/vouchers", limit="2", cursor=first.body["cursor"])

    listed = [*first.body["vouchers"], *rest.body["vouchers"]]
    assert sorted(one["voucher_id"] for one in listed) == sorted(
        one["voucher_id"] for one in minted
    )
    assert "cursor" not in rest.body
    for one in minted:
        assert one["code"] not in first.text + rest.text


def test_the_list_tells_the_true_reason_of_a_decline_and_what_to_do_now(
    stack: Stack, partner: Partner, provider: Provider
) -> None:
    voucher = _mint(partner)
    _act(partner, voucher, "block")
    provider.tell("ride.requested", requested(voucher["code"]), "authorizations")
    blocked = partner.get("/vouchers").body["vouchers"][0]
    _act(partner, voucher, "unblock")

    active = partner.get("/vouchers").body["vouchers"][0]

    assert blocked["last_decline"]["reason"] == "voucher_blocked"
    assert "is blocked" in blocked["last_decline"]["what_to_do"]
    assert "active again" in active["last_decline"]["what_to_do"]
    assert (blocked["blocked_by"], "blocked_by" in active) == ("partner", False)
    assert stack.world.voucher(voucher["code"]).last_decline is not None


def test_another_partner_lists_nothing_of_it(partner: Partner, other_partner: Partner) -> None:
    person = _enroll(partner)
    voucher = _mint(partner, participant_ids=[person])

    assert _listed(other_partner) == []
    assert _listed(other_partner, participant_id=person) == []
    assert _listed(other_partner, last4=voucher["last4"]) == []


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "101"},
        {"limit": "0"},
        {"cursor": "!"},
        {"cursor": "c29tZXdoZXJl"},
        {"status": "used_up"},
        {"last4": "ABC"},
        {"last4": "ABCU"},
        {"last4": "AB-C"},
        {"program_id": "harbor"},
        {"participant_id": "somebody"},
        {"subject_id": "sub_1"},
    ],
    ids=str,
)
def test_a_wrong_query_is_refused_where_it_is_wrong(
    stack: Stack, partner: Partner, query: dict[str, str]
) -> None:
    with stack.unchanged():
        answer = partner.get("/vouchers", **query)

    answer.pointers(f"/{next(iter(query))}")
