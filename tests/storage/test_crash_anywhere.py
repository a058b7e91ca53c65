"""Crash anywhere: every use case loses every one of its calls to DynamoDB in every way, one at a
time. Its caller then repeats it as it stands: all tables end exactly as in a world where nothing
went wrong, and the answer is the first one or its replay (domain.md, invariants 4, 5 and 9)."""

import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from itertools import batched
from pathlib import Path
from types import FrameType
from typing import Any, get_args

import pytest
from pydantic import BaseModel

import operations
import wire
from command_use_cases import COMMAND_USE_CASES
from farechance.commands import Command
from farechance.errors import Busy
from farechance.ledger import Kind
from ride_use_cases import RIDE_USE_CASES
from schedule_use_cases import SCHEDULE_USE_CASES
from use_cases import USE_CASES, Act, UseCase
from widget_use_cases import WIDGET_USE_CASES
from wire import Call, Fault, Wire, key_text
from world import FakeAnnouncer, FakeBucket, FakeClients, FakeGivenUp, FakeVault, World

ALL = {
    **USE_CASES,
    **RIDE_USE_CASES,
    **COMMAND_USE_CASES,
    **SCHEDULE_USE_CASES,
    **WIDGET_USE_CASES,
}
FOR_EVER = 1_000

ANY_CALL: Mapping[str, Fault] = {
    "lost before it is sent": wire.lost_before_sending,
    "its answer is lost": wire.answer_lost,
    "throttled": wire.refused_with("ProvisionedThroughputExceededException"),
}
READ: Mapping[str, Fault] = {"keys are left": wire.left_unprocessed}
TRANSACTION: Mapping[str, Fault] = {
    "broken after it was done": wire.failed_after_it_was_done,
    "conflict": wire.cancelled_because("TransactionConflict"),
    "in progress": wire.refused_with("TransactionInProgressException"),
    "mixed reasons": wire.cancelled_because(
        "ConditionalCheckFailed", "ThrottlingError", "TransactionConflict", "None"
    ),
}
DONE_UNSEEN = ("its answer is lost", "broken after it was done")


@pytest.fixture(autouse=True)
def _few_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    """All shards of an index are read alike, each by a call that may be lost."""
    for name in ("farechance.ledger", "farechance.store.database"):
        monkeypatch.setattr(f"{name}.MONTH_SHARDS", 2)
    for name in ("farechance.store.keys", "operations.keep_house"):
        monkeypatch.setattr(f"{name}.RETURN_SHARDS", 2)


@pytest.fixture(scope="module")
def furniture() -> dict[str, list[dict[str, Any]]]:
    """Made anew with as few shards as are read here: in another module's, entries stand in more."""
    return {}


@pytest.mark.parametrize("name", ALL)
def test_whatever_call_is_lost_a_repeat_converges_and_is_answered_right(
    world: World, bystander: Any, name: str
) -> None:
    use_case = ALL[name]
    trial = Trial(use_case, use_case.prepare(world), world, bystander)
    calls = trial.calls
    last = max((at for at, call in enumerate(calls) if _is_transaction(call)), default=-1)

    wrong = []
    for at, what, fault, times in _faults(calls):
        told = trial.disturbed_by(fault, at, times)
        # Only where all was done and nobody was told is the caller told of a repeat.
        right = trial.repeated if at == last and what in DONE_UNSEEN else trial.first
        wrong += [f"call {at + 1}, {what}: {one}" for one in trial.differences(told, right)]

    assert wrong == []
    assert trial.another_repeat() == trial.repeated
    assert trial.is_right_everywhere()
    assert set(use_case.modules) <= trial.modules
    assert trial.kinds == set(use_case.kinds)
    assert len(calls) >= (2 if use_case.kinds else 1)


def test_every_operation_takes_part_in_a_use_case() -> None:
    folder = Path(str(operations.__file__)).parent
    there = {module.stem for module in folder.glob("*.py")} - {"__init__"}

    assert {module for case in ALL.values() for module in case.modules} == there


def test_every_command_is_a_use_case() -> None:
    union, _ = get_args(Command)
    names = {get_args(it.model_fields["command"].annotation)[0] for it in get_args(union)}

    # Of a command in two steps each step is one, named behind it.
    assert {name.partition(",")[0] for name in COMMAND_USE_CASES} == names
    assert names <= COMMAND_USE_CASES.keys()


def test_every_kind_of_entry_is_written_by_a_use_case() -> None:
    assert {kind for case in ALL.values() for kind in case.kinds} == set(Kind)


def _faults(calls: list[Call]) -> Iterator[tuple[int, str, Fault, int]]:
    """What happens to which call, and how often on end."""
    for at, call in enumerate(calls):
        more = {"BatchGetItem": READ, "TransactWriteItems": TRANSACTION}.get(call.operation, {})
        for what, fault in {**ANY_CALL, **more}.items():
            yield at, what, fault, 1
        if _is_transaction(call):
            yield at, "conflicts on end", _conflicts, FOR_EVER


def _is_transaction(call: Call) -> bool:
    return call.operation == "TransactWriteItems"


def _conflicts(call: Call) -> Any:
    """What is read is answered, and no transaction gets through."""
    if _is_transaction(call):
        return wire.cancelled_because("TransactionConflict")(call)
    return call.deliver()


class Trial:
    """A use case in one world, which is put back before each run. It is run once without any fault:
    its `calls` to DynamoDB, the modules of operations that took part, the kinds of entries that
    were written, the `first` answer and that of a repeat."""

    def __init__(self, use_case: UseCase, act: Act, world: World, bystander: Any) -> None:
        self._use_case, self._act, self._world, self._bystander = use_case, act, world, bystander
        self._line, self._now = Wire(world.client), world.clock.now
        self._written: set[tuple[str, str]] = set()
        before = world.everything()
        self._known_ids = set(_RANDOM_ID.findall(json.dumps(before)))
        self._before = {
            (world.tables[table], key_text(item)): item
            for table, items in before.items()
            for item in items
        }
        self._begin()
        with self._line as line, Operations() as took_part:
            self.first = self._told()
            self.calls, self.modules = list(line.calls), took_part.names
        self._written = line.written()
        self._right, self._all_right = self._state(), self._whole_state()
        self.kinds = {Kind(it) for it in _KIND.findall("".join(self._right))}
        self.repeated = self.another_repeat()
        assert self._whole_state() == self._all_right

    def disturbed_by(self, fault: Fault, at: int, times: int) -> str:
        """What its caller is told in the end, if it goes wrong from the `at`-th call on."""
        self._begin()
        with self._line as line:
            line.disturb(fault, at=at, times=times)
            try:
                return self._told()
            except Busy:
                line.calm()
                return self._told()
            finally:
                assert line.disturbed

    def differences(self, told: str, right: str) -> Iterator[str]:
        """From the world where nothing went wrong. Where there are none, whatever is asked next is
        answered as there, since a function remembers nothing that decides."""
        if told != right:
            yield f"the caller was told {told} and not {right}"
        if found := set(self._state()) ^ set(self._right):
            yield f"stored otherwise: {found}"

    def another_repeat(self) -> str:
        """What a caller is told who repeats it once more."""
        with self._line:
            return self._told()

    def is_right_everywhere(self) -> bool:
        """Whether nothing but what transactions wrote was changed, in any table."""
        return self._whole_state() == self._all_right

    def _told(self) -> str:
        """What a function says that remembers nothing yet; the same whichever ids it drew."""
        function = self._function.another()
        return self._without_chance(json.dumps(self._act(function), default=_plain))

    def _begin(self) -> None:
        """Puts back what was written."""
        requests: list[tuple[str, Any]] = []
        for table, key in self._line.written() | self._written:
            item = self._before.get((table, key))
            delete = {"DeleteRequest": {"Key": json.loads(key)}}
            requests.append((table, {"PutRequest": {"Item": item}} if item else delete))
        for some in batched(requests, 25, strict=False):
            self._bystander.batch_write_item(RequestItems=_by_table(some))
        self._line.calls.clear()
        self._line.disturbed = 0
        self._line.calm()
        self._world.clock.now = self._now
        self._function = self._world.another(
            vault=FakeVault(),
            clients=FakeClients(),
            bucket=FakeBucket(),
            announcer=FakeAnnouncer(),
            given_up=FakeGivenUp(),
        )

    def _state(self) -> list[str]:
        """What is stored now of all that this run or the undisturbed one wrote."""
        wanted = [(name, json.loads(key)) for name, key in self._line.written() | self._written]
        found: list[Any] = []
        for some in batched(wanted, 100, strict=False):
            asked = {name: {"Keys": keys} for name, keys in _by_table(some).items()}
            responses = self._bystander.batch_get_item(RequestItems=asked)["Responses"]
            found += [item for items in responses.values() for item in items]
        return self._told_of(found)

    def _whole_state(self) -> list[str]:
        return self._told_of([it for items in self._world.everything().values() for it in items])

    def _told_of(self, items: list[Any]) -> list[str]:
        """Items as text to compare, with what was made outside of the tables, without what is set
        aside."""
        aside = self._use_case.aside
        texts = [
            self._without_chance(json.dumps(item, sort_keys=True))
            for item in items
            if not (aside and item["pk"]["S"].startswith(aside))
            # What housekeeping saw: a repeat sees what the first try had done, and decides nothing
            # by it.
            and item.get("sk") != {"S": "standing"}
        ]
        return sorted([*texts, *self._function.vault.kept, *self._function.clients.made])

    def _without_chance(self, text: str) -> str:
        def known_or_drawn(found: re.Match[str]) -> str:
            return found[0] if found[0] in self._known_ids else "drawn"

        return _RANDOM_ID.sub(known_or_drawn, text)


class Operations:
    """Within its `with`, notes which modules of operations run in this thread."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def __enter__(self) -> "Operations":
        sys.setprofile(self._note)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)

    def _note(self, frame: FrameType, _event: str, _argument: object) -> None:
        package, _, module = str(frame.f_globals.get("__name__")).partition(".")
        if package == "operations":
            self.names.add(module)


# Ids of people, keys of cursors and ride companies' secrets are drawn anew by each attempt.
_RANDOM_ID = re.compile(r"(?:par|sub|cur)_[0-9a-f]{32}|whsec_[A-Za-z0-9+/=]+")
# An entry's kind; what else has a kind has no point in it.
_KIND = re.compile(r'"kind": {"S": "([a-z_]+\.[a-z_]+)"}')


def _by_table(some: Iterable[tuple[str, Any]]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for table, one in some:
        found.setdefault(table, []).append(one)
    return found


def _plain(answer: object) -> object:
    return answer.model_dump(mode="json") if isinstance(answer, BaseModel) else repr(answer)
