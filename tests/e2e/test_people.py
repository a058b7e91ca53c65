"""What becomes of people: consent withdrawn and granted anew, exit, outcomes, the record, and
erasure by the partner and by an administrator."""

from typing import Any

import pytest

from e2e.scene import Scene, key, now
from infra.local import books

USES = ["enrollment", "sms", "outcomes"]


def _consented(scene: Scene, **changes: Any) -> dict[str, Any]:
    body = scene.enrollment(**changes)
    return {**body, "consent": {**body["consent"], "uses": USES}}


def _with_voucher(scene: Scene, **changes: Any) -> tuple[str, dict[str, Any]]:
    """A person who agreed to every use, and her voucher."""
    made = scene.app().post("/participants", _consented(scene, **changes), key()).expect(201)
    return made["participant_id"], scene.mint(participant_ids=[made["participant_id"]])


def _post(scene: Scene, person: str, act: str, body: Any, by: str = "") -> dict[str, Any]:
    answer = scene.app().post(f"/participants/{person}/{act}", body, by or key())
    return answer.expect(201 if act == "outcomes" else 200)


def test_a_consent_is_withdrawn_the_cards_stay_good_and_the_link_is_cut(scene: Scene) -> None:
    person, voucher = _with_voucher(scene)

    answer = _post(scene, person, "consent", {"action": "withdraw", "uses": ["enrollment"]})

    assert (answer["uses"], answer["blocked_vouchers"]) == ([], 0)
    assert scene.request(voucher["code"])["decision"] == "approved"
    refused = scene.app().post("/vouchers", scene.minting(participant_ids=[person]), key())
    assert refused.expect(409)["type"].endswith(":consent_withdrawn")
    record = scene.app().get(f"/participants/{person}/record").expect(200)
    assert record["vouchers"] == []
    assert scene.books_are_right()


def test_who_asks_for_a_block_is_given_it_in_the_same_call_and_once(scene: Scene) -> None:
    person, voucher = _with_voucher(scene)
    body = {"action": "withdraw", "uses": ["enrollment"], "block_vouchers": True}
    idempotency_key = key()

    first = _post(scene, person, "consent", body, idempotency_key)
    again = _post(scene, person, "consent", body, idempotency_key)

    assert first == again
    assert first["blocked_vouchers"] == 1
    assert scene.show(voucher)["status"] == "blocked"
    assert scene.request(voucher["code"])["decision"] == "declined"
    assert scene.books_are_right()


def test_a_consent_is_granted_anew(scene: Scene) -> None:
    person, _ = _with_voucher(scene)
    _post(scene, person, "consent", {"action": "withdraw", "uses": ["enrollment"]})

    granted = {
        "action": "grant",
        "uses": ["enrollment"],
        "text_version": "2026-01",
        "language": "es",
        "granted_at": now().isoformat(),
    }
    answer = _post(scene, person, "consent", granted)

    assert answer["uses"] == ["enrollment"]
    assert scene.mint(participant_ids=[person])["participant_id"] == person


def test_a_person_leaves_and_speaks_another_language(scene: Scene) -> None:
    person, voucher = _with_voucher(scene)

    _post(scene, person, "language", {"language": "es"})
    exited = _post(scene, person, "exit", {})

    shown = scene.app().get(f"/participants/{person}").expect(200)
    assert (shown["status"], shown["language"]) == ("exited", "es")
    assert shown["erase_at"] == exited["erase_at"]
    refused = scene.app().post("/vouchers", scene.minting(participant_ids=[person]), key())
    assert refused.expect(409)["type"].endswith(":participant_exited")
    assert scene.request(voucher["code"])["decision"] == "approved"


def test_a_record_is_handed_over_with_vouchers_rides_and_outcomes(scene: Scene) -> None:
    person, voucher = _with_voucher(scene, language="es")
    scene.complete(scene.request(voucher["code"]), 1_200)
    _post(scene, person, "outcomes", {"kind": "job_started", "day": str(now().date())})

    record = scene.app().get(f"/participants/{person}/record").expect(200)

    assert [one["kind"] for one in record["outcomes"]] == ["job_started"]
    (recorded,) = record["vouchers"]
    assert recorded["voucher"]["voucher_id"] == voucher["voucher_id"]
    assert [one["kind"] for one in recorded["entries"]] == [
        "voucher.minted",
        "ride.requested",
        "ride.completed",
    ]
    assert any("12.00 de un viaje" in line for line in record["in_words"])
    assert voucher["code"] not in str(record)


@pytest.mark.parametrize("by", ["partner", "administrator"])
def test_an_erasure_is_complete_repeatable_and_for_ever(scene: Scene, by: str) -> None:
    reference, idempotency_key = f"planted-{key()}", key()
    body = _consented(scene, external_ref=reference)
    enrolled = scene.app().post("/participants", body, idempotency_key).expect(201)
    person = enrolled["participant_id"]
    voucher = scene.mint(participant_ids=[person])
    _post(scene, person, "language", {"language": "es"})
    _post(scene, person, "outcomes", {"kind": "job_started", "day": str(now().date())})
    before = scene.at_rest()

    if by == "partner":
        first = scene.app().delete(f"/participants/{person}").expect(200)
        assert scene.app().delete(f"/participants/{person}").expect(200) == first
    else:
        scene.admin.do(
            "erase_participant",
            partner_id=scene.partner_id,
            participant_id=person,
            confirm=person,
        )

    after = scene.stored()
    assert reference not in str(after)
    assert reference in str(before)
    assert (after["Ledger"], after["Vouchers"]) == (before["Ledger"], before["Vouchers"])
    assert _counts(after) == _counts(before)
    scene.app().get(f"/participants/{person}").expect(404)
    scene.app().post("/participants", body, idempotency_key).expect(404)
    assert scene.request(voucher["code"])["decision"] == "approved"
    assert scene.books_are_right()


def test_an_altered_cursor_is_refused(scene: Scene) -> None:
    for _ in range(2):
        scene.enroll()
    cursor = scene.app().get("/participants", limit=1).expect(200)["cursor"]
    altered = ("A" if cursor[0] != "A" else "B") + cursor[1:]

    refused = scene.app().get("/participants", cursor=altered).expect(422)
    of_another = scene.other_app().get("/participants", cursor=cursor).expect(422)

    assert [one["pointer"] for one in refused["errors"]] == ["/cursor"]
    assert [one["pointer"] for one in of_another["errors"]] == ["/cursor"]
    scene.app().get("/participants", cursor=cursor).expect(200)


def _counts(stored: dict[str, list[books.Item]]) -> list[books.Item]:
    return [item for item in stored["People"] if item["pk"]["S"].startswith("outcomes#")]
