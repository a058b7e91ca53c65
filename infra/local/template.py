"""Reads the templates as plain data: one source of names and schemas for tests and the local stack.

Short forms become long: `!Ref X` is `{"Ref": "X"}`, `!GetAtt X.Arn` is `{"Fn::GetAtt": "X.Arn"}`.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

TEMPLATE = Path(__file__).resolve().parents[2] / "template.yaml"
MONITORING = TEMPLATE.parent / "infra" / "monitoring.yaml"
DASHBOARD = TEMPLATE.parent / "infra" / "dashboard.yaml"


def load(file: Path = TEMPLATE, *, restored: bool = False) -> dict[str, Any]:
    """A whole template, by default the one of the system, as it is while the stack uses its own
    tables; or as it is with the parameter RestoredTables."""
    chosen: dict[str, Any] = _with_tables(_load(file), restored=restored)
    return chosen


def resolved(file: Path = TEMPLATE, **chosen: str) -> dict[str, Any]:
    """A template as CloudFormation takes it with these parameters and the defaults of the others:
    each condition is decided, and what it leaves out is gone. Text in which a parameter stands
    (`Fn::Sub`) stays as it is."""
    whole = _load(file)
    parameters = {name: it.get("Default") for name, it in whole.get("Parameters", {}).items()}
    known = _Resolver(parameters | chosen, whole.get("Conditions", {}))
    parts: dict[str, Any] = {
        part: {
            name: known.value({key: it for key, it in one.items() if key != "Condition"})
            for name, one in whole[part].items()
            if known.holds(one.get("Condition"))
        }
        for part in ("Resources", "Outputs")
        if part in whole
    }
    kept = {part: known.value(whole[part]) for part in ("Globals",) if part in whole}
    return {**whole, **kept, **parts}


def resources(kind: str, file: Path = TEMPLATE) -> dict[str, dict[str, Any]]:
    """The resources of one type, such as `AWS::DynamoDB::Table`, by logical id."""
    found: dict[str, dict[str, Any]] = load(file)["Resources"]
    return {name: resource for name, resource in found.items() if resource["Type"] == kind}


def nested(file: Path = TEMPLATE) -> list[Path]:
    """The templates that a template nests, each once, and those that they nest."""
    found: list[Path] = []
    for stack in resources("AWS::CloudFormation::Stack", file).values():
        one = file.parent / stack["Properties"]["TemplateURL"]
        if one not in found:
            found += [one, *nested(one)]
    return found


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


def _load(file: Path) -> dict[str, Any]:
    text = file.read_text(encoding="utf-8")
    # The loader is a safe one; the linter can't see that.
    template: dict[str, Any] = yaml.load(text, Loader=_Loader)  # noqa: S506
    return template


_NOTHING = {"Ref": "AWS::NoValue"}


@dataclass(frozen=True)
class _Resolver:
    """Decides conditions by the values of parameters."""

    parameters: dict[str, Any]
    conditions: dict[str, Any]

    def holds(self, name: str | None) -> bool:
        return name is None or self._decided(self.conditions[name])

    def value(self, it: Any) -> Any:
        """With each choice made, without what is then nothing."""
        match it:
            case {"Fn::If": [condition, then, otherwise]}:
                return self.value(then if self.holds(condition) else otherwise)
            case {"Ref": name} if name in self.parameters:
                return self.parameters[name]
            case dict():
                kept = {name: self.value(one) for name, one in it.items()}
                return {name: one for name, one in kept.items() if one != _NOTHING}
            case list():
                return [one for one in map(self.value, it) if one != _NOTHING]
        return it

    def _decided(self, it: Any) -> bool:
        match it:
            case {"Fn::Equals": [one, other]}:
                return str(self.value(one)) == str(self.value(other))
            case {"Fn::Not": [one]}:
                return not self._decided(one)
            case {"Fn::And": every}:
                return all(map(self._decided, every))
            case {"Fn::Or": some}:
                return any(map(self._decided, some))
            case {"Condition": name}:
                return self.holds(name)
        raise TypeError(f"a condition of an unknown kind: {it}")


def _with_tables(value: Any, *, restored: bool) -> Any:
    """Without the choice between the stack's own tables and restored ones."""
    match value:
        case {"Fn::If": ["UsesRestoredTables", theirs, own]}:
            return theirs if restored else own
        case {"Fn::Sub": [text, {"Table": table}]}:
            # An index of a table.
            match _with_tables(table, restored=restored):
                case {"Fn::GetAtt": arn}:
                    return {"Fn::Sub": text.replace("Table", arn)}
                case {"Fn::Sub": arn}:
                    return {"Fn::Sub": text.replace("${Table}", arn)}
        case dict():
            return {name: _with_tables(one, restored=restored) for name, one in value.items()}
        case list():
            return [_with_tables(one, restored=restored) for one in value]
    return value


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
