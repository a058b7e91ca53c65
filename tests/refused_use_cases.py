"""What partners are refused: use cases as in `use_cases` (where some are refused as well), one for
each endpoint that refuses more than a body. Each act tells the refusal that it met, and nothing is
changed."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import builders
import people
from builders import NOON
from farechance.errors import Refusal
from farechance.participants import OutcomeKind
from farechance.partner_api import EntryQuery
from farechance.report_api import ReportQuery
from operations.act_on_voucher import (
    block_voucher,
    extend_voucher,
    revoke_voucher,
    unblock_voucher,
)
from operations.assign_voucher import assign_voucher
from operations.find_participants import show_participant
from operations.link_reports import link_reports
from operations.print_cards import open_sheet, print_cards
from operations.reissue_voucher import reissue_voucher
from operations.send_code import send_code
from operations.show_voucher import list_entries, show_voucher
from use_cases import Act, UseCase
from world import World

NOBODY = "par_" + "0" * 32
NO_VOUCHER = "vch_1" + "0" * 25
NO_BATCH = "bat_1" + "0" * 25


def _refused(act: Act) -> Act:
    def met(by: World) -> str:
        try:
            act(by)
        except Refusal as refusal:
            return f"{type(refusal).__name__} {getattr(refusal, 'reason', '')}".strip()
        raise AssertionError("it wasn't refused")

    return met


def _enrolling(world: World) -> Act:
    """Somebody who is enrolled."""
    request = builders.enrollment(program_id=world.program_id, external_ref="case-1")
    world.enrolls(request, "key-0")
    return lambda by: by.enrolls(request, "key-1")


def _assigning(world: World) -> Act:
    person, code = world.enroll(), world.code()
    world.assign(code, person)
    call = world.call("assign", code, participant_id=person)
    return lambda by: assign_voucher(call, person, by.tools)


def _closed(
    act: str, carried_out: Callable[[Any, World], Any], **content: Any
) -> Callable[[World], Act]:
    """A voucher that was revoked."""

    def prepare(world: World) -> Act:
        code = world.code()
        world.revoke(code)
        call = world.call(act, code, **content)
        return lambda by: carried_out(call, by)

    return prepare


def _consenting(world: World) -> Act:
    """Nothing leads to the vouchers of who withdrew."""
    person = world.enroll()
    people.consents(world, person, people.withdrawing("enrollment"))
    request = people.withdrawing("enrollment", block_vouchers=True)
    return lambda by: people.consents(by, person, request, "key-1")


def _leaving(world: World) -> Act:
    person = world.enroll()
    people.leaves(world, person)
    return lambda by: people.leaves(by, person, "key-1")


def _changing_language(_: World) -> Act:
    return lambda by: people.speaks(by, NOBODY, "es", "key-1")


def _recording_an_outcome(world: World) -> Act:
    person = world.enroll()
    return lambda by: people.outcome(by, person, OutcomeKind.JOB_STARTED, key="key-1")


def _printing(world: World) -> Act:
    """A card that was revoked."""
    code = world.code()
    world.revoke(code)
    ids = [world.voucher(code).voucher_id]
    return lambda by: print_cards(ids, by.partner_id, by.card_tools, by.clock.now)


def _opening_a_sheet(world: World) -> Act:
    token = str(world.mint_cards(cards=1)["link"]).partition("token=")[2]
    return lambda by: open_sheet(token[:-1] + "?", by.card_tools, by.clock.now)


def _sending(world: World) -> Act:
    """To somebody who didn't agree."""
    person = world.enroll()
    code = world.code(participant_ids=(person,), unassigned=None)
    call = world.send_call(code)
    return lambda by: send_code(call, by.send_tools)


def _linking_to_reports(world: World) -> Act:
    query = ReportQuery(program_id="prg_of_others")
    bucket: Any = world.bucket
    return lambda by: link_reports(
        query, by.partner_id, store=by.store, bucket=bucket, now=by.clock.now
    )


# ── nobody there, which somebody else's looks like as well ──────────────────────────────────────


def _shown(show: Callable[..., Any], *names: Any) -> Callable[[World], Act]:
    """What reads with a store and a clock alone."""
    return lambda _: lambda by: show(*names, by.partner_id, store=by.store, now=by.clock.now)


def _seen(see: Callable[..., Any], *names: Any, **more: Any) -> Callable[[World], Act]:
    """What needs the keys of codes and the rules too."""
    return lambda _: (
        lambda by: see(
            *names,
            by.partner_id,
            store=by.store,
            remembered=by.remembered,
            code_keys=by.code_keys,
            now=by.clock.now,
            **more,
        )
    )


def _case(prepare: Callable[[World], Act]) -> UseCase:
    return UseCase(lambda world: _refused(prepare(world)), ())


REFUSED_USE_CASES: Mapping[str, UseCase] = {
    name: _case(prepare)
    for name, prepare in {
        "enroll who is enrolled": _enrolling,
        "assign what is assigned": _assigning,
        "block what is closed": _closed("block", lambda call, by: block_voucher(call, by.tools)),
        "unblock what is closed": _closed(
            "unblock", lambda call, by: unblock_voucher(call, by.tools)
        ),
        "extend what is closed": _closed(
            "extend",
            lambda call, by: extend_voucher(call, NOON + timedelta(days=20), by.tools),
            expires_at="2026-03-22T17:00:00Z",
        ),
        "revoke what is closed": _closed("revoke", lambda call, by: revoke_voucher(call, by.tools)),
        "reissue what is closed": _closed(
            "reissue", lambda call, by: reissue_voucher(call, by.tools, codes_too=True)
        ),
        "withdraw consent twice and block": _consenting,
        "exit twice": _leaving,
        "change nobody's language": _changing_language,
        "record an outcome without consent": _recording_an_outcome,
        "erase nobody": lambda _: lambda by: people.erases(by, NOBODY),
        "show nobody": _shown(show_participant, NOBODY),
        "show nobody's record": lambda _: lambda by: people.record(by, NOBODY),
        "show no voucher": _seen(show_voucher, NO_VOUCHER),
        "list no voucher's entries": _seen(list_entries, NO_VOUCHER, EntryQuery()),
        "show no batch": lambda _: lambda by: by.batch_answer(NO_BATCH),
        "list no batch's vouchers": lambda _: lambda by: by.batch_vouchers(NO_BATCH),
        "print a closed card": _printing,
        "open a sheet by a wrong link": _opening_a_sheet,
        "send a code without consent": _sending,
        "link to others' reports": _linking_to_reports,
    }.items()
}
