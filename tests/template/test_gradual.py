"""Gradual deployment: what is behind an alias, what takes an update back, and when it is on."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.local import template

TEMPLATE = template.load()
RESTORED = template.load(restored=True)
FUNCTIONS = template.resources("AWS::Serverless::Function")
CONDITIONS = TEMPLATE["Conditions"]
CONFIG = Path(template.TEMPLATE).parent / "infra" / "samconfig.toml"
ALIASED = sorted(name for name in FUNCTIONS if "AutoPublishAlias" in FUNCTIONS[name]["Properties"])
# Of no version: a log group keeps lines, a limit counts what runs at once.
OF_NO_VERSION = {"ReservedConcurrentExecutions", "DeploymentPreference", "VersionDescription"}
OF_NO_VERSION |= {"Policies", "Events"}


def _behind_the_gateway() -> set[str]:
    return {
        name
        for name, function in FUNCTIONS.items()
        for event in function["Properties"].get("Events", {}).values()
        if event["Type"] == "Api"
    }


def test_what_answers_the_api_is_behind_an_alias_and_nothing_else_is() -> None:
    assert set(ALIASED) == _behind_the_gateway()


@pytest.mark.parametrize("name", ALIASED)
def test_an_update_answers_one_request_in_ten_for_five_minutes_where_that_is_on(name: str) -> None:
    properties = FUNCTIONS[name]["Properties"]

    preference = properties["DeploymentPreference"]
    assert properties["AutoPublishAlias"] == "live"
    assert properties["AutoPublishAliasAllProperties"] is True
    assert preference["Type"] == "Canary10Percent5Minutes"
    # Not Fn::If: SAM reads the parameter's value when it writes the template out.
    assert preference["Enabled"] == {"Ref": "GradualDeployment"}
    # A role of CodeDeploy's own comes from SAM.
    assert "Role" not in preference


@pytest.mark.parametrize("name", ALIASED)
def test_a_version_names_the_parameters_that_its_configuration_depends_on(name: str) -> None:
    """AWS SAM issue 3820: a parameter's new value makes no version, so without this an alias would
    go on with the old one. A name too many would ask for a version that is equal to the last,
    which Lambda refuses."""
    of_the_version = []
    for loaded in (TEMPLATE, RESTORED):
        shared = loaded["Globals"]["Function"]
        own = loaded["Resources"][name]["Properties"]
        of_the_version += [
            value
            for properties in (shared, own)
            for key, value in properties.items()
            if key not in OF_NO_VERSION
        ]

    text = FUNCTIONS[name]["Properties"]["VersionDescription"]["Fn::Sub"]
    described = set(re.findall(r"\$\{(\w+)}", text))

    assert described == set(_parameters(of_the_version))


def test_all_requests_use_the_same_tables() -> None:
    """A tenth of the requests in one ledger and the rest in another would be two truths."""
    (rule,) = TEMPLATE["Rules"]["AllRequestsUseTheSameTables"]["Assertions"]

    assert rule["Assert"]["Fn::Or"] == [
        {"Fn::Equals": [{"Ref": "RestoredTables"}, ""]},
        {"Fn::Equals": [{"Ref": "GradualDeployment"}, "false"]},
    ]
    runbook = template.TEMPLATE.parent / "infra" / "runbooks" / "restore.md"
    assert "`GradualDeployment` is `false`" in runbook.read_text(encoding="utf-8")


def test_it_is_on_in_production_and_off_in_a_trial_and_on_this_machine() -> None:
    config = tomllib.loads(CONFIG.read_text(encoding="utf-8"))
    parameters = {
        name: config[name]["deploy"]["parameters"].get("parameter_overrides", "")
        for name in ("trial", "production", "local")
    }

    assert TEMPLATE["Parameters"]["GradualDeployment"]["Default"] == "false"
    assert TEMPLATE["Parameters"]["GradualDeployment"]["AllowedValues"] == ["true", "false"]
    assert "GradualDeployment=true" in parameters["production"].split()
    assert "GradualDeployment=false" in parameters["trial"].split()
    assert "GradualDeployment" not in parameters["local"]


def test_callbacks_are_reserved_only_if_a_parameter_says_how_many() -> None:
    reserving = {
        name: function["Properties"]["ReservedConcurrentExecutions"]
        for name, function in FUNCTIONS.items()
        if "ReservedConcurrentExecutions" in function["Properties"]
    }

    assert TEMPLATE["Parameters"]["ReservedCallbackConcurrency"]["Default"] == 0
    assert set(reserving) == {"RedemptionFunction"}
    condition, then, otherwise = reserving["RedemptionFunction"]["Fn::If"]
    assert (condition, then) == ("ReservesCallbacks", {"Ref": "ReservedCallbackConcurrency"})
    assert otherwise == {"Ref": "AWS::NoValue"}


def _parameters(value: Any) -> Iterator[str]:
    """Every parameter that a part of the template depends on, by a condition too."""
    parameters = TEMPLATE["Parameters"]
    if isinstance(value, list):
        for one in value:
            yield from _parameters(one)
    elif isinstance(value, dict):
        for key, one in value.items():
            if key == "Fn::If":
                yield from _parameters(CONDITIONS[one[0]])
            if key == "Ref" and one in parameters:
                yield one
            elif key == "Fn::Sub":
                text = one if isinstance(one, str) else one[0]
                yield from (it for it in re.findall(r"\$\{(\w+)}", text) if it in parameters)
            else:
                yield from _parameters(one)


def test_an_update_is_taken_back_by_alarms_that_are_there_and_that_new_code_can_set_off() -> None:
    alarms = template.resources("AWS::CloudWatch::Alarm", template.MONITORING)
    outputs = template.load(template.MONITORING)["Outputs"]
    brakes = FUNCTIONS["RedemptionFunction"]["Properties"]["DeploymentPreference"]["Alarms"]

    names = [brake["Fn::GetAtt"].removeprefix("Monitoring.Outputs.") for brake in brakes]

    assert names == ["ApiErrors", "BooksDiffer"]
    for name in names:
        properties = alarms[name]["Properties"]
        assert outputs[name]["Value"] == {"Ref": name}
        assert "Condition" not in alarms[name]
        # One look is enough: CloudWatch has it each minute, whatever the period.
        assert properties.get("DatapointsToAlarm", properties["EvaluationPeriods"]) == 1
        # Who is silent hasn't failed: a quiet hour's update goes through.
        assert properties["TreatMissingData"] == "notBreaching"


def test_the_alarms_need_nothing_that_waits_for_an_alias() -> None:
    """CodeDeploy waits for the alarms, an alias for CodeDeploy, the API for its aliases: an alarm
    that waited for the API would close the circle, which only AWS would notice."""
    waits_for = {"Monitoring"}
    left = ["Monitoring"]
    while left:
        for one in _named(_without_aliases(TEMPLATE["Resources"][left.pop()])):
            if one not in waits_for:
                waits_for.add(one)
                left.append(one)

    assert "RedemptionFunction" in waits_for
    assert "Api" not in waits_for


def _without_aliases(resource: dict[str, Any]) -> dict[str, Any]:
    """A function itself doesn't wait for what SAM makes of its alias and of its events."""
    of_others = {"DeploymentPreference", "Events"}
    kept = {k: v for k, v in resource.get("Properties", {}).items() if k not in of_others}
    return {**resource, "Properties": kept}


def _named(value: Any) -> Iterator[str]:
    """Every resource that a part of the template names."""
    known = TEMPLATE["Resources"]
    if isinstance(value, list):
        for one in value:
            yield from _named(one)
    elif isinstance(value, dict):
        for key, one in value.items():
            names: list[str] = []
            if key in {"Ref", "DependsOn"}:
                names = [one] if isinstance(one, str) else one
            elif key == "Fn::GetAtt":
                names = [one.split(".")[0]]
            elif key == "Fn::Sub":
                text = one if isinstance(one, str) else one[0]
                names = [it.split(".")[0] for it in re.findall(r"\$\{([\w.]+)}", text)]
            yield from (it for it in names if it in known)
            yield from _named(one)
