"""What every admin command is: tried out without a trace, carried out once for its command_id, on
record as it was asked for and by whom, answered in words, and confirmed where nothing gives back
what it takes."""

import json
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import pytest

from builders import PROGRAM
from canaries import CANARIES, found_in
from command_use_cases import COMMAND_USE_CASES
from farechance.commands import CommandRecord
from farechance.errors import FieldErrors, StateForbids
from farechance.store import keys
from use_cases import Act
from world import World

ASKED_ANEW = ("check_books", "explain_voucher")
# What they found to do is known only when it is done.
TOLD_AFTERWARDS = ("retry_given_up", "apply_statement", "simulate_ride")
ONCE = {"client_secret", "secret", "link", "link_expires_at"}
# A story stands in the ledger; of a question it isn't kept a second time.
UNRECORDED = ONCE | {"story"}
ASKED = {"requested_by": "desk 4", "reason": "letter of 1 March"}
CONFIRMED = {
    "close_program": "program_id",
    "revoke_voucher": "voucher_id",
    "erase_participant": "participant_id",
    "write_off": "ride_id",
    "rotate_partner_secret, finish": "partner_id",
    "rotate_partner_secret, abandon": "partner_id",
    "rotate_provider_secret, finish": "provider_id",
    "rotate_provider_secret, abandon": "provider_id",
}
each_command = pytest.mark.parametrize("name", COMMAND_USE_CASES)


@each_command
def test_a_dry_run_says_what_would_happen_and_does_nothing(world: World, name: str) -> None:
    act = COMMAND_USE_CASES[name].prepare(world)
    before = _everything(world)

    said = _asked(world, act, dry_run=True)
    untouched = _everything(world)
    done = _asked(world, act)

    assert _everything(world) != before
    if name in ASKED_ANEW:
        # There is nothing to try: it is the question itself, and on record like any other.
        assert said == done
        assert untouched != before
        return
    assert untouched == before
    assert said["dry_run"] is True
    assert not ONCE & said.keys()
    assert said["in_words"].startswith("Nothing was done. Without dry_run: ")
    if name not in TOLD_AFTERWARDS:
        assert said["in_words"].endswith(done["in_words"])


@each_command
def test_a_repeat_is_answered_as_before_and_does_nothing(world: World, name: str) -> None:
    act = COMMAND_USE_CASES[name].prepare(world)
    first = _asked(world, act)
    before = _everything(world)
    world.clock.passes(seconds=1)

    again = _asked(world, act)

    if name in ASKED_ANEW:
        assert again == first
        return
    if name == "retry_given_up":
        world.given_up.messages.clear()
    assert _without(again, ONCE) == {
        **_without(first, ONCE),
        "in_words": f"This was done before, and nothing was done now. {first['in_words']}",
        "repeated": True,
    }
    assert not {"client_secret", "secret"} & again.keys()
    assert _everything(world) == before


@each_command
def test_who_asked_why_and_what_was_answered_is_on_record_without_a_secret(
    world: World, name: str
) -> None:
    act = COMMAND_USE_CASES[name].prepare(world)

    answer = _asked(world, act, **ASKED)

    record = _record(world)
    assert (record.requested_by, record.reason) == tuple(ASKED.values())
    assert record.command == name.partition(",")[0] == record.content["command"]
    assert record.carried_out_at == world.clock.now
    # A voucher's story tells the hour of a decline.
    kept = {"in_words"} if name == "explain_voucher" else set()
    assert record.answer == _without(answer, UNRECORDED | kept)
    secrets = [answer[it] for it in ONCE & answer.keys() if it.endswith("secret")]
    assert not any(secret in str(world.everything()) for secret in secrets)


@each_command
def test_what_somebody_typed_stands_in_the_commands_record_and_nowhere_else(
    world: World, name: str
) -> None:
    typed = {"requested_by": CANARIES["name"], "reason": CANARIES["medical"]}
    act = COMMAND_USE_CASES[name].prepare(world)

    answer = _asked(world, act, **typed)

    kinds = [one for one in CANARIES if CANARIES[one] in typed.values()]
    told_beside = (answer, world.vault.kept, world.clients.made, world.given_up.messages)
    assert not set(kinds) & set(found_in(f"{told_beside} {world.bucket.files}"))
    found = [
        (table, item["pk"]["S"])
        for table, items in world.everything().items()
        for item in items
        if set(kinds) & set(found_in(json.dumps(item)))
    ]
    assert found == [("programs", "command#once")]


@each_command
def test_an_answer_is_whole_sentences(world: World, name: str) -> None:
    answer = _asked(world, COMMAND_USE_CASES[name].prepare(world))

    words = answer["in_words"]
    assert next(iter(answer)) == "in_words"
    assert len(words.split()) >= 5
    assert words.endswith(".")
    assert not any(trace in words for trace in ("None", "{", "[", "_cents", "  ", ".."))


@each_command
def test_a_command_id_that_came_with_something_else_is_refused(world: World, name: str) -> None:
    act = COMMAND_USE_CASES[name].prepare(world)
    world.administer("fund", command_id="once", program_id=PROGRAM, amount_cents=1)
    before = _everything(world)

    with pytest.raises(StateForbids) as refused:
        _asked(world, act)

    assert refused.value.reason == "command_id_reused"
    assert _everything(world) == before


@pytest.mark.parametrize("name", CONFIRMED)
@pytest.mark.parametrize("is_tried_out", [False, True])
def test_what_nothing_gives_back_is_done_only_once_its_name_is_typed_again(
    world: World, name: str, is_tried_out: bool
) -> None:
    act = COMMAND_USE_CASES[name].prepare(world)
    before = _everything(world)
    content = _content(world, act)
    field = CONFIRMED[name]

    # Another last letter, whichever it has: a voucher's id is made at random and may end in x.
    other = "y" if content[field].endswith("x") else "x"
    for wrong in (f"{content[field][:-1]}{other}", None):
        if wrong is None and "step" not in content:
            continue
        with pytest.raises(FieldErrors) as refused:
            _asked(world, act, confirm=wrong, dry_run=is_tried_out)
        assert [one.pointer for one in refused.value.errors] == ["/confirm"]

    assert content["confirm"] == content[field]
    assert _everything(world) == before
    assert _asked(world, act)["in_words"]


def _asked(world: World, act: Act, **more: Any) -> dict[str, Any]:
    """The answer to a command, asked in another process with these fields."""
    answers: list[dict[str, Any]] = []
    by = world.another()

    def administer(command: str, **fields: Any) -> dict[str, Any]:
        answers.append(World.administer(by, command, **{**fields, **more}))
        return answers[-1]

    by.administer = administer  # type: ignore[method-assign]
    act(by)
    return answers[-1]


def _content(world: World, act: Act) -> dict[str, Any]:
    """What a command says."""
    told: dict[str, Any] = {}
    by = world.another()

    def administer(command: str, **fields: Any) -> dict[str, Any]:
        told.update(fields)
        if command == "write_off":
            told.setdefault("confirm", fields["ride_id"])
        return {"in_words": ""}

    by.administer = administer  # type: ignore[method-assign]
    act(by)
    return told


def _everything(world: World) -> Any:
    """All that a command may change, in the tables and outside of them."""
    outside = (
        world.vault.kept,
        world.vault.older,
        world.clients.made,
        world.given_up.messages,
        world.bucket.files,
        world.sent_reports,
    )
    return deepcopy((world.everything(), outside))


def _record(world: World) -> CommandRecord:
    key = keys.command("once")
    record = world.store.read(key)[key]
    assert record is not None
    return record


def _without(answer: Mapping[str, Any], names: set[str]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name not in names}
