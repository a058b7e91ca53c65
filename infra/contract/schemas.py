"""The models as JSON Schemas (2020-12, the dialect of OpenAPI 3.1), as pydantic makes them.

It owns how they are tidied for a reader. It must never loosen or tighten what a model says, but in
one respect: null is taken for 'absent' and isn't offered.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from farechance import endpoints
from farechance.callbacks import RIDE_CALLBACKS, Callback, VoucherChecked
from farechance.card_api import CardPage
from farechance.problem_api import Problem
from farechance.provider_api import Approved, Declined, Ignored, Recorded

SCHEMAS = "#/components/schemas/"

CALLBACKS: Mapping[str, type[BaseModel] | None] = {
    "voucher.checked": VoucherChecked,
    **RIDE_CALLBACKS,
    "webhook.test": None,
}
"""The model of each callback's `data`; the test's may be anything."""

_OF_CSV = tuple(one.csv_parameters for one in endpoints.PARTNER_ENDPOINTS if one.csv_parameters)
_NULL = {"type": "null"}
_ENDPOINTS = (*endpoints.PARTNER_ENDPOINTS, *endpoints.OPEN_ENDPOINTS)


class Schemas:
    """The models, once as they are asked for and once as they are told. A request of a partner is
    closed: what it doesn't name is refused. An answer is open, since it may gain fields, and has
    every field that has a default."""

    def __init__(self) -> None:
        self._asked = _definitions(
            [
                *(one.body for one in _ENDPOINTS),
                *_OF_CSV,
                *(model for model in CALLBACKS.values() if model),
                Callback,
            ],
            told=False,
        )
        self._told = _definitions(
            [
                # A page is told as HTML and has no schema.
                *(one.answer for one in _ENDPOINTS if one.answer is not CardPage),
                *(Approved, Declined, Recorded, Ignored),
                Problem,
            ],
            told=True,
        )

    def asked(self, model: type[BaseModel]) -> dict[str, Any]:
        """What a request's model wants."""
        return self._asked[model.__name__]

    def told(self, model: type[BaseModel]) -> dict[str, Any]:
        """What an answer's model has."""
        return self._told[model.__name__]

    def components(self) -> dict[str, Any]:
        """All that is referred to, by name. A model that is one thing as asked for and another as
        told has a second name, for the answers."""
        both = self._told.keys() & self._asked.keys()
        differ = {name for name in both if self._told[name] != self._asked[name]}
        told = {
            f"{name}InAnswer" if name in differ else name: _renamed(schema, differ)
            for name, schema in self._told.items()
        }
        # A query's fields stand among the parameters.
        queries = {one.body.__name__ for one in _ENDPOINTS if one.method == "GET"}
        queries |= {model.__name__ for model in _OF_CSV}
        asked = {name: schema for name, schema in self._asked.items() if name not in queries}
        return dict(sorted({**told, **asked, **self._callbacks()}.items()))

    def _callbacks(self) -> dict[str, Any]:
        """The envelope once for each type, and the choice between them."""
        envelope = self.asked(Callback)
        made = {}
        for kind, model in CALLBACKS.items():
            name = f"{model.__name__ if model else 'WebhookTest'}Callback"
            words = self.asked(model)["description"] if model else "Does all of this work?"
            properties = {**envelope["properties"], "type": {"type": "string", "const": kind}}
            if model:
                properties["data"] = ref(model)
            made[kind] = (
                name,
                {**envelope, "description": f"`{kind}`: {words}", "properties": properties},
            )
        mapping = {kind: f"{SCHEMAS}{name}" for kind, (name, _) in made.items()}
        choice = {
            "description": "A callback, by its `type`. Another type is answered 200 and ignored.",
            "oneOf": [{"$ref": one} for one in mapping.values()],
            "discriminator": {"propertyName": "type", "mapping": mapping},
        }
        return {"Callback": choice, **dict(made.values())}


def ref(model: type[BaseModel]) -> dict[str, str]:
    """A reference to a model as it is asked for, or told if it is only told."""
    return {"$ref": f"{SCHEMAS}{model.__name__}"}


class _WithoutTitles(GenerateJsonSchema):
    """pydantic's titles only repeat the names of fields."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - pydantic's own
        return False


def _definitions(models: Iterable[type[BaseModel]], *, told: bool) -> dict[str, dict[str, Any]]:
    _, generated = models_json_schema(
        [(model, "serialization" if told else "validation") for model in dict.fromkeys(models)],
        ref_template=SCHEMAS + "{model}",
        schema_generator=_WithoutTitles,
    )
    return {name: _plain(schema, told=told) for name, schema in generated["$defs"].items()}


def _plain(schema: Mapping[str, Any], *, told: bool) -> dict[str, Any]:
    """A schema without titles, nulls and the line breaks of a docstring."""
    plain = {name: _part(name, value, told=told) for name, value in schema.items()}
    plain.pop("title", None)
    if told and "properties" in plain:
        _as_told(plain, schema)
    if _NULL in plain.get("anyOf", ()):
        (only,) = (one for one in plain.pop("anyOf") if one != _NULL)
        plain.pop("default", None)
        plain = {**only, **plain}
    return plain


def _as_told(plain: dict[str, Any], schema: Mapping[str, Any]) -> None:
    """Open, and sure of each field that has a default other than null."""
    if plain.get("additionalProperties") is False:
        del plain["additionalProperties"]
    required = set(plain.get("required", ()))
    for name, one in schema["properties"].items():
        if one.get("default") is not None:
            required.add(name)
            del plain["properties"][name]["default"]
    plain["required"] = [name for name in plain["properties"] if name in required]


def _part(name: str, value: Any, *, told: bool) -> Any:
    if name == "description":
        return " ".join(value.split())
    if name == "properties":
        return {key: _plain(one, told=told) for key, one in value.items()}
    if name == "default":
        return value
    if isinstance(value, dict):
        return _plain(value, told=told)
    if isinstance(value, list):
        return [_plain(one, told=told) if isinstance(one, dict) else one for one in value]
    return value


def _renamed(value: Any, names: set[str]) -> Any:
    """References to these models as to the answers' own."""
    if isinstance(value, dict):
        return {key: _renamed(one, names) for key, one in value.items()}
    if isinstance(value, list):
        return [_renamed(one, names) for one in value]
    if isinstance(value, str) and value in {SCHEMAS + name for name in names}:
        return f"{value}InAnswer"
    return value
