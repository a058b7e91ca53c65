"""The guide on privacy says what is so: its tables are those of the models, every stored field has
a purpose, every line of what is deleted when has a test, and the template's bounds are the
table's."""

import ast
import re
from typing import Any

import pytest

from farechance.roles import Role, may_carry_out
from farechance.telemetry import Event
from infra.local import template
from infra.privacy.fields import ITEMS, stored_models
from infra.privacy.pages import GUIDE, LAW, ROOT, guide, law
from infra.privacy.retention import RETENTION, Kept

DAY_SECONDS = 86_400
BUCKETS: dict[str, Any] = template.resources("AWS::S3::Bucket")
QUEUES: dict[str, Any] = template.resources("AWS::SQS::Queue")


def test_the_pages_are_as_the_models_have_them() -> None:
    assert GUIDE.read_text(encoding="utf-8") == guide(), "run: make privacy"
    assert LAW.read_text(encoding="utf-8") == law(), "run: make privacy"


def test_every_stored_field_is_on_the_page_with_one_purpose() -> None:
    models = dict(stored_models())

    assert {model.__name__ for model in models} == ITEMS.keys()
    assert set(models.values()) == {"programs", "vouchers", "people", "ledger"}
    for model in models:
        item = ITEMS[model.__name__]
        named = [field for fields in item.by_purpose.values() for field in fields]
        assert sorted(named) == sorted(model.model_fields), model
        assert set(item.kept) <= RETENTION.keys()
        assert item.kept
        assert all(item.by_purpose), model


def test_every_line_of_what_is_kept_is_about_something() -> None:
    of_items = {name for item in ITEMS.values() for name in item.kept}
    beside = {
        *("link", "reports", "older", "invocations", "logs", "backups", "given_up"),
        *("traces", "metrics", "old_people", "old_books"),
        *(name for name in RETENTION if name.endswith(("/", "Queue"))),
    }

    assert of_items | beside == RETENTION.keys()


@pytest.mark.parametrize("line", RETENTION.values(), ids=RETENTION)
def test_every_line_of_what_is_kept_has_a_test(line: Kept) -> None:
    file, _, name = line.shown_by.partition("::")
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))

    (found,) = (one for one in tree.body if isinstance(one, ast.FunctionDef) and one.name == name)
    assert any(isinstance(one, ast.Assert) for one in ast.walk(found))
    assert (line.days is None) == (line.since == "")


def test_each_line_with_a_period_is_read_by_its_test() -> None:
    """A test that doesn't look at the table would go on to pass when the table is changed."""
    text = (ROOT / "tests" / "storage" / "test_retention.py").read_text(encoding="utf-8")

    for name, line in RETENTION.items():
        if "test_retention.py" in line.shown_by and line.days is not None:
            assert f'RETENTION["{name}"]' in text or f'("{name}", ' in text, name


def test_each_rule_of_the_buckets_is_in_the_table() -> None:
    rules = [
        (logical_id, rule)
        for logical_id, bucket in BUCKETS.items()
        for rule in bucket["Properties"]["LifecycleConfiguration"]["Rules"]
    ]
    days = {
        rule["Prefix"] if "Prefix" in rule else _line_of(logical_id): rule["ExpirationInDays"]
        for logical_id, rule in rules
        if "ExpirationInDays" in rule
    }
    older = {
        rule["NoncurrentVersionExpiration"]["NoncurrentDays"]
        for _, rule in rules
        if "NoncurrentVersionExpiration" in rule
    }

    assert all(rule["Status"] == "Enabled" for _, rule in rules)
    folders = [name for name in RETENTION if name.endswith("/")]
    assert days == {name: RETENTION[name].days for name in (*folders, "invocations")}
    assert older == {1, RETENTION["older"].days}
    assert RETENTION["reports"].days is None
    assert not {"reports/", "partners/", "closings/"} & days.keys()


def _line_of(logical_id: str) -> str:
    return {"InvocationRecords": "invocations"}[logical_id]


@pytest.mark.parametrize("name", QUEUES)
def test_each_queue_forgets_as_the_table_says(name: str) -> None:
    line = RETENTION["given_up" if name.startswith("GivenUp") else name]

    seconds = QUEUES[name]["Properties"]["MessageRetentionPeriod"]
    assert seconds == line.days * DAY_SECONDS if line.days else False


def test_each_log_group_forgets_as_the_table_says() -> None:
    groups = template.resources("AWS::Logs::LogGroup")

    assert groups
    for group in groups.values():
        assert group["Properties"]["RetentionInDays"] == {"Ref": "LogRetentionDays"}
    default = template.load()["Parameters"]["LogRetentionDays"]["Default"]
    assert default == RETENTION["logs"].days


def test_backups_are_those_of_the_table() -> None:
    for table in template.resources("AWS::DynamoDB::Table").values():
        # Amazon DynamoDB Developer Guide, 'Point-in-time recovery': 35 days unless it is said.
        recovery = table["Properties"]["PointInTimeRecoverySpecification"]
        assert recovery == {"PointInTimeRecoveryEnabled": True}
    assert RETENTION["backups"].days == 35
    assert template.resources("AWS::Backup::BackupPlan") == {}
    restore = (ROOT / "infra" / "runbooks" / "restore.md").read_text(encoding="utf-8")
    assert re.search(r"last 35 days", restore)
    assert "**erasures**" in restore


def test_an_old_table_of_people_is_deleted_as_the_table_says() -> None:
    table = template.resources("AWS::DynamoDB::Table")["PeopleTable"]
    page = (ROOT / "infra" / "runbooks" / "restore.md").read_text(encoding="utf-8")
    step = " ".join(page.partition("\n9. ")[2].partition("\n## ")[0].split())
    days = RETENTION["old_people"].days

    # Nothing but a hand deletes it, and that only in this order.
    assert table["DeletionPolicy"] == "Retain"
    assert table["Properties"]["DeletionProtectionEnabled"] == {
        "Fn::If": ["ProtectsData", True, False]
    }
    clicks = ("recovery → Edit → Turn off", "protection → Turn off", "Actions → Delete table")
    places = [step.find(one) for one in clicks]
    assert places == sorted(places)
    assert -1 not in places
    assert days is not None
    assert f"on the {days}th day after step 4 (or 8)" in step
    assert "`PeopleTable` names" in step
    assert "PeopleTableName" in template.load()["Outputs"]
    # What is told to a person is true after a restoration, too.
    assert days <= (RETENTION["backups"].days or 0)
    assert "never keep that one longer" in page
    # The others lead to nobody by themselves.
    assert RETENTION["old_books"].days is None
    names = {"external_ref", "attestation", "attested_by"}
    others = {
        field for one, its in stored_models() if its != "people" for field in one.model_fields
    }
    assert names & others == set()


def test_what_aws_forgets_by_itself_is_kept_nowhere_else() -> None:
    # AWS X-Ray FAQs (30 days), and Amazon CloudWatch User Guide, 'Metrics retention' (15 months).
    assert (RETENTION["traces"].days, RETENTION["metrics"].days) == (30, 455)
    (api,) = template.resources("AWS::Serverless::Api").values()
    assert api["Properties"]["TracingEnabled"] is True
    types = {one["Type"] for one in template.load()["Resources"].values()}
    assert not any(one.startswith("AWS::XRay") for one in types)
    assert "AWS::CloudWatch::MetricStream" not in types
    page = " ".join(GUIDE.read_text(encoding="utf-8").split())
    assert "`external_ref`" in page.partition("* **Traces**")[2].partition("* **CloudTrail**")[0]


def test_what_is_said_beside_the_tables_is_so() -> None:
    page = " ".join(GUIDE.read_text(encoding="utf-8").split())

    assert all(f"`{event.value}`" in page for event in Event)
    # No delivery of a text is logged, and no person has an account.
    resources = template.load()["Resources"].values()
    types = {one["Type"] for one in resources}
    assert "AWS::Cognito::UserPoolUser" not in types
    assert "SuccessFeedbackSampleRate" not in str(template.load())
    for folder in ("reports/", "partners/", "closings/", "audit/", "so-far/", "inbox/"):
        assert f"`{folder}`" in page


def test_the_page_says_who_sees_a_code() -> None:
    page = GUIDE.read_text(encoding="utf-8").partition("## Who sees what")[2]
    rows = re.findall(r"^\| (.+?) \| (.+?) \| (.+?) \|$", page.partition("\n## ")[0], re.M)
    sees = {who: (what, never) for who, what, never in rows}

    # Whoever may mint cards is handed a link to a sheet of them, with their codes.
    for role in (Role.ADMINISTRATOR, Role.OPERATOR, Role.VIEWER):
        what, never = sees[f"a{'n' * (role is not Role.VIEWER)} {role.value}"]
        assert ("`mint_cards`" in what) == may_carry_out(role, "mint_cards")
        assert ("a code of any other card" in never) == may_carry_out(role, "mint_cards")
        assert "a code" in never


@pytest.mark.parametrize("page", [GUIDE, LAW], ids=lambda page: page.stem)
def test_every_link_leads_somewhere(page: Any) -> None:
    text = page.read_text(encoding="utf-8")

    for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
        assert (page.parent / link).exists(), link
