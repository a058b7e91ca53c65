"""`make mutants`: shows that the tests would notice if an invariant were broken.

Each mutant is the code with one small defect, of a kind that people make: a dropped condition, a
swapped sign, a window on a repeat. In a copy of the functions it is made, and the named test, which
passes on the code as it is, must fail. The copies live under `.local/` and are removed.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[2]
TESTS = "tests/storage/test_invariants.py"
AT_ONCE = 2
SECONDS = 120


@dataclass(frozen=True)
class Mutant:
    """One defect: which invariant of the domain it breaks, what it is, and how it is made: `old` in
    `file` (under functions/) becomes `new`. `test` names who must notice."""

    invariant: int
    what: str
    file: str
    old: str
    new: str
    test: str


MUTANTS = (
    Mutant(
        1,
        "a swapped sign: what an adjustment takes is given",
        "farechance/ride_adjustments.py",
        "available_cents=voucher.available_cents - more_cents",
        "available_cents=voucher.available_cents + more_cents",
        "test_1_money_is_conserved_and_no_balance_is_negative",
    ),
    Mutant(
        1,
        "the rest of a hold is forgotten at the capture",
        "farechance/ride_settlements.py",
        "available_cents=freed.available_cents - paid_cents",
        "available_cents=voucher.available_cents - paid_cents",
        "test_1_money_is_conserved_and_no_balance_is_negative",
    ),
    Mutant(
        1,
        "a float: cents are rounded to whole dollars",
        "farechance/ride_adjustments.py",
        "more_cents = split.paid_cents - ride.captured_cents",
        "more_cents = round((split.paid_cents - ride.captured_cents) / 100 + 0.5) * 100",
        "test_1_money_is_conserved_and_no_balance_is_negative",
    ),
    Mutant(
        2,
        "a dropped condition: a mint trusts the balance that it read",
        "farechance/store/writes.py",
        " AND available_cents >= :cents",
        "",
        "test_2_a_budget_is_never_exceeded_though_what_was_read_is_old",
    ),
    Mutant(
        2,
        "the cap per ride is forgotten",
        "farechance/money.py",
        "return min(fare_cents, cap_cents, own_cents + available_cents)",
        "return min(fare_cents, own_cents + available_cents)",
        "test_2_a_ride_never_takes_more_than_its_cap_nor_from_two_vouchers",
    ),
    Mutant(
        2,
        "a ride isn't asked whose it is",
        "operations/record_ride_event.py",
        "if found.is_other:",
        "if False:",
        "test_2_a_ride_never_takes_more_than_its_cap_nor_from_two_vouchers",
    ),
    Mutant(
        3,
        "dead holds are never let go",
        "farechance/vouchers.py",
        "for ride in voucher.dead_rides(now):",
        "for ride in voucher.dead_rides(now)[:0]:",
        "test_3_nobody_is_refused_while_a_dead_hold_could_pay",
    ),
    Mutant(
        4,
        "a window on repeats: after a day one counts again",
        "operations/record_ride_event.py",
        "if found.first is not None and found.first.content_digest == event.content_digest:",
        "if (found.first is not None and found.first.content_digest == event.content_digest\n"
        "            and (now - found.first.recorded_at).days < 1):",
        "test_4_an_event_has_one_effect_for_ever",
    ),
    Mutant(
        4,
        "other content is taken for a repeat",
        "operations/record_ride_event.py",
        "if found.first is not None and found.first.content_digest == event.content_digest:",
        "if found.first is not None:",
        "test_4_an_event_has_one_effect_for_ever",
    ),
    Mutant(
        5,
        "a repeat is answered by the voucher's last ride instead of its own answer",
        "operations/record_ride_event.py",
        "answer = with_ids(entry.answer, found.voucher, event)",
        'answer = {**with_ids(entry.answer, found.voucher, event), "outcome": "captured"}',
        "test_5_a_refused_event_that_is_repeated_is_refused",
    ),
    Mutant(
        6,
        "the adjustment that comes last counts, not the latest one",
        "farechance/ride_fares.py",
        "    last = ride.adjustment\n",
        "    last = None\n",
        "test_6_events_in_any_order_end_in_the_same_money",
    ),
    Mutant(
        6,
        "an adjustment that came before the fare is forgotten",
        "farechance/ride_fares.py",
        "    waiting = case.known_ride.adjustment\n",
        "    waiting = None\n",
        "test_6_events_in_any_order_end_in_the_same_money",
    ),
    Mutant(
        7,
        "an expired voucher doesn't pay what was approved",
        "farechance/ride_settlements.py",
        "if case.now >= case.voucher.return_at:\n        promised",
        "if case.now >= case.voucher.expires_at:\n        promised",
        "test_7_an_approved_ride_is_paid_whatever_comes_in_between",
    ),
    Mutant(
        8,
        "entries aren't chained",
        "farechance/books.py",
        "if entry.previous_digest != previous:",
        "if False:",
        "test_8_the_ledger_shows_an_entry_that_was_overwritten",
    ),
    Mutant(
        9,
        "what is unknown is told as done",
        "farechance/store/database.py",
        "then the repeat finds its own items.\n            raise Busy from error",
        "then the repeat finds its own items.\n            return",
        "test_9_what_is_unknown_is_told_as_unknown_and_safe_to_repeat",
    ),
    Mutant(
        10,
        "what an old card sets free waits for housekeeping",
        "operations/settle_predecessor.py",
        "    if return_money_once(old_key, store, remembered, now, successor=voucher):",
        "    if False:",
        "test_10_housekeeping_changes_no_decision",
    ),
)


def main() -> int:
    """Returns 1 if a mutant survives, 2 if the list no longer fits the code or the tests."""
    if stale := list(what_is_stale()):
        print("\n".join(stale), file=sys.stderr)
        return 2
    if not _passes(ROOT / "functions", TESTS):
        print(f"mutants: {TESTS} fails on the code as it is", file=sys.stderr)
        return 2
    with ThreadPoolExecutor(AT_ONCE) as pool:
        survivors = 0
        for mutant, is_caught in zip(MUTANTS, pool.map(_is_caught, MUTANTS), strict=True):
            survivors += not is_caught
            word = "caught  " if is_caught else "SURVIVES"
            print(f"{word} invariant {mutant.invariant}: {mutant.what} ({mutant.test})", flush=True)
    print(f"mutants: {len(MUTANTS) - survivors} of {len(MUTANTS)} caught")
    return 1 if survivors else 0


def what_is_stale() -> Iterator[str]:
    """What of the list no longer fits: a text that isn't there once, a test that isn't there, an
    invariant without a mutant."""
    tests = (ROOT / TESTS).read_text(encoding="utf-8")
    for mutant in MUTANTS:
        found = (ROOT / "functions" / mutant.file).read_text(encoding="utf-8").count(mutant.old)
        if found != 1:
            yield f"{mutant.what}: its text stands {found} times in {mutant.file}"
        if not re.search(rf"^def {mutant.test}\(", tests, re.M):
            yield f"{mutant.what}: there is no {mutant.test}"
        if not mutant.test.startswith(f"test_{mutant.invariant}_"):
            yield f"{mutant.what}: {mutant.test} is of another invariant"
    missing = set(range(1, 11)) - {mutant.invariant for mutant in MUTANTS}
    yield from (f"invariant {number} has no mutant" for number in sorted(missing))


def _is_caught(mutant: Mutant) -> bool:
    (ROOT / ".local").mkdir(exist_ok=True)
    with TemporaryDirectory(dir=ROOT / ".local", prefix="mutant-") as folder:
        copy = Path(folder) / "functions"
        shutil.copytree(ROOT / "functions", copy, ignore=shutil.ignore_patterns("__pycache__"))
        file = copy / mutant.file
        text = file.read_text(encoding="utf-8").replace(mutant.old, mutant.new)
        file.write_text(text, encoding="utf-8")
        return not _passes(copy, f"{TESTS}::{mutant.test}")


def _passes(functions: Path, tests: str) -> bool:
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-n", "0"]
    command += ["-o", f"pythonpath={functions} tests .", tests]
    run = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, timeout=SECONDS)
    # 1 is a failed test; another code (nothing collected, a wrong import) would prove nothing.
    if run.returncode not in (0, 1):
        raise RuntimeError(run.stdout.decode() + run.stderr.decode())
    return run.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
