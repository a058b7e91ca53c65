"""Batches that meet something: a worker that is killed between any two calls, two workers at once,
a pause at the last moment, mints of the same people, the same file twice at once."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any, NoReturn

import pytest

import builders
from farechance.batches import CHUNK_ROWS
from farechance.errors import Busy, StateForbids
from threads import at_once
from wire import Call, Wire
from world import World


class Killed(BaseException):
    """Ends a worker as the platform does: nothing of it runs any more."""


def _killed_before(_: Call) -> NoReturn:
    raise Killed


def _killed_after(call: Call) -> NoReturn:
    call.deliver()
    raise Killed


def _half_known_people(world: World) -> str:
    """A batch of five rows: three people, one who has had too much, and one who isn't enrolled."""
    for number in range(3):
        world.enroll(external_ref=f"case-x{number}")
    full = world.enroll(external_ref="case-full")
    world.mint(world.mint_request(participant_ids=(full,) * 10, unassigned=None, value_cents=100))
    rows = ("case-x0", "case-nobody", "case-full", "case-x1", "case-x2")
    return world.starts_batch(world.batch_request(*rows), "key-1")[0].batch_id


@pytest.mark.parametrize("fault", [_killed_before, _killed_after], ids=["before", "after"])
def test_a_worker_that_is_killed_at_any_call_is_followed_by_one_that_ends_it_alike(
    worlds: Callable[..., World],
    monkeypatch: pytest.MonkeyPatch,
    fault: Callable[[Call], NoReturn],
) -> None:
    monkeypatch.setattr("operations.work_on_batch.CHUNK_ROWS", 2)
    untouched = worlds().with_program()
    with Wire(untouched.client) as line:
        untouched.works_on(_half_known_people(untouched))
    calls = line.operations.count("BatchGetItem") + line.operations.count("TransactWriteItems")
    expected = None
    killed = 0

    for at in range(calls):
        world = worlds().with_program()
        batch_id = _half_known_people(world)
        with Wire(world.client) as line:
            line.disturb(fault, at=at)
            try:
                world.another().works_on(batch_id)
            except Killed:
                killed += 1
        world.another().works_on(batch_id)

        told = [(one.outcome, one.reason, one.code) for one in _vouchers(world, batch_id)]
        end = (told, world.batch(batch_id).minted, world.allotment().available_cents)
        expected = expected or end
        assert end == expected
        assert len(_stored_vouchers(world)) == 10 + 3
        if killed <= at:
            break

    # It was killed at each of its calls, until there was none left to be killed at.
    assert killed >= 9
    assert expected is not None
    assert (expected[1], expected[2]) == (3, 50_000 - 1_000 - 3 * 4_000)


def test_workers_at_once_mint_each_row_once(world: World) -> None:
    batch_id = _unassigned(world, 4 * CHUNK_ROWS)

    results = at_once([partial(world.another().works_on, batch_id)] * 4)

    minted = [one.minted for one in results if not isinstance(one, BaseException)]
    assert all(isinstance(one, Busy) for one in results if isinstance(one, BaseException))
    world.works_on(batch_id)
    batch = world.batch(batch_id)
    assert sum(minted) <= batch.minted == 4 * CHUNK_ROWS
    assert batch.ended_at is not None
    assert len(_stored_vouchers(world)) == 4 * CHUNK_ROWS
    assert len(world.batch_entries(batch_id)) == 2


def test_a_pause_at_the_last_moment_stops_a_chunk(world: World) -> None:
    batch_id = _unassigned(world, 2)

    with Wire(world.client) as wire:
        wire.before(
            "TransactWriteItems",
            lambda: world.administer("pause_program", program_id=world.program_id),
        )
        done = world.works_on(batch_id)

    assert (done.minted, done.goes_on) == (0, False)
    assert _stored_vouchers(world) == []
    assert world.batch(batch_id).reserved_cents == 200


def test_a_worker_reads_a_batch_once_however_many_chunks_it_has(world: World) -> None:
    reads = []

    for count in (CHUNK_ROWS + 1, 5 * CHUNK_ROWS):
        batch_id = _unassigned(world, count)
        with Wire(world.client) as line:
            world.works_on(batch_id)
        reads.append(line.operations.count("BatchGetItem"))

    assert reads[0] == reads[1]


@pytest.mark.parametrize(
    ("command", "minted", "told"),
    [("pause_program", CHUNK_ROWS, "waiting"), ("close_program", CHUNK_ROWS, "ended")],
)
def test_what_happens_between_two_chunks_stops_the_second(
    world: World, command: str, minted: int, told: str
) -> None:
    batch_id = _unassigned(world, CHUNK_ROWS + 8)
    asked = 0

    def has_time() -> bool:
        nonlocal asked
        asked += 1
        if asked == 2:
            confirm = {"confirm": world.program_id} if command == "close_program" else {}
            world.administer(command, program_id=world.program_id, **confirm)
        return True

    done = world.works_on(batch_id, has_time)

    assert (done.minted, done.goes_on) == (minted, False)
    assert len(_stored_vouchers(world)) == minted
    assert world.batch_answer(batch_id).status == told


def test_rows_of_one_page_that_fail_in_two_chunks_are_each_written_at_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("operations.work_on_batch.CHUNK_ROWS", 2)
    references = [f"case-x{number}" for number in range(4)]
    ends = builders.enrollment().consent.model_copy(
        update={"expires_at": world.clock.now + timedelta(hours=1)}
    )
    for reference in references:
        world.enroll(external_ref=reference, consent=ends)
    batch_id = world.starts_batch(world.batch_request(*references))[0].batch_id
    world.clock.passes(hours=2)

    with Wire(world.client) as line:
        done = world.works_on(batch_id)

    assert (done.minted, done.failed) == (0, 4)
    # Two chunks and the end: nobody lost a race against itself.
    assert line.operations.count("TransactWriteItems") == 3
    reasons = [one.reason for one in _vouchers(world, batch_id)]
    assert reasons == ["consent_expired"] * 4


def test_a_person_who_gets_a_voucher_meanwhile_is_counted_once_for_each(world: World) -> None:
    person = world.enroll(external_ref="case-x0")
    nine = world.mint_request(participant_ids=(person,) * 9, unassigned=None, value_cents=100)
    world.mint(nine)
    one = world.mint_request(participant_ids=(person,), unassigned=None, value_cents=100)
    batch_id = world.starts_batch(world.batch_request("case-x0", value_cents=100))[0].batch_id

    with Wire(world.client) as wire:
        wire.before("TransactWriteItems", lambda: world.mint(one))
        done = world.works_on(batch_id)

    assert (done.minted, done.failed) == (0, 1)
    assert world.participant(person).minted_in_month == 10
    assert world.batch_vouchers(batch_id).vouchers[0].reason == "monthly_limit_reached"
    assert world.allotment().available_cents == 49_000


def test_one_file_that_is_sent_several_times_at_once_is_started_once(world: World) -> None:
    keys = ("key-1", "key-1", "key-2", "key-3")

    results = at_once(
        [partial(world.another().starts_batch, world.batch_request(), key) for key in keys]
    )

    refused = [one for one in results if isinstance(one, StateForbids)]
    told = [one for one in results if not isinstance(one, Exception)]
    assert {one.reason for one in refused} == {"looks_repeated"}
    assert len({started.batch_id for started, _ in told}) == 1
    assert len(refused) + len(told) == 4
    assert world.allotment().available_cents == 42_000


def test_batches_and_mints_at_once_take_exactly_what_there_is(
    worlds: Callable[..., World],
) -> None:
    world = worlds().with_program(cents=2 * 20_000)
    batch = world.batch_request(unassigned=2, repeat=True)
    calls: list[Callable[[], Any]] = [partial(world.another().starts_batch, batch)] * 3
    calls += [partial(world.another().mints, world.mint_request())] * 3

    results = at_once(calls)

    refused = [one for one in results if isinstance(one, Exception)]
    assert all(isinstance(one, StateForbids | Busy) for one in refused)
    left = world.allotment().available_cents
    assert 0 <= left <= 20_000
    assert world.audit().balance


def test_a_thousand_rows_are_minted_and_the_books_balance(worlds: Callable[..., World]) -> None:
    rules = builders.rules(max_vouchers_per_partner_hour=1_000)
    world = worlds().with_program(cents=1_000_000, rules=rules)
    batch_id = _unassigned(world, 1_000)

    with Wire(world.client) as line:
        done = world.works_on(batch_id)

    assert (done.minted, done.goes_on) == (1_000, False)
    assert line.operations.count("TransactWriteItems") == -(-1_000 // CHUNK_ROWS) + 1
    largest = max(
        len(call.sent["TransactItems"])
        for call in line.calls
        if call.operation == "TransactWriteItems"
    )
    assert largest <= 100
    assert len(_stored_vouchers(world)) == 1_000
    assert world.allotment().available_cents == 500_000 - 100_000


def _unassigned(world: World, count: int) -> str:
    request = world.batch_request(unassigned=count, value_cents=100)
    return world.starts_batch(request)[0].batch_id


def _vouchers(world: World, batch_id: str) -> Any:
    return world.batch_vouchers(batch_id).vouchers


def _stored_vouchers(world: World) -> list[str]:
    names = [item["pk"]["S"] for item in world.items("vouchers")]
    return [name for name in names if name.startswith("voucher#")]
