"""Batches: the sum is reserved at once or nothing is, good rows are minted, bad ones told, and what
can't be minted goes back."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

import builders
from builders import NOON
from farechance.batch_api import BatchRow, BatchStatus, BatchVoucher
from farechance.batches import CHUNK_ROWS, MAX_ROWS, PAGE_ROWS, Outcome
from farechance.errors import FieldErrors, IdempotencyKeyReused, NotFound, StateForbids
from wire import Wire
from world import World


def _people(world: World, count: int, **changes: Any) -> list[str]:
    """References of people who are enrolled."""
    references = [f"case-x{number}" for number in range(count)]
    for one in references:
        world.enroll(external_ref=one, **changes)
    return references


def _started(world: World, *references: str, **changes: Any) -> str:
    started, _ = world.starts_batch(world.batch_request(*references, **changes))
    return started.batch_id


def _told(world: World, batch_id: str) -> list[tuple[int, str, str | None]]:
    listed = world.batch_vouchers(batch_id)
    return [(one.line, one.outcome.value, one.reason) for one in listed.vouchers]


# ── it is reserved ───────────────────────────────────────────────────────────────────────────────


def test_the_whole_sum_of_the_good_rows_is_reserved_and_nothing_is_minted_yet(world: World) -> None:
    references = _people(world, 2)

    started, is_replay = world.starts_batch(
        world.batch_request(*references, "case-unknown", "555-010-0100", value_cents=3_000)
    )

    assert (started.rows, started.refused, started.total_cents) == (4, 2, 6_000)
    assert not is_replay
    assert world.allotment().available_cents == 44_000
    batch = world.batch(started.batch_id)
    assert (batch.reserved_cents, batch.minted, batch.rows_done) == (6_000, 0, 0)
    (entry,) = world.batch_entries(started.batch_id)
    assert entry.kind == "batch.reserved"
    assert entry.changes == {"allotment.available": -6_000, "batch.reserved": 6_000}
    assert [item["pk"]["S"][:8] for item in world.items("vouchers")] == []
    assert _told(world, started.batch_id) == [
        (1, "pending", None),
        (2, "pending", None),
        (3, "failed", "participant_unknown"),
        (4, "failed", "reference_personal"),
    ]


def test_no_table_holds_a_reference_of_the_file_but_the_peoples_own(world: World) -> None:
    _people(world, 1)
    before = str(world.items("people")).count("case-x0")

    batch_id = _started(world, "case-x0", "case-typo", "212-555-0100")
    world.works_on(batch_id)

    stored = {table: str(world.items(table)) for table in world.tables}
    assert stored["people"].count("case-x0") == before
    for text in stored.values():
        assert "case-typo" not in text
        assert "212-555-0100" not in text
    assert not any("case-x0" in stored[table] for table in ("programs", "vouchers", "ledger"))
    person = world.batch_vouchers(batch_id).vouchers[0].participant_id
    assert person is not None
    assert not any(person in stored[table] for table in ("programs", "vouchers", "ledger"))


@pytest.mark.parametrize(("cents", "is_enough"), [(8_000, True), (7_999, False)])
def test_the_sum_is_reserved_to_the_cent_or_refused(
    worlds: Callable[..., World], cents: int, is_enough: bool
) -> None:
    world = worlds().with_program(cents=2 * cents)
    before = world.everything()

    if is_enough:
        _started(world)
        assert world.allotment().available_cents == 0
    else:
        with pytest.raises(StateForbids) as refused:
            _started(world)
        assert refused.value.reason == "insufficient_allotment"
        assert refused.value.facts == {"available_cents": 7_999, "needed_cents": 8_000}
        assert world.everything() == before


def test_a_file_without_a_right_row_is_refused_with_every_line(world: World) -> None:
    before = world.everything()
    rows = (BatchRow(external_ref="", line=2), BatchRow(external_ref="case-9", line=7))

    with pytest.raises(FieldErrors) as refused:
        _started(world, rows=rows)

    told = [(one.pointer, one.detail.split(":")[0]) for one in refused.value.errors]
    assert told == [("/rows/0", "line 2"), ("/rows/1", "line 7")]
    assert world.everything() == before


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"purpose": "vacation"}, "/purpose"),
        ({"value_cents": 10_001}, "/value_cents"),
        ({"rides": 3}, "/rides"),
        ({"cap_cents": 2_001}, "/cap_cents"),
        ({"expires_at": NOON}, "/expires_at"),
    ],
    ids=str,
)
def test_a_batch_keeps_the_programmes_rules(
    world: World, changes: dict[str, Any], pointer: str
) -> None:
    before = world.everything()

    with pytest.raises(FieldErrors) as refused:
        _started(world, **changes)

    assert [one.pointer for one in refused.value.errors] == [pointer]
    assert world.everything() == before


def test_people_of_another_partner_or_programme_are_nobody(world: World) -> None:
    theirs = builders.enrollment(external_ref="case-theirs")
    world.enrolls(theirs, "key-1", world.other_partner_id)
    _people(world, 1)

    batch_id = _started(world, "case-x0", "case-theirs")

    assert _told(world, batch_id)[1] == (2, "failed", "participant_unknown")
    with pytest.raises(NotFound):
        world.batch_answer(batch_id, world.other_partner_id)
    with pytest.raises(NotFound):
        world.batch_vouchers(batch_id, world.other_partner_id)
    assert world.works_on(batch_id, partner=world.other_partner_id).minted == 0


def test_a_program_that_one_has_no_allotment_in_is_not_found(world: World) -> None:
    with pytest.raises(NotFound):
        _started(world, program_id="prg_elsewhere")


# ── repeats ──────────────────────────────────────────────────────────────────────────────────────


def test_a_repeat_gets_the_same_answer_at_any_time(world: World) -> None:
    request = world.batch_request()
    first, _ = world.starts_batch(request, "key-1")
    world.works_on(first.batch_id)
    world.administer("pause_program", program_id=world.program_id)
    world.clock.passes(days=30)
    before = world.everything()

    again, is_replay = world.another().starts_batch(request, "key-1")

    assert (again, is_replay) == (first, True)
    assert world.everything() == before


def test_a_key_with_another_body_is_refused(world: World) -> None:
    world.starts_batch(world.batch_request(), "key-1")

    with pytest.raises(IdempotencyKeyReused):
        world.starts_batch(world.batch_request(unassigned=3), "key-1")


def test_the_same_key_of_another_partner_or_of_a_mint_is_another_thing(world: World) -> None:
    own, _ = world.starts_batch(world.batch_request(), "key-1")
    theirs, _ = world.starts_batch(world.batch_request(), "key-1", world.other_partner_id)

    minted, is_replay = world.mints(world.mint_request(), "key-1")

    assert own.batch_id != theirs.batch_id
    assert (len(minted.vouchers), is_replay) == (1, False)


def test_the_same_content_under_another_key_looks_repeated_for_24_hours(world: World) -> None:
    references = _people(world, 2)
    first, _ = world.starts_batch(world.batch_request(*references), "key-1")
    same = world.batch_request(rows=tuple(BatchRow(external_ref=one, line=9) for one in references))
    world.clock.passes(hours=23, minutes=59, seconds=59)

    with pytest.raises(StateForbids) as refused:
        world.starts_batch(same, "key-2")

    assert refused.value.reason == "looks_repeated"
    assert refused.value.facts == {"batch_id": first.batch_id}
    assert world.allotment().available_cents == 42_000
    world.clock.passes(seconds=1)
    _, is_replay = world.starts_batch(same, "key-2")
    assert not is_replay


def test_a_batch_that_is_meant_twice_is_started_twice(world: World) -> None:
    world.starts_batch(world.batch_request(), "key-1")

    second, _ = world.starts_batch(world.batch_request(repeat=True), "key-2")

    assert world.allotment().available_cents == 34_000
    with pytest.raises(StateForbids) as refused:
        world.starts_batch(world.batch_request(), "key-3")
    assert refused.value.facts == {"batch_id": second.batch_id}
    # Other content, and another partner's, is nobody's repetition.
    world.starts_batch(world.batch_request(unassigned=1), "key-4")
    world.starts_batch(world.batch_request(), "key-5", world.other_partner_id)


# ── it is minted ─────────────────────────────────────────────────────────────────────────────────


def test_good_rows_get_their_vouchers_and_the_money_is_on_them(world: World) -> None:
    spanish = world.enroll(external_ref="case-es", language="es")
    english = world.enroll(external_ref="case-en")
    batch_id = _started(world, "case-es", "no such", "case-en", value_cents=3_000)
    world.clock.passes(minutes=5)

    done = world.works_on(batch_id)

    assert (done.minted, done.failed, done.goes_on) == (2, 0, False)
    first, bad, second = world.batch_vouchers(batch_id).vouchers
    assert (bad.outcome, bad.reason) == (Outcome.FAILED, "reference_malformed")
    assert [first.external_ref, second.external_ref] == ["case-es", "case-en"]
    for told, person, language in ((first, spanish, "es"), (second, english, "en")):
        assert told.code is not None
        voucher = world.voucher(told.code)
        assert (voucher.voucher_id, voucher.last4) == (told.voucher_id, told.last4)
        assert (voucher.available_cents, voucher.cap_cents, voucher.max_rides) == (3_000, 1_500, 2)
        # What was promised when the batch came.
        assert voucher.valid_from == NOON
        assert voucher.minted_at == NOON + timedelta(minutes=5)
        assert voucher.language == language
        stored = world.participant(person)
        assert voucher.subject_id == stored.subject_id
        assert list(stored.open_vouchers) == [voucher.voucher_id]
        assert stored.minted_in_month == 1
        (entry,) = world.entries(told.code)
        assert entry.changes == {"batch.reserved": -3_000, "voucher.available": 3_000}
        assert entry.batch_id == batch_id
        assert world.request(told.code, f"ride-{language}").answer["decision"] == "approved"
    batch = world.batch(batch_id)
    assert (batch.reserved_cents, batch.released_cents, batch.minted) == (0, 0, 2)
    assert world.allotment().available_cents == 44_000


@pytest.mark.parametrize("count", [1, CHUNK_ROWS, CHUNK_ROWS + 1, 2 * CHUNK_ROWS])
def test_unassigned_cards_are_minted_32_in_a_transaction(world: World, count: int) -> None:
    batch_id = _started(world, unassigned=count, value_cents=100)

    with Wire(world.client) as line:
        done = world.works_on(batch_id)

    chunks = -(-count // CHUNK_ROWS)
    assert done.minted == count
    assert line.operations.count("TransactWriteItems") == chunks + 1
    assert len({one.code for one in world.batch_vouchers(batch_id).vouchers}) == count
    assert world.batch_answer(batch_id).status is BatchStatus.ENDED
    assert world.allotment().available_cents == 50_000 - 100 * count


def test_a_chunk_of_32_people_one_of_whom_fails_is_one_transaction(world: World) -> None:
    references = _people(world, CHUNK_ROWS - 1)
    ends = builders.enrollment().consent.model_copy(
        update={"expires_at": NOON + timedelta(hours=1)}
    )
    world.enroll(external_ref="case-late", consent=ends)
    started, _ = world.starts_batch(world.batch_request(*references, "case-late", value_cents=100))
    world.clock.passes(hours=2)

    with Wire(world.client) as line:
        done = world.works_on(started.batch_id)

    sizes = [
        len(call.sent["TransactItems"])
        for call in line.calls
        if call.operation == "TransactWriteItems"
    ]
    # A voucher, an entry and a person each; the batch, the allotment, the page. Then the end.
    assert sizes == [3 * (CHUNK_ROWS - 1) + 3, 3]
    assert (done.minted, done.failed) == (CHUNK_ROWS - 1, 1)
    assert world.allotment().available_cents == 50_000 - 100 * (CHUNK_ROWS - 1)


def test_rows_beyond_one_item_are_minted_and_listed_page_by_page(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("start_batch", "work_on_batch", "show_batch"):
        monkeypatch.setattr(f"operations.{module}.PAGE_ROWS", 4)
    monkeypatch.setattr("farechance.batches.PAGE_ROWS", 4)
    monkeypatch.setattr("operations.work_on_batch.CHUNK_ROWS", 2)
    references = _people(world, 9)
    request = world.batch_request(*references[:5], "bad one", *references[5:], value_cents=100)
    batch_id = world.starts_batch(request)[0].batch_id

    world.works_on(batch_id)

    listed: list[BatchVoucher] = []
    cursor = None
    while True:
        page = world.batch_vouchers(batch_id, limit=3, **({"cursor": cursor} if cursor else {}))
        listed += page.vouchers
        if (cursor := page.cursor) is None:
            break
    assert [one.line for one in listed] == list(range(1, 11))
    assert [one.external_ref for one in listed] == [*references[:5], None, *references[5:]]
    assert len([one for one in listed if one.code]) == 9
    failed = world.batch_vouchers(batch_id, outcome=Outcome.FAILED)
    assert [(one.line, one.reason) for one in failed.vouchers] == [(6, "reference_malformed")]
    assert failed.cursor is None
    assert PAGE_ROWS == 320


def test_a_cursor_that_leads_beyond_the_end_leads_to_nothing(world: World) -> None:
    batch_id = _started(world)

    beyond = world.batch_vouchers(batch_id, cursor="OTk5OTk5")

    assert (beyond.vouchers, beyond.cursor) == ((), None)
    with pytest.raises(FieldErrors):
        world.batch_vouchers(batch_id, cursor="!!!".replace("!", "_"))


def test_the_largest_batch_is_stored_in_one_transaction(worlds: Callable[..., World]) -> None:
    world = worlds().with_program(cents=2_000_000)
    world.enroll(external_ref="case-x0")
    rows = (*(f"case-no{number}" for number in range(MAX_ROWS - 1)), "case-x0")

    with Wire(world.client) as line:
        started, _ = world.starts_batch(world.batch_request(*rows, value_cents=100))

    assert (started.rows, started.refused, started.total_cents) == (MAX_ROWS, MAX_ROWS - 1, 100)
    assert line.operations.count("TransactWriteItems") == 1
    last = world.batch_vouchers(started.batch_id, cursor="OTk5OQ")
    assert [(one.line, one.outcome) for one in last.vouchers] == [(MAX_ROWS, Outcome.PENDING)]


# ── rows that fail, and the end ──────────────────────────────────────────────────────────────────


def test_what_happened_to_people_meanwhile_fails_their_rows_and_their_money_goes_back(
    world: World, bystander: Any
) -> None:
    consent = builders.enrollment().consent.model_copy(
        update={"expires_at": NOON + timedelta(hours=1)}
    )
    world.enroll(external_ref="case-consent", consent=consent)
    full = world.enroll(external_ref="case-full")
    world.mint(world.mint_request(participant_ids=(full,) * 10, unassigned=None, value_cents=100))
    gone = world.enroll(external_ref="case-gone")
    world.enroll(external_ref="case-good")
    references = ("case-consent", "case-full", "case-gone", "case-good")
    batch_id = _started(world, *references)
    world.clock.passes(hours=2)
    bystander.delete_item(
        TableName=world.tables["people"],
        Key={"pk": {"S": world.partner_id}, "sk": {"S": f"participant#{gone}"}},
    )

    done = world.works_on(batch_id)

    assert (done.minted, done.failed) == (1, 3)
    assert _told(world, batch_id) == [
        (1, "failed", "consent_expired"),
        (2, "failed", "monthly_limit_reached"),
        (3, "failed", "participant_unknown"),
        (4, "minted", None),
    ]
    # Of somebody who was erased nothing is told.
    erased = world.batch_vouchers(batch_id).vouchers[2]
    assert (erased.external_ref, erased.participant_id) == (None, None)
    assert world.allotment().available_cents == 50_000 - 1_000 - 4_000
    answer = world.batch_answer(batch_id)
    assert (answer.minted, answer.failed, answer.pending) == (1, 3, 0)
    assert (answer.reserved_cents, answer.released_cents) == (0, 12_000)
    last = world.batch_entries(batch_id)[-1]
    assert last.kind == "batch.ended"
    assert last.changes == {"batch.reserved": -12_000, "allotment.available": 12_000}


def test_progress_is_told_on_the_way(world: World) -> None:
    batch_id = _started(world, unassigned=CHUNK_ROWS + 1, value_cents=100)
    steps = iter([True, False])

    done = world.works_on(batch_id, has_time=lambda: next(steps))

    answer = world.batch_answer(batch_id)
    assert (done.minted, done.goes_on) == (CHUNK_ROWS, True)
    assert (answer.status, answer.ended_at) == (BatchStatus.MINTING, None)
    assert (answer.minted, answer.failed, answer.pending) == (CHUNK_ROWS, 0, 1)
    assert (answer.total_cents, answer.reserved_cents) == (3_300, 100)
    assert world.works_on(batch_id).minted == 1


def test_a_message_about_a_batch_that_isnt_there_does_nothing(world: World) -> None:
    before = world.everything()

    assert world.works_on("bat_nothing").minted == 0

    assert world.everything() == before


@pytest.mark.parametrize(
    ("pause", "resume", "of"),
    [
        ("pause_program", "resume_program", "program_id"),
        ("suspend_partner", "resume_partner", "partner_id"),
    ],
)
def test_a_batch_that_is_paused_waits_and_housekeeping_has_it_go_on(
    world: World, pause: str, resume: str, of: str
) -> None:
    whose = {of: getattr(world, of)}
    batch_id = _started(world)
    world.administer(pause, **whose)

    waited = world.works_on(batch_id)

    assert (waited.minted, waited.goes_on) == (0, False)
    assert world.batch_answer(batch_id).status is BatchStatus.WAITING
    assert world.batch(batch_id).reserved_cents == 8_000
    world.clock.passes(minutes=15)
    world.keep_house()
    assert world.sent_batches == [(world.partner_id, batch_id)]
    world.administer(resume, **whose)
    assert world.works_on(batch_id).minted == 2
    assert world.batch_answer(batch_id).status is BatchStatus.ENDED


def test_a_batch_of_a_program_that_is_closed_ends_and_gives_back_what_is_left(
    world: World,
) -> None:
    batch_id = _started(world, unassigned=CHUNK_ROWS + 8, value_cents=100)
    steps = iter([True, False])
    world.works_on(batch_id, has_time=lambda: next(steps))
    world.administer("close_program", program_id=world.program_id, confirm=world.program_id)

    done = world.works_on(batch_id)

    answer = world.batch_answer(batch_id)
    assert (done.minted, done.failed) == (0, 8)
    assert (answer.minted, answer.failed, answer.stopped_reason) == (32, 8, "program_closed")
    assert answer.released_cents == 800
    assert world.allotment().available_cents == 50_000 - 3_200
    assert _told(world, batch_id)[-1] == (40, "failed", "program_closed")
    (ended,) = [one for one in world.batch_entries(batch_id) if one.kind == "batch.ended"]
    assert ended.reason == "program_closed"


def test_a_batch_that_waited_until_its_vouchers_would_be_over_gives_its_money_back(
    world: World,
) -> None:
    batch_id = _started(world, expires_at=NOON + timedelta(days=3))
    world.administer("pause_program", program_id=world.program_id)
    world.clock.passes(days=3)

    world.works_on(batch_id)

    answer = world.batch_answer(batch_id)
    assert (answer.status, answer.stopped_reason) == (BatchStatus.ENDED, "too_late")
    assert world.allotment().available_cents == 50_000


# ── housekeeping ─────────────────────────────────────────────────────────────────────────────────


def test_a_batch_whose_message_was_lost_is_sent_again_and_no_other_is(world: World) -> None:
    lost = _started(world)
    done = _started(world, unassigned=1)
    world.works_on(done)
    world.clock.passes(minutes=14)
    fresh = _started(world, unassigned=3)
    world.clock.passes(minutes=1)

    with Wire(world.client) as line:
        kept = world.keep_house()

    assert world.sent_batches == [(world.partner_id, lost)]
    assert (kept.sent_again, kept.failed) == (1, [])
    assert "Scan" not in line.operations
    assert world.batch_answer(fresh).pending == 3


def test_a_queue_that_fails_holds_up_nothing_else(world: World) -> None:
    _started(world)
    code = world.code()
    world.clock.now = world.voucher(code).return_at

    class NoQueue(list[tuple[str, str]]):
        def append(self, _: tuple[str, str]) -> None:
            raise ConnectionError

    world.sent_batches = NoQueue()
    kept = world.keep_house()

    assert kept.failed == [("by_due", "ConnectionError")]
    assert (kept.returned, kept.is_complete) == (1, True)


def test_people_are_forgotten_seven_days_after_the_end_and_vouchers_are_not(world: World) -> None:
    references = _people(world, 2)
    batch_id = _started(world, *references, "bad one")
    world.works_on(batch_id)
    before = world.batch_vouchers(batch_id).vouchers
    people = {one.participant_id for one in before if one.participant_id}
    world.clock.passes(days=6, hours=23)
    world.keep_house()
    world.works_on(batch_id)
    assert world.sent_batches == []
    assert world.batch_vouchers(batch_id).vouchers == before

    world.clock.passes(hours=1)
    world.keep_house()
    world.works_on(batch_id)

    assert world.sent_batches == [(world.partner_id, batch_id)]
    rows = [item for item in world.items("people") if item["pk"]["S"].startswith("batch#")]
    assert rows
    assert not any(person in str(rows) for person in people)
    after = world.batch_vouchers(batch_id).vouchers
    assert [(one.voucher_id, one.code) for one in after] == [
        (one.voucher_id, one.code) for one in before
    ]
    assert {one.external_ref for one in after} == {None}
    assert after[2].reason == "reference_malformed"
    world.keep_house()
    assert len(world.sent_batches) == 1


# ── the books ────────────────────────────────────────────────────────────────────────────────────


def test_the_books_balance_with_a_batch_half_way(world: World) -> None:
    batch_id = _started(world, unassigned=CHUNK_ROWS + 8, value_cents=100)
    steps = iter([True, False])
    world.works_on(batch_id, has_time=lambda: next(steps))

    books = world.administer("check_books", program_id=world.program_id)

    assert books["balance"] is True
    assert (books["reserved_cents"], books["allotted_cents"]) == (800, 96_000)
    assert books["available_cents"] == 3_200
    assert "8.00 reserved for batches" in books["in_words"]


@pytest.mark.parametrize("field", ["reserved_cents", "minted"])
def test_a_batch_that_says_another_balance_than_its_entries_is_told(
    world: World, bystander: Any, field: str
) -> None:
    batch_id = _started(world)
    key = {"pk": {"S": f"batch#{world.partner_id}"}, "sk": {"S": f"batch#{batch_id}"}}

    def add(cents: int) -> None:
        bystander.update_item(
            TableName=world.tables["programs"],
            Key=key,
            UpdateExpression=f"ADD {field} :cents",
            ExpressionAttributeValues={":cents": {"N": str(cents)}},
        )

    add(1)
    books = world.audit()
    add(-1)

    if field == "reserved_cents":
        assert books.differ
        assert f"{batch_id}: 8001 is stored as reserved, the ledger says 8000" in books.named
    else:
        # How far it came is no balance.
        assert books.balance


def test_an_entry_of_a_batch_that_was_overwritten_is_told(world: World, bystander: Any) -> None:
    batch_id = _started(world)
    key = {"pk": {"S": f"batch#{batch_id}"}, "sk": {"S": "batch.reserved"}}
    before = bystander.get_item(TableName=world.tables["ledger"], Key=key)["Item"]
    forged = {**before, "purpose": {"S": "family"}}

    bystander.put_item(TableName=world.tables["ledger"], Item=forged)
    books = world.audit()
    bystander.put_item(TableName=world.tables["ledger"], Item=before)

    assert books.differ
    assert any(batch_id in one for one in books.differences)
