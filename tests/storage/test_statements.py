"""A ride company's own statement on real tables: what is reconciled, and what `apply_statement`
does to the money; whatever comes or is repeated afterwards changes nothing."""

import csv
import io
import json
from collections import Counter
from typing import Any

import pytest

import builders
from builders import NOON, OTHER_PROVIDER
from farechance.callbacks import RideCompleted
from farechance.errors import Busy, NotFound, StateForbids
from farechance.ledger import Kind
from farechance.reports.statement_content import Statement
from farechance.rides import authorization_id
from farechance.store import keys
from statements import MARCH, apply, drop, name_of, reconcile, row, table
from world import World


def _made(world: World, ride: str, cents: int = 1_500, **changes: Any) -> str:
    """A ride that was made, on a voucher of its own; the voucher's code."""
    code = world.code()
    world.request(code, ride)
    world.complete(code, ride, cents, **changes)
    return code


def _asked_for(world: World, ride: str, **changes: Any) -> str:
    """A ride whose completion never came; its voucher's code."""
    code = world.code(**changes)
    world.request(code, ride)
    return code


def _statement(world: World, month: str = MARCH) -> Statement:
    told = reconcile(world, month=month)
    assert told is not None
    assert told.statement is not None, told.problem
    return told.statement


def _counts(statement: Statement) -> dict[str, int]:
    return {
        name: value
        for name, value in statement.model_dump(exclude={"provider_id"}).items()
        if value
    }


def _stored(world: World, month: str = MARCH) -> Any:
    key = keys.statement(world.program_id, month, world.provider_id)
    return world.store.read(key)[key]


def _files(world: World, month: str = MARCH) -> dict[str, bytes]:
    folder = name_of(world, month).folder
    files = world.bucket.files
    return {path.removeprefix(folder): files[path] for path in files if path.startswith(folder)}


def _to_look_at(world: World) -> list[tuple[str, str, str]]:
    text = _files(world)["statement.csv"].decode("utf-8-sig")
    rows = csv.DictReader(io.StringIO(text, newline=""))
    return [(one["line"], one["class"], one["ride_id"].removeprefix("'")) for one in rows]


# ── reconciling ──────────────────────────────────────────────────────────────────────────────────


def test_a_statement_that_says_what_the_ledger_says_matches(world: World) -> None:
    codes = [_made(world, f"ride-{one}") for one in range(3)]
    drop(world, *(row(world, code, f"ride-{one}") for one, code in enumerate(codes)))

    statement = _statement(world)

    money = {"charged_cents": 4_500, "ledger_cents": 4_500}
    assert _counts(statement) == {"lines": 3, "matched": 3, **money}
    assert _stored(world).statement == statement
    assert _stored(world).reconciled_at == NOON
    assert _to_look_at(world) == []
    assert b"Every line matches" in _files(world)["statement.html"]
    assert world.sent_reports == [(world.program_id, MARCH)]


def test_every_line_is_in_one_class_and_every_class_is_told(world: World) -> None:
    same, other = _made(world, "same"), _made(world, "other")
    _made(world, "ours")
    refunded = _made(world, "refunded")
    world.adjust(refunded, "refunded", cents=0)
    lost = _asked_for(world, "lost")
    cancelled = _asked_for(world, "cancelled")
    world.cancel(cancelled, "cancelled")
    drop(
        world,
        row(world, same, "same"),
        row(world, other, "other", 1_600),
        row(world, lost, "lost"),
        row(world, same, "same"),
        row(world, same, "bad", fare="much"),
        row(world, cancelled, "cancelled"),
        row(world, same, "unknown", authorization_id=""),
    )

    statement = _statement(world)

    assert statement == Statement(
        provider_id=world.provider_id,
        lines=7,
        matched=1,
        different_amount=2,
        only_theirs=2,
        only_ours=1,
        doubled=1,
        unreadable=1,
        charged_cents=5 * 1_500 + 1_600,
        ledger_cents=3 * 1_500,
    )
    assert _to_look_at(world) == [
        ("3", "Another amount", "other"),
        ("4", "Only on the statement", "lost"),
        ("5", "Charged twice", "same"),
        ("6", "Not readable", ""),
        ("7", "Another amount", "cancelled"),
        ("8", "Only on the statement", "unknown"),
        ("", "Only in the ledger", "ours"),
    ]
    because = {
        one.get("ride_id"): one["because"]
        for one in json.loads(_files(world)["statement.json"])["findings"]
    }
    assert because["lost"] == "can_be_applied"
    assert because["cancelled"] == "nothing_paid"
    assert because["unknown"] == "no_authorization"


def test_another_fare_and_another_authorization_are_told_though_the_same_is_charged(
    world: World,
) -> None:
    world.clock.passes(days=29)
    codes = {ride: _made(world, ride) for ride in ("same", "fare", "ride", "voucher", "none")}
    tipped = _made(world, "tipped", 1_700, tip_cents=200)
    late = _asked_for(world, "late")
    made_at = world.clock.now
    rows = [
        row(world, codes["same"], "same"),
        row(world, codes["fare"], "fare", 1_600, charged=1_500),
        row(world, codes["ride"], "ride", authorization_id=row(world, codes["ride"], "x")[-1]),
        row(world, codes["voucher"], "voucher", authorization_id=row(world, late, "voucher")[-1]),
        row(world, codes["none"], "none", authorization_id=""),
        row(world, tipped, "tipped", 1_700, charged=1_500),
        row(world, late, "late", 1_700, charged=1_500),
    ]
    world.clock.passes(hours=14)
    world.complete(late, "late", 1_700, tip_cents=200, completed_at=made_at)
    drop(world, *rows)

    statement = _statement(world)

    assert _counts(statement) == {
        "lines": 7,
        "matched": 4,
        "different_fare": 1,
        "different_authorization": 2,
        "charged_cents": 7 * 1_500,
        "ledger_cents": 7 * 1_500,
    }
    assert _to_look_at(world) == [
        ("3", "Another fare", "fare"),
        ("4", "Another authorization", "ride"),
        ("5", "Another authorization", "voucher"),
    ]
    fare, *_ = json.loads(_files(world)["statement.json"])["findings"]
    assert (fare["class"], fare["fare_cents"], fare["ledger_fare_cents"]) == (
        "different_fare",
        1_600,
        1_500,
    )
    page = _files(world)["statement.html"].decode()
    assert "the fare is 16.00 here and 15.00 in the ledger" in page
    assert "4 of the lines match" in page


def test_an_adjusted_fare_and_a_fee_match_as_they_stand(world: World) -> None:
    fees = builders.rules(max_cancellation_fee_cents=500)
    world.administer("set_rules", program_id=world.program_id, rules=fees)
    world.clock.passes(minutes=2)
    adjusted, dear, fee = (_asked_for(world, one) for one in ("adjusted", "dear", "fee"))
    world.complete(adjusted, "adjusted", 1_500)
    world.adjust(adjusted, "adjusted", 1_200)
    # Beyond the cap of a ride the voucher pays the same, and the fare is another.
    world.complete(dear, "dear", 2_600)
    world.adjust(dear, "dear", 2_900)
    world.cancel(fee, "fee", cancellation_fee_cents=400)
    captured = world.voucher(dear).spent_cents
    drop(
        world,
        row(world, adjusted, "adjusted", 1_200),
        row(world, dear, "dear", 2_900, charged=captured),
        row(world, fee, "fee", 0, charged=400),
    )

    matching = _statement(world)
    drop(world, row(world, dear, "dear", 2_600, charged=captured))
    before = _statement(world)

    assert (matching.matched, matching.lines) == (3, 3)
    assert (before.matched, before.different_fare) == (0, 1)


def test_a_ride_that_was_recorded_in_another_month_matches_its_own_and_is_missed_in_neither(
    world: World,
) -> None:
    world.clock.passes(days=29)
    code = _asked_for(world, "late")
    made_at = world.clock.now
    drop(world, row(world, code, "late"))
    world.clock.passes(hours=14)
    world.complete(code, "late", completed_at=made_at)
    drop(world, row(world, code, "none", fare="x"), month="2026-04")

    march, april = _statement(world), _statement(world, "2026-04")

    assert _counts(march) == {
        "lines": 1,
        "matched": 1,
        "charged_cents": 1_500,
        "ledger_cents": 1_500,
    }
    (late,) = json.loads(_files(world)["statement.json"])["findings"]
    assert (late["class"], late["because"]) == ("matched", "late")
    assert _counts(april) == {"lines": 1, "unreadable": 1}
    findings = json.loads(_files(world, "2026-04")["statement.json"])["findings"]
    assert [it["class"] for it in findings] == ["unreadable", "of_other_month"]


def test_a_ride_that_was_adjusted_in_a_later_month_matches_as_charged_before_and_after(
    world: World,
) -> None:
    first, second = _made(world, "ride-1"), _made(world, "ride-2")
    rows = row(world, first, "ride-1"), row(world, second, "ride-2", 1_200)
    world.clock.passes(days=40)
    for code, ride in ((first, "ride-1"), (second, "ride-2")):
        world.adjust(code, ride, cents=1_200)
    drop(world, *rows)

    statement = _statement(world)

    assert (statement.matched, statement.charged_cents, statement.ledger_cents) == (2, 2_700, 2_700)


def test_a_ride_that_is_charged_on_two_months_statements_matches_its_own_alone(
    world: World,
) -> None:
    charged = row(world, _made(world, "twice"), "twice")
    world.clock.passes(days=40)
    drop(world, charged)
    drop(world, charged, month="2026-04")

    march, april = _statement(world), _statement(world, "2026-04")

    money = {"charged_cents": 1_500, "ledger_cents": 1_500}
    assert _counts(march) == {"lines": 1, "matched": 1, **money}
    assert _counts(april) == {"lines": 1, "only_theirs": 1, "charged_cents": 1_500}
    (found,) = json.loads(_files(world, "2026-04")["statement.json"])["findings"]
    assert found["because"] == "other_month"


def test_a_ride_of_another_programme_is_no_ride_of_this_one_and_is_never_applied(
    world: World,
) -> None:
    other = world.another(program_id="prg_other")
    other.administer(
        "create_program", program_id="prg_other", name="O", funder="F", rules=builders.rules()
    )
    other.administer("fund", program_id="prg_other", amount_cents=10_000)
    other.allot(world.partner_id, 10_000)
    made, lost = _made(other, "made"), _asked_for(other, "lost")
    drop(world, row(world, made, "made"), row(world, lost, "lost"))

    statement = _statement(world)
    told = apply(world)

    assert (statement.only_theirs, statement.ledger_cents) == (2, 0)
    findings = json.loads(_files(world)["statement.json"])["findings"]
    assert [it["because"] for it in findings] == ["other_program", "other_program"]
    assert (told["applied"], told["refused"]) == (0, {"other_program": 1})
    assert other.voucher(lost).spent_cents == 0


def test_another_companys_rides_are_none_of_this_one(world: World) -> None:
    both = builders.rules(provider_ids=(world.provider_id, OTHER_PROVIDER))
    world.administer("set_rules", program_id=world.program_id, rules=both)
    world.clock.passes(minutes=2)
    world.register_provider(OTHER_PROVIDER)
    other = world.another(provider_id=OTHER_PROVIDER)
    _made(other, "theirs")
    mine = _made(world, "mine")
    drop(world, row(world, mine, "mine"))

    statement = _statement(world)

    assert _counts(statement) == {
        "lines": 1,
        "matched": 1,
        "charged_cents": 1_500,
        "ledger_cents": 1_500,
    }


def test_reconciling_again_changes_nothing_and_writes_the_same_bytes(world: World) -> None:
    code = _made(world, "ride-1")
    drop(world, row(world, code, "ride-1", 1_600), row(world, code, "ride-2"))
    first = _statement(world)
    before, files = world.everything(), dict(world.bucket.files)
    world.clock.passes(hours=1)

    again = _statement(world)

    assert again == first
    assert world.everything() == before
    assert world.bucket.files == files
    assert len(world.sent_reports) == 2


def test_a_corrected_file_replaces_what_came_of_the_one_before(world: World) -> None:
    code = _made(world, "ride-1")
    drop(world, row(world, code, "ride-1", 1_600))
    _statement(world)
    drop(world, row(world, code, "ride-1"))
    world.clock.passes(hours=1)

    statement = _statement(world)

    assert (statement.matched, statement.different_amount) == (1, 0)
    assert _stored(world).statement == statement
    assert _stored(world).reconciled_at == world.clock.now


def test_a_file_that_is_dropped_while_another_is_reconciled_is_the_one_that_counts(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = _made(world, "ride-1")
    drop(world, row(world, code, "ride-1", 1_600))
    corrected = row(world, code, "ride-1")
    is_first = iter([True])

    def sends_report(program_id: str, month: str) -> None:
        if next(is_first, False):
            drop(world, corrected)
        world.sent_reports.append((program_id, month))

    monkeypatch.setattr(world, "sends_report", sends_report)

    statement = _statement(world)

    assert (statement.matched, statement.different_amount) == (1, 0)
    assert _stored(world).statement == statement


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("inbox/march.csv", "A statement's name has the form"),
        ("inbox/prg_harbor/pvd_city_cabs/2026-13.csv", "A statement's name has the form"),
        ("inbox/prg_harbor/pvd_city_cabs/2026-03.xlsx", "A statement's name has the form"),
        ("inbox/a b/c+d/é.csv", "A statement's name has the form"),
        ("inbox/prg_nobody/pvd_city_cabs/2026-03.csv", "There is no such programme: prg_nobody."),
        ("inbox/prg_harbor/pvd_nobody/2026-03.csv", "There is no such ride company: pvd_nobody."),
        ("inbox/prg_harbor/pvd_city_cabs/2026-04.csv", "2026-04 hasn't begun yet in America/New"),
    ],
)
def test_a_file_that_is_nobodys_statement_is_told_beside_it(
    world: World, path: str, said: str
) -> None:
    world.bucket.put(path, table([row(world, world.code(), "ride-1")]))
    before = world.everything()

    told = reconcile(world, path)

    assert told is not None
    assert told.statement is None
    assert said in world.bucket.files[f"{path}.problem.txt"].decode()
    assert world.everything() == before
    assert world.sent_reports == []


def test_a_file_that_cannot_be_read_is_told_beside_it_until_it_can(world: World) -> None:
    code = _made(world, "ride-1")
    name = drop(world, row(world, code, "ride-1"))
    good = world.bucket.files[name.path]
    world.bucket.put(name.path, good.decode().encode("utf-16"))

    told = reconcile(world)

    assert told is not None
    assert (told.statement, told.problem) == (None, "utf16")
    assert "CSV UTF-8" in world.bucket.files[f"{name.path}.problem.txt"].decode()
    assert _stored(world) is None

    world.bucket.put(name.path, good)
    assert _statement(world).matched == 1
    assert f"{name.path}.problem.txt" not in world.bucket.files


@pytest.mark.parametrize("path", ["inbox/", "inbox/prg_harbor/", "inbox/x.csv.problem.txt"])
def test_folders_and_our_own_words_are_no_statements(world: World, path: str) -> None:
    world.bucket.put(path, b"")

    assert reconcile(world, path) is None
    assert list(world.bucket.files) == [path]


def test_a_file_that_was_taken_away_again_is_nothing(world: World) -> None:
    assert reconcile(world) is None
    assert world.bucket.files == {}


# ── applying ─────────────────────────────────────────────────────────────────────────────────────


def test_only_rides_that_the_statement_alone_has_are_applied(world: World) -> None:
    there = _made(world, "there")
    lost, lapsed = _asked_for(world, "lost"), _asked_for(world, "lapsed")
    rows = (
        row(world, there, "there", 1_900),
        row(world, lost, "lost", 1_250),
        row(world, lapsed, "lapsed"),
        row(world, lost, "lost", 1_250),
        row(world, lost, "bad", fare="x"),
        row(world, there, "unknown", authorization_id=""),
        row(world, there, "wrong", authorization_id="aut_nothing"),
    )
    world.clock.passes(hours=25)
    drop(world, *rows)

    told = apply(world)

    assert (told["applied"], told["captured_cents"], told["shortfall_cents"]) == (2, 2_750, 0)
    assert told["refused"] == {"no_authorization": 1, "wrong_authorization": 1}
    figures = ("already_there", "doubled", "unreadable", "lines_left")
    assert [told[name] for name in figures] == [1, 1, 1, 0]
    assert world.voucher(there).spent_cents == 1_500
    assert world.voucher(lost).spent_cents == 1_250
    assert world.voucher(lapsed).spent_cents == 1_500
    completed = world.entries(lost)[-1]
    assert (completed.kind, completed.command_id) == (Kind.RIDE_COMPLETED, "apply-1")
    assert str(completed.ride_day) == "2026-03-02"


def test_a_ride_that_nobody_approved_is_never_applied(world: World) -> None:
    direct = builders.rules(direct_capture=True)
    world.administer("set_rules", program_id=world.program_id, rules=direct)
    world.clock.passes(minutes=2)
    code = world.code()
    # All that is known of the ride is an adjustment.
    world.adjust(code, "unasked")
    drop(world, row(world, code, "unasked"))

    told = apply(world)

    assert (told["applied"], told["refused"]) == (0, {"wrong_authorization": 1})
    assert world.voucher(code).spent_cents == 0


def test_what_may_be_a_cancellation_fee_is_not_applied_as_a_ride(world: World) -> None:
    fees = builders.rules(max_cancellation_fee_cents=500)
    world.administer("set_rules", program_id=world.program_id, rules=fees)
    world.clock.passes(minutes=2)
    fee, ride = _asked_for(world, "fee"), _asked_for(world, "ride")
    drop(world, row(world, fee, "fee", 500), row(world, ride, "ride", 501))

    told = apply(world)

    assert (told["applied"], told["captured_cents"]) == (1, 501)
    assert told["refused"] == {"looks_like_cancellation_fee": 1}
    assert world.voucher(fee).spent_cents == 0


def test_a_dry_run_changes_nothing_and_names_the_file(world: World) -> None:
    lost = _asked_for(world, "lost")
    drop(world, row(world, lost, "lost", 1_250))
    before = world.everything()

    told = world.administer(
        "apply_statement",
        program_id=world.program_id,
        provider_id=world.provider_id,
        month=MARCH,
        dry_run=True,
    )

    assert world.everything() == before
    assert (told["would_apply"], told["fare_cents"], told["charged_cents"]) == (1, 1_250, 1_250)
    assert (told["captured_cents"], told["shortfall_cents"]) == (1_250, 0)
    assert told["in_words"].startswith("Nothing was done.")
    assert "America/New_York" in told["in_words"]
    assert len(told["statement_digest"]) == 64


@pytest.mark.parametrize("charged", [1_000, 1_501])
def test_no_more_and_no_less_is_paid_than_is_charged(world: World, charged: int) -> None:
    lost = _asked_for(world, "lost")
    drop(world, row(world, lost, "lost", charged=charged))
    before = world.everything()
    looked = apply_dry(world)
    assert world.everything() == before

    told = apply_as_it_is(world, looked)

    assert (looked["would_apply"], looked["captured_cents"]) == (0, 0)
    assert looked["refused"] == told["refused"] == {"charged_differs": 1}
    assert (told["applied"], told["captured_cents"]) == (0, 0)
    assert world.voucher(lost).spent_cents == 0
    assert Kind.RIDE_COMPLETED not in world.kinds(lost)


def test_a_look_foresees_what_is_paid_and_what_is_a_shortfall(world: World) -> None:
    paid = _asked_for(world, "paid")
    short = _asked_for(world, "short", value_cents=1_500, rides=1)
    dear = _asked_for(world, "dear", value_cents=10_000)
    drop(
        world,
        row(world, paid, "paid", 1_250),
        row(world, short, "short"),
        row(world, dear, "dear", 9_000, charged=5_000),
    )
    early = apply_dry(world)
    world.clock.passes(days=20)

    late = apply_dry(world)

    figures = ("would_apply", "captured_cents", "shortfall_cents")
    assert [early[name] for name in figures] == [3, 7_750, 0]
    assert [late[name] for name in figures] == [2, 0, 2_750]
    assert late["refused"] == {"charged_differs": 1}


def test_another_file_than_the_one_that_was_looked_at_is_not_applied(world: World) -> None:
    lost = _asked_for(world, "lost")
    drop(world, row(world, lost, "lost"))
    named = {"program_id": world.program_id, "provider_id": world.provider_id, "month": MARCH}
    digest = world.administer("apply_statement", dry_run=True, **named)["statement_digest"]
    drop(world, row(world, lost, "lost", 9_000))
    before = world.everything()

    with pytest.raises(StateForbids) as refused:
        world.administer("apply_statement", statement_digest=digest, **named)

    assert refused.value.reason == "statement_changed"
    assert world.everything() == before


@pytest.mark.parametrize("content", [b"", b"ride_id\n", "ride_id".encode("utf-16")])
def test_a_file_that_cannot_be_read_is_not_applied(world: World, content: bytes) -> None:
    world.bucket.put(name_of(world).path, content)

    with pytest.raises(StateForbids) as refused:
        apply(world)

    assert refused.value.reason == "statement_unreadable"
    assert refused.value.facts["why"]


def test_without_a_file_there_is_nothing_to_apply(world: World) -> None:
    with pytest.raises(NotFound) as missing:
        apply(world)

    assert missing.value.kind == "statement"


def test_a_message_that_comes_after_all_is_a_repeat_or_a_conflict_and_pays_nothing(
    world: World,
) -> None:
    same, other = _asked_for(world, "same"), _asked_for(world, "other")
    made_at = world.clock.now
    drop(world, row(world, same, "same"), row(world, other, "other"))
    world.clock.passes(hours=2)
    apply(world)
    before = [world.voucher(code) for code in (same, other)]

    repeat = world.records(_completed(world, same, "same", made_at, 1_500)).full()
    conflict = world.records(_completed(world, other, "other", made_at, 1_900)).full()

    assert (repeat["outcome"], repeat["captured_cents"], repeat["replayed"]) == (
        "captured",
        1_500,
        True,
    )
    assert (conflict["outcome"], conflict["reason"]) == ("refused", "event_conflict")
    after = [world.voucher(code) for code in (same, other)]
    assert [it.spent_cents for it in after] == [it.spent_cents for it in before] == [1_500, 1_500]
    assert world.kinds(other)[-1] == Kind.RIDE_CONFLICT


def test_applying_again_pays_nothing_whichever_command_it_is(world: World) -> None:
    lost = _asked_for(world, "lost")
    drop(world, row(world, lost, "lost"))
    first = apply(world)
    spent = world.voucher(lost)

    repeated, another = apply_as_it_is(world, first), apply(world, "apply-2")

    assert first["applied"] == 1
    assert (repeated["applied"], repeated["repeated"]) == (1, True)
    assert (another["applied"], another["already_there"]) == (0, 1)
    assert world.voucher(lost) == spent


def test_a_call_without_time_for_all_says_what_is_left_and_the_same_command_goes_on(
    world: World,
) -> None:
    codes = [_asked_for(world, f"ride-{one}") for one in range(5)]
    drop(world, *(row(world, code, f"ride-{one}") for one, code in enumerate(codes)))
    # One look before the lines are looked up, and one before each ride.
    looks = iter([True] * 3)
    looked = apply_dry(world)
    hurried = world.another(has_time=lambda: next(looks, False))

    first = apply_as_it_is(hurried, looked)
    second = apply_as_it_is(world, looked)
    third = apply_as_it_is(world, looked)

    assert (first["applied"], first["lines_left"]) == (2, 3)
    assert "send the same command again" in first["in_words"]
    assert (second["applied"], second["lines_left"], second["captured_cents"]) == (5, 0, 7_500)
    assert third["repeated"] is True
    assert sum(world.voucher(code).spent_cents for code in codes) == 7_500


def test_a_ride_that_its_voucher_can_no_longer_pay_is_a_shortfall_and_said_to_be(
    world: World,
) -> None:
    code = _asked_for(world, "lost", value_cents=1_500, rides=1)
    drop(world, row(world, code, "lost"))
    world.clock.passes(days=20)

    told = apply(world)

    assert (told["applied"], told["captured_cents"], told["shortfall_cents"]) == (1, 0, 1_500)
    assert "15.00 are on record as a shortfall" in told["in_words"]
    assert world.voucher(code).spent_cents == 0


def test_a_completion_that_is_ahead_of_the_clock_is_not_applied(world: World) -> None:
    code = _asked_for(world, "lost")
    drop(world, row(world, code, "lost", completed_at="2026-03-20T10:00:00Z"))

    told = apply(world)

    assert told["refused"] == {"completed_in_the_future": 1}
    assert world.voucher(code).spent_cents == 0


def test_what_was_applied_matches_when_the_file_is_reconciled_anew(world: World) -> None:
    world.clock.passes(days=26)
    code = _asked_for(world, "lost")
    drop(world, row(world, code, "lost"))
    before = _statement(world)
    world.clock.passes(days=5)
    apply(world)

    after = _statement(world)

    assert (before.only_theirs, before.matched) == (1, 0)
    assert world.entries(code)[-1].month == "2026-04"
    assert (after.only_theirs, after.matched, after.ledger_cents) == (0, 1, 1_500)


def apply_dry(world: World) -> Any:
    """What a dry run tells."""
    named = {"program_id": world.program_id, "provider_id": world.provider_id, "month": MARCH}
    return world.administer("apply_statement", command_id="apply-1", dry_run=True, **named)


def apply_as_it_is(world: World, looked: Any) -> Any:
    """The command that follows a look."""
    named = {"program_id": world.program_id, "provider_id": world.provider_id, "month": MARCH}
    return world.administer(
        "apply_statement",
        command_id="apply-1",
        statement_digest=looked["statement_digest"],
        **named,
    )


def _completed(world: World, code: str, ride: str, at: Any, cents: int) -> Any:
    authorization = authorization_id(world.voucher_key(code), f"{world.provider_id}#{ride}")
    return RideCompleted(
        ride_id=ride,
        authorization_id=authorization,
        fare_cents=cents,
        currency="USD",
        completed_at=at,
    )


def test_reconciling_and_applying_say_the_same_of_every_line(world: World) -> None:
    fees = builders.rules(max_cancellation_fee_cents=500)
    world.administer("set_rules", program_id=world.program_id, rules=fees)
    world.clock.passes(minutes=2)
    names = ("applied", "fee", "ahead", "more", "less", "both-1", "wrong")
    codes = {one: _asked_for(world, one) for one in names}
    world.request(codes["both-1"], "both-2")
    drop(
        world,
        row(world, codes["applied"], "applied", 1_250),
        row(world, codes["fee"], "fee", 500),
        row(world, codes["ahead"], "ahead", completed_at="2026-03-20T10:00:00Z"),
        row(world, codes["more"], "more", charged=1_501),
        row(world, codes["less"], "less", charged=1_400),
        row(world, codes["both-1"], "both-1", 2_000),
        row(world, codes["both-1"], "both-2", 2_000),
        row(world, codes["wrong"], "wrong", authorization_id="aut_nothing"),
        row(world, codes["wrong"], "unasked", authorization_id=""),
    )

    statement = _statement(world)
    looked = apply_dry(world)
    told = apply_as_it_is(world, looked)

    findings = json.loads(_files(world)["statement.json"])["findings"]
    because = {one["ride_id"]: one["because"] for one in findings}
    refused = {one: why for one, why in because.items() if why != "can_be_applied"}
    assert refused == {
        "fee": "looks_like_cancellation_fee",
        "ahead": "completed_in_the_future",
        "more": "charged_differs",
        "less": "charged_differs",
        "wrong": "wrong_authorization",
        "unasked": "no_authorization",
    }
    assert statement.only_theirs == len(because) == 9
    assert looked["refused"] == told["refused"] == dict(sorted(Counter(refused.values()).items()))
    assert looked["would_apply"] == told["applied"] == 3
    assert looked["captured_cents"] == told["captured_cents"] == 1_250 + 4_000


def test_two_lines_of_one_voucher_are_foreseen_one_after_the_other(world: World) -> None:
    code = _asked_for(world, "first", value_cents=2_000, rides=1)
    world.clock.passes(hours=25)
    world.keep_house()
    world.request(code, "second")
    world.clock.passes(hours=25)
    world.keep_house()
    drop(world, row(world, code, "first"), row(world, code, "second", 1_500))

    statement, looked = _statement(world), apply_dry(world)
    told = apply_as_it_is(world, looked)

    assert (looked["would_apply"], told["applied"]) == (2, 2)
    assert looked["captured_cents"] == told["captured_cents"] == world.voucher(code).spent_cents
    assert (looked["captured_cents"], looked["shortfall_cents"]) == (1_500, 1_500)
    assert told["shortfall_cents"] == 1_500
    assert statement.only_theirs == 2


def test_the_file_is_fetched_once_and_each_open_ride_is_read_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = _asked_for(world, "lost")
    drop(world, row(world, lost, "lost"))
    looked = apply_dry(world)
    fetched: list[str] = []
    world.bucket.lose = lambda what, path: fetched.append(path) if what == "get" else None
    read: list[Any] = []
    reads = world.store.read
    ride = keys.ride(f"{world.provider_id}#lost")

    def noted(*named: Any) -> Any:
        read.extend(named)
        return reads(*named)

    monkeypatch.setattr(world.store, "read", noted)

    apply_dry(world)
    assert (len(fetched), read.count(ride)) == (1, 1)
    fetched.clear()
    read.clear()
    told = apply_as_it_is(world, looked)

    assert told["applied"] == 1
    # Whoever records a message reads what it decides about.
    assert (len(fetched), read.count(ride)) == (1, 2)


# ── what is lost on the way to the bucket ────────────────────────────────────────────────────────


@pytest.mark.parametrize("lost", range(12))
def test_whatever_call_to_the_bucket_is_lost_a_repeat_ends_the_same(
    world: World, lost: int
) -> None:
    code, other = _made(world, "ride-1"), _asked_for(world, "ride-2")
    name = drop(world, row(world, code, "ride-1", 1_600), row(world, other, "ride-2"))
    problem = f"{name.path}.problem.txt"
    world.bucket.files[problem] = b"It could not be read."
    calls: list[tuple[str, str]] = []

    def lose(what: str, path: str) -> None:
        calls.append((what, path))
        if len(calls) == lost + 1:
            raise Busy

    world.bucket.lose = lose

    try:
        told = reconcile(world)
    except Busy:
        assert len(calls) == lost + 1
        told = reconcile(world)

    assert told is not None
    assert told.statement is not None
    assert (told.statement.different_amount, told.statement.only_theirs) == (1, 1)
    assert _stored(world).statement == told.statement
    assert set(_files(world)) == {"statement.csv", "statement.json", "statement.html"}
    assert problem not in world.bucket.files
    assert (world.program_id, MARCH) in world.sent_reports
    assert len(calls) > lost


def test_a_file_that_changes_each_time_it_is_read_is_left_to_the_queue(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = _made(world, "ride-1")
    drop(world, row(world, code, "ride-1"))

    def sends_report(_program_id: str, _month: str) -> None:
        drop(world, row(world, code, "ride-1", 1_500 + len(world.bucket.written)))

    monkeypatch.setattr(world, "sends_report", sends_report)

    with pytest.raises(Busy):
        reconcile(world)
