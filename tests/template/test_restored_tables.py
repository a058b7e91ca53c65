"""Tables that were restored from a backup have other names, and a parameter has the whole stack use
them: every function, every right, the watch and what is watched; and nothing of the old ones."""

import json
import re
from typing import Any

import pytest

from infra.local import template

TABLES = {"Programs", "Vouchers", "People", "Ledger"}
OWN = template.load()
RESTORED = template.load(restored=True)
PARTS = ("Resources", "Outputs")
OUTSIDE = {*(f"{name}Table" for name in TABLES)}
"""The tables themselves, which stay as they are."""


def _texts(value: Any) -> list[str]:
    match value:
        case dict():
            return [text for key, one in value.items() for text in (key, *_texts(one))]
        case list():
            return [text for one in value for text in _texts(one)]
    return [str(value)]


def _resources(loaded: dict[str, Any]) -> dict[str, Any]:
    return {name: one for name, one in loaded["Resources"].items() if name not in OUTSIDE}


def test_nothing_but_the_tables_names_the_stacks_own_once_they_were_restored() -> None:
    pattern = re.compile(r"\b(Programs|Vouchers|People|Ledger)Table\b")

    for name, one in {**_resources(RESTORED), **RESTORED["Outputs"]}.items():
        assert [text for text in _texts(one) if pattern.search(text)] == [], name


@pytest.mark.parametrize("table", sorted(TABLES))
def test_a_restored_table_is_used_wherever_the_stacks_own_was(table: str) -> None:
    own = re.compile(rf"\b{table}Table\b")
    theirs = re.compile(rf"\$\{{RestoredTables\}}-{table.lower()}\b")

    def uses(loaded: dict[str, Any], pattern: re.Pattern[str]) -> dict[str, int]:
        return {
            name: sum(len(pattern.findall(text)) for text in _texts(one))
            for name, one in {**_resources(loaded), **loaded["Outputs"]}.items()
        }

    before, after = uses(OWN, own), uses(RESTORED, theirs)
    # The watch names the ledger's stream, whose name can't be told from the table's.
    before["WatchingFunction"] = after["WatchingFunction"] = 0
    assert before == after
    assert sum(before.values()) > 10


def test_what_is_restored_differs_in_nothing_else() -> None:
    text = json.dumps([RESTORED[part] for part in PARTS])
    table_arn = (
        "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${RestoredTables}-"
    )
    for name in TABLES:
        lower = name.lower()
        text = text.replace(
            json.dumps({"Fn::Sub": f"{table_arn}{lower}"}),
            json.dumps({"Fn::GetAtt": f"{name}Table.Arn"}),
        )
        text = text.replace(f"{table_arn}{lower}/index", f"${{{name}Table.Arn}}/index")
        text = text.replace(
            json.dumps({"Fn::Sub": f"${{RestoredTables}}-{lower}"}),
            json.dumps({"Ref": f"{name}Table"}),
        )
    text = text.replace(
        '{"Ref": "RestoredLedgerStream"}', '{"Fn::GetAtt": "LedgerTable.StreamArn"}'
    )

    assert json.loads(text) == [OWN[part] for part in PARTS]


def test_the_watch_follows_the_stream_of_the_ledger_that_is_used() -> None:
    def stream(loaded: dict[str, Any]) -> Any:
        (event,) = loaded["Resources"]["WatchingFunction"]["Properties"]["Events"].values()
        return event["Properties"]["Stream"]

    assert stream(OWN) == {"Fn::GetAtt": "LedgerTable.StreamArn"}
    assert stream(RESTORED) == {"Ref": "RestoredLedgerStream"}


def test_restored_tables_are_none_by_default_and_come_with_their_stream_or_not_at_all() -> None:
    parameters = OWN["Parameters"]
    (assertion,) = OWN["Rules"]["RestoredTablesAreWatched"]["Assertions"]
    names = ("RestoredTables", "RestoredLedgerStream")

    assert [parameters[name]["Default"] for name in names] == ["", ""]
    neither, both = assertion["Assert"]["Fn::Or"]
    empty = [{"Fn::Equals": [{"Ref": name}, ""]} for name in names]
    assert neither == {"Fn::And": empty}
    assert both == {"Fn::And": [{"Fn::Not": [one]} for one in empty]}


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("RestoredTables", ["", "farechance-back"], ["a b", "x" * 241]),
        (
            "RestoredLedgerStream",
            ["", "arn:aws:dynamodb:us-east-1:1:table/x-ledger/stream/2026-03-01T00:00:00.000"],
            ["x-ledger", "arn:aws:dynamodb:us-east-1:1:table/x-ledger"],
        ),
    ],
)
def test_a_name_that_can_be_none_is_refused(name: str, good: list[str], bad: list[str]) -> None:
    pattern = OWN["Parameters"][name]["AllowedPattern"]

    assert all(re.fullmatch(pattern, one) for one in good)
    assert not any(re.fullmatch(pattern, one) for one in bad)


def test_the_tables_themselves_stay_and_are_kept() -> None:
    for name in OUTSIDE:
        assert RESTORED["Resources"][name] == OWN["Resources"][name]
        assert OWN["Resources"][name]["DeletionPolicy"] == "Retain"
