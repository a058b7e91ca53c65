"""`make fuzz`: the long run of what the tests try a share of. Bodies that are nearly right go
through the handlers in process, then through the running stack; then Schemathesis plays the served
contract there, round after round.

FUZZ_MINUTES (20) bounds it, FUZZ_SEED makes the same requests again, but for the ids that the stack
gives. It returns 1 if a fault was found, which is told with a command that shows it again, and 2 if
an operation of the contract never did what it is for.
"""

import os
import secrets
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from e2e.scene import Scene
from functional import gateway
from fuzz import doors, grammar
from fuzz.play import Contract
from infra.local import emulator, stack
from infra.local.client import AUTHORIZATIONS, EVENTS, Delivery

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
    """At least one round, whatever the clock says."""
    played, told = Contract(scene), Counter[int]()
    number = 0
    while not number or time.monotonic() < ends_at:
        round_seed = first_seed + 1_000 * number
        for door in (AUTHORIZATIONS, EVENTS):
            send_bytes(scene, door, round_seed, BYTES_A_ROUND, told)
        played.renew()
        played.each_alone(round_seed, EXAMPLES_A_ROUND)
        for walk in range(WALKS_A_ROUND):
            played.walk(round_seed + walk)
        number += 1
        print(f"fuzz: round {number}: {played.line()}; {told.total():,} raw bodies", flush=True)
    for fault in played.faults.values():
        print(f"fuzz: FAULT in {fault}\n", flush=True)
    books = "right" if played.books_are_right() else "WRONG"
    shown = ", ".join(f"{status}: {times:,}" for status, times in sorted(told.items()))
    print(f"fuzz: FUZZ_SEED={first_seed}: {played.line()}; {told.total():,} raw bodies ({shown});")
    print(f"fuzz: the books are {books}")
    if played.faults or books != "right":
        return 1
    return 0 if played.reached == played.operations else 2


def send_bytes(scene: Scene, door: str, with_seed: int, examples: int, told: Counter[int]) -> None:
    """Nearly right callbacks, signed rightly, to a door of the running stack. Raises AssertionError
    at the first answer that isn't as it should be."""
    right = doors.callbacks(scene.mint()["code"])

    @seed(with_seed)
    @_settings(examples)
    @given(st.sampled_from(right).flatmap(grammar.bodies))
    def send(body: bytes) -> None:
        answer = scene.company.deliver(Delivery(door, body))
        read = gateway.Answer(answer.status, answer.headers, answer.body.decode())
        doors.check_answer(read, f"/providers/{{provider_id}}/{door}")
        told[answer.status] += 1

    send()


def _settings(examples: int) -> Callable[..., Callable[..., None]]:
    return settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


if __name__ == "__main__":
    sys.exit(main())
