"""What IAM forbids, tried with each function's own role on what is really stored. What a role may
do depends on nothing else, so these calls stand for any code that a function could ever run.

The roles trust Lambda alone. The tests let the account assume each for a moment, which changes
nothing of what it may do. That a mint reaches allotments and no programme, which is told by
partition keys, the emulator doesn't enforce: tests/template shows it. Nor does it enforce that a
report reaches its own partitions of programmes and people, and an operator no amount."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from e2e.identities import with_role_of
from e2e.scene import Scene
from infra.local import books, template

FUNCTIONS = sorted(template.resources("AWS::Serverless::Function"))
ERASES = {"EnrollmentFunction", "AdministrationFunction", "HousekeepingFunction"}
KEEPS_BUDGETS = {
    "MintingFunction",
    "BatchingFunction",
    "AdministrationFunction",
    "HousekeepingFunction",
    # Its status, but no amount, which is told by attributes; see above.
    "OperatingFunction",
    # They keep what was published or reconciled, in partitions of their own; see above.
    "ReportingFunction",
    "ReconcilingFunction",
}
# It reads counts that name nobody, in partitions of their own; see above.
COUNTS = {"ReportingFunction"}
ENDED = {"S": "ended by a test"}

type Call = Callable[[Any, str, dict[str, Any]], object]


@pytest.fixture(scope="module")
def roles(scene: Scene) -> Callable[[str], Any]:
    """A DynamoDB client with the credentials of a function's role."""
    made: dict[str, Any] = {}

    def client(function: str) -> Any:
        if function not in made:
            made[function] = with_role_of(function, scene.running).client("dynamodb")
        return made[function]

    return client


@pytest.fixture(scope="module")
def tables(scene: Scene) -> dict[str, str]:
    """The tables' names."""
    return books.table_names(scene.running)


@pytest.fixture(scope="module")
def entry(scene: Scene) -> dict[str, Any]:
    """The key of an entry that is there: the programme's first."""
    account = {"S": f"program#{scene.program_id}"}
    return next(
        {"pk": item["pk"], "sk": item["sk"]}
        for item in books.everything(scene.running)["Ledger"]
        if item["pk"] == account
    )


def _update(client: Any, table: str, key: dict[str, Any]) -> object:
    return client.update_item(
        TableName=table,
        Key=key,
        UpdateExpression="SET note = :note",
        ExpressionAttributeValues={":note": ENDED},
    )


def _delete(client: Any, table: str, key: dict[str, Any]) -> object:
    return client.delete_item(TableName=table, Key=key)


def _put(client: Any, table: str, key: dict[str, Any]) -> object:
    return client.put_item(TableName=table, Item={**key, "note": ENDED})


def _put_in_a_batch(client: Any, table: str, key: dict[str, Any]) -> object:
    request = {"PutRequest": {"Item": {**key, "note": ENDED}}}
    return client.batch_write_item(RequestItems={table: [request]})


def _update_in_a_transaction(client: Any, table: str, key: dict[str, Any]) -> object:
    update = {
        "TableName": table,
        "Key": key,
        "UpdateExpression": "SET note = :note",
        "ExpressionAttributeValues": {":note": ENDED},
    }
    return client.transact_write_items(TransactItems=[{"Update": update}])


def _delete_in_a_transaction(client: Any, table: str, key: dict[str, Any]) -> object:
    return client.transact_write_items(TransactItems=[{"Delete": {"TableName": table, "Key": key}}])


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize(
    "call",
    [
        _update,
        _delete,
        _put,
        _put_in_a_batch,
        _update_in_a_transaction,
        _delete_in_a_transaction,
    ],
)
def test_no_function_may_change_or_remove_an_entry_or_put_one_outside_a_transaction(
    scene: Scene,
    roles: Callable[[str], Any],
    tables: dict[str, str],
    entry: dict[str, Any],
    function: str,
    call: Call,
) -> None:
    table = tables["Ledger"]
    before = _stored(scene, table, entry)

    refused = _refused(call, roles(function), table, entry)

    assert refused == "AccessDeniedException"
    assert _stored(scene, table, entry) == before


@pytest.mark.parametrize("function", sorted(set(FUNCTIONS) - KEEPS_BUDGETS))
@pytest.mark.parametrize("call", [_update, _delete, _put, _update_in_a_transaction])
def test_only_those_who_keep_budgets_may_change_one(
    scene: Scene,
    roles: Callable[[str], Any],
    tables: dict[str, str],
    function: str,
    call: Call,
) -> None:
    table = tables["Programs"]
    budget = {"pk": {"S": f"program#{scene.program_id}"}, "sk": {"S": "program"}}
    before = _stored(scene, table, budget)

    refused = _refused(call, roles(function), table, budget)

    assert refused == "AccessDeniedException"
    assert _stored(scene, table, budget) == before


@pytest.mark.parametrize("function", sorted(set(FUNCTIONS) - ERASES - COUNTS))
def test_only_who_enrolls_and_erases_may_list_people(
    scene: Scene, roles: Callable[[str], Any], tables: dict[str, str], function: str
) -> None:
    scene.enroll()

    def listing(client: Any, table: str, _: dict[str, Any]) -> object:
        return _list(client, table, scene.partner_id)

    table = tables["People"]
    assert _refused(listing, roles(function), table, {}) == "AccessDeniedException"
    assert listing(roles("EnrollmentFunction"), table, {})


@pytest.mark.parametrize("function", sorted(set(FUNCTIONS) - ERASES))
def test_nobody_else_may_delete_a_person(
    scene: Scene, roles: Callable[[str], Any], tables: dict[str, str], function: str
) -> None:
    table = tables["People"]
    person = {"pk": {"S": scene.partner_id}, "sk": {"S": f"participant#{scene.enroll()}"}}
    before = _stored(scene, table, person)

    for call in (_delete, _delete_in_a_transaction):
        assert _refused(call, roles(function), table, person) == "AccessDeniedException"

    assert _stored(scene, table, person) == before


@pytest.mark.parametrize("function", ["RedemptionFunction", "AuditingFunction"])
def test_who_answers_rides_or_reads_the_books_cannot_read_a_person(
    scene: Scene, roles: Callable[[str], Any], tables: dict[str, str], function: str
) -> None:
    participant_id = scene.enroll()
    table = tables["People"]
    key = {"pk": {"S": scene.partner_id}, "sk": {"S": f"participant#{participant_id}"}}
    assert _stored(scene, table, key)

    def reading(client: Any, table: str, key: dict[str, Any]) -> object:
        return client.batch_get_item(RequestItems={table: {"Keys": [key]}})

    assert _refused(reading, roles(function), table, key) == "AccessDeniedException"


def test_the_credentials_that_are_refused_are_good_for_what_a_function_does(
    roles: Callable[[str], Any], tables: dict[str, str], entry: dict[str, Any]
) -> None:
    table = tables["Ledger"]

    read = roles("RedemptionFunction").batch_get_item(RequestItems={table: {"Keys": [entry]}})

    assert [item["sk"] for item in read["Responses"][table]] == [entry["sk"]]


def _refused(call: Call, client: Any, table: str, key: dict[str, Any]) -> str:
    """The error's code. Fails if the call isn't refused."""
    with pytest.raises(ClientError) as refused:
        call(client, table, key)
    return str(refused.value.response["Error"]["Code"])


def _list(client: Any, table: str, partner_id: str) -> object:
    return client.query(
        TableName=table,
        KeyConditionExpression="pk = :partner",
        ExpressionAttributeValues={":partner": {"S": partner_id}},
    )["Items"]


def _stored(scene: Scene, table: str, key: dict[str, Any]) -> dict[str, Any]:
    found = scene.running.client("dynamodb").get_item(TableName=table, Key=key, ConsistentRead=True)
    item: dict[str, Any] = found["Item"]
    return item
