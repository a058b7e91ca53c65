"""Entries of the ledger: each balances, each carries the digest of the one before it, and the
months close in order."""

import base64
import hashlib
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOON, PROGRAM
from farechance.ledger import MONTH_SHARDS, Account, Chain, Entry, Facts, Kind, append, digest

NEW_YORK = ZoneInfo("America/New_York")


def appended(chain: Chain | None = None, **changes: Any) -> tuple[Chain, Entry]:
    fields: dict[str, Any] = {
        "account": "voucher#k",
        "identity": "ride#pvd_city_cabs#ride-1#requested",
        "kind": Kind.RIDE_REQUESTED,
        "program_id": PROGRAM,
        "zone": NEW_YORK,
        "now": NOON,
        "facts": Facts(partner_id="org_second_start", purpose="family"),
        "changes": {Account.AVAILABLE: -1_500, Account.HELD: 1_500},
        "content_digest": "c",
        "answer": {"decision": "approved"},
    }
    return append(chain or Chain(), **{**fields, **changes})


def test_the_first_entry_begins_a_chain() -> None:
    chain, entry = appended()

    assert entry.sequence == 1
    assert entry.previous_digest is None
    assert chain == Chain(
        sequence=1, last_digest=digest(entry.stored()), last_recorded_at=entry.recorded_at
    )


def test_each_entry_carries_the_digest_of_the_one_before_it() -> None:
    chain, first = appended()
    chain, second = appended(chain, identity="second")
    chain, third = appended(chain, identity="third")

    assert [entry.sequence for entry in (first, second, third)] == [1, 2, 3]
    assert second.previous_digest == digest(first.stored())
    assert third.previous_digest == digest(second.stored())
    assert chain.last_digest == digest(third.stored())


def test_a_chain_shows_that_an_entry_before_its_end_was_overwritten() -> None:
    chain, first = appended()
    _, second = appended(chain, identity="second")

    overwritten = first.model_copy(
        update={"changes": {Account.AVAILABLE: -1_400, Account.HELD: 1_400}}
    )

    assert digest(overwritten.stored()) != second.previous_digest


def test_a_digest_is_sha_256_of_canonical_json() -> None:
    text = '{"a":[1,null,"\\u00e9"],"b":{"c":true,"d":0}}'
    expected = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode()

    assert digest({"b": {"d": 0, "c": True}, "a": [1, None, "é"]}) == expected.rstrip("=")
    # The same, worked out once with sha256sum: it must not change from one release to the next.
    assert digest({}) == "RBNvo1WzZ4oRRq0W9-hknpT7T8If536DEMBg9hyq_4o"


def test_the_digest_of_an_entry_changes_with_any_of_its_fields() -> None:
    _, entry = appended(
        facts=Facts(
            partner_id="org_second_start",
            voucher_id="vch_1",
            subject_id="sub_1",
            purpose="family",
            provider_id="pvd_city_cabs",
            ride_day=date(2026, 3, 2),
            reason="insufficient_balance",
            act_reason="lost",
            fare_cents=1,
            tip_cents=1,
            overage_cents=1,
            overage_owed_by="rider",
            shortfall_cents=1,
            owed_cents=1,
            decided_cents=1,
            paid_cents=1,
            paid_month="2026-02",
            invoice_ref="invoice-1",
            counted=True,
            used_up=True,
            never_used=True,
            of_fee=True,
            command_id="fund-1",
            batch_id="bat_1",
        )
    )
    entry = entry.model_copy(update={"previous_digest": "p"})
    content = json.loads(json.dumps(entry.stored()))

    others = [digest({**content, name: "another"}) for name in content]

    assert set(content) == set(Entry.model_fields)
    assert len({digest(content), *others}) == len(content) + 1


def test_a_digest_does_not_depend_on_the_order_of_fields_or_changes() -> None:
    _, one = appended(changes={Account.AVAILABLE: -5, Account.HELD: 5})
    _, other = appended(changes={Account.HELD: 5, Account.AVAILABLE: -5})

    assert digest(one.stored()) == digest(other.stored())
    assert digest(dict(reversed(one.stored().items()))) == digest(one.stored())


def test_an_entry_reads_back_with_the_same_digest() -> None:
    _, entry = appended()

    read = Entry.model_validate_json(json.dumps(entry.stored()))

    assert read == entry
    assert digest(read.stored()) == digest(entry.stored())


@pytest.mark.parametrize(
    "changes",
    [
        {Account.AVAILABLE: 1},
        {Account.AVAILABLE: -1_500, Account.HELD: 1_499},
        {Account.AVAILABLE: -1, Account.HELD: 1, Account.SPENT: 1},
    ],
)
def test_an_entry_that_does_not_balance_cannot_be(changes: dict[Account, int]) -> None:
    with pytest.raises(ValueError, match="from somewhere to somewhere"):
        appended(changes=changes)


def test_an_entry_may_move_nothing_and_does_not_name_accounts_that_stay() -> None:
    _, refused = appended(changes=None)
    _, moved = appended(changes={Account.AVAILABLE: -5, Account.HELD: 0, Account.SPENT: 5})

    assert refused.changes == {}
    assert moved.changes == {Account.AVAILABLE: -5, Account.SPENT: 5}


def test_what_is_absent_is_not_stored() -> None:
    _, entry = appended(facts=Facts(), content_digest=None, answer=None, changes=None)

    assert entry.stored() == {
        "account": "voucher#k",
        "identity": "ride#pvd_city_cabs#ride-1#requested",
        "sequence": 1,
        "kind": "ride.requested",
        "program_id": PROGRAM,
        "recorded_at": "2026-03-02T17:00:00.000Z",
        "month": "2026-03",
        "changes": {},
    }


def test_no_entry_is_recorded_before_the_one_that_it_follows() -> None:
    later = NOON + timedelta(minutes=3)
    chain, _ = appended(now=later)

    chain, behind = appended(chain, identity="second", now=NOON)
    _, ahead = appended(chain, identity="third", now=later + timedelta(milliseconds=1))

    assert behind.recorded_at == later
    assert chain.last_recorded_at == later
    assert ahead.recorded_at == later + timedelta(milliseconds=1)


@given(st.lists(st.timedeltas(timedelta(days=-40), timedelta(days=40)), max_size=8))
def test_months_close_in_order_whatever_the_clocks_say(waits: list[timedelta]) -> None:
    chain, entries = Chain(), []
    for number, wait in enumerate(waits):
        chain, entry = appended(chain, identity=str(number), now=NOON + wait)
        entries.append(entry)

    recorded = [entry.recorded_at for entry in entries]
    months = [entry.month for entry in entries]
    assert recorded == sorted(recorded)
    assert months == sorted(months)
    sorts = [entry.month_sort for entry in entries]
    assert sorts == sorted(sorts)


@pytest.mark.parametrize(
    ("now", "zone", "month"),
    [
        (datetime(2026, 4, 1, 3, 59, 59, 999_000, tzinfo=UTC), "America/New_York", "2026-03"),
        (datetime(2026, 4, 1, 4, tzinfo=UTC), "America/New_York", "2026-04"),
        (datetime(2026, 4, 1, 4, tzinfo=UTC), "America/Los_Angeles", "2026-03"),
        (datetime(2026, 4, 1, 4, tzinfo=UTC), "UTC", "2026-04"),
    ],
)
def test_an_entry_belongs_to_the_month_in_which_it_was_recorded_in_the_programmes_zone(
    now: datetime, zone: str, month: str
) -> None:
    _, entry = appended(now=now, zone=ZoneInfo(zone))

    assert entry.month == month


def test_an_entry_that_is_restamped_belongs_to_the_month_of_its_stamp() -> None:
    april = datetime(2026, 4, 1, 4, tzinfo=UTC)
    chain, _ = appended(now=april)

    _, entry = appended(chain, identity="second", now=april - timedelta(seconds=1))

    assert entry.month == "2026-04"


def test_a_months_entries_are_spread_over_eight_partitions_of_the_index() -> None:
    shards = {appended(account=f"voucher#{number}")[1].month_shard for number in range(500)}

    assert shards == {f"{PROGRAM}#2026-03#{shard}" for shard in range(MONTH_SHARDS)}
    assert MONTH_SHARDS == 8


def test_all_entries_of_one_account_and_month_are_in_one_partition() -> None:
    chain, first = appended()
    _, second = appended(chain, identity="second", now=NOON + timedelta(days=1))

    assert first.month_shard == second.month_shard
    assert first.month_sort < second.month_sort


def test_entries_of_one_instant_sort_by_their_number() -> None:
    chain, sorts = Chain(), []
    for number in range(12):
        chain, entry = appended(chain, identity=str(number))
        sorts.append(entry.month_sort)

    assert sorts == sorted(sorts)
    assert len(set(sorts)) == 12


def test_an_entry_keeps_the_day_of_the_ride_beside_its_own() -> None:
    _, entry = appended(facts=Facts(ride_day=date(2026, 2, 28)))

    assert entry.stored()["ride_day"] == "2026-02-28"
    assert entry.month == "2026-03"


def test_every_digest_has_43_symbols() -> None:
    assert {len(digest({"number": number})) for number in range(500)} == {43}
