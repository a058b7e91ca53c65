"""The runbooks: five headings, short enough to be read while an alarm rings, and true where they
name a query, a command, a function, a schedule, a field or another page."""

import json
import re
import typing
from pathlib import Path

import pytest
from pydantic import BaseModel

from farechance import commands, ledger, programs, rides, vouchers
from farechance.roles import Role, may_carry_out
from farechance.telemetry import Event
from infra.local import template
from infra.privacy.fields import ITEMS, stored_models
from infra.privacy.retention import RETENTION
from operations.publish_report import End

ROOT = template.TEMPLATE.parent
PAGES = sorted((ROOT / "infra" / "runbooks").glob("*.md"))
FUNCTIONS = template.resources("AWS::Serverless::Function")
HEADINGS = [
    "## What it means for riders",
    "## Check first",
    "## Fix",
    "## Never do",
    "## Escalate",
]
MOST_LINES = {"law-enforcement": 80, "restore": 75}
"""Where a page isn't read while an alarm rings; all others are shorter."""
QUERIES = {
    query["Properties"]["Name"]["Fn::Sub"].replace("${SystemName}", "<stack>")
    for query in template.resources("AWS::Logs::QueryDefinition", template.MONITORING).values()
}
DASHBOARDS = {f"<stack>-{role.value}" for role in Role}
NAMED_FUNCTIONS = {
    function["Properties"]["FunctionName"]["Fn::Sub"].replace("${AWS::StackName}", "<stack>")
    for function in FUNCTIONS.values()
    if "FunctionName" in function["Properties"]
}
SCHEDULES = {
    event["Properties"]["Name"]["Fn::Sub"].replace("${AWS::StackName}", "<stack>")
    for function in FUNCTIONS.values()
    for event in function["Properties"].get("Events", {}).values()
    if event["Type"] == "ScheduleV2"
}
MODELS = [
    one for one in vars(commands).values() if isinstance(one, type) and issubclass(one, BaseModel)
]
"""The commands, and what they are made of."""


COMMAND_OF_EVENT = {
    file.stem: json.loads(file.read_text(encoding="utf-8"))["command"]
    for file in (ROOT / "infra" / "events").glob("*.json")
}
OWNERS_ALONE = (
    r"[Dd]eploy (the|it|again)|[Ee]nable (it|the schedule)|Lambda → (the|that) |Secrets Manager →"
    r"|CloudTrail →|DynamoDB →|SQS →|IAM →|Service Quotas →|CloudFormation → the stack → Update"
)
"""What none of the policies lets people do: to change the stack or what is beside it, and to look
where more can be seen than a role may know. Who has `AdministratorAccess` does it."""


WORDS_OF_THE_CONSOLE = {
    "Check the books of …",
    "Fare Chance, the keys of voucher codes by version",
    "Key attributes only",
    "Throttle",
    "Unreserved account concurrency",
}
"""Of AWS's own, and what the template calls a secret there."""


def _text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def _steps(page: Path) -> list[str]:
    """What is numbered under 'Check first' and 'Fix', each on one line."""
    checked = _text(page).partition("## Check first")[2].partition("## Never do")[0]
    steps = re.split(r"^\d+\. |^## .*$", checked, flags=re.M)
    return [" ".join(step.split()) for step in steps]


def _quoted(page: Path) -> list[str]:
    """What stands in backticks."""
    return re.findall(r"`([^`]+)`", _text(page))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_has_its_name_and_the_five_parts_in_their_order(page: Path) -> None:
    lines = _text(page).splitlines()

    assert [line for line in lines if line.startswith("#")] == [f"# {page.stem}", *HEADINGS]
    assert len(lines) <= MOST_LINES.get(page.stem, 50)
    for before, after in zip(HEADINGS, [*HEADINGS[1:], None], strict=True):
        end = len(lines) if after is None else lines.index(after)
        assert "".join(lines[lines.index(before) + 1 : end]).strip(), before


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_is_done_is_numbered_and_what_is_not_done_is_listed(page: Path) -> None:
    parts = dict(zip(HEADINGS, re.split(r"^## .*$", _text(page), flags=re.M)[1:], strict=True))

    for heading in ("## Check first", "## Fix"):
        numbers = re.findall(r"^(\d+)\. ", parts[heading], re.M)
        assert numbers == [str(number) for number in range(1, len(numbers) + 1)], heading
        assert numbers, heading
    assert re.findall(r"^\* Never ", parts["## Never do"], re.M)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", _text(page)):
        assert (page.parent / target).is_file(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_is_named_of_the_stack_exists(page: Path) -> None:
    known = QUERIES | DASHBOARDS | NAMED_FUNCTIONS | SCHEDULES

    named = {one for one in _quoted(page) if one.startswith("<stack>")}

    assert named <= known
    # And nothing of the stack is named without the marks that this test looks for.
    assert _text(page).count("<stack>") == sum(one.count("<stack>") for one in _quoted(page))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_is_in_italics_is_a_widget_of_the_dashboard_or_a_word_of_the_console(
    page: Path,
) -> None:
    dashboard = template.DASHBOARD.read_text(encoding="utf-8")
    titles = set(re.findall(r'"title": "([^"]+)"', dashboard))
    plain = re.sub(r"\*\*|^ *\* ", "", _text(page), flags=re.M)

    named = set(re.findall(r"\*([^*\n]+)\*", plain))

    assert {one for one in named if one[0].isupper()} <= titles | WORDS_OF_THE_CONSOLE


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_an_event_to_be_tested_with_is_saved_and_its_function_may_carry_it_out(page: Path) -> None:
    plain = " ".join(_text(page).split())

    sent = re.findall(r"Lambda → (\S+(?: function)?) → Test → event `(\w+)`", plain)

    assert len(sent) == len(re.findall(r"Lambda → \S+(?: function)? → Test → event", plain))
    for function, event in sent:
        # Whoever reads has one function: an operator may send what is sent to hers.
        is_anybodys = function == "your function"
        assert is_anybodys or function == "`<stack>-administration`", function
        assert is_anybodys == may_carry_out(Role.OPERATOR, COMMAND_OF_EVENT[event]), event


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_nobody_is_sent_to_the_dashboard_or_function_of_one_role_where_hers_does(
    page: Path,
) -> None:
    named = set(
        re.findall(r"<stack>-(viewer|operator|administrator|viewing|operating)", _text(page))
    )

    assert named == set()
    for dashboard in re.findall(r"Dashboards →\s+([^→]+?)\s+→", _text(page)):
        assert dashboard == "your dashboard"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_step_that_the_roles_may_not_do_says_who_does_it(page: Path) -> None:
    for step in _steps(page):
        if re.search(OWNERS_ALONE, step):
            assert "the account's owner" in step, step
        of_an_administrator = [
            one
            for one in re.findall(r"`(\w+)`", step)
            if one in COMMAND_OF_EVENT and not may_carry_out(Role.OPERATOR, COMMAND_OF_EVENT[one])
        ]
        if of_an_administrator:
            assert "an administrator" in step, step


@pytest.mark.parametrize(
    ("page", "queue"),
    [("batch-given-up", "batches"), ("report-given-up", "reports")]
    + [("statement-given-up", "statements")],
)
def test_work_is_tried_again_in_the_queue_that_the_page_is_about(page: str, queue: str) -> None:
    plain = " ".join(_text(ROOT / "infra" / "runbooks" / f"{page}.md").split())

    assert re.findall(r"event `retry_given_up` with `queue` `(\w+)`", plain) == [queue]
    assert queue in typing.get_args(commands.GivenUp)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_each_word_with_an_underscore_is_one_of_the_systems(page: Path) -> None:
    words = {one for one in _quoted(page) if re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)+", one)}

    assert words <= _known_words()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_an_output_or_parameter_that_is_named_is_the_templates(page: Path) -> None:
    loaded = template.load()
    named = {
        one
        for one in _quoted(page)
        if re.fullmatch(r"([A-Z][a-z]+){2,}(Name|Url|Arn|Days|Limit|Prefix|Tables|Stream)", one)
    }

    assert named <= {*loaded["Outputs"], *loaded["Parameters"]}


def test_somebody_who_looks_for_an_alarm_of_a_job_is_sent_to_the_query_that_shows_it() -> None:
    groups = {
        group["Fn::Sub"].rpartition("/")[2]
        for query in template.resources("AWS::Logs::QueryDefinition", template.MONITORING).values()
        if query["Properties"]["Name"]["Fn::Sub"].endswith("/cut-off-runs")
        for group in query["Properties"]["LogGroupNames"]
    }
    jobs = [page for page in PAGES if page.stem.endswith("-errors") and page.stem != "api-errors"]

    assert {page.stem.removesuffix("-errors") for page in jobs} == groups
    assert all("`<stack>/cut-off-runs`" in _text(page) for page in jobs)


# ── what is told to the law ──────────────────────────────────────────────────────────────────────

OF_PEOPLE = tuple(model for model, table in stored_models() if table == "people")
TOLD: tuple[type[BaseModel], ...] = (
    *OF_PEOPLE,
    vouchers.Voucher,
    rides.Ride,
    commands.CommandRecord,
)


@pytest.mark.parametrize("model", TOLD, ids=lambda model: model.__name__)
def test_the_page_for_the_law_lists_every_field_that_is_stored(model: type[BaseModel]) -> None:
    page = _text(ROOT / "infra" / "runbooks" / "law-enforcement.md")

    (row,) = re.findall(rf"^ *\| {model.__name__} \| (.*) \|$", page, re.M)

    assert re.findall(r"`(\w+)`", row) == list(model.model_fields)


def test_the_page_for_the_law_lists_every_model_of_the_table_of_people_and_until_when() -> None:
    page = _text(ROOT / "infra" / "runbooks" / "law-enforcement.md")
    first = page.partition("\n1. ")[2].partition("\n2. ")[0]

    rows = re.findall(r"^ +\| ([A-Z]\w+) \| ([^|]+) \| `", first, re.M)

    assert {name for name, _ in rows} == {model.__name__ for model in OF_PEOPLE}
    until = dict(rows)
    assert until["Participant"] == until["ExternalReference"] == "she is erased"
    for model in OF_PEOPLE:
        kept = [RETENTION[line] for line in ITEMS[model.__name__].kept]
        is_for_ever = any(line.days is None for line in kept)
        assert ("for ever" in until[model.__name__]) == is_for_ever, model


def test_nothing_that_is_stored_says_where_somebody_rode_or_who_she_is() -> None:
    parts: list[type[BaseModel]] = [vouchers.Hold, vouchers.Decline, rides.Adjustment, ledger.Entry]
    stored = {field for model in (*TOLD, *parts) for field in model.model_fields}
    # Of a call that may be repeated: which endpoint and key.
    stored.remove("place")

    forbidden = r"name|phone|address|birth|lat|lon|pickup|dropoff|place|location|offen[cs]e|email"
    assert [field for field in stored if re.search(rf"(^|_)({forbidden})", field)] == []


def test_how_long_things_are_kept_is_as_the_page_for_the_law_says() -> None:
    page = " ".join(_text(ROOT / "infra" / "runbooks" / "law-enforcement.md").split())
    loaded = template.load()
    rules = loaded["Resources"]["ReportsBucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    kept = {rule.get("Prefix"): rule.get("ExpirationInDays") for rule in rules}

    assert loaded["Parameters"]["LogRetentionDays"]["Default"] == 90
    assert (kept["inbox/"], kept["statements/"]) == (90, 731)
    assert "logs of ids and outcomes, 90 days" in page
    assert "for 90 days, and what came of it for two years" in page
    # Amazon DynamoDB Developer Guide, 'Point-in-time recovery': up to 35 days, by default.
    for table in template.resources("AWS::DynamoDB::Table").values():
        recovery = table["Properties"]["PointInTimeRecoverySpecification"]
        assert recovery == {"PointInTimeRecoveryEnabled": True}
    assert "hold what was erased for 35 days" in page
    assert f"for {RETENTION['traces'].days} days, with ids of people" in page
    assert "by partner and programme for 15 months" in page
    assert f"for up to {RETENTION['old_people'].days} days, with people who were erased" in page
    records = loaded["Resources"]["InvocationRecords"]["Properties"]["LifecycleConfiguration"]
    (of_two_years,) = (rule for rule in records["Rules"] if "ExpirationInDays" in rule)
    assert of_two_years["ExpirationInDays"] == 731
    assert "**CloudTrail keeps for two years**" in page
    # Nothing takes a command's record away.
    assert "TimeToLiveSpecification" not in loaded["Resources"]["ProgramsTable"]["Properties"]
    assert "**of those who run it, for ever**" in page


def _known_words() -> set[str]:
    models: list[type[BaseModel]] = [*TOLD, programs.Rules, ledger.Entry, *MODELS]
    fields = {field for model in models for field in model.model_fields}
    logged = set()
    for query in template.resources("AWS::Logs::QueryDefinition", template.MONITORING).values():
        logged |= set(re.findall(r"\w+", query["Properties"]["QueryString"]))
    events = {event.stem for event in (ROOT / "infra" / "events").glob("*.json")}
    told = {reason.value for reason in vouchers.Reason} | {end.value for end in End}
    return events | fields | logged | told | {event.value for event in Event} | _OTHERS


# The error of an audit without time, and what partners and ride companies are answered.
_OTHERS = {"no_time", "client_id", "client_secret"}
