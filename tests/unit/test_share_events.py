"""How the saved events are shared: each with every function that carries its command out."""

import json
import subprocess
from pathlib import Path

import pytest

from farechance.roles import Role, may_carry_out
from infra import deploy
from infra.local import share_events
from unit.test_commands import COMMANDS

LINES = list(share_events.command_lines("a-stack"))
# AWS Lambda Developer Guide, 'Testing Lambda functions in the console': the name of an event.
MOST_LETTERS = 25


def _shared() -> set[tuple[str, str]]:
    """Which function gets which command."""
    return {
        (line[4], json.loads(Path(line[-1]).read_text(encoding="utf-8"))["command"])
        for line in LINES
    }


def test_an_event_of_each_command_goes_to_every_function_that_carries_it_out() -> None:
    functions = {Role.OPERATOR: "OperatingFunction", Role.ADMINISTRATOR: "AdministrationFunction"}

    assert _shared() == {
        (function, command)
        for role, function in functions.items()
        for command in COMMANDS
        if may_carry_out(role, command)
    }


def test_a_line_is_one_that_sam_takes() -> None:
    for line in LINES:
        sam, *words = line[:4]
        options = dict(zip(line[6::2], line[7::2], strict=True))
        assert Path(sam).name == "sam"
        assert words == ["remote", "test-event", "put"]
        assert line[5] == "--force"
        assert options.keys() == {"--stack-name", "--name", "--file"}
        assert options["--stack-name"] == "a-stack"
        assert Path(options["--file"]).stem == options["--name"]


def test_the_console_takes_the_name_of_each_event() -> None:
    names = {line[line.index("--name") + 1] for line in LINES}

    assert names
    assert all(len(name) <= MOST_LETTERS for name in names)
    assert all(name.replace("_", "").isalnum() for name in names)


@pytest.mark.parametrize("stacks", [[], [""], ["local"], ["farechance-trial"]])
def test_it_is_asked_for_a_stack_as_a_deployment_is(
    stacks: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert share_events.main(stacks) == deploy.main(stacks, {}) == 2

    said = capsys.readouterr()
    assert "STACK=trial or STACK=production" in said.err
    assert "STACK=trial or STACK=production" in said.out


def test_the_events_go_to_the_stack_that_is_deployed_under_this_word(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run: list[list[str]] = []

    def record(line: list[str], **_: object) -> subprocess.CompletedProcess[bytes]:
        run.append(line)
        return subprocess.CompletedProcess(line, 0)

    monkeypatch.setattr(subprocess, "run", record)

    assert share_events.main(["trial"]) == 0

    assert len(run) == len(LINES)
    names = {line[line.index("--stack-name") + 1] for line in run}
    assert names == {"farechance-trial"}
