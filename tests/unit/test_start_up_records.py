"""The gate of start-up compares what is counted with what was recorded, in both directions."""

from pathlib import Path

import pytest

from bench import recorded
from bench.recorded import complaints

KEPT = {"redemption": 0.95, "minting": 1.2}


def test_what_is_as_recorded_is_no_complaint() -> None:
    assert complaints(KEPT, KEPT) == []


@pytest.mark.parametrize("factor", [1.0299, 0.9701])
def test_a_start_may_differ_by_less_than_three_percent(factor: float) -> None:
    measured = KEPT | {"redemption": 0.95 * factor}

    assert complaints(measured, KEPT) == []


def test_a_start_that_got_slower_is_told_with_both_figures_and_how_to_record_it() -> None:
    (said,) = complaints(KEPT | {"redemption": 0.98}, KEPT)

    assert said == (
        "redemption: 0.980 times the floor, and 0.950 is recorded: it starts 3.2% slower. "
        "If that is meant: make start-up-recorded"
    )


def test_a_start_that_got_faster_must_be_recorded() -> None:
    (said,) = complaints(KEPT | {"minting": 1.16}, KEPT)

    assert said.startswith("minting: 1.160 times the floor, and 1.200 is recorded: it starts 3.3%")
    assert "faster" in said
    assert recorded.RECORDING in said


def test_a_function_without_a_record_and_a_record_without_a_function_are_told() -> None:
    newcomer, gone = complaints({"minting": 1.2, "sharing": 1.1}, KEPT)

    assert newcomer.startswith("sharing: 1.100 times the floor, and none is recorded")
    assert gone.startswith("redemption: is recorded and wasn't measured")


def test_what_is_recorded_is_read_back_and_another_python_or_machine_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorded, "FILE", tmp_path / "start_up.json")
    recorded.record({"redemption": 0.95})
    same = recorded.elsewhere()
    before = recorded.here()

    monkeypatch.setattr("platform.python_version", lambda: "3.13.99")

    assert recorded.recorded() == {"redemption": 0.95}
    assert same is None
    told = recorded.elsewhere() or ""
    assert told.startswith(f"It was recorded with {before}, and this is CPython 3.13.99 on ")
