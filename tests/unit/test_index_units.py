"""What a write costs in the indexes of the template's tables."""

from typing import Any

from index_units import index_units


def _item(**texts: str) -> dict[str, Any]:
    return {name: {"S": text} for name, text in texts.items()}


def _entry(note: str = "") -> dict[str, Any]:
    keys = _item(pk="voucher#1", sk="ride#1", month_shard="1", month_sort="1", note=note)
    return {**keys, "sequence": {"N": "1"}}


def _voucher(**texts: str) -> dict[str, Any]:
    return _item(pk="voucher#1", allotment="a", minted_at="m", **texts)


def test_a_new_entry_stands_in_both_indexes_of_the_ledger() -> None:
    # In the one within its partition for two units, as the entry itself is.
    assert index_units("ledger", {}, _entry()) == 2 + 1


def test_each_kilobyte_of_what_an_index_holds_counts() -> None:
    assert index_units("ledger", {}, _entry("n" * 1_024)) == 2 * 2 + 2


def test_what_no_index_holds_costs_nothing_there() -> None:
    before, after = _voucher(spent="0"), _voucher(spent="9" * 2_000)

    assert index_units("vouchers", before, after) == 0
    assert index_units("vouchers", {}, _item(pk="ride#1")) == 0


def test_what_an_index_holds_beside_its_keys_is_written_in_its_place() -> None:
    assert index_units("vouchers", _voucher(last4="AAAA"), _voucher(last4="BBBB")) == 1


def test_another_place_in_an_index_takes_a_removal_and_a_write() -> None:
    before = _voucher(return_shard="1", return_at="2026-01-01")
    after = _voucher(return_shard="1", return_at="2026-02-01")

    assert index_units("vouchers", before, after) == 2


def test_coming_into_an_index_and_leaving_it_take_one_each() -> None:
    with_place = _voucher(return_shard="1", return_at="2026-01-01")

    assert index_units("vouchers", _voucher(), with_place) == 1
    assert index_units("vouchers", with_place, _voucher()) == 1
    assert index_units("vouchers", with_place, {}) == 2
