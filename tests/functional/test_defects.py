"""What nobody expected: a 500 that says nothing but that a repeat is safe, a trace in the log that
holds no value, and everything as it was."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import boto3
import pytest
from botocore.exceptions import ClientError

import wire
from functional.bodies import completed, enrollment_body, mint_body, requested
from functional.gateway import Answer
from functional.players import Partner, Provider, mint_code
from functional.stack import CODE_SECRET, Stack
from wire import Call, Fault, Wire

FOLDERS = {
    "minting": ("/vouchers", mint_body()),
    "enrollment": ("/participants", enrollment_body()),
}


@contextmanager
def _stored_otherwise(stack: Stack, code: str, change: dict[str, Any]) -> Iterator[None]:
    """A voucher's item has other attributes for a while."""
    client, table = stack.world.client, stack.world.tables["vouchers"]
    key = {"pk": {"S": f"voucher#{stack.world.voucher_key(code)}"}}
    item = client.get_item(TableName=table, Key=key)["Item"]
    client.put_item(TableName=table, Item={**item, **change})
    yield
    client.put_item(TableName=table, Item=item)


@contextmanager
def _disturbed(stack: Stack, folder: str, fault: Fault) -> Iterator[None]:
    """All writes of a function meet a fault, as often as it tries."""
    stack.handler(folder)
    store = sys.modules[f"{folder}.app"].store
    with Wire(store._client) as line:
        line.disturb(fault, "TransactWriteItems", times=100)
        yield
    assert line.disturbed


def _denied(_: Call) -> NoReturn:
    # moto carries out a call even where a hook has answered it; an error comes before.
    raise ClientError(
        {"Error": {"Code": "AccessDeniedException", "Message": "not for this role"}},
        "TransactWriteItems",
    )


@contextmanager
def _secret_of_codes(text: str) -> Iterator[None]:
    """The secret for codes is another one for a while."""
    secrets = boto3.client("secretsmanager")
    kept = secrets.get_secret_value(SecretId=CODE_SECRET)["SecretString"]
    secrets.put_secret_value(SecretId=CODE_SECRET, SecretString=text)
    yield
    secrets.put_secret_value(SecretId=CODE_SECRET, SecretString=kept)


def _says_nothing(answer: Answer, stack: Stack) -> dict[str, Any]:
    problem = answer.problem(500, "internal_error")
    assert problem.detail == "It is on record. Repeating the same request is safe."
    assert problem.model_extra == {}
    (line,) = [line for line in stack.lines() if line.get("message") == "call_failed"]
    assert line["level"] == "ERROR"
    return line


def test_a_stored_voucher_that_cannot_be_read_is_a_defect_that_shows_no_value(
    stack: Stack, partner: Partner, provider: Provider
) -> None:
    code = mint_code(partner)
    with _stored_otherwise(stack, code, {"available_cents": {"S": "a-private-value"}}):
        answer = provider.tell("ride.requested", requested(code))

    line = _says_nothing(answer, stack)
    assert line["exception_name"] == "ValidationError"
    assert "available_cents" in line["exception"]
    assert "a-private-value" not in stack.log
    assert stack.world.voucher(code).held_cents == 0


def test_stored_things_that_contradict_each_other_are_a_defect(
    stack: Stack, partner: Partner, provider: Provider
) -> None:
    code = mint_code(partner)
    with _stored_otherwise(stack, code, {"rules_version": {"N": "7"}}):
        answer = provider.tell("ride.completed", completed(code))

    line = _says_nothing(answer, stack)
    assert line["exception_name"] == "BooksDiffer"
    # The alarm of the audit, at once.
    assert stack.counted()["BooksDiffer"] == 1
    assert len(stack.world.entries(code)) == 1


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_right_that_is_missing_is_a_defect(stack: Stack, partner: Partner, folder: str) -> None:
    path, body = FOLDERS[folder]

    with stack.unchanged(), _disturbed(stack, folder, _denied):
        answer = partner.post(path, body, "key-1")
    again = partner.post(path, body, "key-1")

    line = _says_nothing(answer, stack)
    assert "AccessDeniedException" in line["exception"]
    assert again.status == 201


@pytest.mark.parametrize("folder", FOLDERS)
def test_what_passes_with_time_is_a_503_that_says_when_to_come_back(
    stack: Stack, partner: Partner, folder: str
) -> None:
    path, body = FOLDERS[folder]

    with stack.unchanged(), _disturbed(stack, folder, wire.lost_before_sending):
        answer = partner.post(path, body, "key-1")
    again = partner.post(path, body, "key-1")

    answer.problem(503, "busy")
    assert int(answer.headers["retry-after"]) >= 1
    assert again.status == 201
    assert not [line for line in stack.lines() if line.get("level") == "ERROR"]


def test_a_ride_company_is_told_to_come_back_too(
    stack: Stack, partner: Partner, provider: Provider
) -> None:
    code = mint_code(partner)
    request = requested(code)

    with stack.unchanged(), _disturbed(stack, "redemption", wire.lost_before_sending):
        answer = provider.tell("ride.requested", request)
    again = provider.tell("ride.requested", request)

    answer.problem(503, "busy")
    assert again.body["decision"] == "approved"
    assert again.body["replayed"] is False


def test_a_secret_of_codes_that_is_not_what_the_template_made_is_a_defect(
    stack: Stack, partner: Partner
) -> None:
    with stack.unchanged(), _secret_of_codes('{"version-one": "x"}'):
        answer = partner.post("/vouchers", mint_body())

    line = _says_nothing(answer, stack)
    assert line["exception_name"] == "BooksDiffer"
