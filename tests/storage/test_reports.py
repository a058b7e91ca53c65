"""A month is published once, whatever is cut off, repeated or done twice at once; a run later
verifies it, or corrects it beside what was published."""

import gzip
import hashlib
import json
from collections.abc import Callable
from copy import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

import builders
from builders import NOON, OTHER_PARTNER, PARTNER, PROGRAM
from farechance.errors import BooksDiffer, Busy, NotFound
from farechance.report_files import manifest
from farechance.report_records import PublishedReport, ReportSalt
from farechance.reports.closing import Closing
from farechance.reports.content import Report
from farechance.reports.lines import Lines
from farechance.reports.words import page_one_text
from farechance.store import keys, writes
from operations import close_months
from operations.add_up_month import Month, OutOfTime
from operations.publish_report import End, Reported
from world import FakeBucket, World

MARCH, APRIL, MAY = "2026-03", "2026-04", "2026-05"
FUNDER = f"reports/{PROGRAM}/{MARCH}/"
AUDITOR = f"audit/{PROGRAM}/{MARCH}/"
PACKAGE = ("report.html", "report.json", "report.schema.json", "summary.csv", "entries.csv")


@pytest.fixture
def ridden(world: World) -> World:
    """A programme with a ride of 15.00 in March; it is the 6th of April."""
    code = world.code(expires_at=NOON + timedelta(days=60))
    world.request(code)
    world.complete(code)
    world.clock.passes(days=35)
    return world


def _report(world: World, path: str) -> Report:
    return Report.model_validate_json(world.bucket.files[path])


def _manifest(world: World, folder: str = FUNDER) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(world.bucket.files[f"{folder}manifest.json"])
    return read


def _record(world: World, month: str = MARCH) -> PublishedReport:
    found = world.published(month)
    assert found is not None
    return found


# ── published once ───────────────────────────────────────────────────────────────────────────────


def test_a_month_that_is_over_is_published_with_both_packages_and_each_partners_part(
    ridden: World,
) -> None:
    reported = ridden.publishes(MARCH)

    assert reported == Reported(End.PUBLISHED, 0)
    of_partners = [
        f"partners/{one}/{PROGRAM}/{MARCH}/{name}"
        for one in (PARTNER, OTHER_PARTNER)
        for name in ("report.html", "report.json", "summary.csv")
    ]
    assert sorted(ridden.bucket.files) == sorted(
        [f"{FUNDER}{name}" for name in (*PACKAGE, "manifest.json")]
        + [f"{AUDITOR}audit.csv", f"closings/{PROGRAM}/{MARCH}.json.gz"]
        + of_partners
    )
    report = _report(ridden, f"{FUNDER}report.json")
    assert (report.is_complete, report.money.net_cents, report.partner_id) == (True, 1_500, None)
    own = _report(ridden, f"partners/{PARTNER}/{PROGRAM}/{MARCH}/report.json")
    assert (own.partner_id, own.partner_name) == (PARTNER, PARTNER)
    assert own.money.net_cents == 1_500
    assert _report(ridden, of_partners[4]).money.net_cents == 0


def test_the_manifest_sums_up_every_file_of_both_packages_and_comes_after_them(
    ridden: World,
) -> None:
    ridden.publishes(MARCH)

    told = _manifest(ridden)
    assert (told["edition"], told["corrects_edition"], told["changes"]) == (0, None, [])
    assert told["published_at"] == "2026-04-06T17:00:00.000Z"
    assert [one["name"] for one in told["funder"]] == sorted(PACKAGE, key=_order(told))
    assert [one["name"] for one in told["auditor"]] == ["audit.csv"]
    for one in told["funder"] + told["auditor"]:
        content = ridden.bucket.files[one["path"]]
        assert hashlib.sha256(content).hexdigest() == one["sha256"]
        assert len(content) == one["bytes"]
    assert {one["name"] for one in told["funder"]} == set(PACKAGE)
    assert ridden.bucket.written[-1] == f"{FUNDER}manifest.json"


def _order(told: dict[str, Any]) -> Callable[[str], int]:
    return [one["name"] for one in told["funder"]].index


def test_page_one_is_announced_once_and_the_record_says_so(ridden: World) -> None:
    ridden.publishes(MARCH)
    ridden.publishes(MARCH)

    ((subject, text),) = ridden.announcer.told
    assert subject
    assert text
    record = _record(ridden)
    assert record.announced_at == record.published_at == ridden.clock.now
    assert (record.edition, record.rules_version, record.version) == (0, 1, 2)
    assert set(record.partners) == {PARTNER, OTHER_PARTNER}


def test_a_run_again_verifies_and_writes_nothing(ridden: World) -> None:
    ridden.publishes(MARCH)
    before, written = ridden.everything(), len(ridden.bucket.written)

    ridden.clock.passes(days=40)
    again = ridden.publishes(MARCH)

    assert again == Reported(End.VERIFIED, 0)
    assert ridden.everything() == before
    assert len(ridden.bucket.written) == written


def test_a_programmes_salt_is_drawn_once(ridden: World) -> None:
    ridden.publishes(MARCH, salt=b"a" * 32)
    entries = ridden.bucket.files[f"{FUNDER}entries.csv"]

    again = ridden.publishes(MARCH, salt=b"b" * 32)

    key = keys.report_salt(PROGRAM)
    assert again.end is End.VERIFIED
    assert ridden.store.read(key)[key] == ReportSalt(salt=(b"a" * 32).hex())
    assert ridden.bucket.files[f"{FUNDER}entries.csv"] == entries


def test_rules_of_later_dont_change_a_month_that_was_published(ridden: World) -> None:
    ridden.publishes(MARCH)
    rules = builders.rules(ends_on=date(2027, 12, 31), small_count_threshold=1)
    ridden.administer("set_rules", program_id=PROGRAM, rules=rules.model_dump())

    again = ridden.publishes(MARCH)

    assert again.end is End.VERIFIED
    assert _record(ridden).rules_version == 1


def test_what_the_bucket_forgot_for_the_auditor_is_put_back_and_nothing_else(
    ridden: World,
) -> None:
    ridden.publishes(MARCH)
    forgotten = ridden.bucket.files.pop(f"{AUDITOR}audit.csv")
    ridden.bucket.written.clear()

    again = ridden.publishes(MARCH)

    assert again.end is End.VERIFIED
    assert ridden.bucket.written == [f"{AUDITOR}audit.csv"]
    assert ridden.bucket.files[f"{AUDITOR}audit.csv"] == forgotten


@pytest.mark.parametrize(
    "path",
    [
        *(f"{FUNDER}{name}" for name in (*PACKAGE, "manifest.json")),
        f"{AUDITOR}audit.csv",
        f"partners/{PARTNER}/{PROGRAM}/{MARCH}/report.json",
    ],
)
def test_a_file_that_was_deleted_or_overwritten_is_put_back_as_it_was(
    ridden: World, path: str
) -> None:
    ridden.publishes(MARCH)
    right = dict(ridden.bucket.files)

    del ridden.bucket.files[path]
    deleted = ridden.publishes(MARCH)
    assert (deleted.end, ridden.bucket.files) == (End.VERIFIED, right)

    ridden.bucket.files[path] = b"overwritten"
    overwritten = ridden.publishes(MARCH)
    assert (overwritten.end, ridden.bucket.files) == (End.VERIFIED, right)


def test_a_lost_page_that_would_be_laid_out_anew_becomes_a_correction(
    ridden: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ridden.publishes(MARCH)
    own = f"partners/{PARTNER}/{PROGRAM}/{MARCH}/summary.csv"
    for path in (f"{FUNDER}report.html", own):
        del ridden.bucket.files[path]
    monkeypatch.setattr("operations.write_report_files.html", lambda _: "<p>laid out anew</p>")

    corrected = ridden.publishes(MARCH)

    assert corrected == Reported(End.CORRECTED, 1, ("report.html",))
    assert f"{FUNDER}report.html" not in ridden.bucket.files
    assert ridden.bucket.files[f"{FUNDER}correction-1/report.html"] == b"<p>laid out anew</p>"
    assert own in ridden.bucket.files
    assert "Only the comparison" not in ridden.announcer.told[1][1]


def test_other_figures_beside_an_overwritten_report_are_a_correction(ridden: World) -> None:
    ridden.publishes(MARCH)
    ridden.bucket.files[f"{FUNDER}report.json"] = b"overwritten"
    ridden.reconciles(MARCH)

    corrected = ridden.publishes(MARCH)

    assert corrected == Reported(End.CORRECTED, 1, ("report.json",))


def test_a_report_of_an_earlier_form_isnt_compared_and_stands(ridden: World) -> None:
    ridden.publishes(MARCH)
    record = _record(ridden)
    older = record.model_copy(update={"form": 0, "version": record.version + 1})
    ridden.store.commit(writes.change(keys.report(PROGRAM, MARCH), record, older))
    written = len(ridden.bucket.written)

    again = ridden.publishes(MARCH)

    assert again == Reported(End.OTHER_FORM, 0)
    assert len(ridden.bucket.written) == written
    assert _record(ridden) == older


# ── corrected ────────────────────────────────────────────────────────────────────────────────────


def test_a_difference_becomes_a_numbered_correction_beside_what_was_published(
    ridden: World,
) -> None:
    ridden.publishes(MARCH)
    before = dict(ridden.bucket.files)
    ridden.reconciles(MARCH)

    corrected = ridden.publishes(MARCH)

    named = f"exceptions.statements[{ridden.provider_id}].matched"
    assert (corrected.end, corrected.edition) == (End.CORRECTED, 1)
    assert named in corrected.changes
    assert {path: ridden.bucket.files[path] for path in before} == before
    told = _manifest(ridden, f"{FUNDER}correction-1/")
    assert (told["edition"], told["corrects_edition"]) == (1, 0)
    assert tuple(told["changes"]) == corrected.changes
    assert all("/correction-1/" in one["path"] for one in told["funder"] + told["auditor"])
    record = _record(ridden)
    assert (record.edition, record.changes) == (1, corrected.changes)
    assert all("/correction-1/" in one.path for one in record.partners[PARTNER])
    assert len(ridden.announcer.told) == 2
    subject, text = ridden.announcer.told[1]
    assert subject.startswith("Correction 1: ")
    assert f"* {named}" in text
    assert "Only the comparison with the ride company's statement is new." in text


def test_a_correction_of_more_figures_than_a_record_holds_names_all_of_them_in_its_files(
    ridden: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ridden.publishes(MARCH)
    names = tuple(f"partners[org_{one}].money.net_cents" for one in range(2_500))
    with monkeypatch.context() as cut:
        cut.setattr("operations.publish_report.changes", lambda *_: names)
        corrected = ridden.publishes(MARCH)
    folder = f"{FUNDER}correction-1/"
    right = dict(ridden.bucket.files)

    again = ridden.publishes(MARCH)
    del ridden.bucket.files[f"{folder}manifest.json"]
    restored = ridden.publishes(MARCH)

    record = _record(ridden)
    assert corrected == Reported(End.CORRECTED, 1, names)
    assert (record.changes, record.more_changes) == (names[:100], 2_400)
    assert _manifest(ridden, folder)["changes"] == list(names)
    assert json.loads(ridden.bucket.files[f"{folder}changes.json"]) == list(names)
    assert "changes.json" in {one["name"] for one in _manifest(ridden, folder)["funder"]}
    assert "* and 2480 more, see the manifest" in ridden.announcer.told[1][1]
    assert again == restored == Reported(End.VERIFIED, 1)
    assert ridden.bucket.files == right


def test_a_correction_is_what_later_runs_are_compared_with(ridden: World) -> None:
    ridden.publishes(MARCH)
    ridden.reconciles(MARCH)
    ridden.publishes(MARCH)

    again = ridden.publishes(MARCH)

    assert again == Reported(End.VERIFIED, 1)
    assert len(ridden.announcer.told) == 2
    assert not any("correction-2" in path for path in ridden.bucket.files)


def test_another_way_of_saying_it_is_no_correction(
    ridden: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ridden.publishes(MARCH)
    monkeypatch.setattr("operations.write_report_files.html", lambda _: "<p>laid out anew</p>")
    monkeypatch.setattr("operations.write_report_files.summary_csv", lambda _: "anew\r\n")

    again = ridden.publishes(MARCH)

    assert again.end is End.VERIFIED


def test_a_ride_company_or_a_partner_that_is_renamed_corrects_nothing(ridden: World) -> None:
    ridden.publishes(MARCH)
    for key in (keys.provider(ridden.provider_id), keys.partner(PARTNER)):
        # No command does that yet.
        ridden.client.update_item(
            TableName=ridden.tables["programs"],
            Key={"pk": {"S": key.pk}, "sk": {"S": str(key.sk)}},
            UpdateExpression="SET #name = :name",
            ConditionExpression="attribute_exists(pk)",
            ExpressionAttributeNames={"#name": "name"},
            ExpressionAttributeValues={":name": {"S": "Metro"}},
        )

    again = ridden.publishes(MARCH)

    assert again == Reported(End.VERIFIED, 0)
    assert "City Cabs" in _report(ridden, f"{FUNDER}report.json").model_dump_json()


# ── months before ────────────────────────────────────────────────────────────────────────────────


def test_a_month_opens_with_the_closing_of_the_one_before_which_isnt_read_again(
    ridden: World,
) -> None:
    ridden.publishes(MARCH)
    ridden.clock.passes(days=30)
    ridden.bucket.written.clear()

    ridden.publishes(APRIL)

    closings = [path for path in ridden.bucket.written if path.startswith("closings/")]
    assert closings == [f"closings/{PROGRAM}/{APRIL}.json.gz"]
    march, april = (
        _report(ridden, f"reports/{PROGRAM}/{month}/report.json") for month in (MARCH, APRIL)
    )
    assert april.money.opening == march.money.closing
    assert march.money.opening.total_cents == 0


def test_months_without_a_closing_are_added_up_from_the_first_on_and_kept(ridden: World) -> None:
    ridden.clock.passes(days=60)

    reported = ridden.publishes(MAY)

    assert reported.end is End.PUBLISHED
    assert [path for path in ridden.bucket.written if path.startswith("closings/")] == [
        f"closings/{PROGRAM}/{month}.json.gz" for month in (MARCH, APRIL, MAY)
    ]
    content = gzip.decompress(ridden.bucket.files[f"closings/{PROGRAM}/{MARCH}.json.gz"])
    assert Closing.model_validate_json(content).program.spent_cents == 1_500
    assert (ridden.published(MARCH), ridden.published(APRIL)) == (None, None)


def test_a_closing_that_cant_be_read_any_more_is_made_anew(ridden: World) -> None:
    ridden.publishes(MARCH)
    ridden.clock.passes(days=30)
    path = f"closings/{PROGRAM}/{MARCH}.json.gz"
    for broken in (b"no gzip", gzip.compress(b'{"program_id": 7}')):
        ridden.bucket.files[path] = broken

        ridden.publishes(APRIL)

        Closing.model_validate_json(gzip.decompress(ridden.bucket.files[path]))
    assert _report(ridden, f"reports/{PROGRAM}/{APRIL}/report.json").money.opening.total_cents


def test_where_there_is_no_time_for_all_months_the_next_run_goes_on(ridden: World) -> None:
    ridden.clock.passes(days=60)
    looks = iter([True, False])

    first = ridden.publishes(MAY, has_time=lambda: next(looks))
    second = ridden.publishes(MAY)

    assert (first, second.end) == (Reported(End.GOES_ON), End.PUBLISHED)
    closings = [path[-15:-8] for path in ridden.bucket.written if path.startswith("closings/")]
    assert closings == [MARCH, APRIL, MAY]
    assert _report(ridden, f"reports/{PROGRAM}/{MAY}/report.json").entries == 0


def test_a_month_for_which_a_whole_run_isnt_enough_fails_and_doesnt_go_round_for_ever(
    ridden: World,
) -> None:
    with pytest.raises(OutOfTime):
        ridden.publishes(MARCH, has_time=lambda: False)

    assert ridden.published(MARCH) is None
    assert ridden.bucket.files == {}


# ── what isn't published ─────────────────────────────────────────────────────────────────────────


def test_a_month_that_isnt_over_is_written_so_far_and_neither_recorded_nor_announced(
    ridden: World,
) -> None:
    ridden.clock.now = datetime(2026, 3, 20, 12, tzinfo=UTC)

    reported = ridden.publishes(MARCH)

    # Where no funder reads: two runs, compared, would tell what one doesn't.
    folder = f"so-far/{PROGRAM}/{MARCH}/"
    assert reported == Reported(End.SO_FAR)
    assert sorted(ridden.bucket.files) == sorted(
        [f"{folder}{name}" for name in (*PACKAGE, "manifest.json")] + [f"{AUDITOR}so-far/audit.csv"]
    )
    assert not _report(ridden, f"{folder}report.json").is_complete
    assert [one["name"] for one in _manifest(ridden, folder)["auditor"]] == ["audit.csv"]
    assert {one["name"] for one in _manifest(ridden, folder)["funder"]} == set(PACKAGE)
    assert (ridden.published(MARCH), ridden.announcer.told) == (None, [])


@pytest.mark.parametrize(
    ("now", "end"),
    [
        # New York leaves March at 04:00 UTC, and two hours later nothing is under way.
        (datetime(2026, 4, 1, 5, 59, 59, tzinfo=UTC), End.SO_FAR),
        (datetime(2026, 4, 1, 6, tzinfo=UTC), End.PUBLISHED),
    ],
)
def test_a_month_is_over_two_hours_after_its_end_in_the_programmes_zone(
    ridden: World, now: datetime, end: End
) -> None:
    ridden.clock.now = now

    assert ridden.publishes(MARCH).end is end


@pytest.mark.parametrize("month", ["2026-02", MAY])
def test_of_a_month_before_the_programme_or_ahead_there_is_nothing_to_report(
    ridden: World, month: str
) -> None:
    assert ridden.publishes(month) == Reported(End.NOTHING_TO_REPORT)

    assert ridden.bucket.files == {}
    assert ridden.published(month) is None


def test_a_closed_programme_is_reported_until_nothing_is_held_or_owed(world: World) -> None:
    world.administer("close_program", program_id=PROGRAM, confirm=PROGRAM)
    world.clock.passes(days=70)

    assert world.publishes(MARCH).end is End.PUBLISHED
    assert world.publishes(APRIL) == Reported(End.NOTHING_TO_REPORT)
    assert world.published(APRIL) is None
    assert f"closings/{PROGRAM}/{APRIL}.json.gz" in world.bucket.files


def test_a_closed_programme_that_still_owes_a_ride_company_is_reported(ridden: World) -> None:
    ridden.clock.now = datetime(2026, 3, 20, 12, tzinfo=UTC)
    ridden.administer("close_program", program_id=PROGRAM, confirm=PROGRAM)
    ridden.clock.passes(days=50)

    assert ridden.publishes(APRIL).end is End.PUBLISHED


def test_a_month_before_the_programme_was_closed_is_reported_though_it_is_closed_today(
    world: World,
) -> None:
    world.clock.passes(days=70)
    world.administer("close_program", program_id=PROGRAM, confirm=PROGRAM)

    assert world.publishes(APRIL).end is End.PUBLISHED


def test_a_closed_programme_with_money_undecided_is_reported(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def undecided(*asked: Any) -> tuple[Month, Lines]:
        made, lines = close_months.add_up(*asked)
        money = made.report.money.model_copy(update={"undecided_cents": 800})
        return replace(made, report=made.report.model_copy(update={"money": money})), lines

    world.administer("close_program", program_id=PROGRAM, confirm=PROGRAM)
    world.clock.passes(days=70)
    monkeypatch.setattr("operations.publish_report.add_up", undecided)

    assert world.publishes(APRIL).end is End.PUBLISHED


def test_books_that_dont_balance_are_published_nowhere(
    ridden: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def differ(*_: Any, **__: Any) -> None:
        raise BooksDiffer("an equation")

    monkeypatch.setattr(close_months, "add_up_month", differ)

    with pytest.raises(BooksDiffer):
        ridden.publishes(MARCH)

    assert (ridden.bucket.files, ridden.announcer.told) == ({}, [])
    assert ridden.published(MARCH) is None


def test_a_programme_that_isnt_there_is_not_found(world: World) -> None:
    with pytest.raises(NotFound):
        world.another(program_id="prg_nowhere").publishes(MARCH)


# ── cut off, and twice at once ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("when", ["put", "answer", "get", "list"])
def test_whichever_call_to_the_bucket_is_lost_the_next_run_ends_the_same(
    ridden: World, when: str
) -> None:
    undisturbed = ridden.another(bucket=FakeBucket())
    undisturbed.publishes(MARCH)
    right = dict(undisturbed.bucket.files)
    _forget(ridden)
    calls = 0
    while True:
        ridden.bucket = bucket = FakeBucket()
        ridden.announcer.told.clear()
        bucket.lose = _loses(when, calls)
        try:
            ridden.publishes(MARCH)
            break
        except Busy:
            calls += 1
        bucket.lose = _never
        ridden.publishes(MARCH)

        assert bucket.files == right
        assert len(ridden.announcer.told) == 1
        assert _record(ridden).edition == 0
        assert ridden.publishes(MARCH).end is End.VERIFIED
        _forget(ridden)

    # A month that isn't there yet reads no file.
    assert calls >= {"put": 14, "answer": 14, "list": 1, "get": 0}[when]


def _never(_what: str, _path: str) -> None:
    """Nothing is lost."""


def _loses(when: str, number: int) -> Callable[[str, str], None]:
    seen = 0

    def lose(what: str, _path: str) -> None:
        nonlocal seen
        if what == when:
            seen += 1
            if seen == number + 1:
                raise Busy

    return lose


def _forget(world: World) -> None:
    """As if the month had never been published."""
    key = {"pk": {"S": f"report#{PROGRAM}"}, "sk": {"S": MARCH}}
    world.client.delete_item(TableName=world.tables["programs"], Key=key)


def test_an_announcement_that_is_lost_is_made_by_the_next_run(
    ridden: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(_subject: str, _text: str) -> None:
        raise Busy

    with monkeypatch.context() as cut:
        cut.setattr(ridden.announcer, "announce", lost)
        with pytest.raises(Busy):
            ridden.publishes(MARCH)
    assert _record(ridden).announced_at is None

    again = ridden.publishes(MARCH)

    assert again.end is End.VERIFIED
    assert len(ridden.announcer.told) == 1
    assert _record(ridden).announced_at == ridden.clock.now


def test_what_is_announced_is_what_is_recorded_whoever_made_it(
    ridden: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another worker records and dies before it announces; between this one's look and its
    announcement the figures are others."""

    def lost(_subject: str, _text: str) -> None:
        raise Busy

    with monkeypatch.context() as cut:
        cut.setattr(ridden.announcer, "announce", lost)
        with pytest.raises(Busy):
            ridden.publishes(MARCH)
    recorded = _report(ridden, f"{FUNDER}report.json")
    monkeypatch.setattr("operations.publish_report._attempt", lambda *_: Reported(End.VERIFIED, 0))
    monkeypatch.setattr("operations.publish_report.add_up", _with_other_figures)

    ridden.publishes(MARCH)

    ((_, text),) = ridden.announcer.told
    assert text == page_one_text(recorded)


def _with_other_figures(*asked: Any) -> tuple[Month, Lines]:
    made, lines = close_months.add_up(*asked)
    rides = made.report.rides.model_copy(update={"completed": 7})
    return replace(made, report=made.report.model_copy(update={"rides": rides})), lines


@pytest.mark.parametrize("name", ["report.html", "audit.csv", "manifest.json"])
def test_of_two_workers_at_once_one_publishes_and_the_other_verifies(
    ridden: World, name: str
) -> None:
    other = ridden.another()
    ends: list[Reported] = []

    def meets_another(what: str, path: str) -> None:
        if what == "put" and path.endswith(name) and not ends:
            ends.append(Reported(End.GOES_ON))
            ridden.clock.passes(seconds=1)
            ends[0] = other.publishes(MARCH)

    ridden.bucket.lose = meets_another
    ends.append(ridden.publishes(MARCH))

    assert ends == [Reported(End.PUBLISHED, 0), Reported(End.VERIFIED, 0)]
    assert len(ridden.announcer.told) == 1
    # The slower one wrote its manifest last; what stands there is what the record says.
    assert ridden.bucket.files[f"{FUNDER}manifest.json"] == manifest(_record(ridden), ())
