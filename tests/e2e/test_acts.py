"""What a partner does to its vouchers, and how it finds them again."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from e2e.scene import Scene, key
from infra.local.client import Answer, instant


def _act(scene: Scene, voucher: dict[str, Any], act: str, **body: Any) -> Answer:
    return scene.app().post(f"/vouchers/{voucher['voucher_id']}/{act}", body, key())


def _listed(scene: Scene, **query: str | int) -> list[str]:
    """The ids of all vouchers that a query finds, page by page."""
    page = scene.app("vouchers:read").get("/vouchers", **query).expect(200)
    found = [one["voucher_id"] for one in page["vouchers"]]
    while "cursor" in page:
        more = {**query, "cursor": page["cursor"]}
        page = scene.app("vouchers:read").get("/vouchers", **more).expect(200)
        found += [one["voucher_id"] for one in page["vouchers"]]
    return found


def test_a_lost_card_is_reissued_the_old_one_is_declined_and_the_new_one_rides(
    scene: Scene,
) -> None:
    person = scene.enroll()
    lost = scene.mint(participant_ids=[person], rides=2)
    under_way = scene.request(lost["code"], 1_500)

    new = _act(scene, lost, "reissue", reason="lost").expect(201)
    with_old = scene.request(lost["code"], 1_000)
    with_new = scene.request(new["code"], 1_000)
    paid = scene.complete(under_way, 1_500)

    assert (with_old["decision"], with_old["reason"]) == ("declined", "voucher_not_usable")
    assert (with_new["decision"], with_new["voucher_id"]) == ("approved", new["successor_id"])
    assert paid["captured_cents"] == 1_500
    shown = scene.show(lost)
    assert (shown["closed_reason"], shown["successor_id"]) == ("reissued", new["successor_id"])
    assert shown["last_decline"]["reason"] == "voucher_closed"
    assert "new one" in shown["last_decline"]["what_to_do"]
    answer = scene.app().get(f"/participants/{person}").expect(200)
    assert answer["open_voucher_ids"] == [new["successor_id"]]
    assert scene.books_are_right()


def test_a_repeat_of_a_reissue_tells_the_code_to_who_may_read_it(scene: Scene) -> None:
    lost, idempotency_key = scene.mint(), key()
    path = f"/vouchers/{lost['voucher_id']}/reissue"

    without = scene.app("vouchers:write").post(path, {}, idempotency_key).expect(201)
    again = scene.app("vouchers:write", "codes:read").post(path, {}, idempotency_key)

    told = again.expect(201)
    assert again.headers["idempotency-replayed"] == "true"
    assert "code" not in without
    assert told["code"].replace("-", "").endswith(without["last4"])


def test_a_blocked_voucher_rides_again_when_it_is_unblocked_and_says_what_to_do(
    scene: Scene,
) -> None:
    voucher = scene.mint()

    blocked = _act(scene, voucher, "block", reason="stolen").expect(200)
    declined = scene.request(voucher["code"])
    while_blocked = scene.show(voucher)
    active = _act(scene, voucher, "unblock", reason="found").expect(200)
    approved = scene.request(voucher["code"])

    assert (blocked["status"], active["status"]) == ("blocked", "active")
    assert (declined["decision"], approved["decision"]) == ("declined", "approved")
    assert while_blocked["last_decline"]["reason"] == "voucher_blocked"
    assert "is blocked" in while_blocked["last_decline"]["what_to_do"]
    assert "active again" in scene.show(voucher)["last_decline"]["what_to_do"]
    path = f"/vouchers/{voucher['voucher_id']}/entries"
    entries = scene.app().get(path).expect(200)["entries"]
    assert [one.get("act_reason") for one in entries] == [None, "stolen", None, "found", None]


def test_what_an_administrator_blocked_a_partner_does_not_unblock(scene: Scene) -> None:
    voucher = scene.mint()
    scene.admin.do("block_voucher", voucher_id=voucher["voucher_id"])

    for act in ("unblock", "reissue"):
        problem = _act(scene, voucher, act).expect(409)
        assert problem["type"].endswith(":blocked_by_administrator")

    assert scene.show(voucher)["blocked_by"] == "administrator"


def test_a_voucher_is_extended_to_a_later_end_only(scene: Scene) -> None:
    person = scene.enroll()
    voucher = scene.mint(participant_ids=[person])
    ends = datetime.fromisoformat(voucher["expires_at"])
    later = instant(ends + timedelta(days=1))

    earlier = _act(scene, voucher, "extend", expires_at=instant(ends - timedelta(days=1)))
    _act(scene, voucher, "extend", expires_at=later, reason="plans_changed").expect(200)

    (error,) = earlier.expect(422)["errors"]
    assert error["pointer"] == "/expires_at"
    assert scene.show(voucher)["expires_at"] == later


def test_a_revoked_voucher_gives_back_what_is_free_and_pays_what_was_approved(
    scene: Scene,
) -> None:
    voucher = scene.mint()
    approved = scene.request(voucher["code"], 1_500)

    revoked = _act(scene, voucher, "revoke", reason="no_longer_needed").expect(200)
    paid = scene.complete(approved, 1_500)

    assert (revoked["status"], revoked["available_cents"]) == ("closed", 0)
    assert (revoked["held_cents"], paid["captured_cents"]) == (1_500, 1_500)
    assert scene.books_are_right()


def test_a_card_is_handed_to_a_person_once_and_then_listed_as_hers(scene: Scene) -> None:
    person, somebody, card = scene.enroll(), scene.enroll(), scene.mint()

    _act(scene, card, "assign", participant_id=person).expect(200)
    again = _act(scene, card, "assign", participant_id=somebody)

    assert again.expect(409)["type"].endswith(":already_assigned")
    assert _listed(scene, participant_id=person) == [card["voucher_id"]]
    assert _listed(scene, participant_id=somebody) == []
    assert scene.show(card)["assigned"] is True


def test_a_repeat_of_an_act_is_answered_the_same_and_does_nothing(scene: Scene) -> None:
    voucher, idempotency_key = scene.mint(), key()
    path = f"/vouchers/{voucher['voucher_id']}/block"
    first = scene.app().post(path, {}, idempotency_key)
    before = scene.at_rest()

    again = scene.app().post(path, {}, idempotency_key)

    assert again.expect(200) == first.expect(200)
    assert again.headers["idempotency-replayed"] == "true"
    assert scene.stored() == before


def test_vouchers_are_found_by_every_filter(scene: Scene) -> None:
    program_id = scene.new_program("listed", cents=20_000)
    person = scene.enroll(program_id=program_id)
    mine = scene.mint(program_id=program_id, participant_ids=[person])
    cards = [scene.mint(program_id=program_id) for _ in range(3)]
    _act(scene, cards[0], "block").expect(200)
    _act(scene, mine, "revoke").expect(200)

    ids = {one["voucher_id"] for one in (mine, *cards)}
    whole = _listed(scene, program_id=program_id, limit=2)
    assert len(whole) == 4
    assert set(whole) == ids
    assert _listed(scene, participant_id=person) == [mine["voucher_id"]]
    assert _listed(scene, participant_id=person, status="active") == []
    assert _listed(scene, program_id=program_id, status="blocked") == [cards[0]["voucher_id"]]
    assert cards[1]["voucher_id"] in _listed(scene, last4=cards[1]["last4"].lower())
    assert ids <= set(_listed(scene, limit=100))


def test_another_partner_finds_and_does_nothing(scene: Scene) -> None:
    person = scene.enroll()
    voucher = scene.mint(participant_ids=[person])

    for query in ({"participant_id": person}, {"last4": voucher["last4"]}):
        page = scene.other_app().get("/vouchers", **query).expect(200)
        assert voucher["voucher_id"] not in {one["voucher_id"] for one in page["vouchers"]}
    path = f"/vouchers/{voucher['voucher_id']}/revoke"
    answer = scene.other_app().post(path, {}, key())

    assert answer.status == 404
    assert scene.show(voucher)["status"] == "active"


@pytest.mark.parametrize("act", ["assign", "block", "unblock", "extend", "revoke", "reissue"])
def test_an_act_needs_the_scope_to_write_vouchers(scene: Scene, act: str) -> None:
    voucher = scene.mint()

    answer = scene.app("vouchers:read").post(f"/vouchers/{voucher['voucher_id']}/{act}", {}, key())

    problem = answer.expect(403)
    assert (problem["scope"], problem["type"].split(":")[-1]) == ("vouchers:write", "scope_missing")
