"""A batch's rows and progress: which row is refused and why, what became of it, and when somebody
should look after a batch."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import builders
from builders import CODE_KEYS, NOON, PARTNER, PROGRAM
from farechance import codes, mints
from farechance.batch_api import BatchRequest, BatchVoucher, BatchVoucherList, BatchVoucherQuery
from farechance.batch_sheet import batch_sheet, next_query
from farechance.batches import (
    CHUNK_ROWS,
    MAX_ROWS,
    PAGE_ROWS,
    Batch,
    Outcome,
    Refused,
    Row,
    RowPage,
    checked,
    outcome,
    words_for,
)


def batch(**changes: Any) -> Batch:
    """Ten rows, of which two were bad."""
    fields: dict[str, Any] = {
        "partner_id": PARTNER,
        "batch_id": "bat_1",
        "program_id": PROGRAM,
        "body_digest": "d",
        "secret_version": "1",
        "rules_version": 1,
        "purpose": "family",
        "value_cents": 4_000,
        "cap_cents": 2_000,
        "rides": 2,
        "valid_from": NOON,
        "expires_at": NOON + timedelta(days=7),
        "unassigned": False,
        "rows": 10,
        "refused": 2,
        "reserved_cents": 32_000,
        "created_at": NOON,
        "progressed_at": NOON,
    }
    return Batch(**{**fields, **changes})


# ── rows ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("", Refused.REFERENCE_MISSING),
        ("case 1", Refused.REFERENCE_MALFORMED),
        ("José", Refused.REFERENCE_MALFORMED),
        ("x" * 65, Refused.REFERENCE_TOO_LONG),
        ('"' + "x" * 199, Refused.REFERENCE_TOO_LONG),
        ('"case-1', Refused.REFERENCE_QUOTED),
        ('case-1";', Refused.REFERENCE_QUOTED),
        ("1.23E+11", Refused.REFERENCE_MALFORMED),
        ("case\n1", Refused.REFERENCE_MALFORMED),
        ("123-45-6789", Refused.REFERENCE_PERSONAL),
        ("123456789", Refused.REFERENCE_PERSONAL),
        ("212-555-0100", Refused.REFERENCE_PERSONAL),
        ("jane@example.org", Refused.REFERENCE_PERSONAL),
    ],
)
def test_a_row_that_cannot_be_right_is_refused_with_its_reason(written: str, reason: str) -> None:
    assert list(checked([(2, written)])) == [(2, reason)]


def test_a_reference_that_stands_twice_counts_once() -> None:
    lines = [(2, "case-1"), (3, "case-2"), (4, "case-1"), (5, "Case-1")]

    assert [found for _, found in checked(lines)] == [
        "case-1",
        "case-2",
        Refused.DUPLICATE_ROW,
        "Case-1",
    ]


def test_a_reference_that_is_the_name_of_a_reason_is_a_reference() -> None:
    lines = [(2, ""), (3, "reference_missing")]

    assert [found for _, found in checked(lines)] == [
        Refused.REFERENCE_MISSING,
        "reference_missing",
    ]


@given(st.lists(st.text(max_size=80), max_size=30))
def test_every_row_is_told_on_its_line_in_order(texts: list[str]) -> None:
    found = list(checked(enumerate(texts, start=2)))

    assert [line for line, _ in found] == list(range(2, len(texts) + 2))
    good = [ref for _, ref in found if not isinstance(ref, Refused)]
    assert len(set(good)) == len(good)


@pytest.mark.parametrize(
    "reason",
    [
        *Refused,
        "participant_exited",
        "consent_expired",
        "monthly_limit_reached",
        "too_many_open_vouchers",
        "program_closed",
        "too_late",
        "something_new",
    ],
)
def test_every_reason_has_words_that_a_spreadsheet_does_not_garble(reason: str) -> None:
    words = words_for(reason)

    assert words.isascii()
    assert words.endswith(".")
    assert words[0] not in "=+-@"


# ── progress ─────────────────────────────────────────────────────────────────────────────────────


def test_ten_thousand_rows_fit_one_transaction_and_a_chunk_fits_another() -> None:
    # Pages, the batch, its entry, the allotment, the content.
    assert -(-MAX_ROWS // PAGE_ROWS) + 4 <= 100
    # A voucher, an entry and a person for each, the batch, the allotment, the page.
    assert 3 * CHUNK_ROWS + 3 <= 100
    assert PAGE_ROWS % CHUNK_ROWS == 0
    assert batch(rows=MAX_ROWS).pages == 32
    assert batch(unassigned=True).pages == 0


@pytest.mark.parametrize(
    ("changes", "row", "expected"),
    [
        ({"rows_done": 6}, Row(line=2), (Outcome.MINTED, None)),
        ({"rows_done": 5}, Row(line=2), (Outcome.PENDING, None)),
        ({"rows_done": 0}, Row(line=2, reason="x"), (Outcome.FAILED, "x")),
        ({"rows_done": 6}, Row(line=2, reason="x"), (Outcome.FAILED, "x")),
        (
            {"rows_done": 5, "ended_at": NOON, "stopped_reason": "too_late"},
            Row(line=2),
            (Outcome.FAILED, "too_late"),
        ),
        ({"rows_done": 10, "ended_at": NOON}, Row(line=2), (Outcome.MINTED, None)),
    ],
)
def test_what_became_of_the_sixth_row(
    changes: dict[str, Any], row: Row, expected: tuple[Outcome, str | None]
) -> None:
    assert outcome(batch(**changes), 5, row) == expected


def test_a_batch_is_looked_after_until_its_people_are_forgotten() -> None:
    ended = {"ended_at": NOON}

    assert batch().due_at == NOON + timedelta(minutes=15)
    assert batch(**ended).due_at == NOON + timedelta(days=7)
    assert batch(**ended, forgotten_at=NOON).due_at is None
    assert batch(**ended, unassigned=True).due_at is None
    assert batch(unassigned=True).due_at == NOON + timedelta(minutes=15)


def test_rows_that_fail_are_marked_and_people_are_forgotten() -> None:
    page = RowPage(rows=tuple(Row(line=line, participant_id=f"par_{line}") for line in (2, 3, 4)))

    marked = page.refusing({1: "participant_exited"})
    forgotten = marked.forgetting()

    assert [row.reason for row in marked.rows] == [None, "participant_exited", None]
    assert [row.participant_id for row in marked.rows] == ["par_2", "par_3", "par_4"]
    assert [row.participant_id for row in forgotten.rows] == [None] * 3
    assert [row.line for row in forgotten.rows] == [2, 3, 4]
    assert [page.version, marked.version, forgotten.version] == [1, 2, 3]


def test_the_vouchers_of_a_batch_are_no_other_batchs_and_no_mints() -> None:
    ids = {
        mints.voucher_id_of_batch(CODE_KEYS, "1", partner, name, index)
        for partner in (PARTNER, "org_new_leaf")
        for name in ("bat_1", "bat_2")
        for index in (0, 1)
    }
    # What an Idempotency-Key can look like: it holds no blank.
    ids |= {codes.voucher_id(CODE_KEYS, "1", PARTNER, key, 0) for key in ("bat_1", "batch#bat_1")}

    assert len(ids) == 10


# ── what is sent and told ────────────────────────────────────────────────────────────────────────

BODY = {"program_id": PROGRAM, "purpose": "family", "value_cents": 4_000}


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({}, ""),
        ({"rows": [], "unassigned": None}, ""),
        ({"rows": [{"external_ref": "a"}], "unassigned": 1}, ""),
        ({"unassigned": 0}, "/unassigned"),
        ({"unassigned": MAX_ROWS + 1}, "/unassigned"),
        ({"rows": [{"external_ref": "a"}] * (MAX_ROWS + 1)}, "/rows"),
        ({"rows": [{"external_ref": 7}]}, "/rows/0/external_ref"),
        ({"rows": [{"external_ref": "a", "name": "Jane"}]}, "/rows/0/name"),
        ({"rows": [{"external_ref": "a", "line": 0}]}, "/rows/0/line"),
        ({"unassigned": 1, "value_cents": "4000.0"}, "/value_cents"),
        ({"unassigned": 1, "value_cents": "4000"}, "/value_cents"),
        ({"unassigned": 1, "cap_cents": 4_001}, ""),
        ({"unassigned": 1, "repeat": "yes"}, "/repeat"),
        ({"unassigned": 1, "phone": "555"}, "/phone"),
    ],
    ids=str,
)
def test_a_request_is_strict(changes: dict[str, Any], pointer: str) -> None:
    assert list(builders.refusals(BatchRequest, {**BODY, **changes})) == [pointer]


def test_rows_are_numbered_as_they_come_unless_they_say_their_lines() -> None:
    request = builders.batch_request(
        rows=({"external_ref": "a"}, {"external_ref": "b", "line": 17}, {"external_ref": ""})
    )

    assert request.lines == ((1, "a"), (17, "b"), (3, ""))


def test_a_table_of_results_keeps_ids_as_text_and_leads_to_the_next_page() -> None:
    minted = BatchVoucher(
        line=2,
        outcome=Outcome.MINTED,
        external_ref="0042",
        participant_id="par_1",
        voucher_id="vch_1abc",
        code="1234-5678-9012-3456",
        last4="3456",
    )
    failed = BatchVoucher(line=3, outcome=Outcome.FAILED, reason="x", detail="Words, and more.")
    listed = BatchVoucherList(batch_id="bat_1", vouchers=(minted, failed), cursor="Mg")

    lines = batch_sheet(listed).split("\r\n")

    assert lines == [
        '"line","outcome","external_ref","participant_id","voucher_id","code","last4","reason",'
        '"detail"',
        '2,"minted","\'0042","par_1","vch_1abc","1234-5678-9012-3456","\'3456","",""',
        '3,"failed","","","","","","x","Words, and more."',
        "",
    ]
    query = BatchVoucherQuery(outcome=Outcome.FAILED, limit=2)
    assert next_query(query, listed) == {
        "format": "csv",
        "limit": 2,
        "cursor": "Mg",
        "outcome": "failed",
    }
    assert next_query(query, listed.model_copy(update={"cursor": None})) is None
