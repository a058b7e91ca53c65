"""Faults that don't pass: after a bounded number of tries the caller is told to come back, and what
is a defect isn't taken for bad luck."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

import wire
from farechance.errors import Busy
from farechance.settings import Settings
from farechance.store import Store
from storage.conftest import new_client
from wire import Fault, Wire
from world import World

FOR_EVER = 1_000


@pytest.mark.parametrize(
    ("fault", "tries"),
    [
        (wire.cancelled_because("TransactionConflict"), 12),
        (wire.cancelled_because("None", "ThrottlingError"), 12),
        (wire.refused_with("TransactionInProgressException"), 12),
        # These the client itself has tried three times, with pauses of seconds.
        (wire.refused_with("ProvisionedThroughputExceededException"), 1),
    ],
    ids=["conflict", "throttled inside", "in progress", "throttled"],
)
def test_after_too_many_conflicts_the_caller_is_told_to_come_back(
    world: World, fault: Fault, tries: int
) -> None:
    code = world.code()
    before = world.everything()

    with Wire(world.client) as line:
        line.disturb(fault, "TransactWriteItems", times=FOR_EVER)
        with pytest.raises(Busy):
            world.request(code)

    assert line.operations.count("TransactWriteItems") == tries
    assert world.everything() == before


def test_pauses_between_the_tries_grow_and_are_bounded(world: World) -> None:
    pauses: list[float] = []
    settings = Settings(environment="trial", tables=world.tables)
    patient = world.another(store=Store(settings, world.client, pause=pauses.append))
    code = world.code()

    with Wire(world.client) as line:
        line.disturb(
            wire.cancelled_because("TransactionConflict"), "TransactWriteItems", times=FOR_EVER
        )
        with pytest.raises(Busy):
            patient.request(code)

    assert len(pauses) == 11
    assert all(0 <= pause <= min(0.02 * 2**number, 0.1) for number, pause in enumerate(pauses))
    assert world.ride() is None


def test_keys_that_stay_unprocessed_are_asked_for_a_few_times(world: World) -> None:
    code = world.code()
    before = world.everything()

    with Wire(world.client) as line:
        line.disturb(wire.left_unprocessed, "BatchGetItem", times=FOR_EVER)
        with pytest.raises(Busy):
            world.request(code)

    assert line.operations == ["BatchGetItem"] * 12
    assert world.everything() == before


def test_only_keys_that_were_left_are_asked_for_again(world: World) -> None:
    code = world.code()
    world.request(code)

    with Wire(world.client) as line:
        line.disturb(wire.left_unprocessed, "BatchGetItem")
        told = world.complete(code)

    first, second = [call for call in line.calls if call.operation == "BatchGetItem"][:2]
    asked = [
        sum(len(one["Keys"]) for one in call.sent["RequestItems"].values())
        for call in (first, second)
    ]
    assert asked == [4, 2]
    assert all(one["ConsistentRead"] for one in second.sent["RequestItems"].values())
    assert told.answer["outcome"] == "captured"
    assert world.voucher(code).spent_cents == 1_500


@pytest.mark.parametrize(
    "fault",
    [
        wire.cancelled_because("ValidationError", "None"),
        wire.cancelled_because("ConditionalCheckFailed", "ItemCollectionSizeLimitExceeded"),
        wire.refused_with("AccessDeniedException"),
        wire.refused_with("ValidationException"),
        wire.refused_with("ResourceNotFoundException"),
    ],
    ids=["validation", "too large", "not allowed", "not valid", "no table"],
)
def test_a_defect_fails_loudly_and_is_not_tried_again(world: World, fault: Fault) -> None:
    code = world.code()
    before = world.everything()

    with Wire(world.client) as line:
        line.disturb(fault, "TransactWriteItems", times=FOR_EVER)
        with pytest.raises(ClientError):
            world.request(code)

    assert line.operations.count("TransactWriteItems") == 1
    assert world.everything() == before


def test_a_lost_answer_that_botocore_repeats_itself_has_one_effect(
    world: World, endpoint: str
) -> None:
    patient = new_client(endpoint, retries={"mode": "standard", "total_max_attempts": 3})
    settings = Settings(environment="trial", tables=world.tables)
    function = world.another(client=patient, store=Store(settings, patient, pause=_dont_wait))
    code = world.code()

    with Wire(patient) as line:
        line.disturb(wire.answer_lost, "TransactWriteItems")
        told = function.request(code)

    tokens = {
        call.sent["ClientRequestToken"]
        for call in line.calls
        if call.operation == "TransactWriteItems"
    }
    assert line.operations.count("TransactWriteItems") == 2
    assert len(tokens) == 1
    assert (told.answer["decision"], told.is_replay) == ("approved", False)
    assert world.kinds(code) == ["voucher.minted", "ride.requested"]


def _dont_wait(_: Any) -> None:
    return None
