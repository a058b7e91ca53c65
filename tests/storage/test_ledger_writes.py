"""The only way into the ledger: a Put of what must not exist yet, inside of TransactWriteItems.
Every test here is watched for it (see `conftest`); these show that the watch sees and tells."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from storage.conftest import new_client
from wire import ONLY_IF_NEW, Wire, wrong_ledger_writes
from world import World


def test_every_use_case_puts_new_entries_in_transactions_only(
    worlds: Callable[..., World],
) -> None:
    world = worlds()

    with Wire(world.client) as line:
        world.with_program()
        code, person = world.code(), world.enroll()
        world.mint(world.mint_request(participant_ids=(person,), unassigned=None))
        world.request(code, "ride-1")
        world.request(code, "ride-1", cents=1_600)
        world.complete(code, "ride-1")
        world.request(code, "ride-2")
        world.cancel(code, "ride-2")
        world.administer("pause_program", program_id=world.program_id)
        world.administer("resume_program", program_id=world.program_id)

    puts = [
        item["Put"]
        for call in line.calls
        if call.operation == "TransactWriteItems"
        for item in call.sent["TransactItems"]
        if world.tables["ledger"] in [action["TableName"] for action in item.values()]
    ]
    assert {put["ConditionExpression"] for put in puts} == {ONLY_IF_NEW}
    assert len(puts) == len(world.items("ledger")) == 13
    assert set(line.operations) == {"BatchGetItem", "Query", "TransactWriteItems"}


def _other_ways(ledger: str, item: dict[str, Any]) -> dict[str, tuple[str, dict[str, Any]]]:
    """Calls that write to a ledger otherwise, or may. None of them changes anything here, so that
    the books stay right."""
    here: dict[str, Any] = {"TableName": ledger}
    key = {"pk": item["pk"], "sk": item["sk"]}
    nobody = {**key, "sk": {"S": "nothing"}}
    put = {**here, "Item": item}
    update = {
        **here,
        "Key": key,
        "UpdateExpression": "REMOVE nothing",
        "ConditionExpression": "attribute_exists(pk)",
    }
    return {
        "put": ("put_item", put),
        "update": ("update_item", {**here, "Key": key}),
        "delete": ("delete_item", {**here, "Key": nobody}),
        "batch": ("batch_write_item", {"RequestItems": {ledger: [{"PutRequest": {"Item": item}}]}}),
        "put anew": ("transact_write_items", {"TransactItems": [{"Put": put}]}),
        "update in transaction": ("transact_write_items", {"TransactItems": [{"Update": update}]}),
        "statement": ("execute_statement", {"Statement": f'SELECT * FROM "{ledger}"'}),  # noqa: S608
    }


@pytest.mark.parametrize("way", _other_ways("", {"pk": None, "sk": None}))
def test_any_other_write_to_a_ledger_would_be_told(world: World, endpoint: str, way: str) -> None:
    code = world.code()
    item = next(it for it in world.items("ledger") if it["sk"]["S"] == "minted")
    stranger = new_client(endpoint)

    with Wire(stranger) as line:
        method, arguments = _other_ways(world.tables["ledger"], item)[way]
        getattr(stranger, method)(**arguments)

    assert len([wrong for call in line.calls for wrong in wrong_ledger_writes(call)]) == 1
    assert world.kinds(code) == ["voucher.minted"]


def test_an_entry_is_never_overwritten_whatever_a_transaction_says(
    world: World, bystander: Any
) -> None:
    code = world.code()
    item = next(it for it in world.items("ledger") if it["sk"]["S"] == "minted")

    put = {
        "TableName": world.tables["ledger"],
        "Item": {**item, "kind": {"S": "voucher.forged"}},
        "ConditionExpression": ONLY_IF_NEW,
    }
    with pytest.raises(ClientError) as refused:
        bystander.transact_write_items(TransactItems=[{"Put": put}])

    assert refused.value.response["Error"]["Code"] == "TransactionCanceledException"
    assert world.kinds(code) == ["voucher.minted"]
