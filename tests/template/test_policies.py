"""Who may do what: each function exactly its business, and nobody may change the ledger."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from infra.local import template

FUNCTIONS = template.resources("AWS::Serverless::Function")
LEDGER = {"Fn::GetAtt": "LedgerTable.Arn"}

type Statement = dict[str, Any]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_has_a_role_of_its_own_and_only_inline_statements(name: str) -> None:
    properties = FUNCTIONS[name]["Properties"]

    assert "Role" not in properties
    assert all(set(policy) == {"Version", "Statement"} for policy in properties.get("Policies", []))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_statement_is_named_by_the_act_that_needs_it(name: str) -> None:
    names = [statement["Sid"] for statement in _statements(name)]

    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"([A-Z][a-z]*){2,}", sid) for sid in names), names


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_statement_allows_named_actions_on_named_things(name: str) -> None:
    for statement in _statements(name):
        assert statement["Effect"] == "Allow"
        assert not any("*" in action for action in _actions(statement))
        if "NotResource" in statement:
            assert statement["Action"] == "sns:Publish"
            continue
        if any(service in str(statement["Action"]) for service in ("s3:", "cloudwatch:", "sqs:")):
            # Buckets have folders, metrics no names: see the tests of reports and of roles.
            continue
        resource = _resource(statement)
        assert isinstance(resource, dict), resource
        wildcards = str(resource).count("*")
        # Providers' secrets are made while the stack runs; their prefix is the stack's own.
        assert wildcards == 0 or str(resource).count(":secret:${AWS::StackName}/provider/*") == 1


@pytest.mark.parametrize("name", FUNCTIONS)
def test_nobody_may_do_more_to_the_ledger_than_read_it_and_put_entries(name: str) -> None:
    assert _allowed(name, "LedgerTable") <= {
        "dynamodb:BatchGetItem",
        "dynamodb:Query",
        "dynamodb:PutItem",
    }


def test_entries_are_put_by_those_who_move_money_and_only_inside_a_transaction() -> None:
    puts = {
        name: statement
        for name in FUNCTIONS
        for statement in _statements(name)
        if _resource(statement) == LEDGER and "dynamodb:PutItem" in _actions(statement)
    }

    assert set(puts) == {
        "MintingFunction",
        "BatchingFunction",
        "RedemptionFunction",
        "OperatingFunction",
        "AdministrationFunction",
        "HousekeepingFunction",
    }
    for statement in puts.values():
        assert _actions(statement) == ["dynamodb:PutItem"]
        assert statement["Condition"] == {
            "ForAnyValue:StringEquals": {"dynamodb:EnclosingOperation": "TransactWriteItems"}
        }


def test_nothing_but_people_may_be_deleted_and_only_by_those_who_erase() -> None:
    deletes = {
        (name, str(statement["Resource"]), str(statement.get("Condition")))
        for name in FUNCTIONS
        for statement in _statements(name)
        if "dynamodb:DeleteItem" in _actions(statement)
    }

    people = str({"Fn::GetAtt": "PeopleTable.Arn"})
    of_a_partner = str({"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["org_*"]}})
    assert deletes == {
        (f"{name}Function", people, of_a_partner)
        for name in ("Enrollment", "Administration", "Housekeeping")
    }


def test_nobody_may_write_past_the_conditions_of_a_transaction() -> None:
    # BatchWriteItem has no conditions, and PartiQL has actions of its own.
    forbidden = re.compile(r"dynamodb:(BatchWriteItem|PartiQL.*)")

    allowed = [
        action
        for name in FUNCTIONS
        for statement in _statements(name)
        for action in _actions(statement)
    ]

    assert allowed
    assert [action for action in allowed if forbidden.fullmatch(action)] == []


def test_only_those_whose_business_it_is_may_change_a_budget() -> None:
    changes = {"dynamodb:PutItem", "dynamodb:UpdateItem"}

    may = {name: _allowed(name, "ProgramsTable") & changes for name in FUNCTIONS}

    assert {name: allowed for name, allowed in may.items() if allowed} == {
        "MintingFunction": changes,
        "BatchingFunction": {"dynamodb:UpdateItem"},
        # Statuses, and no amount: see the tests of roles.
        "OperatingFunction": changes,
        "AdministrationFunction": changes,
        "HousekeepingFunction": changes,
        # Reports that were published, salts and statements: not a budget, see below.
        "ReportingFunction": changes,
        "ReconcilingFunction": changes,
    }


@pytest.mark.parametrize("name", ["AuditingFunction", "WatchingFunction", "ContractFunction"])
def test_who_only_looks_on_may_write_nothing(name: str) -> None:
    actions = {action for statement in _statements(name) for action in _actions(statement)}

    assert actions <= {"dynamodb:BatchGetItem", "dynamodb:Query"}


def test_who_prints_cards_may_write_nothing_and_reach_no_person() -> None:
    statements = list(_statements("PrintingFunction"))

    actions = {action for statement in statements for action in _actions(statement)}
    assert actions == {"dynamodb:BatchGetItem", "secretsmanager:GetSecretValue"}
    assert "PeopleTable" not in str(FUNCTIONS["PrintingFunction"])
    assert "LedgerTable" not in str(FUNCTIONS["PrintingFunction"])


def test_who_sends_codes_may_publish_to_phone_numbers_alone_and_who_reports_to_its_topic() -> None:
    publishes = {
        name: statement
        for name in FUNCTIONS
        for statement in _statements(name)
        if "sns:Publish" in _actions(statement)
    }

    assert set(publishes) == {"SendingFunction", "ReportingFunction"}
    assert publishes["ReportingFunction"]["Resource"] == {"Ref": "ReportsTopic"}
    # An ARN of SNS is a topic's, an endpoint's or an application's; a phone number has none.
    everything_with_an_arn = {"Fn::Sub": "arn:${AWS::Partition}:sns:*:*:*"}
    assert publishes["SendingFunction"]["NotResource"] == everything_with_an_arn
    assert _allowed("SendingFunction", "PeopleTable") == {"dynamodb:BatchGetItem", "dynamodb:Query"}
    assert "LedgerTable" not in str(FUNCTIONS["SendingFunction"])


def test_who_watches_the_ledger_may_read_no_table() -> None:
    assert "Policies" not in FUNCTIONS["WatchingFunction"]["Properties"]


def test_jobs_reach_neither_people_nor_codes_but_to_erase_people_in_time() -> None:
    for name in ("HousekeepingFunction", "AuditingFunction", "WatchingFunction"):
        properties = str(FUNCTIONS[name]["Properties"])
        assert ("PeopleTable" in properties) == (name == "HousekeepingFunction")
        assert "CodeSecret" not in properties


def test_who_answers_ride_companies_cannot_reach_the_people() -> None:
    assert "PeopleTable" not in str(FUNCTIONS["RedemptionFunction"])


def test_who_enrolls_can_reach_neither_vouchers_nor_money_nor_codes() -> None:
    enrollment = str(FUNCTIONS["EnrollmentFunction"])

    assert not any(name in enrollment for name in ("VouchersTable", "LedgerTable", "CodeSecret"))


def test_who_serves_the_contract_may_do_nothing() -> None:
    assert "Policies" not in FUNCTIONS["ContractFunction"]["Properties"]


@pytest.mark.parametrize(
    ("name", "sid", "keys"),
    [
        (
            "MintingFunction",
            "TakeMoneyFromTheAllotmentAndNoteWhatABatchHolds",
            ["allotment#*", "batch#*"],
        ),
        ("MintingFunction", "MintVouchersUnderAnIdempotencyKey", ["voucher#*", "key#*"]),
        ("MintingFunction", "ActOnVouchersAndLetHoldsLapse", ["voucher#*", "ride#*"]),
        ("MintingFunction", "KeepABatchAndWhatItHolds", ["batch#*"]),
        ("MintingFunction", "KeepTheRowsOfABatch", ["batch#*"]),
        ("BatchingFunction", "MintOnlyWhileTheProgramIsActive", ["allotment#*"]),
        ("BatchingFunction", "GoOnWithABatchAndGiveBackWhatIsLeft", ["batch#*", "allotment#*"]),
        ("BatchingFunction", "MintVouchers", ["voucher#*"]),
        ("MintingFunction", "ChangeConsentUnderAnIdempotencyKey", ["org_*"]),
        ("EnrollmentFunction", "EnrollParticipants", ["org_*"]),
        ("EnrollmentFunction", "EraseParticipants", ["org_*"]),
        ("AdministrationFunction", "EraseAParticipant", ["org_*"]),
        ("HousekeepingFunction", "ErasePeopleWhoseTimeHasCome", ["org_*"]),
        ("RedemptionFunction", "MoveMoneyOfAVoucher", ["voucher#*", "ride#*"]),
        ("RedemptionFunction", "RecordARide", ["ride#*"]),
        ("AdministrationFunction", "StopAVoucherAndDecideAboutARide", ["voucher#*", "ride#*"]),
        ("AdministrationFunction", "MintCardsInParts", ["voucher#*", "key#*"]),
        ("SendingFunction", "CountSends", ["send#*"]),
        ("HousekeepingFunction", "GiveMoneyBackAndPauseAProgram", ["allotment#*", "program#*"]),
        ("HousekeepingFunction", "KeepAClosedMonthAndWhereTheMoneyStands", ["program#*"]),
        ("HousekeepingFunction", "CloseVouchersAndLetHoldsLapse", ["voucher#*", "ride#*"]),
        (
            "ReportingFunction",
            "RecordThatAReportIsPublishedAndKeepASalt",
            ["report#*", "salt#*"],
        ),
        ("ReportingFunction", "RecordACorrectionAndAnAnnouncement", ["report#*"]),
        ("ReconcilingFunction", "RecordWhatCameOfAStatement", ["statement#*"]),
        ("ReportingFunction", "CountAProgramsOwnEntriesASecondTime", ["program#*"]),
        ("ReportingFunction", "ReadHowManyOutcomesWereRecorded", ["outcomes#*"]),
        (
            "SharingFunction",
            "KnowTheCallerItsAllotmentAndAReport",
            ["client#*", "partner#*", "allotment#*", "report#*"],
        ),
        ("SharingFunction", "ListReportsOfAProgram", ["report#*"]),
        ("DispatchingFunction", "ListProgramsAndTheirZones", ["programs", "program#*"]),
    ],
)
def test_an_act_reaches_only_the_keys_that_are_its_business(
    name: str, sid: str, keys: list[str]
) -> None:
    (statement,) = (found for found in _statements(name) if found["Sid"] == sid)

    assert statement["Condition"] == {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": keys}}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_knows_the_names_only_of_what_it_may_use(name: str) -> None:
    variables = FUNCTIONS[name]["Properties"]["Environment"]["Variables"]

    named = {value["Ref"] for key, value in variables.items() if key.endswith("_TABLE")}

    tables = template.resources("AWS::DynamoDB::Table")
    resources = str([_resource(statement) for statement in _statements(name)])
    assert named == {table for table in tables if table in resources}
    assert ("CODE_SECRET_ID" in variables) == ("CodeSecret" in resources)


@pytest.mark.parametrize(
    ("queue", "variable"),
    [
        ("BatchQueue", "BATCH_QUEUE_URL"),
        ("ReportQueue", "REPORT_QUEUE_URL"),
        ("StatementQueue", "STATEMENT_QUEUE_URL"),
    ],
)
def test_who_sends_to_a_queue_knows_it_and_nobody_else(queue: str, variable: str) -> None:
    for name in FUNCTIONS:
        variables = FUNCTIONS[name]["Properties"]["Environment"]["Variables"]
        arn = {"Fn::GetAtt": f"{queue}.Arn"}
        sends = [
            one
            for one in _statements(name)
            if "sqs:" in str(one["Action"]) and arn in _resources(one)
        ]
        assert (variable in variables) == bool(sends), name
        assert all(_actions(statement) == ["sqs:SendMessage"] for statement in sends)


def test_a_message_can_be_sent_to_three_queues_only_and_not_where_work_is_given_up() -> None:
    queues = {
        str(resource)
        for name in FUNCTIONS
        for one in _statements(name)
        if "sqs:SendMessage" in _actions(one)
        for resource in _resources(one)
    }

    three = ("Batch", "Report", "Statement")
    assert queues == {str({"Fn::GetAtt": f"{it}Queue.Arn"}) for it in three}


def _allowed(name: str, table: str) -> set[str]:
    """What a function may do to a table or its indexes."""
    return {
        action
        for statement in _statements(name)
        if table in str(_resource(statement))
        for action in _actions(statement)
    }


def _statements(name: str) -> Iterator[Statement]:
    for policy in FUNCTIONS[name]["Properties"].get("Policies", []):
        yield from policy["Statement"]


def _resource(statement: Statement) -> Any:
    return statement["Resource"] if "Resource" in statement else statement["NotResource"]


def _resources(statement: Statement) -> list[Any]:
    resource = _resource(statement)
    return resource if isinstance(resource, list) else [resource]


def _actions(statement: Statement) -> list[str]:
    actions = statement["Action"]
    return actions if isinstance(actions, list) else [actions]
