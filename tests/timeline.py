"""Time that passes by itself: many callers wait and act as if all at once, and in truth one after
the other, each when its moment has come. So what is measured is exact and the same again, however
busy the machine is; only what takes its time by `wait` takes any."""

import heapq
from collections.abc import Callable
from functools import partial
from itertools import count
from threading import Semaphore, Thread


class Timeline:
    """From 0 on. Callers are begun with `at`, before or while it runs."""

    def __init__(self) -> None:
        self.now_seconds = 0.0
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = count()
        self._my_turn = Semaphore(0)
        self._failed: list[BaseException] = []

    def at(self, moment_seconds: float, act: Callable[[], object]) -> None:
        """Lets a caller begin at a moment, in a thread of its own."""
        # One that fails leaves others waiting, who must not keep the process.
        thread = Thread(target=partial(self._carry_out, act), daemon=True)
        self._when(moment_seconds, thread.start)

    def wait(self, seconds: float) -> None:
        """What a caller does while something takes its time. Others act meanwhile."""
        its_turn = Semaphore(0)
        self._when(self.now_seconds + seconds, its_turn.release)
        self._my_turn.release()
        its_turn.acquire()

    def run(self) -> None:
        """Until all callers are done. Raises what one of them raised."""
        while self._due and not self._failed:
            self.now_seconds, _, go_on = heapq.heappop(self._due)
            go_on()
            self._my_turn.acquire()
        if self._failed:
            raise self._failed[0]

    def _when(self, moment_seconds: float, go_on: Callable[[], None]) -> None:
        # Who came first goes first where two moments are the same.
        heapq.heappush(self._due, (moment_seconds, next(self._numbers), go_on))

    def _carry_out(self, act: Callable[[], object]) -> None:
        try:
            act()
        except BaseException as error:
            self._failed.append(error)
        finally:
            self._my_turn.release()
