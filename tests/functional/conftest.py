"""The Lambda handlers themselves, with moto in place of AWS. After each test the books are read,
and nothing private may stand in what was logged. moto is no authority on races: see
tests/storage."""

import sys
from collections.abc import Iterator
from copy import replace

import pytest
from moto import mock_aws

from books import differences
from builders import OTHER_PARTNER
from farechance import telemetry
from functional.players import Partner, Provider
from functional.stack import Stack, client_of, forget, make_stack, secret_of
from tables import empty_tables, fill_tables

_DOORS = (
    "administration",
    "auditing",
    "batching",
    "contract",
    "dispatching",
    "enrollment",
    "housekeeping",
    "minting",
    "operating",
    "printing",
    "reconciling",
    "redemption",
    "reporting",
    "sending",
    "sharing",
    "viewing",
    "watching",
)


@pytest.fixture(scope="module")
def deployed() -> Iterator[Stack]:
    """A stack with a funded programme, two partners and a ride company, made once for a module."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        with mock_aws():
            yield make_stack()


class _StandardOutput:
    """Where a line goes at the moment at which it is written."""

    def write(self, text: str) -> int:
        """To whatever stands for standard output now."""
        return sys.stdout.write(text)

    def flush(self) -> None:
        """At once."""
        sys.stdout.flush()


@pytest.fixture
def stack(
    deployed: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Stack]:
    """The same for each test: what a test wrote is audited and taken out again, and functions
    remember nothing of it."""
    # The logger and the metrics are made when their module is first imported, by whichever test.
    monkeypatch.setattr(telemetry.logger.registered_handler, "stream", _StandardOutput())
    monkeypatch.setattr(telemetry.metrics, "namespace", "FareChance")
    stack = replace(
        deployed,
        monkeypatch=monkeypatch,
        read_stdout=lambda: capsys.readouterr().out,
        private=set(),
        handlers={},
        _log=[],
    )
    yield stack
    stack.messages()
    stack.messages(stack.report_queue_url)
    stack.empty_bucket()
    for door in _DOORS:
        forget(door)
    world = stack.world
    if stack.image() != stack.untouched:
        found = differences(world)
        empty_tables(world.client, world.tables)
        fill_tables(world.client, world.tables, stack.furniture)
        assert found == []
    logged = stack.log
    assert [secret for secret in stack.private if secret and secret in logged] == []


@pytest.fixture
def partner(stack: Stack) -> Partner:
    """The app of a partner, whose token has every scope."""
    return Partner(stack, client_of(stack))


@pytest.fixture
def other_partner(stack: Stack) -> Partner:
    """The app of another partner."""
    return Partner(stack, client_of(stack, OTHER_PARTNER))


@pytest.fixture
def provider(stack: Stack) -> Provider:
    """The ride company."""
    return Provider(stack, secret_of(stack))
