"""What a function asks while it starts is asked side by side, for a bounded time, and never decides
whether it starts."""

import threading
from collections.abc import Iterator
from threading import Barrier, Thread

import pytest

from farechance import priming, telemetry
from farechance.priming import prime
from farechance.settings import Settings

ON_LAMBDA = Settings(environment="trial", on_lambda=True)
ELSEWHERE = Settings(environment="trial", on_lambda=False)
FAR_TOO_LONG_SECONDS = 30
MOST_SECONDS = 0.05


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow machine decides nothing here."""
    monkeypatch.setattr(priming, "_MOST_SECONDS", FAR_TOO_LONG_SECONDS)


@pytest.fixture
def never() -> Iterator[threading.Event]:
    """What somebody waits for in vain; afterwards it happens, so that no thread is left behind."""
    event = threading.Event()
    yield event
    event.set()


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Events, and the errors that they tell."""
    lines: list[tuple[str, str]] = []
    monkeypatch.setattr(telemetry.logger, "info", lambda event, error: lines.append((event, error)))
    return lines


def test_waits_are_under_way_at_the_same_time(logged: list[tuple[str, str]]) -> None:
    # Each goes on only when the other has begun; else both would be told as broken.
    both = Barrier(2, timeout=10)
    met: list[str] = []

    def waits(name: str) -> None:
        both.wait()
        met.append(name)

    prime(ON_LAMBDA, lambda: waits("store"), lambda: waits("secret"))

    assert sorted(met) == ["secret", "store"]
    assert logged == []


def test_one_that_fails_is_told_by_its_kind_alone_and_stops_no_other(
    logged: list[tuple[str, str]],
) -> None:
    done: list[str] = []

    def fails() -> None:
        raise ConnectionError("voucher code 12345")

    prime(ON_LAMBDA, fails, lambda: done.append("secret"))

    assert done == ["secret"]
    assert logged == [(telemetry.Event.NOT_PRIMED, "ConnectionError")]


def test_whoever_does_not_answer_is_left_behind(
    never: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(priming, "_MOST_SECONDS", MOST_SECONDS)
    ended: list[str] = []

    def hangs() -> None:
        never.wait(FAR_TOO_LONG_SECONDS)
        ended.append("store")

    prime(ON_LAMBDA, hangs)

    assert ended == []


def test_several_that_do_not_answer_are_waited_for_no_longer_than_one(
    never: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(priming, "_MOST_SECONDS", MOST_SECONDS)
    waited: list[float] = []

    class Joined(Thread):
        """Tells for how long somebody was ready to wait for it."""

        def join(self, timeout: float | None = None) -> None:
            assert timeout is not None
            waited.append(timeout)
            super().join(timeout)

    monkeypatch.setattr(priming, "Thread", Joined)

    def hangs() -> bool:
        return never.wait(FAR_TOO_LONG_SECONDS)

    prime(ON_LAMBDA, hangs, hangs, hangs)

    assert len(waited) == 3
    assert sum(waited) < 1.5 * MOST_SECONDS


def test_off_lambda_nobody_is_asked() -> None:
    asked: list[str] = []

    prime(ELSEWHERE, lambda: asked.append("store"), lambda: asked.append("secret"))

    assert asked == []
