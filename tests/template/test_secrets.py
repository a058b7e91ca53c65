"""No secret stands in the template or in a function's environment: names and ARNs alone."""

import re
from typing import Any

import pytest

from infra.local import template

WHOLE = template.resolved(OwnKey="yes")
FUNCTIONS = {
    name: it for name, it in WHOLE["Resources"].items() if it["Type"] == "AWS::Serverless::Function"
}
SHARED = WHOLE["Globals"]["Function"]["Environment"]["Variables"]
# What may be told of a resource: its name, its address, its ARN.
TOLD = {"Arn", "Id", "QueueName", "TopicArn", "StreamArn"}
# What a secret's value would come by.
DYNAMIC = re.compile(r"\{\{resolve:(secretsmanager|ssm|ssm-secure):")
SECRETS = {
    name for name, it in WHOLE["Resources"].items() if it["Type"] == "AWS::SecretsManager::Secret"
}


def _variables(name: str) -> dict[str, Any]:
    own: dict[str, Any] = FUNCTIONS[name]["Properties"]["Environment"]["Variables"]
    return {**SHARED, **own}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_functions_environment_has_names_and_arns_and_no_secret(name: str) -> None:
    for variable, value in _variables(name).items():
        match value:
            case {"Fn::GetAtt": attribute}:
                assert attribute.partition(".")[2] in TOLD, variable
            case {"Ref": resource}:
                # The reference to a secret is its ARN. Anything else is its name.
                assert resource in WHOLE["Resources"] or resource.startswith("AWS::"), variable
            case {"Fn::Sub": text}:
                assert "${AWS::StackName}" in text or text.startswith("https://${Api}."), variable
            case str():
                # A word that is chosen from a list, a function's own name, or where tokens and time
                # zones are.
                known = r"[A-Za-z]{0,20}|/oauth2/token|/var/task/tzdata/zoneinfo"
                assert re.fullmatch(known, value), variable
            case _:
                pytest.fail(f"{variable} is of an unknown kind: {value}")


def test_a_secret_is_known_only_by_its_name_and_only_in_variables_that_say_so() -> None:
    told = {
        variable
        for name in FUNCTIONS
        for variable, value in _variables(name).items()
        if any(secret in str(value) for secret in SECRETS)
    }

    assert {"CodeSecret"} == SECRETS
    assert told == {"CODE_SECRET_ID"}


@pytest.mark.parametrize("file", [template.TEMPLATE, *template.nested()], ids=lambda it: it.name)
def test_no_template_takes_a_secret_in_or_writes_one_out(file: Any) -> None:
    whole = template.load(file)

    assert not DYNAMIC.search(str(whole))
    # A parameter's value can be read by whoever may see the stack, unless it says NoEcho; none is.
    for name in whole.get("Parameters", {}):
        assert not re.search(r"(?i)secret|password|token|private", name), name
    for name, output in whole.get("Outputs", {}).items():
        assert not any(secret in str(output) for secret in SECRETS), name
