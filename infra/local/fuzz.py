"""`make fuzz`: the long run of what the tests try a share of. Bodies that are nearly right go
through the handlers in process, then through the running stack; then Schemathesis plays the served
contract there, round after round.

FUZZ_MINUTES (20) bounds it, FUZZ_SEED makes the same requests again, but for the ids that the stack
gives. It returns 1 if a fault was found, and 2 if an operation of the contract never did what it is
for. A fault is told with its request: the bytes of a callback, or a curl command, which needs a
caller's proof ($TOKEN; or $ID, $SECONDS and $SIGNATURE, as infra/guides/provider.md makes them) and
ids of the stack that it is sent to. The seed of its round, which is printed, does that by itself.
"""

import os
import secrets
import signal
import subprocess
import sys
import time

from e2e.scene import Scene
from fuzz.play import Contract
from fuzz.raw_bytes import RawBytes
from infra.local import emulator, stack
from infra.local.client import AUTHORIZATIONS, EVENTS

# In process, for each minute that is asked for, at each of eight doors.
EXAMPLES_A_MINUTE = 100
BYTES_A_ROUND, EXAMPLES_A_ROUND, WALKS_A_ROUND = 60, 15, 6
IN_PROCESS = "tests/functional/test_raw_bytes.py"


def main() -> int:
    """Returns what the shell is told."""
    # Ended from outside, it still stops the stack that it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    minutes = float(os.environ.get("FUZZ_MINUTES") or 20)
    first_seed = int(os.environ.get("FUZZ_SEED") or secrets.randbelow(10**6))
    ends_at = time.monotonic() + 60 * minutes
    print(f"fuzz: FUZZ_SEED={first_seed}, {minutes:g} minutes", flush=True)
    is_sound = _in_process(first_seed, max(100, int(minutes * EXAMPLES_A_MINUTE)))
    was_running = emulator.endpoint() is not None
    try:
        running = stack.ensure_up()
        return max(_on_the_stack(Scene(running), first_seed, ends_at), int(not is_sound))
    finally:
        if not was_running:
            stack.down()


def _in_process(first_seed: int, examples: int) -> bool:
    """Whether no bytes did harm to the handlers. pytest tells those that did."""
    print(f"fuzz: {examples:,} bodies at each door, in process", flush=True)
    environment = {"FUZZ_EXAMPLES": str(examples), "FUZZ_SEED": str(first_seed)}
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--show-capture=no", IN_PROCESS]
    done = subprocess.run(command, cwd=stack.ROOT, env=os.environ | environment, check=False)
    return done.returncode == 0


def _on_the_stack(scene: Scene, first_seed: int, ends_at: float) -> int:
    """At least one round, whatever the clock says. What was found is told even if one breaks."""
    played, raw = Contract(scene), RawBytes(scene)
    number = 0
    try:
        while not number or time.monotonic() < ends_at:
            round_seed = first_seed + 1_000 * number
            number += 1
            print(f"fuzz: round {number}, which FUZZ_SEED={round_seed} begins with", flush=True)
            _round(played, raw, round_seed)
            print(f"fuzz: round {number}: {played.line()}; {raw.line()}", flush=True)
    finally:
        for fault in (*raw.faults.values(), *played.faults.values()):
            print(f"fuzz: FAULT in {fault}\n", flush=True)
        print(f"fuzz: FUZZ_SEED={first_seed}: {played.line()}; {raw.line()}", flush=True)
    are_right = played.books_are_right() and raw.books_are_right()
    print(f"fuzz: the books are {'right' if are_right else 'WRONG'}")
    if played.faults or raw.faults or not are_right:
        return 1
    return 0 if played.reached == played.operations else 2


def _round(played: Contract, raw: RawBytes, round_seed: int) -> None:
    for door in (AUTHORIZATIONS, EVENTS):
        raw.send(door, round_seed, BYTES_A_ROUND)
    played.renew()
    played.each_alone(round_seed, EXAMPLES_A_ROUND)
    for walk in range(WALKS_A_ROUND):
        played.walk(round_seed + walk)


if __name__ == "__main__":
    sys.exit(main())
