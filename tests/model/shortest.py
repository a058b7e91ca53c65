"""Makes a history that failed shorter: the same steps on a new world, without some of them, as long
as it still fails. It owns which steps are left out; it must never change one."""

import time
from collections import Counter
from collections.abc import Callable, Sequence

from model.play import Play, Step
from world import World


def shortest(
    steps: Sequence[Step], new_world: Callable[[], World], error: type[Exception], seconds: float
) -> tuple[Play, Exception] | None:
    """The shortest play that was found within some seconds in which such an error comes, and the
    error; None if the steps don't fail a second time."""
    found = _fails(steps, new_world, error)
    if found is None:
        return None
    ends_at = time.monotonic() + seconds
    size = max(1, len(found[0].steps) // 2)
    while time.monotonic() < ends_at:
        before = len(found[0].steps)
        # From the end: what comes late depends on what comes before it.
        for start in reversed(range(0, before, size)):
            kept = [*found[0].steps[:start], *found[0].steps[start + size :]]
            shorter = _fails(kept, new_world, error)
            found = shorter or found
            if time.monotonic() > ends_at:
                break
        if len(found[0].steps) == before and size == 1:
            break
        size = max(1, size // 2)
    return found


def _fails(
    steps: Sequence[Step], new_world: Callable[[], World], error: type[Exception]
) -> tuple[Play, Exception] | None:
    play = Play(new_world(), Counter())
    try:
        for step in steps:
            play.does(step)
        play.ends()
    except error as failure:
        return play, failure
    except Exception:
        # Without the steps that were left out the others make no sense.
        return None
    return None
