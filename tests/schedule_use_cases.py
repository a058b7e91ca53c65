"""Every use case of schedules, as in `use_cases`. Nobody waits for them: what failed is done by the
next run, which is their repeat."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import people
import statements
from builders import NOON
from farechance.errors import Busy
from farechance.ledger import Kind
from farechance.store import keys
from operations.audit_programs import audit_programs
from operations.dispatch_reports import dispatch_reports
from operations.erase_participant import erase_if_due
from operations.judge_owed import judge_owed
from operations.return_money import return_money
from use_cases import Act, UseCase, owing_ride, reissued_with_a_hold, started_batch, under
from world import World


def _returning_to_the_allotment(world: World) -> Act:
    code = world.code()
    world.request(code)
    key = keys.voucher(world.voucher_key(code))
    world.clock.passes(days=20)
    return lambda by: return_money(key, store=by.store, remembered=by.remembered, clock=by.clock)


def _returning_to_the_successor(world: World) -> Act:
    old, _ = reissued_with_a_hold(world)
    key = keys.voucher(world.voucher_key(old))
    return lambda by: return_money(key, store=by.store, remembered=by.remembered, clock=by.clock)


def _judging(world: World) -> Act:
    under(world, max_owed_cents=1_000)
    owing_ride(world)
    return lambda by: judge_owed(
        by.program_id, store=by.store, now=by.clock.now, has_time=lambda: True
    )


def _judging_after_a_month(world: World) -> Act:
    act = _judging(world)
    world.clock.passes(days=35)
    return act


def _keeping_house(world: World) -> Act:
    world.code()
    world.clock.passes(days=20)

    def act(by: World) -> Any:
        kept = by.keep_house()
        # What failed is due next time: the schedule is its caller.
        if kept.failed:
            assert {error for _, error in kept.failed} == {"Busy"}
            raise Busy
        return kept.is_complete

    return act


def _erasing_in_time(world: World) -> Act:
    person, _ = people.with_vouchers(world)
    people.leaves(world, person)
    key = keys.participant(world.partner_id, person)
    people.after_90_days(world)
    return lambda by: erase_if_due(key, store=by.store, clock=by.clock)


def _auditing(world: World) -> Act:
    world.request(world.code())
    world.starts_batch(world.batch_request())

    def act(by: World) -> Any:
        audited = list(audit_programs(store=by.store, clock=by.clock, has_time=lambda: True))
        # A programme that couldn't be read is told, and audited next time.
        if any(one.error for one in audited):
            assert {one.error for one in audited} == {"Busy"}
            raise Busy
        return audited

    return act


def _working_on_a_batch(world: World) -> Act:
    batch_id = started_batch(world)

    def act(by: World) -> Any:
        by.works_on(batch_id)
        # How much one delivery of the message did depends on what the others had done.
        return by.batch_answer(batch_id)

    return act


def _stopping_a_batch(world: World) -> Act:
    batch_id = started_batch(world)
    world.administer("close_program", program_id=world.program_id, confirm=world.program_id)

    def act(by: World) -> Any:
        by.works_on(batch_id)
        return by.batch_answer(batch_id)

    return act


def _forgetting_the_people_of_a_batch(world: World) -> Act:
    batch_id = started_batch(world)
    world.works_on(batch_id)
    world.clock.passes(days=7)

    def act(by: World) -> Any:
        by.works_on(batch_id)
        return by.batch_vouchers(batch_id)

    return act


def _publishing(world: World) -> Act:
    """The second month of a programme, so that the first is closed on the way."""
    code = world.code(expires_at=NOON + timedelta(days=60))
    world.request(code)
    world.complete(code)
    world.clock.passes(days=35)
    world.request(code, "ride-2")
    world.complete(code, "ride-2")
    world.clock.passes(days=30)

    def act(by: World) -> Any:
        by.publishes("2026-04")
        # Whether a run published or verified depends on what the one before had done.
        return by.published("2026-04"), dict(sorted(by.bucket.files.items())), by.announcer.told[:1]

    return act


def _correcting(world: World) -> Act:
    """A statement that came after the report."""
    act = _publishing(world)
    act(world)
    published, told = dict(world.bucket.files), list(world.announcer.told)
    world.reconciles("2026-04")

    def correct(by: World) -> Any:
        by.bucket.files = {**published, **by.bucket.files}
        by.publishes("2026-04")
        return by.published("2026-04"), dict(sorted(by.bucket.files.items())), by.announcer.told[:1]

    assert told
    return correct


def _dispatching(world: World) -> Act:
    world.clock.passes(days=35)

    def act(by: World) -> Any:
        sent: list[tuple[str, str]] = []
        dispatched = dispatch_reports(
            store=by.store, now=by.clock.now, send=lambda *one: sent.append(one)
        )
        # The platform runs it again.
        if dispatched.failed:
            assert {error for _, error in dispatched.failed} == {"Busy"}
            raise Busy
        return sent

    return act


def _reconciling(world: World) -> Act:
    made, lost = world.code(), world.code()
    world.request(made, "made")
    world.complete(made, "made")
    world.request(lost, "lost")
    statements.drop(world, statements.row(world, made, "made"), statements.row(world, lost, "lost"))
    dropped = dict(world.bucket.files)

    def act(by: World) -> Any:
        by.bucket.files |= dropped
        told = statements.reconcile(by)
        return told, dict(sorted(by.bucket.files.items()))

    return act


SCHEDULE_USE_CASES: Mapping[str, UseCase] = {
    "return to the allotment": UseCase(
        _returning_to_the_allotment,
        ("return_money", "change_voucher"),
        (Kind.HOLD_LAPSED, Kind.VOUCHER_RETURNED),
    ),
    "return to the successor": UseCase(
        _returning_to_the_successor,
        ("return_money",),
        (Kind.HOLD_LAPSED, Kind.VOUCHER_RETURNED, Kind.VOUCHER_SUCCEEDED),
    ),
    "judge what is owed": UseCase(
        _judging, ("judge_owed", "pause_program", "change_program"), (Kind.PROGRAM_PAUSED,)
    ),
    "judge after a month": UseCase(
        _judging_after_a_month, ("judge_owed", "add_up_standing"), (Kind.PROGRAM_PAUSED,)
    ),
    "keep house": UseCase(
        _keeping_house,
        ("keep_house", "judge_owed", "add_up_standing", "warn_early", "return_money"),
        (Kind.VOUCHER_RETURNED,),
    ),
    "work on a batch": UseCase(
        _working_on_a_batch,
        ("work_on_batch", "batch_entry", "issue_voucher", "read_terms"),
        (Kind.VOUCHER_MINTED, Kind.BATCH_ENDED),
    ),
    "stop a batch": UseCase(_stopping_a_batch, ("work_on_batch",), (Kind.BATCH_ENDED,)),
    "forget the people of a batch": UseCase(_forgetting_the_people_of_a_batch, ("work_on_batch",)),
    "publish a report": UseCase(
        _publishing,
        (
            "publish_report",
            "report_tools",
            "read_report_sources",
            "close_months",
            "add_up_month",
            "write_report_files",
        ),
    ),
    "correct a report": UseCase(_correcting, ("publish_report", "compare_report")),
    "dispatch reports": UseCase(_dispatching, ("dispatch_reports", "keep_house")),
    "erase in time": UseCase(_erasing_in_time, ("erase_participant",)),
    "reconcile a statement": UseCase(
        _reconciling, ("reconcile_statement", "open_statement", "look_up_rides")
    ),
    "audit": UseCase(_auditing, ("audit_programs", "check_books")),
}
