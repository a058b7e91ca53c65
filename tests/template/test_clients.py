"""The functions' clients: whatever happens to a call of botocore's own client happens to one of
theirs."""

import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from botocore.handlers import BUILTIN_HANDLERS
from botocore.session import Session

from farechance import aws
from infra.trim import SERVICES

THREADS = 4
KINDS = {event.split(".")[0] for event, *_ in BUILTIN_HANDLERS} - {"docs"}


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_a_client_handles_what_botocores_own_does(
    service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    theirs = _handled(Session().create_client(service))

    # Another service's client first: none of its handlers is missed, and none is there twice.
    aws.client("s3" if service != "s3" else "sqs")
    assert _handled(aws.client(service)) == theirs
    assert _handled(aws.client(service)) == theirs


def test_clients_that_are_made_at_the_same_time_handle_everything_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    theirs = _handled(Session().create_client("s3"))
    for kept in (aws._session_for, aws._session):
        kept.cache_clear()
    aws.client("sqs")
    at_once = Barrier(THREADS)

    def make(_: int) -> Any:
        at_once.wait()
        return aws.client("s3")

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(THREADS) as pool:
            clients = list(pool.map(make, range(THREADS)))
    finally:
        sys.setswitchinterval(before)

    assert [_handled(one) for one in clients] == [theirs] * THREADS


def test_some_services_have_handlers_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")

    handled = _handled(aws.client("s3"))

    assert "validate_bucket_name" in handled["before-parameter-build.s3.GetObject"]
    # One that has to be the first of all, and is registered after others.
    assert handled["before-parse.s3.GetObject"][0] == "_handle_200_error"


def _handled(client: Any) -> dict[str, list[str]]:
    """The handlers of each event that may come, in their order, by their names."""
    model, emitter = client.meta.service_model, client.meta.events._emitter
    service = model.service_id.hyphenize()
    asked = [f"{service}.{name}" for name in model.operation_names]
    return {
        # Powertools names itself to AWS, wherever it comes among the others.
        event: [
            name
            for one in emitter._handlers.prefix_search(event)
            if "powertools" not in (name := getattr(one, "__qualname__", repr(type(one))))
        ]
        for kind in KINDS
        for event in (kind, *(f"{kind}.{name}" for name in (service, *asked)))
    }
