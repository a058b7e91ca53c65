"""What each function may touch of the tables, all of it: tables and indexes by their names, and the
actions. Whoever gives a function more has to say so here."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from infra.local import template

FUNCTIONS = template.resources("AWS::Serverless::Function")

REACH: Mapping[str, Mapping[str, str]] = {
    "Administration": {
        "ledger": "BatchGetItem PutItem Query",
        "ledger/by_month": "Query",
        "ledger/by_sequence": "Query",
        "people": "BatchGetItem DeleteItem PutItem Query UpdateItem",
        "programs": "BatchGetItem PutItem Query UpdateItem",
        "vouchers": "BatchGetItem PutItem UpdateItem",
        "vouchers/by_allotment": "Query",
    },
    "Auditing": {
        "ledger/by_sequence": "Query",
        "programs": "BatchGetItem Query",
        "vouchers": "BatchGetItem",
        "vouchers/by_allotment": "Query",
    },
    "Batching": {
        "ledger": "PutItem",
        "people": "BatchGetItem UpdateItem",
        "programs": "BatchGetItem ConditionCheckItem UpdateItem",
        "vouchers": "PutItem",
    },
    "Contract": {},
    "Dispatching": {
        "programs": "BatchGetItem Query",
    },
    "Enrollment": {
        "people": "BatchGetItem DeleteItem PutItem Query UpdateItem",
        "programs": "BatchGetItem",
    },
    "Housekeeping": {
        "ledger": "PutItem",
        "ledger/by_month": "Query",
        "ledger/by_sequence": "Query",
        "people": "BatchGetItem DeleteItem PutItem Query UpdateItem",
        "people/by_erasure": "Query",
        "programs": "BatchGetItem PutItem Query UpdateItem",
        "programs/by_due": "Query",
        "vouchers": "BatchGetItem UpdateItem",
        "vouchers/by_return": "Query",
    },
    "Minting": {
        "ledger": "BatchGetItem PutItem",
        "ledger/by_sequence": "Query",
        "people": "BatchGetItem PutItem UpdateItem",
        "people/by_subject": "Query",
        "programs": "BatchGetItem PutItem UpdateItem",
        "vouchers": "BatchGetItem PutItem UpdateItem",
        "vouchers/by_allotment": "Query",
        "vouchers/by_subject": "Query",
    },
    "Operating": {
        "ledger": "BatchGetItem PutItem",
        "ledger/by_month": "Query",
        "ledger/by_sequence": "Query",
        "programs": "BatchGetItem PutItem Query UpdateItem",
        # Rides are put on trial stacks alone, which simulate them.
        "vouchers": "BatchGetItem PutItem UpdateItem",
        "vouchers/by_allotment": "Query",
    },
    "Printing": {
        "programs": "BatchGetItem",
        "vouchers": "BatchGetItem",
    },
    "Reconciling": {
        "ledger": "BatchGetItem",
        "ledger/by_month": "Query",
        "programs": "BatchGetItem PutItem UpdateItem",
        "vouchers": "BatchGetItem",
    },
    "Redemption": {
        "ledger": "BatchGetItem PutItem",
        "programs": "BatchGetItem",
        "vouchers": "BatchGetItem PutItem UpdateItem",
    },
    "Reporting": {
        "ledger": "Query",
        "ledger/by_month": "Query",
        "ledger/by_sequence": "Query",
        "people": "Query",
        "programs": "BatchGetItem PutItem Query UpdateItem",
    },
    "Sending": {
        "people": "BatchGetItem",
        "people/by_subject": "Query",
        "programs": "BatchGetItem",
        "vouchers": "BatchGetItem PutItem UpdateItem",
    },
    "Sharing": {
        "programs": "BatchGetItem Query",
    },
    "Viewing": {
        "ledger/by_month": "Query",
        "ledger/by_sequence": "Query",
        "programs": "BatchGetItem Query",
        "vouchers": "BatchGetItem",
        "vouchers/by_allotment": "Query",
    },
    "Watching": {},
}
"""Function → table, or index of a table → actions of DynamoDB."""


def test_a_function_reaches_exactly_the_tables_and_indexes_that_stand_here() -> None:
    reached = {name.removesuffix("Function"): _reach(name) for name in FUNCTIONS}

    assert reached == {
        name: {place: set(actions.split()) for place, actions in places.items()}
        for name, places in REACH.items()
    }


def test_every_index_that_is_named_is_there_and_every_index_is_named() -> None:
    there = {
        f"{name.removesuffix('Table').lower()}/{index['IndexName']}"
        for name, table in template.resources("AWS::DynamoDB::Table").items()
        for kind in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes")
        for index in table["Properties"].get(kind, [])
    }

    named = {place for places in REACH.values() for place in places if "/" in place}

    assert named == there


def test_people_are_reached_by_those_alone_whose_business_they_are() -> None:
    reach_people = {
        name for name, places in REACH.items() for place in places if place.startswith("people")
    }

    # Who mints for a person, sends her a code, enrolls, erases, or counts outcomes without names.
    # Not among them: who answers ride companies (Redemption), prints, shares or reads the books.
    assert reach_people == {
        "Administration",
        "Batching",
        "Enrollment",
        "Housekeeping",
        "Minting",
        "Reporting",
        "Sending",
    }


def _reach(name: str) -> dict[str, set[str]]:
    reached: dict[str, set[str]] = {}
    for policy in FUNCTIONS[name]["Properties"].get("Policies", []):
        for statement in policy["Statement"]:
            for place in _places(statement):
                reached.setdefault(place, set()).update(_actions(statement))
    return reached


def _places(statement: Mapping[str, Any]) -> Iterator[str]:
    resources = statement.get("Resource", [])
    for resource in resources if isinstance(resources, list) else [resources]:
        if found := re.search(r"\$?\{?(\w+)Table\b", str(resource)):
            index = re.search(r"/index/([^'}]+)", str(resource))
            yield found[1].lower() + (f"/{index[1]}" if index else "")


def _actions(statement: Mapping[str, Any]) -> list[str]:
    actions = statement["Action"]
    return [
        action.removeprefix("dynamodb:")
        for action in (actions if isinstance(actions, list) else [actions])
    ]
