"""The audit of a programme that is large and in use: rides, mints and acts go on meanwhile, pages
are bounded, and what is owed and payable agrees with the rides."""

from collections.abc import Callable
from functools import partial
from itertools import count
from typing import Any

import pytest

import builders
from builders import OTHER_PROVIDER
from operations.check_books import audit
from tampering import overwrites, tampered
from wire import Wire
from world import World

# ── what is under way ─────────────────────────────────────────────────────────────────────────────


def test_rides_and_mints_that_go_on_meanwhile_are_no_difference(used: tuple[World, str]) -> None:
    world, code = used
    numbers = count(10)

    def ride() -> None:
        world.request(code, f"ride-{next(numbers)}", cents=1)
        world.mint(world.mint_request(value_cents=100))

    with Wire(world.client) as line:
        line.before("Query", ride, times=40)
        books = world.audit()

    assert (books.named, books.differ) == ([], False)
    assert world.audit().balance


@pytest.mark.parametrize("at", range(6))
@pytest.mark.parametrize("act", ["reissue", "keep_house", "revoke", "fund"])
def test_an_act_in_the_middle_is_no_difference(used: tuple[World, str], act: str, at: int) -> None:
    world, code = used
    if act == "keep_house":
        world.clock.now = world.voucher(code).return_at
    acts: dict[str, Callable[[], object]] = {
        "reissue": lambda: world.reissue(code),
        "keep_house": world.keep_house,
        "revoke": lambda: world.revoke(code),
        "fund": lambda: world.administer("fund", program_id=world.program_id, amount_cents=100),
    }
    queries = count()

    with Wire(world.client) as line:
        line.before("Query", lambda: acts[act]() if next(queries) == at else None, times=at + 1)
        books = world.audit()

    assert next(queries) == at + 1
    assert (books.named, books.differ) == ([], False)
    assert world.audit().balance


def test_a_difference_that_stands_while_others_ride_is_told(
    used: tuple[World, str], bystander: Any
) -> None:
    world, code = used
    other = world.code()
    numbers = count(10)
    account = f"voucher#{world.voucher_key(code)}"

    with (
        tampered(bystander, world, "ledger", account, overwrites(3, fare_cents={"N": "1"})),
        Wire(world.client) as line,
    ):
        line.before(
            "Query", lambda: world.request(other, f"ride-{next(numbers)}", cents=1), times=40
        )
        books = world.audit()

    assert books.differ
    assert all(one.startswith(world.voucher(code).voucher_id) for one in books.named)


# ── large programmes ──────────────────────────────────────────────────────────────────────────────


def test_many_vouchers_are_read_page_by_page_and_a_page_is_never_larger(world: World) -> None:
    for _ in range(12):
        world.mint(world.mint_request(unassigned=25, value_cents=100))

    with Wire(world.client) as line:
        books = world.audit()

    assert (books.vouchers, books.totals.entries, books.balance) == (300, 304, True)
    batches = [
        sum(len(table["Keys"]) for table in call.sent["RequestItems"].values())
        for call in line.calls
        if call.operation == "BatchGetItem"
    ]
    queries = [call.sent for call in line.calls if call.operation == "Query"]
    assert max(batches) == 100
    assert all(sent["Limit"] <= 100 for sent in queries)
    assert "Scan" not in line.operations
    of_allotments = [sent for sent in queries if sent.get("IndexName") == "by_allotment"]
    assert len(of_allotments) >= 4
    assert any("ExclusiveStartKey" in sent for sent in of_allotments)


def test_an_account_with_more_entries_than_a_page_is_followed_to_its_end(world: World) -> None:
    code = world.code()
    for number in range(101):
        world.request(code, f"ride-{number}", cents=5_000)

    books = world.audit()

    assert books.balance
    assert books.totals.entries == 102 + 4


def test_a_check_without_time_says_how_far_it_came(world: World) -> None:
    for _ in range(5):
        world.mint(world.mint_request(unassigned=25, value_cents=100))
    pages = count()

    books = audit(
        world.program_id,
        store=world.store,
        clock=world.clock,
        has_time=lambda: next(pages) < 1,
    )

    assert (books.is_complete, books.balance, books.differ) == (False, False, False)
    assert books.vouchers == 100
    assert books.named == []


# ── what is owed and payable ──────────────────────────────────────────────────────────────────────


def test_owed_and_payable_agree_with_the_rides(worlds: Callable[..., World]) -> None:
    companies = (builders.PROVIDER, OTHER_PROVIDER)
    world = worlds().with_program(
        rules=builders.rules(provider_ids=companies, max_cancellation_fee_cents=300)
    )
    world.register_provider(OTHER_PROVIDER)
    world.administer("fund", program_id=world.program_id, amount_cents=10_000)
    other = world.another(provider_id=OTHER_PROVIDER)
    first, second = world.code(), world.code()
    world.request(first, "a", cents=2_000)
    world.complete(first, "a", cents=2_700)
    world.adjust(first, "a", cents=2_500)
    other.request(first, "b", cents=1_500)
    other.cancel(first, "b", cancellation_fee_cents=400)
    other.request(second, "c", cents=2_000)
    other.request(second, "d", cents=2_000)
    world.clock.passes(hours=25)
    other.request(second, "e", cents=2_000)
    other.complete(second, "c", cents=2_000)
    decide = partial(world.administer, program_id=world.program_id)
    decide("accept_overage", provider_id=companies[0], ride_id="a", amount_cents=200)
    decide("accept_shortfall", provider_id=companies[1], ride_id="c", amount_cents=1_500)
    decide("write_off", provider_id=companies[1], ride_id="c", amount_cents=100)
    decide(
        "record_payment",
        provider_id=companies[0],
        month="2026-03",
        amount_cents=1_000,
        invoice_ref="A-7",
    )

    books = world.audit()

    assert books.balance
    rides = [*_rides(world, "a"), *_rides(other, "b", "c", "d", "e")]
    assert books.totals.owed_cents == sum(ride.owed_cents for ride in rides)
    for company, paid in ((companies[0], 1_000), (companies[1], 0)):
        own = [ride for ride in rides if ride.provider_id == company]
        earned = sum(ride.captured_cents + ride.accepted_cents for ride in own)
        assert books.totals.payable[company] == earned - paid
    answer = world.administer("check_books", program_id=world.program_id)
    assert answer["owed_cents"] == 300 + 100 + 400
    assert answer["payable_cents"] == {companies[0]: 1_200, companies[1]: 1_800}
    assert answer["paid_direct_cents"] == 1_700


def _rides(world: World, *names: str) -> list[Any]:
    return [world.ride(name) for name in names]
