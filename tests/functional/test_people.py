"""What becomes of a person, through the doors: consent, exit, language, outcomes, the record and
erasure; and cursors, which nobody can change unnoticed."""

from typing import Any

import pytest

from farechance.participant_api import (
    ConsentAnswer,
    Erased,
    Exited,
    LanguageAnswer,
    OutcomeAnswer,
    ParticipantRecord,
)
from farechance.store import keys
from functional.bodies import enrollment_body, mint_body, rfc3339
from functional.gateway import Answer
from functional.players import ALL_SCOPES, Partner
from functional.stack import Stack

USES = ["enrollment", "sms", "outcomes"]
TODAY = rfc3339()[:10]


def _enroll(partner: Partner, **changes: Any) -> str:
    body = enrollment_body(**changes)
    body["consent"] = {**body["consent"], "uses": USES}
    return str(partner.post("/participants", body).body["participant_id"])


def _with_voucher(partner: Partner) -> tuple[str, str]:
    person = _enroll(partner)
    minted = partner.post("/vouchers", mint_body(participant_ids=[person])).body
    return person, str(minted["vouchers"][0]["voucher_id"])


def _grant(**changes: Any) -> dict[str, Any]:
    granted = {"text_version": "2026-01", "language": "en", "granted_at": rfc3339()}
    return {"action": "grant", "uses": USES, **granted, **changes}


def _withdraw(*uses: str, **changes: Any) -> dict[str, Any]:
    return {"action": "withdraw", "uses": list(uses), **changes}


def test_consent_is_withdrawn_with_a_block_and_granted_anew(stack: Stack, partner: Partner) -> None:
    person, voucher_id = _with_voucher(partner)

    withdrawn = partner.post(
        f"/participants/{person}/consent", _withdraw("enrollment", block_vouchers=True)
    )
    minting = partner.post("/vouchers", mint_body(participant_ids=[person]))
    granted = partner.post(f"/participants/{person}/consent", _grant())

    assert withdrawn.status == granted.status == 200
    assert ConsentAnswer.model_validate_json(withdrawn.text).blocked_vouchers == 1
    assert ConsentAnswer.model_validate_json(granted.text).uses == tuple(USES)
    minting.problem(409, "consent_withdrawn")
    assert partner.get(f"/vouchers/{voucher_id}").body["status"] == "blocked"
    assert voucher_id not in str(stack.world.items("people"))


def test_a_person_leaves_and_is_listed_so(partner: Partner) -> None:
    person, stays = _enroll(partner), _enroll(partner)

    answer = partner.post(f"/participants/{person}/exit", {})

    exited = Exited.model_validate_json(answer.text)
    assert (exited.erase_at - exited.exited_at).days == 90
    left = partner.get("/participants", status="exited").body["participants"]
    active = partner.get("/participants", status="active").body["participants"]
    assert [one["participant_id"] for one in left] == [person]
    assert [one["participant_id"] for one in active] == [stays]
    assert left[0]["exited_at"] == answer.body["exited_at"]
    partner.post("/vouchers", mint_body(participant_ids=[person])).problem(
        409, "participant_exited"
    )


def test_a_person_is_spoken_to_in_another_language(partner: Partner) -> None:
    person = _enroll(partner)

    answer = partner.post(f"/participants/{person}/language", {"language": "es"})

    assert LanguageAnswer.model_validate_json(answer.text).language == "es"
    assert partner.get(f"/participants/{person}").body["language"] == "es"


def test_an_outcome_is_recorded_once(partner: Partner) -> None:
    person = _enroll(partner)
    path, body = f"/participants/{person}/outcomes", {"kind": "job_started", "day": TODAY}

    answer = partner.post(path, body)
    again = partner.post(path, body)

    assert answer.status == 201
    assert OutcomeAnswer.model_validate_json(answer.text).kind == "job_started"
    again.problem(409, "outcome_recorded")


def test_the_record_is_handed_over_in_the_persons_language(partner: Partner) -> None:
    person = _enroll(partner, language="es")
    partner.post("/vouchers", mint_body(participant_ids=[person]))

    answer = partner.get(f"/participants/{person}/record")

    record = ParticipantRecord.model_validate_json(answer.text)
    assert record.participant.participant_id == person
    assert len(record.vouchers) == 1
    assert "Te escribimos en español." in record.in_words
    assert answer.headers["cache-control"] == "no-store"


def test_a_person_is_erased_and_a_repeat_says_the_same(stack: Stack, partner: Partner) -> None:
    body = enrollment_body()
    person = partner.post("/participants", body, "key-1").body["participant_id"]

    first = partner.delete(f"/participants/{person}")
    with stack.unchanged():
        again = partner.delete(f"/participants/{person}")
        replayed = partner.post("/participants", body, "key-1")

    assert first.status == 200
    assert Erased.model_validate_json(first.text).participant_id == person
    assert again.text == first.text
    replayed.problem(404, "not_found")
    partner.get(f"/participants/{person}").problem(404, "not_found")
    partner.get(f"/participants/{person}/record").problem(404, "not_found")
    found = partner.get(
        "/participants", program_id=body["program_id"], external_ref=body["external_ref"]
    )
    assert found.body["participants"] == []
    assert body["external_ref"] not in str(stack.image())


def test_housekeeping_erases_whose_time_has_come(stack: Stack, partner: Partner) -> None:
    person = _enroll(partner)
    world = stack.world
    key = {"pk": {"S": world.partner_id}, "sk": {"S": f"participant#{person}"}}
    long_ago = rfc3339(days=-366)
    for name in ("enrolled_at", "erase_at"):
        world.client.update_item(
            TableName=world.tables["people"],
            Key=key,
            UpdateExpression=f"SET {name} = :long_ago, consent.granted_at = :long_ago",
            ExpressionAttributeValues={":long_ago": {"S": long_ago}},
        )

    answer = stack.job("housekeeping")

    assert (answer["erased"], answer["failed"]) == (1, 0)
    partner.get(f"/participants/{person}").problem(404, "not_found")
    (line,) = (one for one in stack.lines() if one.get("message") == "house_kept")
    assert line["erased"] == 1
    assert person not in str(line)


@pytest.mark.parametrize(
    ("path", "body", "pointer"),
    [
        ("consent", {}, ("/action", "/uses")),
        ("consent", _withdraw(), ("/uses",)),
        ("consent", _withdraw("sms", "sms"), ("/uses",)),
        ("consent", _withdraw("sms", "marketing"), ("/uses/1",)),
        ("consent", _withdraw("sms", reason="not to be told"), ("/reason",)),
        ("consent", _withdraw("sms", block_vouchers=True), ("/block_vouchers",)),
        ("consent", _withdraw("sms", block_vouchers="true"), ("/block_vouchers",)),
        ("consent", _grant(text_version="2025-01"), ("/text_version",)),
        ("consent", _grant(language="fr"), ("/language",)),
        ("consent", _grant(granted_at=rfc3339(hours=1)), ("/granted_at",)),
        ("consent", _grant(granted_at=rfc3339(days=-1)), ("/granted_at",)),
        ("consent", _grant(uses=["sms"]), ("/uses",)),
        ("consent", _grant(name="not to be told"), ("/name",)),
        ("exit", {"reason": "not to be told"}, ("/reason",)),
        ("language", {"language": "fr"}, ("/language",)),
        ("language", {}, ("/language",)),
        ("outcomes", {"kind": "married", "day": TODAY}, ("/kind",)),
        ("outcomes", {"kind": "job_started"}, ("/day",)),
        ("outcomes", {"kind": "job_started", "day": "2026-02-30"}, ("/day",)),
        ("outcomes", {"kind": "job_started", "day": rfc3339(days=2)[:10]}, ("/day",)),
        ("outcomes", {"kind": "job_started", "day": TODAY, "employer": "x"}, ("/employer",)),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_changed(
    stack: Stack, partner: Partner, path: str, body: dict[str, Any], pointer: tuple[str, ...]
) -> None:
    person, _ = _with_voucher(partner)

    with stack.unchanged():
        answer = partner.post(f"/participants/{person}/{path}", body)

    answer.pointers(*pointer)
    assert "not to be told" not in answer.text


CALLS = {
    "consent": _withdraw("sms"),
    "exit": {},
    "language": {"language": "es"},
    "outcomes": {"kind": "job_started", "day": TODAY},
}


@pytest.mark.parametrize("act", CALLS)
def test_a_repeat_gets_the_same_answer_and_is_marked(
    stack: Stack, partner: Partner, act: str
) -> None:
    person = _enroll(partner)
    first = partner.post(f"/participants/{person}/{act}", CALLS[act], "key-1")

    with stack.unchanged():
        again = partner.post(f"/participants/{person}/{act}", CALLS[act], "key-1")

    assert (again.status, again.text) == (first.status, first.text)
    assert first.headers["idempotency-replayed"] == "false"
    assert again.headers["idempotency-replayed"] == "true"


@pytest.mark.parametrize("act", CALLS)
def test_a_key_is_needed_and_good_for_one_call(stack: Stack, partner: Partner, act: str) -> None:
    person = _enroll(partner)
    partner.post(f"/participants/{person}/language", {"language": "en"}, "key-1")

    with stack.unchanged():
        without = partner.post(f"/participants/{person}/{act}", CALLS[act], Idempotency_Key="")
        reused = partner.post(f"/participants/{person}/{act}", CALLS[act], "key-1")

    without.problem(400, "idempotency_key_missing")
    reused.problem(422, "idempotency_key_reused")


def _every_call(partner: Partner, person: str) -> list[Answer]:
    posts = [partner.post(f"/participants/{person}/{act}", body) for act, body in CALLS.items()]
    return [
        *posts,
        partner.get(f"/participants/{person}/record"),
        partner.delete(f"/participants/{person}"),
    ]


def test_another_partner_reaches_nobody(
    stack: Stack, partner: Partner, other_partner: Partner
) -> None:
    person = _enroll(partner)

    with stack.unchanged():
        answers = _every_call(other_partner, person)
        of_nobody = _every_call(partner, "par_nobody")

    for answer in (*answers, *of_nobody):
        answer.problem(404, "not_found")


def test_each_call_wants_its_scope(stack: Stack, partner: Partner) -> None:
    person = _enroll(partner)
    writes, reads = "farechance/participants:write", "farechance/participants:read"

    partner.scopes = ALL_SCOPES.replace(writes, "")
    with stack.unchanged():
        *refused, record, erasing = _every_call(partner, person)
    partner.scopes = ALL_SCOPES.replace(reads, "")
    unread = partner.get(f"/participants/{person}/record")

    for answer in (*refused, erasing):
        answer.problem(403, "scope_missing")
    assert record.status == 200
    unread.problem(403, "scope_missing")


# ── cursors ──────────────────────────────────────────────────────────────────────────────────────


def _cursor(partner: Partner) -> str:
    for _ in range(2):
        _enroll(partner)
    return str(partner.get("/participants", limit="1").body["cursor"])


def test_every_altered_cursor_is_refused_with_its_field(partner: Partner) -> None:
    cursor = _cursor(partner)
    altered = {
        cursor[:at] + ("A" if cursor[at] != "A" else "B") + cursor[at + 1 :]
        for at in range(len(cursor))
    }
    altered |= {cursor[:-1], cursor + "A", cursor[1:], cursor[:30], cursor[-22:], "A"}

    for one in altered:
        partner.get("/participants", cursor=one).pointers("/cursor")
    assert partner.get("/participants", cursor=cursor).status == 200


def test_a_cursor_is_good_for_its_own_partner_and_its_own_list(
    partner: Partner, other_partner: Partner
) -> None:
    cursor = _cursor(partner)
    ids = [
        partner.post("/vouchers", mint_body()).body["vouchers"][0]["voucher_id"] for _ in range(2)
    ]

    other_partner.get("/participants", cursor=cursor).pointers("/cursor")
    for voucher_id in ids:
        partner.get(f"/vouchers/{voucher_id}/entries", cursor=cursor).pointers("/cursor")


def test_a_cursor_doesnt_tell_what_seals_it(stack: Stack, partner: Partner) -> None:
    cursor = _cursor(partner)

    key = stack.world.store.read(_partner_key(stack))[_partner_key(stack)]

    assert key is not None
    assert len(key.cursor_key) == 36
    assert key.cursor_key not in cursor + partner.get("/whoami").text


def _partner_key(stack: Stack) -> Any:
    return keys.partner(stack.world.partner_id)
