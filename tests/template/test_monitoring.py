"""Every alarm stands on something that is really counted, and has a page that says what to do."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from farechance.telemetry import Count
from farechance.times import report_runs_at
from infra.local import template

ALARMS = template.resources("AWS::CloudWatch::Alarm", template.MONITORING)
FUNCTIONS = template.resources("AWS::Serverless::Function")
RUNBOOKS = template.MONITORING.parent / "runbooks"
ROOT = template.TEMPLATE.parent


PROCEDURES = {
    "code-does-not-work",
    "law-enforcement",
    "leaked-code-secret",
    "leaked-provider-secret",
    "lost-partner-secret",
    "new-region",
    "restore",
    "run-a-month-again",
}
"""Pages that belong to no alarm."""

MATH = [name for name in ALARMS if "Metrics" in ALARMS[name]["Properties"]]
DECLINES = [name for name in MATH if name.startswith("Declines")]
SILENT = {"BooksNotAudited": 36, "HouseNotKept": 4}
"""Alarms on what isn't counted, and for how many hours."""


def _of_namespace(namespace: Any) -> list[str]:
    return [name for name in ALARMS if ALARMS[name]["Properties"].get("Namespace") == namespace]


LAMBDAS = _of_namespace("AWS/Lambda")
QUEUES = _of_namespace("AWS/SQS")
GATEWAY = _of_namespace("AWS/ApiGateway")
FILTERED = ["ApiThrottled"]
OWN = [name for name in _of_namespace({"Ref": "MetricsNamespace"}) if name not in FILTERED]
# How much of something is usual, and so no alarm: how often it must be seen, and in which time.
BOUNDS = {
    "ApiErrors": 3,
    "ApiThrottled": 50,
    "CodesUnknown": 30,
    "DecisionsSlow": 1_600,
    "DeclinesHigh": 75,
    "TablesThrottled": 10,
}


def _words(camel: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", r"-\1", camel).lower()


def _dimension(metric: dict[str, Any]) -> tuple[str, Any]:
    (dimension,) = metric["Dimensions"]
    return dimension["Name"], dimension["Value"]


def _dimensions(metric: dict[str, Any]) -> dict[str, Any]:
    return {one["Name"]: one["Value"] for one in metric["Dimensions"]}


def _looked_at(name: str) -> list[dict[str, Any]]:
    """The metrics that an alarm with arithmetic takes."""
    parts = ALARMS[name]["Properties"]["Metrics"]
    return [one["MetricStat"] for one in parts if "MetricStat" in one]


def _nested() -> dict[str, Any]:
    properties = template.resources("AWS::CloudFormation::Stack")["Monitoring"]["Properties"]
    assert isinstance(properties, dict)
    return properties


def test_every_alarm_has_a_page_of_its_name_and_every_other_page_is_a_procedure() -> None:
    pages = {page.stem for page in RUNBOOKS.glob("*")}

    alarms = {_words(name) for name in ALARMS}
    assert pages == alarms | PROCEDURES
    assert not alarms & PROCEDURES


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_is_named_says_why_and_where_to_read_on(name: str) -> None:
    properties = ALARMS[name]["Properties"]

    page = f"infra/runbooks/{_words(name)}.md"
    assert properties["AlarmName"] == {"Fn::Sub": f"${{SystemName}}-{_words(name)}"}
    assert properties["AlarmDescription"].endswith(f". See {page}")
    assert (ROOT / page).is_file()


def test_every_alarm_is_of_a_kind_that_is_looked_into_here() -> None:
    kinds = [*LAMBDAS, *QUEUES, *GATEWAY, *FILTERED, *OWN, *MATH]

    assert sorted(kinds) == sorted(ALARMS)


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


def test_shortfalls_are_one_alarm_whoever_reported_the_ride() -> None:
    edge = ROOT / "functions" / "farechance" / "edge"

    assert _dimension(ALARMS["Shortfall"]["Properties"]) == ("service", "any")
    for finder in (edge / "callback_door.py", edge / "console.py"):
        assert "count_anywhere(Count.SHORTFALL)" in finder.read_text(encoding="utf-8")


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
        ("StatementGivenUp", "ApproximateNumberOfMessagesVisible", "GivenUpStatementQueue", 1),
        ("ReportLate", "ApproximateAgeOfOldestMessage", "ReportQueue", 14_400),
        ("StatementLate", "ApproximateAgeOfOldestMessage", "StatementQueue", 14_400),
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


def test_each_queue_that_is_worked_on_has_an_alarm_on_its_age_and_each_of_those_given_up_one() -> (
    None
):
    watched = {
        str(_nested()["Parameters"][_dimension(ALARMS[name]["Properties"])[1]["Ref"]])
        for name in QUEUES
    }

    queues = template.resources("AWS::SQS::Queue")
    assert watched == {str({"Fn::GetAtt": f"{queue}.QueueName"}) for queue in queues}


@pytest.mark.parametrize("name", GATEWAY)
def test_an_alarm_on_the_gateway_looks_at_this_api_and_its_stage(name: str) -> None:
    # API Gateway Developer Guide, 'Amazon API Gateway dimensions and metrics': ApiName and Stage;
    # or with Method and Resource, for methods with detailed metrics.
    api = template.load()["Resources"]["Api"]["Properties"]
    dimensions = _dimensions(ALARMS[name]["Properties"])

    assert api["Name"] == {"Ref": "AWS::StackName"}
    assert _nested()["Parameters"]["SystemName"] == api["Name"]
    assert dimensions["ApiName"] == {"Ref": "SystemName"}
    assert dimensions["Stage"] == api["StageName"]
    assert ALARMS[name]["Properties"]["MetricName"] in ("Latency", "5XXError")
    assert dimensions.keys() in ({"ApiName", "Stage"}, {"ApiName", "Stage", "Method", "Resource"})


def test_decisions_are_measured_where_they_are_made_and_the_stage_measures_methods() -> None:
    dimensions = _dimensions(ALARMS["DecisionsSlow"]["Properties"])
    method, path = dimensions["Method"], dimensions["Resource"]

    events = FUNCTIONS["RedemptionFunction"]["Properties"]["Events"].values()
    assert (method, path) in {
        (one["Properties"]["Method"], one["Properties"]["Path"]) for one in events
    }
    settings = template.load()["Resources"]["Api"]["Properties"]["MethodSettings"]
    slashed = path.replace("/", "~1")
    (of_it,) = (one for one in settings if one["ResourcePath"] == f"/{slashed}")
    assert (of_it["HttpMethod"], of_it["MetricsEnabled"]) == (method, True)


def test_requests_that_were_sent_away_are_counted_from_the_access_log() -> None:
    (counting,) = template.resources("AWS::Logs::MetricFilter", template.MONITORING).values()
    properties = counting["Properties"]
    (counted,) = properties["MetricTransformations"]
    access_log = template.load()["Resources"]["Api"]["Properties"]["AccessLogSetting"]["Format"]

    assert _nested()["Parameters"][properties["LogGroupName"]["Ref"]] == {"Ref": "ApiAccessLogs"}
    assert '"status":"$context.status"' in access_log
    assert properties["FilterPattern"] == '{ $.status = "429" }'
    alarm = ALARMS["ApiThrottled"]["Properties"]
    assert alarm["Namespace"] == counted["MetricNamespace"] == {"Ref": "MetricsNamespace"}
    assert alarm["MetricName"] == counted["MetricName"]
    # A metric that a filter makes has no dimension, unless the filter names one.
    assert "Dimensions" not in counted
    assert "Dimensions" not in alarm


def test_throttles_are_those_of_each_table_and_of_the_functions_that_somebody_waits_for() -> None:
    tables = [_dimensions(one["Metric"]) for one in _looked_at("TablesThrottled")]
    functions = [_dimensions(one["Metric"]) for one in _looked_at("FunctionsThrottled")]
    passed = _nested()["Parameters"]

    # DynamoDB Developer Guide, 'DynamoDB metrics and dimensions': ThrottledRequests has TableName
    # and Operation.
    assert {one["Operation"] for one in tables} == {"TransactWriteItems"}
    assert {passed[one["TableName"]["Ref"]]["Ref"] for one in tables} == set(
        template.resources("AWS::DynamoDB::Table")
    )
    assert [passed[one["FunctionName"]["Ref"]] for one in functions] == [
        {"Ref": "RedemptionFunction"},
        {"Ref": "MintingFunction"},
    ]


@pytest.mark.parametrize("name", MATH)
def test_an_alarm_with_arithmetic_adds_up_what_it_names_and_returns_one_thing(name: str) -> None:
    parts = ALARMS[name]["Properties"]["Metrics"]
    (formula,) = (one["Expression"] for one in parts if "Expression" in one)

    named = {one["Id"] for one in parts if "MetricStat" in one}
    assert [one["Id"] for one in parts if one.get("ReturnData", True)] == [
        one["Id"] for one in parts if "Expression" in one
    ]
    assert set(re.findall(r"[a-z_]+", formula)) == named
    assert re.sub(r"FILL|SUM|IF|AND|[a-z_\d\s()\[\]*/,>=]", "", formula) == ""
    assert len({one["Period"] for one in _looked_at(name)}) == 1


@pytest.mark.parametrize("name", MATH)
def test_nothing_is_filled_in_but_where_silence_itself_is_the_alarm(name: str) -> None:
    # What FILL makes of a metric without a single point is nowhere promised.
    parts = ALARMS[name]["Properties"]["Metrics"]
    (formula,) = (one["Expression"] for one in parts if "Expression" in one)

    assert ("FILL" in formula) == (name in SILENT)


@pytest.mark.parametrize("name", ["TablesThrottled", "FunctionsThrottled"])
def test_a_sum_is_of_those_that_are_there(name: str) -> None:
    parts = ALARMS[name]["Properties"]["Metrics"]
    (formula,) = (one["Expression"] for one in parts if "Expression" in one)

    # A plus with nothing on one side is nothing; the sum of a list isn't.
    ids = ", ".join(one["Id"] for one in parts if "MetricStat" in one)
    assert formula == f"SUM([{ids}])"
    assert {one["Stat"] for one in _looked_at(name)} == {"Sum"}


@pytest.mark.parametrize("name", DECLINES)
def test_declines_are_a_share_of_decisions_by_one_metric_that_has_them_all(name: str) -> None:
    counted = {one["Metric"]["MetricName"] for one in _looked_at(name)}

    assert counted == {Count.RIDE_DECLINED.value}
    assert {_dimension(one["Metric"]) for one in _looked_at(name)} == {("service", "redemption")}
    assert [one["Stat"] for one in _looked_at(name)] == ["Sum", "SampleCount"]


@pytest.mark.parametrize("name", ALARMS)
def test_what_the_emulator_does_not_know_is_made_on_aws_only(name: str) -> None:
    needs_aws = name in MATH or name in FILTERED

    assert ALARMS[name].get("Condition") == ("IsOnAws" if needs_aws else None)
    assert _nested()["Parameters"]["OnAws"] == {"Ref": "OnAws"}


@pytest.mark.parametrize(("name", "hours"), SILENT.items())
def test_a_job_that_is_silent_is_an_alarm(name: str, hours: int) -> None:
    properties = ALARMS[name]["Properties"]

    assert properties["TreatMissingData"] == "breaching"
    assert properties["ComparisonOperator"] == "LessThanThreshold"
    (looked_at,) = _looked_at(name)
    assert looked_at["Stat"] == "Sum"
    # Each hour by itself: with longer periods it would be told up to one of them later.
    assert (looked_at["Period"], properties["EvaluationPeriods"]) == (3_600, hours)
    assert "DatapointsToAlarm" not in properties


@pytest.mark.parametrize("name", sorted(ALARMS.keys() - SILENT.keys() - {*QUEUES}))
def test_one_time_is_enough_where_no_bound_is_named(name: str) -> None:
    properties = ALARMS[name]["Properties"]

    assert properties["Threshold"] == BOUNDS.get(name, 1)
    assert properties["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"
    assert properties["TreatMissingData"] == "notBreaching"
    if name not in ("DecisionsSlow", "TablesThrottled"):
        assert properties.get("DatapointsToAlarm", properties["EvaluationPeriods"]) == 1
    if name in OWN:
        assert properties["Statistic"] == "Sum"


def test_the_slowest_per_cent_is_below_what_is_promised_and_seen_more_than_once() -> None:
    properties = ALARMS["DecisionsSlow"]["Properties"]

    # api.md: a decision in under 2 seconds.
    assert properties["ExtendedStatistic"] == "p99"
    assert properties["Threshold"] < 2_000
    assert (properties["DatapointsToAlarm"], properties["EvaluationPeriods"]) == (3, 4)


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_tells_somebody_and_looks_back_no_further_than_it_may(name: str) -> None:
    # Amazon CloudWatch User Guide, 'Using alarms': seven days for periods of an hour or more.
    properties = ALARMS[name]["Properties"]
    period = properties["Period"] if "Period" in properties else _looked_at(name)[0]["Period"]

    assert properties["AlarmActions"] == [{"Ref": "Alarms"}]
    # A day at most for periods of less than an hour.
    most = 7 * 86_400 if period >= 3_600 else 86_400
    assert period * properties["EvaluationPeriods"] <= most


def test_a_report_is_missed_a_day_after_the_schedule_of_reports() -> None:
    (schedule,) = FUNCTIONS["DispatchingFunction"]["Properties"]["Events"].values()

    runs_at = report_runs_at("2026-03")

    assert schedule["Properties"]["ScheduleExpression"] == "cron(0 14 1 * ? *)"
    assert schedule["Properties"]["ScheduleExpressionTimezone"] == "UTC"
    assert runs_at == datetime(2026, 4, 1, 14, tzinfo=UTC)


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
