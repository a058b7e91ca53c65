"""Writes the templates as AWS makes things of them, for a tool that looks them over.

SAM's own translator makes roles, permissions and stages of functions and events; YAML's merge keys
and every condition are gone. It runs with the emulator's environment, which has the translator:
`.local/emulator/bin/python -m infra.local.transformed FOLDER TEMPLATE`. It knows nothing of AWS and
asks nobody: the managed policies that SAM attaches have their names alone.
"""

import json
import logging
import os
import sys
from pathlib import Path
from typing import Any

from infra.local import template

# All that a stack on AWS may have. What it has less is its admin's choice.
SHAPES = {
    "with-keys-of-aws": {"GradualDeployment": "true", "OwnKey": "no"},
    "with-own-key": {"GradualDeployment": "true", "OwnKey": "yes"},
}
MANAGED_POLICIES = (
    "service-role/AWSCodeDeployRoleForLambda",
    "service-role/AWSLambdaBasicExecutionRole",
    "service-role/AWSLambdaDynamoDBExecutionRole",
    "service-role/AWSLambdaSQSQueueExecutionRole",
    "AWSXRayDaemonWriteAccess",
    "AWSXrayWriteOnlyAccess",
)
# The translator wants to be told where code is, and asks for none.
CODE = "s3://bucket/code"
# Some account; without it every text that names one would be unknown.
REGION = "us-east-1"
ACCOUNT = {
    "AWS::AccountId": "123456789012",
    "AWS::Partition": "aws",
    "AWS::Region": REGION,
    "AWS::StackName": "farechance-production",
    "AWS::URLSuffix": "amazonaws.com",
}


def main(folder: Path, system: Path) -> None:
    """Writes a file for each shape of the system, and one for each template beside it."""
    os.environ["AWS_DEFAULT_REGION"] = REGION
    # It warns of what a service of its own would switch on.
    logging.disable(logging.WARNING)
    for shape, parameters in SHAPES.items():
        _write(folder / f"{shape}.json", _translated(template.resolved(system, **parameters)))
    # What the system's own key is there, it is here.
    for name, parameters in {
        "monitoring": {"OnAws": "yes", "AlarmEmail": "alarms@example.org", "OwnKeyArn": "a-key"},
        "dashboard": {},
        "github-role": {},
    }.items():
        file = system.parent / "infra" / f"{name}.yaml"
        _write(folder / f"{name}.json", _spelled_out(template.resolved(file, **parameters)))


def _translated(resolved: dict[str, Any]) -> dict[str, Any]:
    # Only the emulator's environment has it; whoever asks this module for its names lacks it.
    from samtranslator.translator.transform import transform  # noqa: PLC0415

    resolved["Globals"]["Function"]["CodeUri"] = CODE
    written: dict[str, Any] = transform(_spelled_out(resolved), {}, _Policies())
    return written


class _Policies:
    """What the translator asks IAM for: the ARNs of AWS's own policies."""

    def load(self) -> dict[str, str]:
        return {it.rpartition("/")[2]: f"arn:aws:iam::aws:policy/{it}" for it in MANAGED_POLICIES}


def _spelled_out(value: Any) -> Any:
    """`{"Fn::GetAtt": "X.Arn"}` as JSON has it, with a list, and what an account is asked for."""
    match value:
        case {"Fn::GetAtt": str(it)}:
            return {"Fn::GetAtt": it.split(".", 1)}
        case {"Ref": str(name)} if name in ACCOUNT:
            return ACCOUNT[name]
        case {"Fn::Sub": str(text)}:
            for name, it in ACCOUNT.items():
                text = text.replace(f"${{{name}}}", it)
            return {"Fn::Sub": text} if "${" in text else text
        case dict():
            return {name: _spelled_out(one) for name, one in value.items()}
        case list():
            return [_spelled_out(one) for one in value]
    return value


def _named(value: Any) -> Any:
    """With the name of what is referred to in place of a reference: to follow each of some 700
    takes checkov as long as all the rest."""
    match value:
        case {"Ref": name}:
            return name
        case {"Fn::GetAtt": names}:
            return ".".join(names)
        case {"Fn::Sub": str(text)} | {"Fn::Sub": [str(text), _]}:
            return text
        case dict():
            return {name: _named(one) for name, one in value.items()}
        case list():
            return [_named(one) for one in value]
    return value


def _write(file: Path, written: dict[str, Any]) -> None:
    resources = {"Resources": _named(written["Resources"])}
    file.write_text(json.dumps(resources, indent=1, sort_keys=True), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
