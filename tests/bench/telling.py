"""What `make bench` tells, as Markdown: all of it for RESULTS.md, and for the README the lines that
have a bound, taken from there. It says with which versions and on which machine, and not when: the
same results are the same text."""

import os
import platform
import re
import shutil
import subprocess
from collections.abc import Sequence
from importlib.metadata import distributions, version
from pathlib import Path

from bench.measured import Part, Ratio
from bench.started import PYTHON
from infra.local.set_up import DYNAMODB_PACKAGE, DYNAMODB_VERSION
from infra.local.stack import LOCAL

BEGINS, ENDS = "<!-- bench -->", "<!-- /bench -->"
_COLUMNS = (
    "| what | against | median | spread | bound | kept |\n| --- | --- | --- | --- | --- | --- |"
)
_PACKAGES = ("boto3", "botocore", "aws-lambda-powertools", "pydantic")
# What runs the starts, each in an environment of its own: the runtime's client, and the emulator,
# which comes with the SAM command line.
_ELSEWHERE = {"awslambdaric": "floor", "aws-sam-cli": "sam"}


def results(parts: Sequence[tuple[Part, float]]) -> str:
    """Everything, with the seconds that each part took."""
    whole_seconds = sum(seconds for _, seconds in parts)
    return (
        "\n\n".join(
            [
                "# How fast it is, in ratios",
                "`make bench` writes this. A ratio is how many times as much as its baseline, of "
                "the same run. What is timed is measured by turns, and the spread is of the turns; "
                "counts and memory are taken once of each. The cookbook's figure was given, and in "
                "contention time is made up, of assumed 10 and 5 ms.",
                f"{_versions()}.\n{_machine()}. It took {whole_seconds:,.0f} s in all.",
                *(_told(part, seconds) for part, seconds in parts),
            ]
        )
        + "\n"
    )


def in_readme(readme: str, told: str) -> str:
    """The README with the table of these results between its two marks. Raises ValueError where it
    hasn't both."""
    before, _, there = readme.partition(BEGINS)
    _, found, after = there.partition(ENDS)
    if not found:
        raise ValueError("the README has no place for the table")
    return f"{before}{BEGINS}\n{short(told)}\n{ENDS}{after}"


def short(told: str) -> str:
    """Of the results the lines with a bound, without whether it is kept: one sees."""
    rows = [re.split(r" ?\| ?", line)[1:6] for line in told.splitlines() if line.startswith("| ")]
    bounded = [row for row in rows if re.match("[≤≥]", row[4])]
    heading = ["| what | against | median | spread | bound |", "| --- | --- | --- | --- | --- |"]
    return "\n".join([*heading, *(f"| {' | '.join(row)} |" for row in bounded)])


def _told(part: Part, seconds: float) -> str:
    rows = "\n".join([_COLUMNS, *map(_row, part.ratios)]) if part.ratios else ""
    figures = "\n".join(f"* {one.what}: {one.figures}" for one in part.ratios if one.figures)
    notes = "\n".join(f"* {note}" for note in part.notes)
    told = [f"## {part.title}", f"{part.told} ({seconds:,.0f} s.)", rows, figures, notes]
    return "\n\n".join(filter(None, told))


def _row(ratio: Ratio) -> str:
    spread = "one turn"
    if len(ratio.turns) > 1:
        spread = f"{min(ratio.turns):.3f}–{max(ratio.turns):.3f}"
    bounds = [f"≤ {ratio.most:g}"] if ratio.most is not None else []
    bounds += [f"≥ {ratio.least:g}"] if ratio.least is not None else []
    kept = ("yes" if ratio.is_kept else "**no**") if bounds else ""
    cells = [ratio.what, ratio.against, f"{ratio.median:.3f}", spread, ", ".join(bounds), kept]
    return f"| {' | '.join(cells)} |"


def _versions() -> str:
    own = (f"{name} {version(name)}" for name in _PACKAGES)
    others = (f"{name} {_version_in(LOCAL / there, name)}" for name, there in _ELSEWHERE.items())
    packages = ", ".join((*own, *others))
    return (
        f"Python {platform.python_version()}, {packages}, {_valgrind()}, DynamoDB Local of "
        f"{DYNAMODB_PACKAGE} {DYNAMODB_VERSION}"
    )


def _version_in(environment: Path, name: str) -> str:
    folder = environment / "lib" / PYTHON / "site-packages"
    (found,) = distributions(name=name, path=[str(folder)])
    return found.version


def _valgrind() -> str:
    """Only starts need it."""
    if shutil.which("valgrind") is None:
        return "no valgrind"
    done = subprocess.run(["valgrind", "--version"], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def _machine() -> str:
    about = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    model = re.search(r"^model name\s*: (.+)$", about, re.M)
    memory = Path("/proc/meminfo").read_text(encoding="utf-8").split()[1]
    return (
        f"{model[1] if model else platform.machine()}, {os.cpu_count()} processors, "
        f"{int(memory) / 2**20:.0f} GB, {platform.freedesktop_os_release()['PRETTY_NAME']}"
    )
