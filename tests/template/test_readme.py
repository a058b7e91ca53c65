"""The README and the other prose: what they say of the code, the commands and the files is so."""

import re
from pathlib import Path

import pytest

import builders
from bench import cost, run, telling
from bench import recorded as start_ups
from farechance.ride_case import Case
from farechance.ride_table import TABLE
from farechance.rides import EventKind, RideState
from farechance.vouchers import VoucherState
from infra.local import template

ROOT = Path(template.TEMPLATE).parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PROSE = [
    ROOT / "README.md",
    ROOT / "CHANGELOG.md",
    *sorted((ROOT / "infra" / "decisions").glob("*.md")),
]
EVENTS = {
    EventKind.REQUESTED: builders.requested(),
    EventKind.COMPLETED: builders.completed(),
    EventKind.CANCELLED: builders.cancelled(),
    EventKind.ADJUSTED: builders.adjusted(),
}


def test_the_picture_of_a_rides_life_is_the_ride_table() -> None:
    (picture,) = (one for one in _pictures("stateDiagram-v2") if "captured" in one)

    drawn = {
        (RideState.NONE if start == "[*]" else RideState(start), RideState(end))
        for start, end in re.findall(r"(\S+) --> (\w+)", picture)
    }

    # A hold is let go by another ride's request, so no row of its own ride says it.
    assert drawn == _steps_of_the_table() | {(RideState.HELD, RideState.LAPSED)}


def test_the_picture_of_the_system_has_every_function_and_every_table() -> None:
    (picture,) = _pictures("flowchart")

    functions = template.resources("AWS::Serverless::Function")
    tables = template.resources("AWS::DynamoDB::Table")

    for name in functions:
        assert re.search(rf"\b{name.removesuffix('Function').lower()}\b", picture), name
    for name in tables:
        assert f"{name.removesuffix('Table').lower()}[(" in picture, name


def test_the_map_has_every_folder_of_the_code() -> None:
    (the_map,) = re.findall(r"```\n(template\.yaml .*?)```", README, re.DOTALL)

    for parent in ("functions", "infra", "tests"):
        for folder in (ROOT / parent).iterdir():
            # Python's own cache is there where it may write one.
            if folder.name != "__pycache__" and folder.is_dir() and any(folder.glob("*.*")):
                assert f"{folder.name}/" in the_map, folder


@pytest.mark.parametrize("file", PROSE, ids=lambda file: file.name)
def test_every_command_exists(file: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")

    for target in re.findall(r"(?:^|`)make ([a-z0-9-]+)", file.read_text(encoding="utf-8"), re.M):
        assert re.search(rf"^{target}:", makefile, re.M), target


@pytest.mark.parametrize("file", PROSE, ids=lambda file: file.name)
def test_every_link_leads_somewhere(file: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", file.read_text(encoding="utf-8")):
        assert target.startswith("https://") or (file.parent / target).exists(), target


def test_the_costs_add_up() -> None:
    tables = [one for one in re.split(r"\n\n", README) if one.startswith("| ") and "dollars" in one]

    assert len(tables) == 2
    for table in tables:
        amounts = [
            round(float(one) * 10_000) for one in re.findall(r"(\d+\.\d+)\W*\|$", table, re.M)
        ]
        assert sum(amounts[:-1]) == amounts[-1], table


def test_a_thousand_rides_cost_what_the_model_makes_of_the_figures_that_were_measured() -> None:
    facts = cost.recorded()

    assert cost.written(README, facts) == README


def test_the_table_of_speed_is_what_was_measured() -> None:
    results = run.RESULTS.read_text(encoding="utf-8")

    assert telling.in_readme(README, results) == README
    for name, ratio in start_ups.recorded().items():
        (told,) = re.findall(
            rf"^\| start of {name}, instructions \|.*?\| ([\d.]+) \|", README, re.M
        )
        assert float(told) == pytest.approx(ratio, rel=start_ups.HEADROOM), name


def test_what_was_measured_is_whole() -> None:
    results = run.RESULTS.read_text(encoding="utf-8")

    assert len(re.findall(r"^## ", results, re.M)) == len(run.PARTS)
    # What takes longer isn't run before each release.
    (seconds,) = re.findall(r"It took ([\d,]+) s in all", results)
    assert int(seconds.replace(",", "")) < 600
    assert "in less than ten minutes" in README


def test_the_alarms_cost_what_the_readme_says() -> None:
    # Amazon CloudWatch, 'Pricing': an alarm costs by the metrics that it looks at.
    alarms = template.resources("AWS::CloudWatch::Alarm", template.MONITORING)
    metrics = sum(
        sum("MetricStat" in one for one in alarm["Properties"].get("Metrics", [{"MetricStat": {}}]))
        for alarm in alarms.values()
    )

    assert f"| {len(alarms)}, which look at {metrics} metrics | $0.10 a metric | " in README
    assert f"a metric | {metrics * 0.10:.2f} |" in README


def test_the_decisions_are_numbered_without_gaps_and_have_all_parts() -> None:
    decisions = PROSE[2:]

    assert [int(file.name[:4]) for file in decisions] == list(range(1, len(decisions) + 1))
    for file in decisions:
        text = file.read_text(encoding="utf-8")
        assert text.startswith(f"# {int(file.name[:4])}. ")
        parts = re.findall(r"^(Status:|## \w+)", text, re.M)
        assert parts[:3] == ["Status:", "## Context", "## Decision"], file.name
        assert parts[-1] == "## Consequences", file.name


def _pictures(kind: str) -> list[str]:
    pictures: list[str] = re.findall(r"```mermaid\n(.*?)```", README, re.DOTALL)
    return [one for one in pictures if one.startswith(kind)]


def _steps_of_the_table() -> set[tuple[RideState, RideState]]:
    """From which state to which a ride goes by a message about itself."""
    steps = set()
    for (state, kind), rule in TABLE.items():
        for voucher_state in (VoucherState.ACTIVE, VoucherState.BLOCKED):
            for direct in (False, True):
                after = rule(_case(state, kind, voucher_state, direct=direct)).ride.state
                if after is not state:
                    steps.add((state, after))
    return steps


def _case(state: RideState, kind: EventKind, voucher_state: VoucherState, *, direct: bool) -> Case:
    event = EVENTS[kind]
    held = 1_500 if state is RideState.HELD else 0
    voucher = builders.voucher(
        state=voucher_state,
        available_cents=4_000 - held,
        held_cents=held,
        holds={event.ride_key: builders.hold(held)} if held else {},
    )
    ride = None if state is RideState.NONE else builders.ride(state=state, hold_cents=held)
    return Case(voucher, ride, event, builders.terms(direct_capture=direct), builders.NOON)
