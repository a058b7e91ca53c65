"""Every use case of partners, as a call that its caller may repeat as it stands: the same key, the
same person, the same clock. `ride_use_cases` holds what ride companies call, `command_use_cases`
what administrators do, `schedule_use_cases` what nobody waits for. A test that goes through all of
them fails when an operation, a command or a kind of entry has no use case here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import builders
import people
from builders import NOON
from farechance.enrollment_api import ParticipantQuery
from farechance.errors import StateForbids
from farechance.ledger import Kind
from farechance.participants import OutcomeKind
from farechance.partner_api import EntryQuery
from farechance.report_api import ReportQuery
from farechance.store import keys
from farechance.voucher_api import VoucherQuery
from operations.act_on_voucher import (
    block_voucher,
    extend_voucher,
    revoke_voucher,
    unblock_voucher,
)
from operations.assign_voucher import assign_voucher
from operations.find_participants import list_participants, show_participant
from operations.link_reports import link_reports
from operations.list_vouchers import list_vouchers
from operations.print_cards import open_sheet, print_cards
from operations.reissue_voucher import reissue_voucher
from operations.send_code import send_code
from operations.show_voucher import list_entries, show_voucher
from operations.who_am_i import who_am_i
from world import World

Act = Callable[[World], Any]


@dataclass(frozen=True)
class UseCase:
    """`prepare` makes what the call needs and returns the call. `modules` are operations that carry
    it out, `kinds` the entries that it writes: both are claims that a test holds it to. Items whose
    key begins with `aside` are made anew by each repeat."""

    prepare: Callable[[World], Act]
    modules: tuple[str, ...]
    kinds: tuple[Kind, ...] = ()
    aside: str = ""


def under(world: World, **changes: Any) -> None:
    """From now on vouchers are minted under other rules."""
    rules = builders.rules(provider_ids=(world.provider_id,), **changes)
    world.administer("set_rules", program_id=world.program_id, rules=rules.model_dump())


def reissued_with_a_hold(world: World) -> tuple[str, str]:
    """A card with an open hold, and its successor, long after the old one's return_at: of 40.00
    the successor has 25.00, and 15.00 are still to come over."""
    old = world.code(expires_at=NOON + timedelta(days=60))
    world.request(old)
    new = world.reissue(old)
    world.clock.passes(days=10)
    return old, new


def owing_ride(world: World) -> str:
    """A programme that owes 15.00 for ride-1: its hold lapsed, and another ride took the last
    one."""
    code = world.code(rides=1)
    world.request(code, "ride-1")
    world.clock.passes(hours=25)
    world.request(code, "ride-2")
    world.complete(code, "ride-2")
    assert world.complete(code, "ride-1").answer["shortfall_cents"] == 1_500
    return code


# ── enrollment and minting ───────────────────────────────────────────────────────────────────────


def _enrolling(world: World) -> Act:
    request = builders.enrollment(program_id=world.program_id, external_ref="case-1")
    return lambda by: by.enrolls(request, "key-1")


def _minting(world: World) -> Act:
    people = (world.enroll(), world.enroll())
    request = world.mint_request(participant_ids=people, unassigned=None)
    return lambda by: by.mints(request, "key-1")


def _minting_too_much(world: World) -> Act:
    request = world.mint_request(unassigned=25, value_cents=4_000)

    def act(by: World) -> Any:
        try:
            return by.mints(request, "key-1")
        except StateForbids as refused:
            return refused.reason, dict(refused.facts)

    return act


# ── acts on vouchers ─────────────────────────────────────────────────────────────────────────────


def _assigning(world: World) -> Act:
    person, code = world.enroll(), world.code()
    call = world.call("assign", code, participant_id=person)
    return lambda by: assign_voucher(call, person, by.tools)


def _blocking(world: World) -> Act:
    call = world.call("block", world.code())
    return lambda by: block_voucher(call, by.tools)


def _blocking_a_successor(world: World) -> Act:
    _, new = reissued_with_a_hold(world)
    call = world.call("block", new)
    return lambda by: block_voucher(call, by.tools)


def _unblocking(world: World) -> Act:
    code = world.code()
    world.block(code)
    call = world.call("unblock", code)
    return lambda by: unblock_voucher(call, by.tools)


def _extending(world: World) -> Act:
    person = world.enroll()
    request = world.mint_request(participant_ids=(person,), unassigned=None)
    code = str(world.mint(request).vouchers[0].code)
    ends = NOON + timedelta(days=20)
    call = world.call("extend", code, expires_at="2026-03-22T17:00:00Z")
    return lambda by: extend_voucher(call, ends, by.tools)


def _revoking(world: World) -> Act:
    code = world.code()
    world.request(code)
    call = world.call("revoke", code)
    return lambda by: revoke_voucher(call, by.tools)


def _reissuing(world: World) -> Act:
    person = world.enroll()
    request = world.mint_request(participant_ids=(person,), unassigned=None)
    code = str(world.mint(request).vouchers[0].code)
    world.request(code)
    call = world.call("reissue", code, reason="lost")
    return lambda by: reissue_voucher(call, by.tools, codes_too=True)


def _reissuing_with_a_dead_hold(world: World) -> Act:
    code = world.code(rides=1)
    world.request(code)
    world.clock.passes(hours=25)
    call = world.call("reissue", code)
    return lambda by: reissue_voucher(call, by.tools, codes_too=False)


# ── what a partner reads ─────────────────────────────────────────────────────────────────────────


def _showing_a_voucher(world: World) -> Act:
    voucher = world.voucher(world.code())
    return lambda by: show_voucher(
        voucher.voucher_id,
        voucher.partner_id,
        store=by.store,
        remembered=by.remembered,
        code_keys=by.code_keys,
        now=by.clock.now,
    )


def _listing_vouchers(world: World) -> Act:
    person = world.enroll()
    world.code(participant_ids=(person,), unassigned=None)
    world.code()
    return lambda by: [
        list_vouchers(
            query,
            by.partner_id,
            store=by.store,
            remembered=by.remembered,
            code_keys=by.code_keys,
            now=by.clock.now,
        )
        for query in (VoucherQuery(limit=1), VoucherQuery(participant_id=person))
    ]


def _listing_entries(world: World) -> Act:
    code = world.code()
    world.request(code)
    voucher = world.voucher(code)
    return lambda by: list_entries(
        voucher.voucher_id,
        EntryQuery(),
        voucher.partner_id,
        store=by.store,
        remembered=by.remembered,
        code_keys=by.code_keys,
        now=by.clock.now,
    )


def _showing_a_person(world: World) -> Act:
    person = world.enroll()
    return lambda by: show_participant(person, by.partner_id, store=by.store, now=by.clock.now)


def _listing_people(world: World) -> Act:
    world.enroll()
    query = ParticipantQuery(program_id=world.program_id)
    return lambda by: list_participants(query, by.partner_id, store=by.store, now=by.clock.now)


def _asking_who_i_am(world: World) -> Act:
    key = keys.partner(world.partner_id)
    partner = world.store.read(key)[key]
    assert partner is not None
    return lambda by: who_am_i(
        partner, (), "trial", store=by.store, remembered=by.remembered, now=by.clock.now
    )


# ── batches ──────────────────────────────────────────────────────────────────────────────────────


def started_batch(world: World) -> str:
    """A batch of three rows: one that is bad, one whose person has left by now, one that is
    good."""
    world.enroll(external_ref="case-good")
    late = world.clock.now + timedelta(hours=1)
    consent = builders.enrollment().consent.model_copy(update={"expires_at": late})
    world.enroll(external_ref="case-late", consent=consent)
    request = world.batch_request("case-good", "case-late", "case-unknown")
    started, _ = world.starts_batch(request, "batch-1")
    world.clock.passes(hours=2)
    return started.batch_id


def _starting_a_batch(world: World) -> Act:
    world.enroll(external_ref="case-1")
    request = world.batch_request("case-1", "555-0100")
    return lambda by: by.starts_batch(request, "key-1")


def _starting_a_batch_anew(world: World) -> Act:
    world.starts_batch(world.batch_request())
    request = world.batch_request(repeat=True)
    return lambda by: by.starts_batch(request, "key-1")


def _starting_a_batch_that_looks_repeated(world: World) -> Act:
    world.starts_batch(world.batch_request())

    def act(by: World) -> Any:
        try:
            return by.starts_batch(world.batch_request(), "key-1")
        except StateForbids as refused:
            return refused.reason, dict(refused.facts)

    return act


def _showing_a_batch(world: World) -> Act:
    batch_id = started_batch(world)
    return lambda by: by.batch_answer(batch_id)


def _listing_vouchers_of_a_batch(world: World) -> Act:
    batch_id = started_batch(world)
    world.works_on(batch_id)
    return lambda by: by.batch_vouchers(batch_id)


# ── what becomes of people ───────────────────────────────────────────────────────────────────────


def _granting(world: World) -> Act:
    person, _ = people.with_vouchers(world)
    people.consents(world, person, people.withdrawing("enrollment"))
    world.clock.passes(minutes=1)
    request = people.granting(world)
    return lambda by: people.consents(by, person, request, "key-1")


def _withdrawing(world: World) -> Act:
    person, _ = people.with_vouchers(world)
    request = people.withdrawing("enrollment")
    return lambda by: people.consents(by, person, request, "key-1")


def _withdrawing_and_blocking(world: World) -> Act:
    person, codes = people.with_vouchers(world, 3)
    world.block(codes[0])
    request = people.withdrawing("enrollment", block_vouchers=True)
    return lambda by: people.consents(by, person, request, "key-1")


def _leaving(world: World) -> Act:
    person = world.enroll()
    return lambda by: people.leaves(by, person, "key-1")


def _changing_language(world: World) -> Act:
    person = world.enroll()
    return lambda by: people.speaks(by, person, "es", "key-1")


def _recording_an_outcome(world: World) -> Act:
    person, _ = people.with_vouchers(world)
    kind = OutcomeKind.JOB_STARTED
    return lambda by: people.outcome(by, person, kind, key="key-1")


def _erasing(world: World) -> Act:
    person, _ = people.with_vouchers(world)
    people.speaks(world, person, "es")
    people.leaves(world, person)
    return lambda by: people.erases(by, person)


def _showing_a_record(world: World) -> Act:
    person, codes = people.with_vouchers(world)
    world.request(codes[0], cents=50)
    return lambda by: people.record(by, person)


# ── cards and texts ──────────────────────────────────────────────────────────────────────────────


def _printing_one(world: World) -> Act:
    return _printing(world, 1)


def _printing(world: World, cards: int = 2) -> Act:
    ids = [world.voucher(world.code()).voucher_id for _ in range(cards)]
    return lambda by: print_cards(ids, by.partner_id, by.card_tools, by.clock.now)


def _opening_a_sheet(world: World) -> Act:
    link = world.mint_cards(cards=2)["link"]
    token = str(link).partition("token=")[2]
    return lambda by: open_sheet(token, by.card_tools, by.clock.now)


def _sending(world: World) -> Act:
    code = world.code_of_a_person_who_agreed()
    call = world.send_call(code)
    return lambda by: send_code(call, by.send_tools)


def _linking_to_reports(world: World) -> Act:
    world.clock.passes(days=35)
    world.publishes("2026-03")
    query = ReportQuery(program_id=world.program_id)
    # A bucket hands out links to whatever is in it.
    bucket: Any = world.bucket
    return lambda by: link_reports(
        query, by.partner_id, store=by.store, bucket=bucket, now=by.clock.now
    )


USE_CASES: Mapping[str, UseCase] = {
    "enroll": UseCase(_enrolling, ("enroll",)),
    "mint for two people": UseCase(
        _minting, ("mint", "check_allotment", "issue_voucher"), (Kind.VOUCHER_MINTED,)
    ),
    "start a batch": UseCase(
        _starting_a_batch,
        ("start_batch", "batch_entry", "check_allotment", "read_terms"),
        (Kind.BATCH_RESERVED,),
    ),
    "start a batch anew": UseCase(_starting_a_batch_anew, ("start_batch",), (Kind.BATCH_RESERVED,)),
    "start a batch that looks repeated": UseCase(
        _starting_a_batch_that_looks_repeated, ("start_batch",)
    ),
    "show a batch": UseCase(_showing_a_batch, ("show_batch",)),
    "list a batch's vouchers": UseCase(_listing_vouchers_of_a_batch, ("show_batch",)),
    "mint more than there is": UseCase(_minting_too_much, ("mint",)),
    "assign": UseCase(_assigning, ("assign_voucher", "act_on_voucher"), (Kind.VOUCHER_ASSIGNED,)),
    "block": UseCase(
        _blocking, ("act_on_voucher", "find_voucher", "change_voucher"), (Kind.VOUCHER_BLOCKED,)
    ),
    "block a successor": UseCase(
        _blocking_a_successor,
        ("act_on_voucher", "settle_predecessor"),
        (
            Kind.HOLD_LAPSED,
            Kind.VOUCHER_RETURNED,
            Kind.VOUCHER_SUCCEEDED,
            Kind.VOUCHER_BLOCKED,
        ),
    ),
    "unblock": UseCase(_unblocking, ("act_on_voucher",), (Kind.VOUCHER_UNBLOCKED,)),
    "extend": UseCase(
        _extending, ("act_on_voucher", "replace_open_voucher"), (Kind.VOUCHER_EXTENDED,)
    ),
    "revoke": UseCase(_revoking, ("act_on_voucher",), (Kind.VOUCHER_REVOKED,)),
    "reissue": UseCase(
        _reissuing,
        ("reissue_voucher", "act_on_voucher", "replace_open_voucher"),
        (Kind.VOUCHER_REISSUED, Kind.VOUCHER_SUCCEEDED),
    ),
    "reissue with a dead hold in the way": UseCase(
        _reissuing_with_a_dead_hold,
        ("reissue_voucher", "change_voucher"),
        (Kind.HOLD_LAPSED, Kind.VOUCHER_REISSUED, Kind.VOUCHER_SUCCEEDED),
    ),
    "list vouchers": UseCase(_listing_vouchers, ("list_vouchers", "show_voucher")),
    "show a voucher": UseCase(_showing_a_voucher, ("show_voucher", "read_terms")),
    "list a voucher's entries": UseCase(_listing_entries, ("show_voucher",)),
    "show a person": UseCase(_showing_a_person, ("find_participants",)),
    "list people": UseCase(_listing_people, ("find_participants",)),
    "grant consent anew": UseCase(_granting, ("change_consent", "act_on_participant")),
    "withdraw consent": UseCase(_withdrawing, ("change_consent", "act_on_participant")),
    "withdraw consent and block": UseCase(
        _withdrawing_and_blocking,
        ("change_consent", "act_on_participant", "change_voucher"),
        (Kind.VOUCHER_BLOCKED,),
    ),
    "exit": UseCase(_leaving, ("change_participant", "act_on_participant")),
    "change the language": UseCase(
        _changing_language, ("change_participant", "act_on_participant")
    ),
    "record an outcome": UseCase(_recording_an_outcome, ("record_outcome", "act_on_participant")),
    "erase": UseCase(_erasing, ("erase_participant",)),
    "show a record": UseCase(_showing_a_record, ("show_record",)),
    "print a card": UseCase(_printing_one, ("print_cards",)),
    "print cards": UseCase(_printing, ("print_cards",)),
    "open a sheet of cards": UseCase(_opening_a_sheet, ("print_cards",)),
    # An attempt whose end is unknown counts, and so does its repeat.
    "send a code": UseCase(_sending, ("send_code",), aside="send#"),
    "link to reports": UseCase(_linking_to_reports, ("link_reports",)),
    "who am I": UseCase(_asking_who_i_am, ("who_am_i",)),
}
