"""Reads the templates as plain data: one source of names and schemas for tests and the local stack.

Short forms become long: `!Ref X` is `{"Ref": "X"}`, `!GetAtt X.Arn` is `{"Fn::GetAtt": "X.Arn"}`.
"""

from pathlib import Path
from typing import Any

import yaml

TEMPLATE = Path(__file__).resolve().parents[2] / "template.yaml"
MONITORING = TEMPLATE.parent / "infra" / "monitoring.yaml"
DASHBOARD = TEMPLATE.parent / "infra" / "dashboard.yaml"


def load(file: Path = TEMPLATE) -> dict[str, Any]:
    """A whole template, by default the one of the system."""
    text = file.read_text(encoding="utf-8")
    # The loader is a safe one; the linter can't see that.
    template: dict[str, Any] = yaml.load(text, Loader=_Loader)  # noqa: S506
    return template


def resources(kind: str, file: Path = TEMPLATE) -> dict[str, dict[str, Any]]:
    """The resources of one type, such as `AWS::DynamoDB::Table`, by logical id."""
    found: dict[str, dict[str, Any]] = load(file)["Resources"]
    return {name: resource for name, resource in found.items() if resource["Type"] == kind}


def create_table_arguments(logical_id: str) -> dict[str, Any]:
    """What `create_table` needs to make this table, named by its logical id."""
    properties = resources("AWS::DynamoDB::Table")[logical_id]["Properties"]
    schema = (
        "AttributeDefinitions",
        "KeySchema",
        "LocalSecondaryIndexes",
        "GlobalSecondaryIndexes",
        "BillingMode",
    )
    return {
        "TableName": logical_id,
        **{key: properties[key] for key in schema if key in properties},
    }


class _Loader(yaml.SafeLoader):
    """A safe loader that also knows CloudFormation's tags."""


def _long_form(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    elif isinstance(node, yaml.MappingNode):
        value = loader.construct_mapping(node, deep=True)
    else:
        raise TypeError(f"a node of an unknown kind: {node}")
    return {suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _long_form)
