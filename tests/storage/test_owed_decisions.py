"""What is owed to a ride company beyond vouchers is accepted, written off and paid by commands,
and never more of it than is owed."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

import builders
from builders import OTHER_PROVIDER
from debts import falls_short, owes
from farechance.errors import NotFound, StateForbids
from farechance.ledger import Account
from farechance.programs import Status
from farechance.store import keys
from threads import at_once
from world import World

MARCH_ENDS_AT = datetime.fromisoformat("2026-04-01T04:00:00Z")
"""In New York."""


def _decides(world: World, command: str, ride: str, cents: int, **fields: Any) -> dict[str, Any]:
    fields = {"program_id": world.program_id, "provider_id": world.provider_id, **fields}
    return world.administer(command, ride_id=ride, amount_cents=cents, **fields)


def _pays(world: World, cents: int, month: str = "2026-03", **fields: Any) -> dict[str, Any]:
    return world.administer(
        "record_payment",
        **{
            "program_id": world.program_id,
            "provider_id": world.provider_id,
            "month": month,
            "amount_cents": cents,
            "invoice_ref": "A-7",
            **fields,
        },
    )


def test_a_shortfall_is_accepted_from_what_is_not_allotted(limited: World) -> None:
    falls_short(limited, "short")

    answer = _decides(limited, "accept_shortfall", "short", 1_200, command_id="accept-1")

    program, ride = limited.program(), limited.ride("short")
    assert ride is not None
    assert answer["in_words"] == (
        "12.00 of prg_harbor is set aside for pvd_city_cabs; 8.00 of this ride is still undecided."
    )
    assert (answer["unallotted_cents"], answer["paid_direct_cents"]) == (3_800, 1_200)
    assert (program.unallotted_cents, program.paid_direct_cents) == (3_800, 1_200)
    assert (ride.accepted_cents, ride.owed_cents) == (1_200, 800)
    last = _last_entry(limited)
    assert (last.kind, last.provider_id) == ("shortfall.accepted", limited.provider_id)
    assert last.changes == {Account.UNALLOTTED: -1_200, Account.PAID_DIRECT: 1_200}


def test_an_overage_is_accepted_in_parts_and_the_rest_written_off(limited: World) -> None:
    owes(limited, "ride-1", 900)

    _decides(limited, "accept_overage", "ride-1", 500)
    written_off = _decides(limited, "write_off", "ride-1", 400)
    with pytest.raises(StateForbids) as refused:
        _decides(limited, "accept_overage", "ride-1", 1)

    ride = limited.ride("ride-1")
    assert ride is not None
    assert written_off["undecided_cents"] == 0
    assert (ride.accepted_cents, ride.written_off_cents, ride.owed_cents) == (500, 400, 0)
    assert (refused.value.reason, refused.value.facts) == (
        "not_owed",
        {"undecided_cents": 0, "asked_cents": 1},
    )
    assert limited.program().paid_direct_cents == 500
    assert _last_entry(limited).changes == {}


def test_a_shortfall_that_was_accepted_whole_leaves_the_overage_to_its_own_command(
    limited: World,
) -> None:
    code = falls_short(limited, "short")
    limited.clock.passes(minutes=1)
    limited.adjust(code, "short", cents=2_300)
    _decides(limited, "accept_shortfall", "short", 2_000)

    with pytest.raises(StateForbids) as refused:
        _decides(limited, "accept_shortfall", "short", 1)
    _decides(limited, "accept_overage", "short", 300)

    ride = limited.ride("short")
    assert ride is not None
    assert refused.value.facts["undecided_cents"] == 0
    assert (ride.shortfall_cents, ride.overage_cents) == (2_000, 300)
    assert (ride.accepted_cents, ride.accepted_overage_cents, ride.owed_cents) == (2_300, 300, 0)


def test_what_was_accepted_of_a_fare_is_not_paid_by_the_voucher_too(limited: World) -> None:
    code = limited.code()
    for name, cents in (("ride-1", 1_500), ("ride-2", 2_000)):
        limited.request(code, name, cents=cents)
    limited.complete(code, "ride-2", cents=2_000)
    limited.clock.passes(minutes=1)
    limited.adjust(code, "ride-2", cents=2_400, adjusted_at=limited.clock.now)
    _decides(limited, "accept_overage", "ride-2", 400)
    limited.clock.passes(minutes=1)

    same = limited.adjust(code, "ride-2", cents=2_000)
    higher = limited.adjust(code, "ride-2", cents=2_100, adjusted_at=_later(limited))

    ride = limited.ride("ride-2")
    assert ride is not None
    assert (same.answer["outcome"], same.answer["refunded_cents"]) == ("refunded", 400)
    assert (higher.answer["outcome"], higher.answer["captured_cents"]) == ("captured", 100)
    assert (ride.captured_cents, ride.overage_cents, ride.owed_cents) == (1_700, 400, 0)
    assert limited.audit().totals.payable[limited.provider_id] == 2_100


def test_what_was_accepted_of_one_ride_never_hides_what_another_owes(limited: World) -> None:
    code = owes(limited, "ride-1", 900)
    _decides(limited, "accept_overage", "ride-1", 900)
    limited.clock.passes(minutes=1)
    limited.adjust(code, "ride-1", cents=1_500)
    owes(limited, "ride-2", 1_500)

    kept = limited.keep_house()

    owed = [ride.owed_cents for name in ("ride-1", "ride-2") if (ride := limited.ride(name))]
    assert owed == [0, 1_500]
    assert [one.owed_cents for one in kept.judged] == [1_500]
    assert limited.audit().totals.owed_cents == 1_500
    assert limited.program().status is Status.PAUSED


@pytest.mark.parametrize(
    ("command", "cents"),
    [("accept_overage", 901), ("accept_shortfall", 1), ("write_off", 901)],
)
def test_no_more_is_decided_than_is_owed(limited: World, command: str, cents: int) -> None:
    owes(limited, "ride-1", 900)
    before = limited.everything()

    with pytest.raises(StateForbids) as refused:
        _decides(limited, command, "ride-1", cents)

    assert refused.value.reason == "not_owed"
    assert limited.everything() == before


def test_an_overage_that_the_rider_owes_is_not_accepted(worlds: Callable[..., World]) -> None:
    world = worlds().with_program(rules=builders.rules(overage="rider_pays"))
    world.administer("fund", program_id=world.program_id, amount_cents=5_000)
    owes(world, "ride-1", 900)
    before = world.everything()

    for command in ("accept_overage", "write_off"):
        with pytest.raises(StateForbids) as refused:
            _decides(world, command, "ride-1", 1)
        assert refused.value.reason == "not_owed"

    assert world.everything() == before


def test_no_more_is_accepted_than_is_not_allotted(limited: World) -> None:
    owes(limited, "ride-1", 6_000)
    before = limited.everything()

    with pytest.raises(StateForbids) as refused:
        _decides(limited, "accept_overage", "ride-1", 5_001)

    assert refused.value.reason == "insufficient_budget"
    assert refused.value.facts == {"unallotted_cents": 5_000, "needed_cents": 5_001}
    assert limited.everything() == before


def test_two_who_accept_the_same_at_once_accept_it_once(limited: World) -> None:
    owes(limited, "ride-1", 900)

    results = at_once(
        [lambda: _decides(limited.another(), "accept_overage", "ride-1", 900) for _ in range(2)]
    )

    refused = [one for one in results if isinstance(one, StateForbids)]
    assert [one.reason for one in refused] == ["not_owed"]
    assert limited.program().paid_direct_cents == 900


@pytest.mark.parametrize("command", ["accept_shortfall", "accept_overage", "write_off"])
def test_a_ride_of_another_program_is_not_found(limited: World, command: str) -> None:
    owes(limited, "ride-1", 900)
    limited.administer(
        "create_program",
        program_id="prg_second",
        name="Second",
        funder="Harbor Foundation",
        rules=builders.rules(),
    )
    limited.administer("fund", program_id="prg_second", amount_cents=5_000)
    before = limited.everything()

    for fields in (
        {"program_id": "prg_second"},
        {"provider_id": OTHER_PROVIDER},
        {"ride_id": "ride-2"},
    ):
        with pytest.raises(NotFound) as refused:
            _decides(limited, command, **{"ride": "ride-1", "cents": 1, **_named(fields)})
        assert refused.value.kind == "ride"

    assert limited.everything() == before


@pytest.mark.parametrize(
    "command", ["accept_shortfall", "accept_overage", "write_off", "record_payment"]
)
def test_the_same_command_again_decides_nothing_more(limited: World, command: str) -> None:
    falls_short(limited, "ride-1")
    code = owes(limited, "ride-2", 900)
    ride = "ride-1" if command == "accept_shortfall" else "ride-2"

    def decide() -> dict[str, Any]:
        if command == "record_payment":
            return _pays(limited, 400, command_id="once")
        return _decides(limited, command, ride, 400, command_id="once")

    first = decide()
    limited.adjust(code, "ride-2", cents=2_950)
    before = limited.everything()
    again = decide()

    assert again["repeated"] is True
    assert again["in_words"].endswith(first["in_words"])
    assert limited.everything() == before


def test_a_payment_is_on_record_with_what_was_payable_before_and_is_after(
    limited: World,
) -> None:
    code = owes(limited, "ride-1", 900)
    _decides(limited, "accept_overage", "ride-1", 500)
    limited.adjust(code, "ride-1", cents=1_800)

    first = _pays(limited, 1_000)
    second = _pays(limited, 801)

    # The fare, of which 5.00 were accepted: the voucher doesn't pay those too.
    assert (first["payable_before_cents"], first["payable_cents"]) == (1_800, 800)
    assert first["in_words"] == (
        "A payment of 10.00 to pvd_city_cabs for 2026-03 is on record (invoice A-7). "
        "8.00 is still payable for that month."
    )
    assert (second["payable_before_cents"], second["payable_cents"]) == (800, -1)
    assert second["in_words"].endswith(
        "That is 0.01 MORE than was payable. Please look at the invoice."
    )
    last = _last_entry(limited)
    assert (last.kind, last.paid_cents, last.paid_month) == ("payment.recorded", 801, "2026-03")
    assert last.changes == {}
    assert limited.program().paid_direct_cents == 500


def test_a_payment_counts_for_the_month_that_it_is_for_and_for_its_company(
    limited: World,
) -> None:
    limited.register_provider(OTHER_PROVIDER)
    owes(limited, "ride-1", 0)
    limited.clock.now = MARCH_ENDS_AT + timedelta(days=1)
    owes(limited, "ride-2", 0)

    other = _pays(limited, 100, provider_id=OTHER_PROVIDER)
    march = _pays(limited, 1_500, "2026-03")
    april = _pays(limited, 1_500, "2026-04")

    assert (other["payable_before_cents"], other["payable_cents"]) == (0, -100)
    assert (march["payable_before_cents"], march["payable_cents"]) == (2_000, 500)
    assert (april["payable_before_cents"], april["payable_cents"]) == (2_000, 500)


def test_a_payment_to_nobody_or_of_no_program_is_not_found(limited: World) -> None:
    before = limited.everything()

    for fields in ({"provider_id": OTHER_PROVIDER}, {"program_id": "prg_nowhere"}):
        with pytest.raises(NotFound):
            _pays(limited, 100, **fields)

    assert limited.everything() == before


def _named(fields: dict[str, str]) -> dict[str, Any]:
    return {"ride" if name == "ride_id" else name: value for name, value in fields.items()}


def _last_entry(world: World) -> Any:
    account = keys.program_account(world.program_id)
    return world.store.entries(account, world.program().chain.sequence - 1, 1)[0]


def _later(world: World) -> datetime:
    return world.clock.now + timedelta(seconds=1)
