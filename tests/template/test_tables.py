"""The tables keep what nobody may lose, under keys that the policies can tell apart."""

from typing import Any

import pytest

from infra.local import template

TABLES = template.resources("AWS::DynamoDB::Table")


def test_there_are_four_tables() -> None:
    assert set(TABLES) == {"ProgramsTable", "VouchersTable", "PeopleTable", "LedgerTable"}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_outlives_its_stack(name: str) -> None:
    table = TABLES[name]

    assert table["DeletionPolicy"] == "Retain"
    assert table["UpdateReplacePolicy"] == "Retain"


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_on_demand_recoverable_and_protected(name: str) -> None:
    properties = TABLES[name]["Properties"]

    assert properties["BillingMode"] == "PAY_PER_REQUEST"
    recovery = properties["PointInTimeRecoverySpecification"]
    assert recovery == {"PointInTimeRecoveryEnabled": True}
    assert properties["DeletionProtectionEnabled"] == {"Fn::If": ["ProtectsData", True, False]}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_has_no_name_that_a_second_stack_would_meet(name: str) -> None:
    assert "TableName" not in TABLES[name]["Properties"]


@pytest.mark.parametrize("name", TABLES)
def test_nothing_in_a_table_expires_by_itself(name: str) -> None:
    assert "TimeToLiveSpecification" not in TABLES[name]["Properties"]


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("ProgramsTable", ["pk", "sk"]),
        ("VouchersTable", ["pk"]),
        ("PeopleTable", ["pk", "sk"]),
        ("LedgerTable", ["pk", "sk"]),
    ],
)
def test_a_table_is_keyed_as_the_store_writes(name: str, keys: list[str]) -> None:
    assert _keys(TABLES[name]["Properties"]["KeySchema"]) == keys


def test_there_are_six_global_indexes_and_only_the_ledgers_copies_whole_items() -> None:
    found = {
        index["IndexName"]: (_keys(index["KeySchema"]), _projected(index["Projection"]))
        for table in TABLES.values()
        for index in table["Properties"].get("GlobalSecondaryIndexes", [])
    }

    assert found == {
        # A ride changes neither, so it never writes to this index.
        "by_allotment": (["allotment", "minted_at"], ["subject_id", "last4"]),
        "by_due": (["due_shard", "due_at"], "KEYS_ONLY"),
        "by_return": (["return_shard", "return_at"], "KEYS_ONLY"),
        "by_subject": (["subject_id", "minted_at"], "KEYS_ONLY"),
        "by_erasure": (["erase_shard", "erase_at"], "KEYS_ONLY"),
        "by_month": (["month_shard", "month_sort"], "ALL"),
    }


def test_what_an_index_must_not_be_behind_with_is_a_local_one_and_so_consistent() -> None:
    found = {
        (name, index["IndexName"]): _keys(index["KeySchema"])
        for name, table in TABLES.items()
        for index in table["Properties"].get("LocalSecondaryIndexes", [])
    }

    assert found == {
        ("LedgerTable", "by_sequence"): ["pk", "sequence"],
        ("PeopleTable", "by_subject"): ["pk", "subject_id"],
    }


def test_only_the_ledger_has_a_stream_and_it_holds_keys_alone() -> None:
    streams = {
        name: table["Properties"]["StreamSpecification"]
        for name, table in TABLES.items()
        if "StreamSpecification" in table["Properties"]
    }

    assert streams == {"LedgerTable": {"StreamViewType": "KEYS_ONLY"}}


@pytest.mark.parametrize("name", TABLES)
def test_every_key_is_a_string_but_an_entrys_number(name: str) -> None:
    definitions = TABLES[name]["Properties"]["AttributeDefinitions"]

    types = {one["AttributeName"]: one["AttributeType"] for one in definitions}
    assert types.pop("sequence", "N") == "N"
    assert set(types.values()) == {"S"}


def test_data_is_protected_unless_a_parameter_says_otherwise() -> None:
    parameter = template.load()["Parameters"]["DeletionProtection"]

    assert parameter["Default"] == "yes"


def test_the_secret_of_codes_is_made_once_and_kept() -> None:
    (secret,) = template.resources("AWS::SecretsManager::Secret").values()

    assert secret["DeletionPolicy"] == "Retain"
    assert secret["UpdateReplacePolicy"] == "Retain"
    generated = secret["Properties"]["GenerateSecretString"]
    assert generated["SecretStringTemplate"] == "{}"
    assert generated["GenerateStringKey"] == "1"
    assert generated["PasswordLength"] >= 64


def test_tests_get_their_tables_from_the_template() -> None:
    arguments = template.create_table_arguments("LedgerTable")

    assert arguments["TableName"] == "LedgerTable"
    assert _keys(arguments["KeySchema"]) == ["pk", "sk"]
    assert "SSESpecification" not in arguments


def _projected(projection: dict[str, Any]) -> str | list[str]:
    kind: str = projection["ProjectionType"]
    named: list[str] = projection.get("NonKeyAttributes", [])
    return named if kind == "INCLUDE" else kind


def _keys(schema: list[dict[str, Any]]) -> list[str]:
    return [key["AttributeName"] for key in schema]
