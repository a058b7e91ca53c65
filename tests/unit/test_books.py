"""The books: balances rebuilt from entries alone, chains that show what was done to them, and what
is owed to ride companies (domain.md, invariant 8, and 'What is owed to the ride company')."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

import builders
from builders import NOON, OTHER_PARTNER, OTHER_PROVIDER, PARTNER, PROGRAM, PROVIDER
from farechance.books import Totals, differences, owed_change, payable_change, rebuild
from farechance.ledger import Account, Chain, Entry, Facts, Kind, append, digest
from farechance.programs import Program, Status
from farechance.vouchers import Voucher

NEW_YORK = ZoneInfo("America/New_York")
AVAILABLE, ON_HOLD, SPENT = Account.AVAILABLE, Account.HELD, Account.SPENT
ALLOTTED, UNALLOTTED = Account.ALLOTTED, Account.UNALLOTTED
OUTSIDE, PAID_DIRECT = Account.OUTSIDE, Account.PAID_DIRECT

Line = tuple[Entry, str]

# A voucher of 40.00: a ride was held at 15.00 and captured at 12.00, another is held at 10.00.
LIFE: list[tuple[Kind, dict[Account, int]]] = [
    (Kind.VOUCHER_MINTED, {ALLOTTED: -4_000, AVAILABLE: 4_000}),
    (Kind.RIDE_REQUESTED, {AVAILABLE: -1_500, ON_HOLD: 1_500}),
    (Kind.RIDE_COMPLETED, {ON_HOLD: -1_500, AVAILABLE: 300, SPENT: 1_200}),
    (Kind.RIDE_REQUESTED, {AVAILABLE: -1_000, ON_HOLD: 1_000}),
]


def written(life: Iterable[tuple[Kind, dict[Account, int]]] = LIFE) -> tuple[Chain, list[Line]]:
    """The end of an account's chain, and its entries with their digests as they are stored."""
    chain, lines = Chain(), []
    for number, (kind, changes) in enumerate(life):
        chain, entry = append(
            chain,
            account="voucher#k",
            identity=f"entry-{number}",
            kind=kind,
            program_id=PROGRAM,
            zone=NEW_YORK,
            now=NOON,
            facts=Facts(partner_id=PARTNER),
            changes=changes,
        )
        lines.append(line(entry))
    return chain, lines


def line(entry: Entry) -> Line:
    return entry, digest(entry.stored())


def stored_voucher(chain: Chain, **changes: Any) -> Voucher:
    """As the entries of LIFE say."""
    fields: dict[str, Any] = {
        "available_cents": 1_800,
        "spent_cents": 1_200,
        "rides_counted": 1,
        "holds": {"ride-2": builders.hold(1_000)},
        "held_cents": 1_000,
        "chain": chain,
    }
    return builders.voucher(**{**fields, **changes})


def entry(kind: Kind = Kind.RIDE_COMPLETED, **facts: Any) -> Entry:
    changes = facts.pop("changes", None)
    _, one = append(
        Chain(),
        account="voucher#k",
        identity="one",
        kind=kind,
        program_id=PROGRAM,
        zone=NEW_YORK,
        now=NOON,
        facts=Facts(**facts),
        changes=changes,
    )
    return one


def found(lines: list[Line], voucher: Voucher) -> list[str]:
    return list(differences(voucher, rebuild(lines)))


def test_every_balance_follows_from_the_entries_alone() -> None:
    chain, lines = written()

    rebuilt = rebuild(lines)

    assert rebuilt.broken == ()
    assert rebuilt.last.sequence == 4
    assert rebuilt.last.last_digest == chain.last_digest
    assert rebuilt.totals.entries == 4
    assert rebuilt.totals.moved == {
        ALLOTTED: -4_000,
        AVAILABLE: 1_800,
        ON_HOLD: 1_000,
        SPENT: 1_200,
    }
    assert found(lines, stored_voucher(chain)) == []


def test_an_account_without_entries_is_empty() -> None:
    rebuilt = rebuild([])

    assert rebuilt.totals == Totals()
    assert rebuilt.last == Chain()
    assert list(differences(builders.voucher(available_cents=0), rebuilt)) == []


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        pytest.param(
            {"available_cents": 1_801},
            "voucher.available: 1801 is stored, the ledger says 1800",
            id="a cent more is available",
        ),
        pytest.param(
            {"spent_cents": 1_199},
            "voucher.spent: 1199 is stored, the ledger says 1200",
            id="a cent less is spent",
        ),
        pytest.param(
            {"holds": {}, "held_cents": 0},
            "voucher.held: 0 is stored, the ledger says 1000",
            id="a hold is gone",
        ),
    ],
)
def test_a_balance_that_is_not_what_its_entries_say_is_told_by_name(
    changes: dict[str, Any], told: str
) -> None:
    chain, lines = written()

    assert found(lines, stored_voucher(chain, **changes)) == [told]


@pytest.mark.parametrize("place", range(len(LIFE)))
def test_an_entry_that_was_tampered_with_is_told(place: int) -> None:
    chain, lines = written()
    old, _ = lines[place]

    # Its money is left alone, so that no balance shows it.
    lines[place] = line(old.model_copy(update={"reason": "another"}))

    told = found(lines, stored_voucher(chain))
    is_last = place == len(LIFE) - 1
    assert told == [
        "its last entry isn't the one that the item names"
        if is_last
        else f"entry {place + 2} doesn't follow from the one before it"
    ]


def test_an_entry_whose_money_was_tampered_with_is_told_twice() -> None:
    chain, lines = written()
    old, _ = lines[1]

    lines[1] = line(old.model_copy(update={"changes": {AVAILABLE: -1_400, ON_HOLD: 1_400}}))

    assert found(lines, stored_voucher(chain)) == [
        "entry 3 doesn't follow from the one before it",
        "voucher.available: 1800 is stored, the ledger says 1900",
        "voucher.held: 1000 is stored, the ledger says 900",
    ]


@pytest.mark.parametrize("place", range(len(LIFE)))
def test_an_entry_that_is_missing_is_told(place: int) -> None:
    chain, lines = written()

    del lines[place]

    rebuilt, told = rebuild(lines), found(lines, stored_voucher(chain))
    is_last = place == len(LIFE) - 1
    assert (rebuilt.broken == ()) is is_last
    if not is_last:
        assert f"entry {place + 2} stands where {place + 1} should" in told
        assert f"entry {place + 2} doesn't follow from the one before it" in told
    assert "its last entry isn't the one that the item names" in told
    assert any(one.startswith("voucher.available") for one in told)


@pytest.mark.parametrize("place", range(len(LIFE) - 1))
def test_entries_that_were_swapped_are_told(place: int) -> None:
    chain, lines = written()

    lines[place], lines[place + 1] = lines[place + 1], lines[place]

    told = found(lines, stored_voucher(chain))
    assert f"entry {place + 2} stands where {place + 1} should" in told
    assert f"entry {place + 1} stands where {place + 2} should" in told
    assert f"entry {place + 2} doesn't follow from the one before it" in told


@pytest.mark.parametrize("place", range(len(LIFE)))
def test_an_entry_that_is_repeated_is_told(place: int) -> None:
    chain, lines = written()

    lines.insert(place, lines[place])

    told = found(lines, stored_voucher(chain))
    assert f"entry {place + 1} stands where {place + 2} should" in told
    assert "its last entry isn't the one that the item names" in told
    assert any("is stored, the ledger says" in one for one in told)


def test_an_item_that_names_another_last_entry_is_told() -> None:
    chain, lines = written()
    for other in (
        chain.model_copy(update={"sequence": 5}),
        chain.model_copy(update={"last_digest": "x"}),
        Chain(),
    ):
        assert found(lines, stored_voucher(other)) == [
            "its last entry isn't the one that the item names"
        ]


def stored_program(chain: Chain, **changes: Any) -> Program:
    fields: dict[str, Any] = {
        "program_id": PROGRAM,
        "name": "Harbor",
        "funder": "Harbor Fund",
        "status": Status.ACTIVE,
        "rules_version": 1,
        "time_zone": "America/New_York",
        "funded_cents": 9_000,
        "unallotted_cents": 4_900,
        "paid_direct_cents": 100,
        "chain": chain,
    }
    return Program(**{**fields, **changes})


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, []),
        ({"funded_cents": 9_001}, ["outside: -9001 is stored, the ledger says -9000"]),
        ({"unallotted_cents": 0}, ["program.unallotted: 0 is stored, the ledger says 4900"]),
        ({"paid_direct_cents": 99}, ["program.paid_direct: 99 is stored, the ledger says 100"]),
    ],
)
def test_a_programmes_budget_is_compared_in_the_same_way(
    changes: dict[str, Any], told: list[str]
) -> None:
    chain, lines = written(
        [
            (Kind.PROGRAM_FUNDED, {OUTSIDE: -10_000, UNALLOTTED: 10_000}),
            (Kind.PROGRAM_DEFUNDED, {OUTSIDE: 1_000, UNALLOTTED: -1_000}),
            (Kind.PROGRAM_ALLOTTED, {UNALLOTTED: -4_000, ALLOTTED: 4_000}),
            (Kind.SHORTFALL_ACCEPTED, {UNALLOTTED: -100, PAID_DIRECT: 100}),
        ]
    )

    assert list(differences(stored_program(chain, **changes), rebuild(lines))) == told


@pytest.mark.parametrize(
    ("one", "payable"),
    [
        pytest.param(entry(changes={AVAILABLE: -700, SPENT: 700}), 700, id="captured"),
        pytest.param(entry(changes={AVAILABLE: 700, SPENT: -700}), -700, id="refunded"),
        pytest.param(entry(changes={AVAILABLE: -700, ON_HOLD: 700}), 0, id="held"),
        pytest.param(entry(Kind.SHORTFALL_ACCEPTED, decided_cents=300), 300, id="shortfall"),
        pytest.param(entry(Kind.OVERAGE_ACCEPTED, decided_cents=300), 300, id="overage"),
        pytest.param(entry(Kind.WRITTEN_OFF, decided_cents=300), 0, id="written off"),
        pytest.param(entry(Kind.PAYMENT_RECORDED, paid_cents=500), -500, id="paid"),
        pytest.param(entry(shortfall_cents=400, overage_cents=200), 0, id="not accepted"),
    ],
)
def test_payable_is_what_was_captured_and_accepted_without_what_was_refunded_and_paid(
    one: Entry, payable: int
) -> None:
    assert payable_change(one) == payable


@pytest.mark.parametrize(
    ("one", "owed"),
    [
        pytest.param(entry(owed_cents=400, shortfall_cents=400), 400, id="a debt"),
        pytest.param(entry(owed_cents=-400, shortfall_cents=-400), -400, id="a debt that went"),
        # What was decided of a ride stays decided, however its fare is adjusted afterwards.
        pytest.param(entry(overage_cents=-200, overage_owed_by="program"), 0, id="it was accepted"),
        pytest.param(entry(overage_cents=200, overage_owed_by="rider"), 0, id="the rider's"),
        pytest.param(entry(Kind.SHORTFALL_ACCEPTED, decided_cents=300), -300, id="accepted"),
        pytest.param(entry(Kind.WRITTEN_OFF, decided_cents=300), -300, id="written off"),
        pytest.param(entry(Kind.PAYMENT_RECORDED, paid_cents=500), 0, id="paid"),
        pytest.param(entry(changes={AVAILABLE: -700, SPENT: 700}), 0, id="captured"),
    ],
)
def test_owed_is_what_events_changed_of_rides_debts_without_what_was_decided(
    one: Entry, owed: int
) -> None:
    assert owed_change(one) == owed


def test_totals_tell_partners_and_ride_companies_apart() -> None:
    totals = Totals()

    for one in (
        entry(partner_id=PARTNER, changes={UNALLOTTED: -900, ALLOTTED: 900}),
        entry(partner_id=PARTNER, changes={ALLOTTED: -400, AVAILABLE: 400}),
        entry(partner_id=OTHER_PARTNER, changes={UNALLOTTED: -70, ALLOTTED: 70}),
        entry(provider_id=PROVIDER, changes={AVAILABLE: -300, SPENT: 300}),
        entry(provider_id=OTHER_PROVIDER, owed_cents=50, shortfall_cents=50),
        entry(Kind.SHORTFALL_ACCEPTED, provider_id=OTHER_PROVIDER, decided_cents=20),
    ):
        totals.add(one)

    assert totals.entries == 6
    assert (totals.given[PARTNER], totals.given[OTHER_PARTNER]) == (500, 70)
    assert (totals.payable[PROVIDER], totals.payable[OTHER_PROVIDER]) == (300, 20)
    assert totals.owed_cents == 30


@given(
    st.lists(
        st.tuples(
            st.sampled_from([PARTNER, OTHER_PARTNER]),
            st.sampled_from([PROVIDER, OTHER_PROVIDER]),
            st.integers(-500, 500),
        ),
        max_size=12,
    ),
    st.integers(0, 12),
)
def test_sums_of_parts_are_the_sums_of_the_whole(
    parts: list[tuple[str, str, int]], cut: int
) -> None:
    entries = [
        entry(
            partner_id=partner,
            provider_id=provider,
            shortfall_cents=cents,
            changes={ALLOTTED: -cents, SPENT: cents},
        )
        for partner, provider, cents in parts
    ]
    whole, first, second = Totals(), Totals(), Totals()
    for one in entries:
        whole.add(one)
    for one in entries[:cut]:
        first.add(one)
    for one in entries[cut:]:
        second.add(one)

    first.include(second)

    assert first == whole


def test_what_an_entry_does_not_say_counts_as_nothing() -> None:
    _, lines = written([(Kind.RIDE_REQUESTED, {AVAILABLE: -1_500, ON_HOLD: 1_500})])
    ((entry, _),) = lines
    of_nobody = entry.model_copy(update={"partner_id": None, "changes": {}})
    totals = Totals()

    totals.add(entry)
    totals.add(of_nobody)

    # What belongs to nobody is kept under no name, so that it can't be taken for somebody's.
    assert totals.given == {PARTNER: 0, "": 0}
    assert totals.payable == {"": 0}
    accepted = of_nobody.model_copy(update={"kind": Kind.SHORTFALL_ACCEPTED})
    assert payable_change(accepted) == owed_change(accepted) == 0


def test_what_batches_have_left_is_added_up_by_batch_over_all_accounts() -> None:
    totals, more = Totals(), Totals()
    totals.add(entry(batch_id="bat_1", changes={ALLOTTED: -900, Account.RESERVED: 900}))
    totals.add(entry(batch_id="bat_1", changes={Account.RESERVED: -300, AVAILABLE: 300}))
    totals.add(entry(changes={AVAILABLE: -100, ON_HOLD: 100}))
    more.add(entry(batch_id="bat_2", changes={ALLOTTED: -50, Account.RESERVED: 50}))
    more.add(entry(owed_cents=70))

    totals.add(entry(owed_cents=30))
    totals.include(more)

    assert totals.reserved == {"bat_1": 600, "bat_2": 50, "": 0}
    assert totals.owed_cents == 100


@pytest.mark.parametrize("account", [ALLOTTED, Account.RESERVED, Account.TRANSFER])
def test_it_is_known_when_money_last_left_one_item_for_another(account: Account) -> None:
    totals, earlier, later = Totals(), Totals(), Totals()
    totals.add(entry(changes={AVAILABLE: -100, ON_HOLD: 100}))
    before = totals.last_between_at
    one = entry(changes={account: -100, AVAILABLE: 100})
    later.add(one.model_copy(update={"recorded_at": NOON + timedelta(seconds=1)}))
    earlier.add(one)

    totals.include(later)
    totals.include(earlier)

    assert before is None
    assert totals.last_between_at == NOON + timedelta(seconds=1)
