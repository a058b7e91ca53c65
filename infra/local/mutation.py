"""`make mutation`: mutation testing of the pure domain, by mutmut, against the unit tests.

Where the mutants of `make mutants` are chosen, these are all that a tool can think of: each
operator, number, name and call of the modules of money, one at a time. What survives should be what
changes nothing that anybody can see; tests/survivors.md lists those, by name or by a pattern of
names, and says why. A survivor that isn't listed there makes this fail, and so does a line of the
list of which nothing survives. It works on a copy under `.local/` and takes long.
"""

import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BOX = ROOT / ".local" / "mutation"
SURVIVORS = ROOT / "tests" / "survivors.md"
MUTMUT = Path(sys.executable).with_name("mutmut")
MINUTES = 120
# Tests that need more than the domain, and the list of seeded mutants.
NOT_COPIED = ("e2e", "functional", "storage", "template", "test_mutants.py")
# The exhaustive ones are asked only about mutants that survive all others.
EXHAUSTIVE = ("tests/unit/test_confluence.py", "tests/unit/test_voucher_history.py")
# What is made when the table is loaded is noticed here, in a second.
FIRST = "tests/unit/test_ride_table.py"
SECONDS_FOR_ONE = 1_800
MODULES = (
    "books",
    "ledger",
    "money",
    "ride_adjustments",
    "ride_case",
    "ride_fares",
    "ride_refusals",
    "ride_requests",
    "ride_settlements",
    "ride_table",
    "rides",
    "voucher_acts",
    "vouchers",
)


def main() -> int:
    """Returns 1 if a mutant survives that isn't explained, or one that is explained is gone."""
    _fill_box()
    run = subprocess.run(
        [str(MUTMUT), "run", "--max-children", "2"], cwd=BOX, check=False, timeout=MINUTES * 60
    )
    if run.returncode:
        return run.returncode
    told = subprocess.run(
        [str(MUTMUT), "results", "--all", "true"],
        cwd=BOX,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    verdicts = dict(re.findall(r"^\s*(\S+__mutmut_\d+): (.+)$", told, re.M))
    with ThreadPoolExecutor(2) as pool:
        doubtful = [name for name, verdict in verdicts.items() if verdict != "killed"]
        alive = {
            name
            for name, lives in zip(doubtful, pool.map(_survives, doubtful), strict=True)
            if lives
        }
    patterns = re.findall(r"`(farechance\S+)`", SURVIVORS.read_text(encoding="utf-8"))
    unexplained = [name for name in alive if not any(fnmatch(name, it) for it in patterns)]
    for name in sorted(unexplained):
        print(f"mutation: {name} survives and isn't explained in {SURVIVORS.relative_to(ROOT)}")
        subprocess.run([str(MUTMUT), "show", name], cwd=BOX, check=False)
    idle = [it for it in patterns if not any(fnmatch(name, it) for name in alive)]
    for pattern in idle:
        print(f"mutation: {SURVIVORS.relative_to(ROOT)} explains {pattern}, and none survives")
    print(
        f"mutation: {len(verdicts)} mutants, {len(verdicts) - len(alive)} caught, "
        f"{len(alive) - len(unexplained)} survive and are explained"
    )
    return 1 if unexplained or idle else 0


def _survives(name: str) -> bool:
    """Whether all unit tests pass with a mutant that is there from the start: mutmut switches one
    on after the modules were loaded, and asks only the tests that it saw calling the function."""
    ignored = [f"--ignore={file}" for file in EXHAUSTIVE]
    sets = ([FIRST], ["tests/unit", *ignored], [*EXHAUSTIVE])
    return all(_passes(name, *which) for which in sets)


def _passes(name: str, *which: str) -> bool:
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-n", "0", *which],
        cwd=BOX / "mutants",
        env={**os.environ, "MUTANT_UNDER_TEST": name},
        check=False,
        capture_output=True,
        timeout=SECONDS_FOR_ONE,
    )
    return run.returncode == 0


def _fill_box() -> None:
    shutil.rmtree(BOX, ignore_errors=True)
    ignore = shutil.ignore_patterns("__pycache__", *NOT_COPIED)
    # mutmut wants the packages where the tests find them: at the top.
    shutil.copytree(ROOT / "functions", BOX, ignore=ignore)
    for folder in ("tests", "infra"):
        shutil.copytree(ROOT / folder, BOX / folder, ignore=ignore)
    shutil.copy(ROOT / "template.yaml", BOX)
    ignored = ", ".join(f'"--ignore={file}"' for file in EXHAUSTIVE)
    only = ", ".join(f'"farechance/{name}.py"' for name in MODULES)
    (BOX / "pyproject.toml").write_text(
        f"""[tool.pytest.ini_options]
pythonpath = ["tests"]
addopts = "--import-mode=importlib"
[tool.mutmut]
source_paths = ["farechance"]
only_mutate = [{only}]
pytest_add_cli_args_test_selection = ["tests/unit"]
pytest_add_cli_args = [{ignored}]
also_copy = ["operations", "infra", "tests", "template.yaml"]
use_git_change_detection = false
""",
        encoding="utf-8",
    )


if __name__ == "__main__":
    sys.exit(main())
