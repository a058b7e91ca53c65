"""Every alarm stands on something that is really counted, and has a page that says what to do."""

import re
from typing import Any

import pytest

from farechance.telemetry import Count
from infra.local import template

ALARMS = template.resources("AWS::CloudWatch::Alarm", template.MONITORING)
FUNCTIONS = template.resources("AWS::Serverless::Function")
RUNBOOKS = template.MONITORING.parent / "runbooks"
ROOT = template.TEMPLATE.parent


LAMBDAS = [name for name in ALARMS if ALARMS[name]["Properties"]["Namespace"] == "AWS/Lambda"]
QUEUES = [name for name in ALARMS if ALARMS[name]["Properties"]["Namespace"] == "AWS/SQS"]
OWN = [name for name in ALARMS if name not in (*LAMBDAS, *QUEUES)]
MOST_LINES = 40


def _words(camel: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", r"-\1", camel).lower()


def _dimension(metric: dict[str, Any]) -> tuple[str, Any]:
    (dimension,) = metric["Dimensions"]
    return dimension["Name"], dimension["Value"]


def _nested() -> dict[str, Any]:
    (stack,) = template.resources("AWS::CloudFormation::Stack").values()
    properties = stack["Properties"]
    assert isinstance(properties, dict)
    return properties


def test_every_alarm_has_a_page_of_its_name_and_every_page_an_alarm() -> None:
    pages = {page.stem for page in RUNBOOKS.glob("*")}

    assert pages == {_words(name) for name in ALARMS}


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_is_named_says_why_and_where_to_read_on(name: str) -> None:
    properties = ALARMS[name]["Properties"]

    page = f"infra/runbooks/{_words(name)}.md"
    assert properties["AlarmName"] == {"Fn::Sub": f"${{SystemName}}-{_words(name)}"}
    assert properties["AlarmDescription"].endswith(f". See {page}")
    assert (ROOT / page).is_file()


@pytest.mark.parametrize("name", ALARMS)
def test_a_page_is_short_and_says_what_it_means_what_to_look_at_and_what_to_do(name: str) -> None:
    lines = (RUNBOOKS / f"{_words(name)}.md").read_text(encoding="utf-8").splitlines()

    titles = [line for line in lines if line.startswith("#")]
    assert len(lines) <= MOST_LINES
    assert titles == [
        f"# {_words(name)}",
        "## What it means",
        "## What to look at",
        "## What to do",
    ]


@pytest.mark.parametrize("name", OWN)
def test_an_alarm_stands_on_something_that_the_code_counts_and_where_it_counts_it(
    name: str,
) -> None:
    # Powertools gives each metric one dimension: `service`, which is POWERTOOLS_SERVICE_NAME.
    metric = ALARMS[name]["Properties"]
    counted = Count(metric["MetricName"])

    dimension, service = _dimension(metric)

    assert metric["Namespace"] == {"Ref": "MetricsNamespace"}
    assert (dimension, service) == ("service", _service_of(service))
    # Which doors can count it: its own, or the edge that stands before it.
    places = list((ROOT / "functions").glob(f"{service.replace('any', '*')}/app.py"))
    places += (ROOT / "functions" / "farechance" / "edge").glob("*.py")
    assert any(f"Count.{counted.name}" in it.read_text(encoding="utf-8") for it in places)


def _service_of(service: str) -> str:
    """As the function calls itself; `any` is whoever counts it (telemetry.count_anywhere)."""
    if service == "any":
        return service
    variables = FUNCTIONS[f"{service.title()}Function"]["Properties"]["Environment"]["Variables"]
    return str(variables["POWERTOOLS_SERVICE_NAME"])


def test_books_that_differ_are_one_alarm_wherever_they_are_found() -> None:
    edge = ROOT / "functions" / "farechance" / "edge"
    finders = [edge / "problems.py", edge / "console.py", ROOT / "functions/auditing/app.py"]

    assert _dimension(ALARMS["BooksDiffer"]["Properties"]) == ("service", "any")
    for finder in finders:
        text = finder.read_text(encoding="utf-8")
        assert "count_anywhere(Count.BOOKS_DIFFER)" in text
        assert " count(Count.BOOKS_DIFFER)" not in text


@pytest.mark.parametrize("name", LAMBDAS)
def test_a_job_that_fails_as_a_whole_is_an_alarm(name: str) -> None:
    dimension, function = _dimension(ALARMS[name]["Properties"])

    passed = _nested()["Parameters"][function["Ref"]]
    assert ALARMS[name]["Properties"]["MetricName"] == "Errors"
    assert dimension == "FunctionName"
    assert passed == {"Ref": f"{name.removesuffix('Errors')}Function"}


def test_there_is_such_an_alarm_for_whatever_nobody_waits_for() -> None:
    unattended = {
        name.removesuffix("Function")
        for name, function in FUNCTIONS.items()
        for event in function["Properties"].get("Events", {}).values()
        if event["Type"] != "Api"
    }

    assert {name.removesuffix("Errors") for name in LAMBDAS} == unattended


@pytest.mark.parametrize(
    ("name", "metric", "queue", "threshold"),
    [
        ("BatchGivenUp", "ApproximateNumberOfMessagesVisible", "GivenUpBatchQueue", 1),
        ("BatchLate", "ApproximateAgeOfOldestMessage", "BatchQueue", 3_600),
        ("ReportGivenUp", "ApproximateNumberOfMessagesVisible", "GivenUpReportQueue", 1),
    ],
)
def test_a_message_that_is_given_up_or_late_is_an_alarm(
    name: str, metric: str, queue: str, threshold: int
) -> None:
    properties = ALARMS[name]["Properties"]
    dimension, parameter = _dimension(ALARMS[name]["Properties"])

    assert _nested()["Parameters"][parameter["Ref"]] == {"Fn::GetAtt": f"{queue}.QueueName"}
    assert (dimension, properties["MetricName"]) == ("QueueName", metric)
    assert (properties["Statistic"], properties["Threshold"]) == ("Maximum", threshold)
    assert properties["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"
    assert properties["TreatMissingData"] == "notBreaching"
    # An hour has many data points, and each of them may be the greatest.
    assert properties["EvaluationPeriods"] == 1


@pytest.mark.parametrize(("name", "hours"), [("BooksNotAudited", 36), ("HouseNotKept", 4)])
def test_a_job_that_is_silent_is_an_alarm(name: str, hours: int) -> None:
    properties = ALARMS[name]["Properties"]

    assert properties["TreatMissingData"] == "breaching"
    assert properties["ComparisonOperator"] == "LessThanThreshold"
    assert properties["Period"] * properties["EvaluationPeriods"] == hours * 3_600
    assert "DatapointsToAlarm" not in properties


@pytest.mark.parametrize(
    "name", sorted(ALARMS.keys() - {"BooksNotAudited", "HouseNotKept", *QUEUES})
)
def test_one_time_is_enough_for_every_other_alarm(name: str) -> None:
    properties = ALARMS[name]["Properties"]

    assert (properties["Statistic"], properties["Threshold"]) == ("Sum", 1)
    assert properties["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"
    assert properties.get("DatapointsToAlarm", properties["EvaluationPeriods"]) == 1
    assert properties["TreatMissingData"] == "notBreaching"


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_tells_somebody_and_looks_back_no_further_than_it_may(name: str) -> None:
    # Amazon CloudWatch User Guide, 'Using alarms': seven days for periods of an hour or more.
    properties = ALARMS[name]["Properties"]

    assert properties["AlarmActions"] == [{"Ref": "Alarms"}]
    assert properties["Period"] >= 3_600
    assert properties["Period"] * properties["EvaluationPeriods"] <= 7 * 86_400


def test_the_alarms_look_where_the_functions_count() -> None:
    variables = template.load()["Globals"]["Function"]["Environment"]["Variables"]

    nested = _nested()["Parameters"]

    assert nested["MetricsNamespace"] == variables["POWERTOOLS_METRICS_NAMESPACE"]
    assert nested["MetricsNamespace"] == {"Fn::Sub": "FareChance/${AWS::StackName}"}
    assert nested.keys() == template.load(template.MONITORING)["Parameters"].keys()


def test_alarms_are_mailed_where_an_address_is_given() -> None:
    (subscription,) = template.resources("AWS::SNS::Subscription", template.MONITORING).values()

    assert template.load()["Parameters"]["AlarmEmail"]["Default"] == ""
    assert subscription["Condition"] == "HasEmail"
    assert subscription["Properties"]["Endpoint"] == {"Ref": "AlarmEmail"}
