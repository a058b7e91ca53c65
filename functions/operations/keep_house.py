"""Housekeeping: adds up each programme and judges what it owes, sends batches again that lost their
message, wait, or name people for too long, erases people whose time has come, and returns what is
past return_at. It works page by page until there is no more time, and what is left is due next
time; one thing that fails holds nothing up. May run twice at once."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import BaseModel

from farechance.errors import BooksDiffer
from farechance.listings import ListedProgram
from farechance.participants import Participant
from farechance.store import Remembered, Store, keys
from farechance.store.keys import RETURN_SHARDS, Key
from farechance.vouchers import Voucher
from operations.add_up_standing import keep_standing
from operations.erase_participant import erase_if_due
from operations.judge_owed import Judged, judge_owed
from operations.return_money import return_money
from operations.warn_early import LowAllotment, MissingReport, low_allotments, missing_report


@dataclass
class Kept:
    """What a run did: how many vouchers it settled, batches it sent and people it erased, what it
    judged and what it warns of, what failed (by its name, with the kind of error), and whether it
    reached the end."""

    returned: int = 0
    sent_again: int = 0
    erased: int = 0
    judged: list[Judged] = field(default_factory=list)
    low: list[LowAllotment] = field(default_factory=list)
    missing: list[MissingReport] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)
    is_complete: bool = True


def keep_house(
    *,
    store: Store,
    remembered: Remembered,
    clock: Callable[[], datetime],
    has_time: Callable[[], bool],
    send_batch: Callable[[str, str], None],
) -> Kept:
    """Stops when `has_time` says no. `send_batch`: whose batch, and which, is to be worked on."""
    kept = Kept()
    # First what stops harm: a pause must not wait behind a thousand vouchers.
    _judge_all(kept, store, clock, has_time)
    _send_batches(kept, store, clock, has_time, send_batch)

    def erase(key: Key[Participant]) -> None:
        kept.erased += erase_if_due(key, store=store, clock=clock)

    def give_back(key: Key[Voucher]) -> None:
        kept.returned += return_money(key, store=store, remembered=remembered, clock=clock)

    # And nobody who is to be forgotten waits behind money that is only late.
    for shard in range(RETURN_SHARDS):
        people = store.due_participants(shard, clock())
        _settle_all(f"by_erasure#{shard}", people, erase, kept, has_time)
    for shard in range(RETURN_SHARDS):
        due = store.due_vouchers(shard, clock())
        _settle_all(f"by_return#{shard}", due, give_back, kept, has_time)
    return kept


def _judge_all(
    kept: Kept, store: Store, clock: Callable[[], datetime], has_time: Callable[[], bool]
) -> None:
    for program in list_programs(store):
        try:
            judged = judge_owed(program.program_id, store=store, now=clock(), has_time=has_time)
            if judged is None:
                kept.is_complete = False
                return
            kept.judged.append(judged)
            # Only once it is judged: what is for people to look at must not hold up a pause.
            keep_standing(judged.added_up.standing, store=store)
            kept.low += low_allotments(judged, store=store, now=clock())
            if missing := missing_report(judged, store=store, now=clock()):
                kept.missing.append(missing)
        except Exception as error:
            kept.failed.append((program.program_id, type(error).__name__))


def _send_batches(
    kept: Kept,
    store: Store,
    clock: Callable[[], datetime],
    has_time: Callable[[], bool],
    send_batch: Callable[[str, str], None],
) -> None:
    try:
        for key in store.due_batches(clock()):
            if not has_time():
                kept.is_complete = False
                return
            send_batch(*keys.batch_names(key))
            kept.sent_again += 1
    except Exception as error:
        # Those that weren't sent are due next time.
        kept.failed.append(("by_due", type(error).__name__))


def _settle_all[Stored: BaseModel](
    shard: str,
    due: Iterator[Key[Stored]],
    settle: Callable[[Key[Stored]], None],
    kept: Kept,
    has_time: Callable[[], bool],
) -> None:
    """What is due of one shard of an index. One that fails holds up no other; if the shard can't be
    read, the other shards are found all the same, and what is in this one is due next time."""
    try:
        for key in due:
            if not has_time():
                kept.is_complete = False
                return
            try:
                settle(key)
            except Exception as error:
                kept.failed.append((key.sk or key.pk, type(error).__name__))
    except Exception as error:
        kept.failed.append((shard, type(error).__name__))


def list_programs(store: Store) -> list[ListedProgram]:
    """Every programme, without a scan."""
    return list(store.all_of(keys.listed_program("")))


def listed_there[Model](found: Model | None) -> Model:
    """A programme that is listed, or its rules. Raises BooksDiffer if it isn't there."""
    if found is None:
        raise BooksDiffer("a listed programme or its rules aren't there")
    return found
