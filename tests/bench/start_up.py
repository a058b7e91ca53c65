"""How fast functions start: instructions until the runtime asks for the first invocation, as the
ratio to the floor (`floor.py`) counted in the same run. `python -m bench.start_up` is a part of the
benchmark; with `--gate` it is a step of `make check`, which compares the functions behind the API
with what is recorded, and with `--record` it records that. `--package` counts another folder than
the one that is built here."""

import argparse
import os
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

from bench import floor, recorded
from bench.counting import instructions, whats_missing
from bench.emulated import starts_milliseconds
from bench.first_answer import first_answer
from bench.functions import CLIENTS, api_functions, bounds, clients_of_floor, start
from bench.measured import Part, Ratio, ratios, tell
from bench.started import Start
from infra.local import stack

TURNS = int(os.environ.get("TURNS", "7"))

COOKBOOK = 1.98
"""What the start of the aws-lambda-handler-cookbook's handler is said to cost, in floors: a figure
that was given. It isn't measured here."""


def main() -> int:
    """Measures. Returns 1 where the gate is closed."""
    parser = argparse.ArgumentParser(prog="bench.start_up")
    parser.add_argument("--gate", action="store_true", help="fail where a start got slower")
    parser.add_argument("--record", action="store_true", help="record what is measured")
    parser.add_argument("--package", type=Path, help="count this folder, as Lambda would unpack it")
    asked = parser.parse_args()
    missing = whats_missing()
    if missing:
        return _cannot(missing, is_gate=asked.gate)
    package = asked.package.resolve() if asked.package else built()
    if not (asked.gate or asked.record):
        tell(part(package))
        return 0
    counts = count(api_functions(), package)
    measured = {name: own / bare for name, (own, bare) in counts.items()}
    if asked.record:
        recorded.record(measured)
        return 0
    said = recorded.complaints(measured, recorded.recorded())
    if said and (other := recorded.elsewhere()):
        said.append(other)
    for line in said:
        print(f"start-up: {line}", file=sys.stderr)
    return 1 if said else 0


def built() -> Path:
    """The folder that all functions are unpacked from, built for this machine."""
    stack.build(stack.BUILD_FOR_HERE, stack.architecture())
    return stack.BUILD_FOR_HERE / "functions"


def part(package: Path) -> Part:
    """All functions in instructions, those that nobody waits for too; and those behind the API in
    milliseconds."""
    counts = count(CLIENTS, package)
    took = _milliseconds(package)
    kept = bounds()
    cookbook = Ratio(
        what="start of redemption, in floors",
        against=f"the aws-lambda-handler-cookbook's {COOKBOOK}, a figure that was given",
        turns=(counts["redemption"][0] / counts["redemption"][1] / COOKBOOK,),
        most=0.5,
    )
    instructions_by_floors = [
        Ratio(
            what=f"start of {name}, instructions",
            against=_floor_in_words(name),
            turns=(own / bare,),
            most=kept.get(name),
            figures=f"{own / 1e6:,.0f} and {bare / 1e6:,.0f} million",
        )
        for name, (own, bare) in counts.items()
    ]
    time_by_floors = [
        Ratio(
            what=f"start of {name}, time",
            against=_floor_in_words(name),
            turns=ratios(list(zip(bare, own, strict=True))),
            figures=f"{median(own):,.0f} and {median(bare):,.0f} ms",
        )
        for name, (own, bare) in took.items()
    ]
    return Part(
        title="How fast functions start",
        told=(
            "Instructions from the interpreter's first one until AWS's own runtime client asks for "
            "the first invocation, counted by valgrind; and the milliseconds of the same, as AWS's "
            "Runtime Interface Emulator reports them. The floor is a bare handler that makes the "
            "same clients with boto3, as it is installed, compiled. A count repeats to a few "
            "hundred-thousandths, so it has one turn."
        ),
        ratios=(*instructions_by_floors, cookbook, first_answer(package), *time_by_floors),
        facts={
            "package_mb": _size_bytes(package) / 1e6,
            **{f"start_up_ms.{name}": median(own) for name, (own, _) in took.items()},
        },
    )


def count(functions: Iterable[str], package: Path) -> dict[str, tuple[int, int]]:
    """Of each function the instructions of its start, and of its floor. As many run side by side as
    there are processors: that changes no count."""
    floor.compile_libraries()
    names = list(functions)
    floors = {clients: floor.bare(clients) for clients in map(clients_of_floor, names)}
    starts = [start(name, package) for name in names]
    with ThreadPoolExecutor(os.cpu_count()) as counting:
        counted = list(counting.map(_counted, [*floors.values(), *starts]))
    bare = dict(zip(floors, counted, strict=False))
    own = counted[len(floors) :]
    return {name: (one, bare[clients_of_floor(name)]) for name, one in zip(names, own, strict=True)}


def _milliseconds(package: Path) -> dict[str, tuple[list[float], list[float]]]:
    """Of each function behind the API, of its start and of its floor's in the same turns."""
    names = api_functions()
    floors = {clients: floor.bare(clients) for clients in map(clients_of_floor, names)}
    took = starts_milliseconds(
        {
            **{_floor_in_words_of(clients): one for clients, one in floors.items()},
            **{name: start(name, package) for name in names},
        },
        TURNS,
    )
    return {name: (took[name], took[_floor_in_words(name)]) for name in names}


def _floor_in_words(name: str) -> str:
    return _floor_in_words_of(clients_of_floor(name))


def _floor_in_words_of(clients: frozenset[str]) -> str:
    return f"the floor ({', '.join(sorted(clients))})"


def _counted(one: Start) -> int:
    found = instructions(one)
    print(f"start-up: {found / 1e6:8,.1f} M  {one.handler}", file=sys.stderr, flush=True)
    return found


def _cannot(missing: str, *, is_gate: bool) -> int:
    """In CI a gate that isn't there fails; elsewhere it says so."""
    print(f"*** start-up CAN'T BE COUNTED: {missing} ***", file=sys.stderr)
    return 0 if is_gate and not os.environ.get("CI") else 1


def _size_bytes(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


if __name__ == "__main__":
    sys.exit(main())
