"""What a benchmark could get wrong by itself: items that the system wouldn't have stored, a line
that isn't the nearest."""

from datetime import timedelta

from boto3.dynamodb.types import TypeSerializer

import builders
from bench import full_tables
from bench.filling import Item
from bench.growth import line
from builders import CODE_KEYS, NOON, PROGRAM
from farechance.codes import key_of, read_code
from farechance.ledger import Account, Entry, Kind
from farechance.store import Write, keys, writes
from farechance.times import instant_text
from farechance.vouchers import Voucher


def test_a_voucher_under_another_name_is_what_the_system_would_have_stored() -> None:
    card = full_tables.card(7, CODE_KEYS)
    minted_at = NOON - timedelta(seconds=7)
    pattern = _item(_put(builders.voucher()))

    renamed = full_tables.renamed_voucher(pattern, card, instant_text(minted_at))

    same = builders.voucher(
        voucher_key=card.voucher_key,
        voucher_id=card.voucher_id,
        last4=card.code[-4:],
        minted_at=minted_at,
    )
    assert renamed == _item(_put(same))


def test_an_entry_under_another_name_is_what_the_system_would_have_stored() -> None:
    card = full_tables.card(7, CODE_KEYS)
    pattern = _item(writes.put_entry(_entry("k" * 32, "vch_1" + "v" * 25)))

    renamed = full_tables.renamed_entry(pattern, card)

    same = _entry(card.voucher_key, card.voucher_id)
    assert renamed == _item(writes.put_entry(same))


def test_a_voucher_of_a_full_table_is_reached_by_its_code() -> None:
    cards = [full_tables.card(number, CODE_KEYS) for number in range(50)]

    read = [read_code(CODE_KEYS, card.code) for card in cards]

    assert [key_of(CODE_KEYS, code or "") for code in read] == [one.voucher_key for one in cards]
    assert len({card.voucher_key for card in cards}) == 50


def test_points_on_a_line_give_it_back() -> None:
    told = line((1_000, 4_000, 16_000), (0.7, 1.3, 3.7))

    assert "0.50 s of a CPU at first, and 0.20 s for each thousand" in told
    assert "within 0 %" in told


def test_a_curve_is_told_by_how_far_it_is_from_a_line() -> None:
    told = line((1_000, 4_000, 16_000), (1.0, 16.0, 256.0))

    assert "within 0 %" not in told


def _put(voucher: Voucher) -> Write:
    return writes.put_new(keys.voucher(voucher.voucher_key), voucher)


def _item(write: Write) -> Item:
    plain = {**write.key, **(write.item or {})}
    return {name: TypeSerializer().serialize(value) for name, value in plain.items()}


def _entry(voucher_key: str, voucher_id: str) -> Entry:
    return Entry(
        account=f"voucher#{voucher_key}",
        identity="minted",
        sequence=1,
        kind=Kind.VOUCHER_MINTED,
        program_id=PROGRAM,
        recorded_at=NOON,
        month="2026-03",
        voucher_id=voucher_id,
        changes={Account.ALLOTTED: -4_000, Account.AVAILABLE: 4_000},
    )
