"""Who of the people may do what, with IAM enforced: each policy lets its holder invoke the function
of one role and no other; each function refuses what isn't its role's; and were its code wrong, its
rights would not reach that far. What is told by partition keys and by attributes, that an operator
changes a status and no amount, the emulator doesn't enforce: tests/template/test_roles.py."""

import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from e2e.batch_worker import until
from e2e.identities import FUNCTIONS, Identity, person_with, with_role_of
from e2e.scene import Scene, key, this_month
from infra.local import books, stack

NOT_THEIRS = [
    (policy, function)
    for policy in FUNCTIONS
    for function in (*FUNCTIONS.values(), "HousekeepingFunction", "DispatchingFunction")
    if function != FUNCTIONS[policy]
]

type Person = Callable[[str], Identity]
type Act = Callable[[Identity, Scene], object]


@pytest.fixture(scope="module")
def scene() -> Scene:
    """One of its own: a partner takes part in twenty programmes at most."""
    return Scene(stack.ensure_up(quiet=True))


@pytest.fixture(scope="module")
def people(scene: Scene) -> Iterator[dict[str, Identity]]:
    """One person with each policy."""
    with (
        person_with("ViewerLooks", scene.running) as viewer,
        person_with("OperatorActs", scene.running) as operator,
        person_with("AdministratorRules", scene.running) as administrator,
    ):
        yield {
            "ViewerLooks": viewer,
            "OperatorActs": operator,
            "AdministratorRules": administrator,
        }


def _invoked(person: Identity, function: str, event: dict[str, Any]) -> dict[str, Any]:
    name = person.running.physical_id(function)
    response = person.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event))
    assert "FunctionError" not in response, response["Payload"].read()
    answer: dict[str, Any] = json.loads(response["Payload"].read())
    return answer


def _command(command: str, **fields: Any) -> dict[str, Any]:
    return {
        "command": command,
        # Ten digits: four letters and twelve, as of "ride-…", would be taken for a code.
        "command_id": f"{command}-{uuid.uuid4().hex[:10]}",
        "requested_by": "a person of a test",
        "reason": "a test",
        **fields,
    }


@pytest.mark.parametrize(("policy", "function"), NOT_THEIRS)
def test_nobody_invokes_a_function_that_is_not_of_her_role(
    scene: Scene, people: dict[str, Identity], policy: str, function: str
) -> None:
    before = scene.at_rest()

    with pytest.raises(ClientError) as refused:
        _invoked(people[policy], function, _command("pause_program", program_id=scene.program_id))

    assert refused.value.response["Error"]["Code"] == "AccessDeniedException"
    assert scene.stored() == before


def test_a_viewer_invokes_her_function_and_it_carries_out_nothing(
    scene: Scene, people: dict[str, Identity]
) -> None:
    before = scene.at_rest()

    for command in ("check_books", "pause_program", "fund", "simulate_ride"):
        asked = _command(command, program_id=scene.program_id)
        answer = _invoked(people["ViewerLooks"], "ViewingFunction", asked)
        assert (answer["problem"], answer["role"]) == ("not_your_role", "viewer")

    assert scene.stored() == before


def test_an_operator_pauses_resumes_blocks_unblocks_and_checks(
    scene: Scene, people: dict[str, Identity]
) -> None:
    program_id = scene.new_program("operated")
    voucher = scene.mint(program_id=program_id)["voucher_id"]

    def asks(command: str, **fields: Any) -> dict[str, Any]:
        return _invoked(people["OperatorActs"], "OperatingFunction", _command(command, **fields))

    statuses = [
        asks("block_voucher", voucher_id=voucher)["status"],
        asks("unblock_voucher", voucher_id=voucher)["status"],
        asks("pause_program", program_id=program_id)["status"],
        asks("resume_program", program_id=program_id)["status"],
    ]
    books_say = asks("check_books", program_id=program_id)

    assert statuses == ["blocked", "active", "paused", "active"]
    assert books_say["balance"] is True
    assert scene.books_are_right(program_id)


def test_an_operator_blocks_the_card_that_came_for_a_lost_one(
    scene: Scene, people: dict[str, Identity]
) -> None:
    program_id = scene.new_program("reissued")
    old = scene.mint(program_id=program_id)["voucher_id"]
    lost = {"reason": "lost"}
    reissued = scene.app().post(f"/vouchers/{old}/reissue", lost, key()).expect(201)

    answer = _invoked(
        people["OperatorActs"],
        "OperatingFunction",
        _command("block_voucher", voucher_id=reissued["successor_id"]),
    )

    assert (answer["status"], answer["available_cents"]) == ("blocked", 4_000)
    assert scene.books_are_right(program_id)


def test_an_operator_has_a_month_reported_and_work_that_was_given_up_tried_again(
    scene: Scene, people: dict[str, Identity]
) -> None:
    program_id = scene.new_program("reported")
    month = this_month()
    folder = f"so-far/{program_id}/{month}/"
    message = json.dumps({"program_id": program_id, "month": month})
    queue = scene.running.output("GivenUpReportQueueUrl")

    def asks(command: str, **fields: Any) -> dict[str, Any]:
        return _invoked(people["OperatorActs"], "OperatingFunction", _command(command, **fields))

    asked = asks("run_report", program_id=program_id, month=month)
    until(lambda: bool(_files(scene, folder)))
    for path in _files(scene, folder):
        bucket = scene.running.output("ReportsBucketName")
        scene.running.client("s3").delete_object(Bucket=bucket, Key=path)
    scene.running.client("sqs").send_message(QueueUrl=queue, MessageBody=message)
    tried = asks("retry_given_up", queue="reports")
    until(lambda: bool(_files(scene, folder)))

    assert asked["folder"] == folder
    assert tried["done"] is True
    assert tried["moved"] >= 1


@pytest.mark.parametrize(
    ("policy", "function"),
    [("OperatorActs", "OperatingFunction"), ("AdministratorRules", "AdministrationFunction")],
)
def test_on_a_trial_a_ride_is_played_with_a_partners_voucher(
    scene: Scene, people: dict[str, Identity], policy: str, function: str
) -> None:
    program_id = scene.new_program(f"played_{policy.lower()}")
    old, other = (scene.mint(program_id=program_id) for _ in range(2))
    # What the old card of a reissued one has left comes over first.
    lost = f"/vouchers/{old['voucher_id']}/reissue"
    new = scene.app().post(lost, {"reason": "lost"}, key()).expect(201)["successor_id"]
    voucher = {"voucher_id": other["voucher_id"]}

    def plays(voucher_id: str, **fields: Any) -> dict[str, Any]:
        named = {"partner_id": scene.partner_id, "provider_id": scene.provider_id}
        sent = {**named, "voucher_id": voucher_id, "estimated_fare_cents": 1_500, **fields}
        return _invoked(people[policy], function, _command("simulate_ride", **sent))

    made = plays(new)
    cancelled = plays(other["voucher_id"], outcome="cancelled")
    left = plays(other["voucher_id"], outcome="under_way")
    dear = plays(other["voucher_id"], estimated_fare_cents=9_000)
    before = scene.stored()
    tried = plays(other["voucher_id"], dry_run=True)

    assert scene.stored() == before
    assert made["answer_to_event"]["captured_cents"] == 1_500
    assert cancelled["answer_to_event"]["outcome"] == "voided"
    assert left["answer_to_request"]["held_cents"] == 1_500
    assert dear["answer_to_request"]["reason"] in dear["in_words"]
    assert tried["answer_to_request"]["decision"] == "approved"
    shown = scene.show(voucher)
    assert (shown["held_cents"], shown["spent_cents"]) == (1_500, 0)
    assert scene.show({"voucher_id": new})["spent_cents"] == 1_500
    # The company itself goes on with the ride that was left under way.
    named = {"authorization_id": left["answer_to_request"]["authorization_id"]}
    scene.complete({"ride_id": left["ride_id"], **named}, 1_200)
    assert scene.show(voucher)["spent_cents"] == 1_200
    assert scene.books_are_right(program_id)


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        ("fund", {"amount_cents": 100}),
        ("allot", {"amount_cents": 100, "partner_id": "org_x"}),
        ("close_program", {"confirm": "prg_x"}),
        ("erase_participant", {"partner_id": "org_x", "participant_id": "par_x"}),
        ("rotate_partner_secret", {"partner_id": "org_x", "step": "begin"}),
    ],
)
def test_an_operator_is_refused_what_is_an_administrators(
    scene: Scene, people: dict[str, Identity], command: str, fields: dict[str, Any]
) -> None:
    before = scene.at_rest()

    asked = _command(command, program_id=scene.program_id, **fields)
    answer = _invoked(people["OperatorActs"], "OperatingFunction", asked)

    assert (answer["problem"], answer["role"]) == ("not_your_role", "operator")
    assert scene.stored() == before


def test_an_administrator_has_money_funded(scene: Scene, people: dict[str, Identity]) -> None:
    program_id = scene.new_program("ruled")

    answer = _invoked(
        people["AdministratorRules"],
        "AdministrationFunction",
        _command("fund", program_id=program_id, amount_cents=700),
    )

    assert answer["funded_cents"] == 100_700


def test_an_administrator_drops_a_statement_and_reads_reports_and_an_operator_does_not(
    scene: Scene, people: dict[str, Identity]
) -> None:
    bucket = scene.running.output("ReportsBucketName")
    administrator = people["AdministratorRules"].client("s3")
    path = f"inbox/not-a-programme/{uuid.uuid4().hex[:8]}.txt"

    administrator.put_object(Bucket=bucket, Key=path, Body=b"no statement")
    listed = administrator.list_objects_v2(Bucket=bucket, Prefix="inbox/not-a-programme/")

    assert path in [one["Key"] for one in listed["Contents"]]
    tries: list[Callable[[], object]] = [
        lambda: people["OperatorActs"].client("s3").put_object(Bucket=bucket, Key=path, Body=b"x"),
        lambda: administrator.put_object(Bucket=bucket, Key="reports/a", Body=b"x"),
        lambda: administrator.get_object(Bucket=bucket, Key="audit/a"),
        lambda: administrator.list_objects_v2(Bucket=bucket, Prefix="partners/"),
        lambda: administrator.delete_object(Bucket=bucket, Key=path),
    ]
    for one in tries:
        with pytest.raises(ClientError) as refused:
            one()
        assert refused.value.response["Error"]["Code"] in ("AccessDeniedException", "AccessDenied")


@pytest.mark.parametrize("policy", FUNCTIONS)
def test_nobody_reaches_tables_secrets_or_files_past_her_function(
    scene: Scene, people: dict[str, Identity], policy: str
) -> None:
    running, person = scene.running, people[policy]
    tables = books.table_names(running)
    tries: list[Callable[[], object]] = [
        *(
            lambda table=table: person.client("dynamodb").scan(TableName=table)
            for table in tables.values()
        ),
        lambda: person.client("secretsmanager").get_secret_value(
            SecretId=running.physical_id("CodeSecret")
        ),
        lambda: person.client("s3").list_objects_v2(Bucket=running.output("ReportsBucketName")),
        lambda: person.client("sqs").receive_message(QueueUrl=running.output("ReportQueueUrl")),
        lambda: person.client("lambda").update_function_configuration(
            FunctionName=running.physical_id(FUNCTIONS[policy]), Timeout=3
        ),
        lambda: person.client("iam").list_users(),
    ]

    for one in tries:
        with pytest.raises(ClientError) as refused:
            one()
        assert refused.value.response["Error"]["Code"] in ("AccessDeniedException", "AccessDenied")


# ── what a function's rights forbid, whatever its code ───────────────────────────────────────────


@pytest.fixture(scope="module")
def roles(scene: Scene) -> dict[str, Identity]:
    """The credentials of the functions that aren't the administrator's."""
    return {
        function: with_role_of(function, scene.running)
        for function in ("ViewingFunction", "OperatingFunction")
    }


def _makes_a_client(role: Identity, scene: Scene) -> object:
    pool = scene.running.output("UserPoolId")
    return role.client("cognito-idp").create_user_pool_client(UserPoolId=pool, ClientName="mine")


def _lists_clients(role: Identity, scene: Scene) -> object:
    pool = scene.running.output("UserPoolId")
    return role.client("cognito-idp").list_user_pool_clients(UserPoolId=pool, MaxResults=1)


def _reads_a_signing_secret(role: Identity, scene: Scene) -> object:
    name = f"farechance-trial/provider/{scene.provider_id}"
    return role.client("secretsmanager").get_secret_value(SecretId=name)


def _changes_the_keys_of_codes(role: Identity, scene: Scene) -> object:
    return role.client("secretsmanager").put_secret_value(
        SecretId=scene.running.physical_id("CodeSecret"), SecretString="{}"
    )


def _reads_a_person(role: Identity, scene: Scene) -> object:
    key = {"pk": {"S": scene.partner_id}, "sk": {"S": f"participant#{scene.enroll()}"}}
    table = books.table_names(scene.running)["People"]
    return role.client("dynamodb").batch_get_item(RequestItems={table: {"Keys": [key]}})


def _lists_people(role: Identity, scene: Scene) -> object:
    return role.client("dynamodb").query(
        TableName=books.table_names(scene.running)["People"],
        KeyConditionExpression="pk = :partner",
        ExpressionAttributeValues={":partner": {"S": scene.partner_id}},
    )


def _mints_a_voucher(role: Identity, scene: Scene) -> object:
    return role.client("dynamodb").put_item(
        TableName=books.table_names(scene.running)["Vouchers"], Item={"pk": {"S": "voucher#mine"}}
    )


def _deletes_a_programme(role: Identity, scene: Scene) -> object:
    key = {"pk": {"S": f"program#{scene.program_id}"}, "sk": {"S": "program"}}
    table = books.table_names(scene.running)["Programs"]
    return role.client("dynamodb").delete_item(TableName=table, Key=key)


def _puts_an_entry(role: Identity, scene: Scene) -> object:
    table = books.table_names(scene.running)["Ledger"]
    return role.client("dynamodb").put_item(
        TableName=table, Item={"pk": {"S": "program#x"}, "sk": {"S": "mine"}}
    )


def _writes_a_report(role: Identity, scene: Scene) -> object:
    return role.client("s3").put_object(
        Bucket=scene.running.output("ReportsBucketName"), Key="reports/mine", Body=b""
    )


def _reads_a_statement(role: Identity, scene: Scene) -> object:
    bucket = scene.running.output("ReportsBucketName")
    return role.client("s3").list_objects_v2(Bucket=bucket, Prefix="inbox/")


FOR_NEITHER = [
    _makes_a_client,
    _lists_clients,
    _reads_a_signing_secret,
    _changes_the_keys_of_codes,
    _reads_a_person,
    _lists_people,
    _mints_a_voucher,
    _deletes_a_programme,
    _puts_an_entry,
    _writes_a_report,
    _reads_a_statement,
]


@pytest.mark.parametrize("function", ["ViewingFunction", "OperatingFunction"])
@pytest.mark.parametrize("act", FOR_NEITHER)
def test_what_is_an_administrators_is_beyond_the_rights_of_the_other_functions(
    scene: Scene, roles: dict[str, Identity], function: str, act: Act
) -> None:
    with pytest.raises(ClientError) as refused:
        act(roles[function], scene)

    assert refused.value.response["Error"]["Code"] in ("AccessDeniedException", "AccessDenied")


def _changes_a_programme(role: Identity, scene: Scene) -> object:
    return role.client("dynamodb").update_item(
        TableName=books.table_names(scene.running)["Programs"],
        Key={"pk": {"S": f"program#{scene.program_id}"}, "sk": {"S": "program"}},
        UpdateExpression="SET note = :note",
        ExpressionAttributeValues={":note": {"S": "mine"}},
    )


def _records_a_command(role: Identity, scene: Scene) -> object:
    return role.client("dynamodb").put_item(
        TableName=books.table_names(scene.running)["Programs"],
        Item={"pk": {"S": "command#mine"}, "sk": {"S": "command"}},
    )


def _changes_a_voucher(role: Identity, scene: Scene) -> object:
    return role.client("dynamodb").update_item(
        TableName=books.table_names(scene.running)["Vouchers"],
        Key={"pk": {"S": "voucher#mine"}},
        UpdateExpression="SET note = :note",
        ExpressionAttributeValues={":note": {"S": "mine"}},
    )


def _has_a_report_written(role: Identity, scene: Scene) -> object:
    queue = scene.running.output("ReportQueueUrl")
    return role.client("sqs").send_message(QueueUrl=queue, MessageBody="{}")


def _takes_what_was_given_up(role: Identity, scene: Scene) -> object:
    queue = scene.running.output("GivenUpReportQueueUrl")
    return role.client("sqs").receive_message(QueueUrl=queue)


@pytest.mark.parametrize(
    "act",
    [
        _changes_a_programme,
        _records_a_command,
        _changes_a_voucher,
        _has_a_report_written,
        _takes_what_was_given_up,
    ],
)
def test_a_viewers_function_can_write_nothing_at_all(
    scene: Scene, roles: dict[str, Identity], act: Act
) -> None:
    before = scene.at_rest()

    with pytest.raises(ClientError) as refused:
        act(roles["ViewingFunction"], scene)

    assert refused.value.response["Error"]["Code"] in ("AccessDeniedException", "AccessDenied")
    assert scene.stored() == before


def _files(scene: Scene, folder: str) -> list[str]:
    listed = scene.running.client("s3").list_objects_v2(
        Bucket=scene.running.output("ReportsBucketName"), Prefix=folder
    )
    return [one["Key"] for one in listed.get("Contents", [])]
