"""`make load`: a bounded storm on the running stack, which is started for it if need be. The system
sheds, says when to come again, and afterwards the books have all that was given as applied.

LOAD_SECONDS (60) and LOAD_CALLS (2,000) bound it, whichever comes first. It returns 1 if something
was shed badly or isn't in the books, and 2 if nothing was shed.
"""

import os
import secrets
import signal
import sys

from e2e.scene import Scene
from infra.local import emulator, stack
from load.storm import Storm


def main() -> int:
    """Returns what the shell is told."""
    # Ended from outside, it still puts limits back and stops the stack that it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    seconds = float(os.environ.get("LOAD_SECONDS") or 60)
    calls = int(os.environ.get("LOAD_CALLS") or 2_000)
    seed = int(os.environ.get("LOAD_SEED") or secrets.randbelow(10**6))
    was_running = emulator.endpoint() is not None
    try:
        storm = Storm(Scene(stack.ensure_up()), seed)
        print(f"load: LOAD_SEED={seed}, {seconds:g} s, at most {calls:,} calls", flush=True)
        storm.blow(seconds, calls)
        print(f"load: {storm.line()}", flush=True)
        print("load: what was shed is sent again, under its own key", flush=True)
        storm.repeat_what_was_shed()
        storm.check()
    finally:
        if not was_running:
            stack.down()
    for fault in storm.faults:
        print(f"load: FAULT: {fault}")
    print(f"load: LOAD_SEED={seed}: {storm.line()}")
    if storm.faults:
        return 1
    return 0 if storm.shed() else 2


if __name__ == "__main__":
    sys.exit(main())
