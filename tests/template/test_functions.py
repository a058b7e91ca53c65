"""A function for each folder, with memory, time-out, traces and logs that were chosen."""

from pathlib import Path

import pytest

from infra.local import template

FUNCTIONS = template.resources("AWS::Serverless::Function")
GLOBALS = template.load()["Globals"]["Function"]
FOLDERS = Path(template.TEMPLATE).parent / "functions"
GATEWAY_TIMEOUT_SECONDS = 29


def test_every_function_is_built_once_for_python_3_13() -> None:
    assert GLOBALS["CodeUri"] == "functions/"
    assert GLOBALS["Runtime"] == "python3.13"
    assert not any("CodeUri" in function["Properties"] for function in FUNCTIONS.values())


def test_arm64_is_the_architecture_unless_a_parameter_says_otherwise() -> None:
    assert GLOBALS["Architectures"] == [{"Ref": "Architecture"}]
    assert template.load()["Parameters"]["Architecture"]["Default"] == "arm64"


def test_there_is_a_function_for_each_door() -> None:
    doors = {file.parent.name for file in FOLDERS.glob("*/app.py")}

    handlers = {function["Properties"]["Handler"] for function in FUNCTIONS.values()}

    assert handlers == {f"{door}.app.handler" for door in doors}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_calls_itself_by_its_folder(name: str) -> None:
    properties = FUNCTIONS[name]["Properties"]
    folder = properties["Handler"].split(".")[0]

    assert name == f"{folder.title()}Function"
    assert properties["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"] == folder
    assert properties["Description"].endswith(".")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_writes_to_a_log_group_of_its_own_that_forgets(name: str) -> None:
    logs = FUNCTIONS[name]["Properties"]["LoggingConfig"]["LogGroup"]["Ref"]

    assert logs == name.replace("Function", "Logs")
    group = template.resources("AWS::Logs::LogGroup")[logs]
    assert group["Properties"]["RetentionInDays"] == {"Ref": "LogRetentionDays"}


def test_every_log_group_forgets() -> None:
    groups = template.resources("AWS::Logs::LogGroup")

    assert len(groups) == len(FUNCTIONS) + 1
    assert all("RetentionInDays" in group["Properties"] for group in groups.values())


def test_traces_are_on_for_every_function() -> None:
    assert GLOBALS["Tracing"] == "Active"
    assert not any("Tracing" in function["Properties"] for function in FUNCTIONS.values())


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_behind_the_gateway_ends_before_the_gateway_gives_up(name: str) -> None:
    properties = FUNCTIONS[name]["Properties"]

    timeout = properties.get("Timeout", GLOBALS["Timeout"])

    is_behind_it = "Api" in {event["Type"] for event in properties.get("Events", {}).values()}
    assert timeout < GATEWAY_TIMEOUT_SECONDS or not is_behind_it


def test_the_function_that_a_rider_waits_for_has_a_whole_vcpu() -> None:
    assert FUNCTIONS["RedemptionFunction"]["Properties"]["MemorySize"] == 1769


def test_administration_has_a_name_to_invoke_and_no_door_to_the_world() -> None:
    properties = FUNCTIONS["AdministrationFunction"]["Properties"]

    assert properties["FunctionName"] == {"Fn::Sub": "${AWS::StackName}-administration"}
    assert "Events" not in properties
    assert "FunctionUrlConfig" not in properties
