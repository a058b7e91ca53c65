"""The page of amounts (infra/guides/amounts.md): each of its tables is played line by line on real
operations, with a clock that moves, and each line must say what was answered and where the money is
then. A number that is wrong on the page fails here."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws

import builders
from books import differences
from guides import FOLDER
from tables import make_tables, world_on
from world import World

PAGE = (FOLDER / "amounts.md").read_text(encoding="utf-8")
HEAD = "| what happens | answer | available | held | spent | rides left |"
TABLE = re.compile(re.escape(HEAD) + r"\n\|[-: |]+\n((?:\|.*\n)+)")
MONEY = r"\$(\d+\.\d\d)"


def _tables() -> Iterator[Any]:
    """Each table with the rules that the words before it name."""
    end = 0
    for number, found in enumerate(TABLE.finditer(PAGE), start=1):
        rules = dict(re.findall(r"`(\w+)` = `(\w+)`", PAGE[end : found.start()]))
        rows = [[cell.strip() for cell in row.split("|")[1:-1]] for row in found[1].splitlines()]
        title = re.findall(r"^#+ (.+)$", PAGE[: found.start()], re.M)[-1]
        yield pytest.param(rules, rows, id=f"{number} {title}")
        end = found.end()


TABLES = list(_tables())


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Empty tables."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        client = boto3.client("dynamodb", region_name="us-east-1")
        yield world_on(client, make_tables(client))


@pytest.mark.parametrize(("rules", "rows"), TABLES)
def test_each_line_says_what_is_answered_and_where_the_money_is(
    world: World, rules: dict[str, str], rows: list[list[str]]
) -> None:
    changes = {name: int(word) if word.isdigit() else word for name, word in rules.items()}
    world.with_program(rules=builders.rules(**changes))
    story = Story(world)

    played = [[row[0], *story.play(row[0])] for row in rows]

    assert played == rows
    assert differences(world) == []


def test_every_table_and_every_amount_of_the_page_is_played() -> None:
    rows = [row for line in PAGE.splitlines() if (row := line.strip()).startswith("|")]
    played = sum(len(one.values[1]) for one in TABLES)

    assert len(TABLES) == PAGE.count(HEAD) >= 10
    # Each table has two lines beside those that are played.
    assert len(rows) == played + 2 * len(TABLES)


class Story:
    """A voucher and its rides. Each line of a table is one thing that happens, a minute later."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._code = ""
        self._happens: dict[str, Callable[..., str]] = {
            rf"a voucher of {MONEY}(?: for (\d) rides?(?:, at most {MONEY} each)?)?": self._mint,
            rf"ride (\w) is asked for, estimate {MONEY}": self._ask,
            rf"ride (\w) costs {MONEY}(?:, of it {MONEY} tip)?(, but a minute before that)?": (
                self._complete
            ),
            rf"ride (\w) is cancelled(?: for a fee of {MONEY})?": self._cancel,
            rf"ride (\w) is corrected to {MONEY}": self._correct,
            rf"ride (\w) is given a tip of {MONEY}": self._tip,
            r"ride (\w) is refunded as a whole": self._refund,
            r"(\d+) (hours|days) pass": self._wait,
            r"(\d+) (days) pass, housekeeping comes by": self._keep_house,
        }

    def play(self, line: str) -> list[str]:
        """What was answered, the three balances, and the rides that are left."""
        self._world.clock.passes(minutes=1)
        (told,) = (
            happens(*found.groups())
            for pattern, happens in self._happens.items()
            if (found := re.fullmatch(pattern, line))
        )
        voucher = self._world.voucher(self._code)
        balances = (voucher.available_cents, voucher.held_cents, voucher.spent_cents)
        return [told, *map(_dollars, balances), str(voucher.rides_left)]

    def _mint(self, value: str, rides: str | None, cap: str | None) -> str:
        asked = {
            "value_cents": _cents(value),
            "rides": None if rides is None else int(rides),
            "cap_cents": None if cap is None else _cents(cap),
        }
        self._code = self._world.code(**asked)
        return f"at most {_dollars(self._world.voucher(self._code).cap_cents)} a ride"

    def _ask(self, ride: str, estimate: str) -> str:
        answer = self._world.request(self._code, ride, _cents(estimate)).answer
        if answer["decision"] == "declined":
            return f"declined `{answer['reason']}`"
        return f"approved, held {_dollars(answer['held_cents'])}"

    def _complete(self, ride: str, fare: str, tip: str | None, earlier: str | None) -> str:
        at = self._world.clock.now - timedelta(minutes=2 if earlier else 0)
        changes = {"tip_cents": _cents(tip or "0.00"), "completed_at": at}
        return _told(self._world.complete(self._code, ride, _cents(fare), **changes).answer)

    def _cancel(self, ride: str, fee: str | None) -> str:
        cents = _cents(fee or "0.00")
        return _told(self._world.cancel(self._code, ride, cancellation_fee_cents=cents).answer)

    def _correct(self, ride: str, fare: str) -> str:
        return _told(self._world.adjust(self._code, ride, _cents(fare)).answer)

    def _tip(self, ride: str, tip: str) -> str:
        return _told(self._world.adjust(self._code, ride, _cents(tip), why="tip").answer)

    def _refund(self, ride: str) -> str:
        return _told(self._world.adjust(self._code, ride, 0, why="refund").answer)

    def _wait(self, number: str, unit: str) -> str:
        self._world.clock.passes(**{unit: int(number)})
        return ""

    def _keep_house(self, number: str, unit: str) -> str:
        self._wait(number, unit)
        before = self._world.allotment().available_cents
        self._world.keep_house()
        back = self._world.allotment().available_cents - before
        return f"{_dollars(back)} goes back to the allotment"


def _told(answer: Any) -> str:
    """An answer in the words of the page: what is 0 is left out, and so is an outcome that an
    amount of the same name says already."""
    owed_by = {"rider": "the rider", "program": "the programme"}.get(
        answer.get("overage_owed_by", ""), ""
    )
    amounts = [
        f"{name} {_dollars(cents)}" + (f" owed by {owed_by}" if name == "overage" else "")
        for name in ("captured", "refunded", "released", "overage", "shortfall")
        if (cents := answer.get(f"{name}_cents", 0))
    ]
    outcome = answer["outcome"]
    if outcome == "refused":
        return f"refused `{answer['reason']}`"
    is_said = any(one.startswith(f"{outcome} ") for one in amounts)
    return ", ".join(amounts if is_said else [outcome, *amounts])


def _cents(dollars: str) -> int:
    return int(dollars.replace(".", ""))


def _dollars(cents: int) -> str:
    return f"${cents // 100}.{cents % 100:02d}"
