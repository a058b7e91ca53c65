"""DynamoDB throttles: the doors answer 503 and when to come again, nothing is
half done, and what is sent again under the same key, or as the same event, is applied once."""

import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import ClientError

from farechance.store.database import MAX_ATTEMPTS
from functional.bodies import completed, mint_body, requested
from functional.gateway import Answer
from functional.players import Partner, Provider, mint_code
from functional.stack import Stack

MINTS, RIDES, MOST_REPEATS = 25, 12, 60
# A call in eight begins a shortage, which lasts longer than the store tries by itself.
BEGINS, CALLS_OF_A_SHORTAGE = 1 / 8, MAX_ATTEMPTS + 2
_THROTTLED = "ProvisionedThroughputExceededException"


def test_what_is_throttled_is_shed_and_sent_again_it_is_in_the_books_once(
    stack: Stack, partner: Partner, provider: Provider
) -> None:
    codes = [mint_code(partner, value_cents=1_000) for _ in range(RIDES)]
    provider.tell("webhook.test", {})
    told: Counter[int] = Counter()
    captured_cents = 0

    def until_answered(send: Callable[[], Answer]) -> dict[str, Any]:
        for _ in range(MOST_REPEATS):
            before = stack.image()
            answer = send()
            told[answer.status] += 1
            if answer.status < 300:
                return answer.body
            answer.problem(503, "busy")
            assert int(answer.headers["retry-after"]) > 0
            assert stack.image() == before
        raise AssertionError("never answered")

    with _throttling(stack, "minting", "redemption"):
        for number in range(MINTS):
            body = mint_body(value_cents=500)
            until_answered(lambda: partner.post("/vouchers", body, f"key-{number}"))  # noqa: B023
        for number in range(RIDES):
            code, ride_id = codes[number], f"ride-{number}"
            asked = requested(code, ride_id=ride_id, estimated_fare_cents=500)
            made = completed(code, ride_id=ride_id, fare_cents=100 + number)
            until_answered(lambda: provider.tell("ride.requested", asked))  # noqa: B023
            answer = until_answered(lambda: provider.tell("ride.completed", made))  # noqa: B023
            captured_cents += answer["captured_cents"]

    assert told[503] > 10, told
    stored = stack.world.everything()
    kinds = Counter(one["kind"]["S"] for one in stored["ledger"])
    assert kinds["voucher.minted"] == MINTS + len(codes)
    assert kinds["ride.completed"] == RIDES
    assert sum(stack.world.voucher(code).spent_cents for code in codes) == captured_cents
    assert captured_cents == sum(100 + number for number in range(RIDES))


@contextmanager
def _throttling(stack: Stack, *folders: str) -> Iterator[None]:
    """Within it, calls of these functions to DynamoDB are refused, many in a row."""
    chance, left = random.Random(1), 0

    def refuse(event_name: str, **_: Any) -> None:
        nonlocal left
        if not left and chance.random() < BEGINS:
            left = CALLS_OF_A_SHORTAGE
        if left:
            left -= 1
            raise ClientError({"Error": {"Code": _THROTTLED}}, event_name)

    # How long the store waits before it tries again is no part of this.
    stack.monkeypatch.setattr("farechance.store.database.time.sleep", lambda _seconds: None)
    clients = []
    for folder in folders:
        stack.handler(folder)
        clients.append(sys.modules[f"{folder}.app"].store._client)
    for client in clients:
        # Before it is sent: moto carries out whatever is.
        client.meta.events.register("before-call.dynamodb", refuse, "throttles")
    yield
    for client in clients:
        client.meta.events.unregister("before-call.dynamodb", unique_id="throttles")
