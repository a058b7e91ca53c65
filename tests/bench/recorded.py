"""The ratios that were recorded on purpose, and what is wrong with those of a run: pure, but for
the file that they stand in. Whoever makes a start slower learns it at once, and whoever makes one
faster records it, so that the gain can't be lost again unseen."""

import json
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("start_up.json")
HEADROOM = 0.03
RECORDING = "make start-up-recorded"


def recorded() -> dict[str, float]:
    """Function → how many times the floor's instructions its start took."""
    found: dict[str, float] = _all()["ratios"]
    return found


def record(ratios: Mapping[str, float]) -> None:
    """Puts them in place of all that was recorded, with what they were counted with."""
    rounded = {name: round(ratio, 4) for name, ratio in sorted(ratios.items())}
    kept = {"counted_with": here(), "ratios": rounded}
    FILE.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")


def here() -> str:
    """What a count depends on beside the code and what is locked."""
    return f"CPython {platform.python_version()} on {platform.machine()}"


def elsewhere() -> str | None:
    """In a sentence, with what it was recorded, if that is not what there is here."""
    kept = _all()["counted_with"]
    if kept == here():
        return None
    return f"It was recorded with {kept}, and this is {here()}: that alone may be the reason."


def complaints(measured: Mapping[str, float], kept: Mapping[str, float]) -> list[str]:
    """In sentences, what is wrong: too far from what was recorded, or of functions that only one
    side knows. (What is recorded keeps its bounds: a test demands that of the file.)"""
    said = []
    for name, ratio in measured.items():
        if name not in kept:
            said.append(f"{name}: {ratio:.3f} times the floor, and none is recorded: {RECORDING}")
        elif ratio > kept[name] * (1 + HEADROOM):
            said.append(
                f"{name}: {ratio:.3f} times the floor, and {kept[name]:.3f} is recorded: it starts "
                f"{ratio / kept[name] - 1:.1%} slower. If that is meant: {RECORDING}"
            )
        elif ratio < kept[name] * (1 - HEADROOM):
            said.append(
                f"{name}: {ratio:.3f} times the floor, and {kept[name]:.3f} is recorded: it starts "
                f"{1 - ratio / kept[name]:.1%} faster. Record the gain: {RECORDING}"
            )
    gone = sorted(kept.keys() - measured.keys())
    return said + [f"{name}: is recorded and wasn't measured: {RECORDING}" for name in gone]


def _all() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return found
