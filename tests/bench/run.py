"""`make bench`: every part in a process of its own, one after the other, so that none disturbs
another; then tests/bench/RESULTS.md, the table of the README, and the facts from which the costs
are reckoned (`cost.py`). If a part fails, the others are told and no file is written: a table with
a hole would look whole. `python -m bench.run start_up` tells a part or some, and writes nothing."""

import json
import subprocess
import sys
import time
from collections.abc import Sequence

from bench import telling
from bench.measured import Part
from infra.local.stack import ROOT

PARTS = ("start_up", "warm", "index_writes", "batches", "growth", "contention")
PART_SECONDS = 600

RESULTS = ROOT / "tests" / "bench" / "RESULTS.md"
FACTS = ROOT / "tests" / "bench" / "facts.json"
README = ROOT / "README.md"


def main(names: Sequence[str]) -> int:
    """Returns 1 if a part failed, or what follows from them. A bound that isn't kept is told."""
    parts: list[tuple[Part, float]] = []
    failed = []
    for name in names or PARTS:
        started = time.monotonic()
        part = _part(name)
        seconds = time.monotonic() - started
        if part is None:
            failed.append(name)
        else:
            parts.append((part, seconds))
    text = telling.results(parts)
    print(text)
    if failed:
        print(f"*** bench: FAILED, and nothing was written: {', '.join(failed)} ***")
        return 1
    if names:
        return 0
    RESULTS.write_text(text, encoding="utf-8")
    README.write_text(telling.in_readme(README.read_text(encoding="utf-8"), text), encoding="utf-8")
    facts = {name: value for part, _ in parts for name, value in part.facts.items()}
    FACTS.write_text(json.dumps(facts, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return subprocess.run([sys.executable, "-m", "bench.cost"], cwd=ROOT, check=False).returncode


def _part(name: str) -> Part | None:
    """What a part found, or None if it failed, which it has said itself."""
    print(f"bench: {name}", file=sys.stderr, flush=True)
    try:
        done = subprocess.run(
            [sys.executable, "-m", f"bench.{name}"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            timeout=PART_SECONDS,
            check=True,
        )
        return Part.model_validate_json(done.stdout)
    except (subprocess.SubprocessError, ValueError) as error:
        print(f"*** bench: {name} failed: {error} ***", file=sys.stderr, flush=True)
        return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
