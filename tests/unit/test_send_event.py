"""What `make send-event` says where there is nothing to send, and to whom an event goes."""

import json
from pathlib import Path
from typing import Any

import pytest

from infra.local import ready_events, send_event, stack


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the ready events are: two of them."""
    for command in ("block_voucher", "fund"):
        (tmp_path / f"{command}.json").write_text(json.dumps({"command": command}))
    monkeypatch.setattr(ready_events, "FOLDER", tmp_path)
    return tmp_path


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """Which function was sent what, instead of sending it. A `fund` is refused."""
    calls: list[tuple[str, dict[str, Any]]] = []

    def invoke(_: stack.Stack, function: str, event: dict[str, Any]) -> dict[str, Any]:
        calls.append((function, event))
        return {"done": event["command"] != "fund"}

    running = stack.Stack("", "", "", "", "")
    monkeypatch.setattr(stack, "ensure_up", lambda **_: running)
    monkeypatch.setattr(stack.Stack, "physical_id", lambda _, logical_id: logical_id)
    monkeypatch.setattr(send_event, "invoke", invoke)
    return calls


@pytest.mark.usefixtures("folder")
def test_an_event_goes_as_it_stands_to_the_least_role(
    sent: list[tuple[str, dict[str, Any]]], capsys: pytest.CaptureFixture[str]
) -> None:
    results = [send_event.main(["block_voucher"]), send_event.main(["fund"])]

    assert sent == [
        ("OperatingFunction", {"command": "block_voucher"}),
        ("AdministrationFunction", {"command": "fund"}),
    ]
    assert results == [0, 1]
    assert '"done": true' in capsys.readouterr().out


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("arguments", [[], [""], ["another"], ["../fund"], ["fund", "fund"]])
def test_what_is_no_ready_event_is_refused_with_those_that_are(
    sent: list[tuple[str, dict[str, Any]]],
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
) -> None:
    result = send_event.main(arguments)

    assert (result, sent) == (2, [])
    assert "block_voucher, fund" in capsys.readouterr().err


def test_before_the_demo_it_says_what_makes_them(
    folder: Path, sent: list[tuple[str, dict[str, Any]]], capsys: pytest.CaptureFixture[str]
) -> None:
    for file in folder.iterdir():
        file.unlink()

    result = send_event.main(["fund"])

    assert (result, sent) == (2, [])
    assert "make demo" in capsys.readouterr().err
