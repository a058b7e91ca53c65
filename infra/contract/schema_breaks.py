"""Of the schemas in two contracts, what would break those who call by the first.

It owns what each keyword lets through. What is asked for may become wider and never narrower, what
is told the other way round. It must never take a keyword for harmless that it doesn't know.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

type Document = Mapping[str, Any]
type Schema = Mapping[str, Any]

_MINIMA = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_MAXIMA = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
# What each of these allows is told by what stands in it; what is absent allows everything.
_INNER = ("items", "additionalProperties", "propertyNames")
_COMPARED = {"type", "enum", "const", "properties", "required", "oneOf", "discriminator", "default"}
UNDERSTOOD = {*_COMPARED, *_MINIMA, *_MAXIMA, *_INNER, "$ref"}
"""Whether another of these allows more or less can be told."""
WORDS = {"title", "description", "examples", "deprecated", "$comment"}
"""Of a schema what callers can't stumble over. What is neither is compared as a whole."""


@dataclass
class SchemaComparison:
    """Gathers in `words` what breaks somebody. `told`: whether a schema is of what we answer."""

    was: Document
    now: Document
    words: list[str] = field(default_factory=list)
    # Models that refer to themselves are compared once.
    _begun: set[tuple[str, str, bool]] = field(default_factory=set)

    def says(self, where: str, words: str) -> None:
        self.words.append(f"{where}: {words}")

    def default(self, where: str, was: Schema, now: Schema) -> None:
        """What is meant by whoever leaves it out."""
        before, after = (
            resolved(document, one).get("default")
            for document, one in ((self.was, was), (self.now, now))
        )
        if before != after:
            self.says(where, f"its default was {before} and is {after}")

    def schema(self, where: str, was: Schema, now: Schema, *, told: bool) -> None:
        pair = (str(was.get("$ref")), str(now.get("$ref")), told)
        # A reference with more beside it is a schema of its own.
        if len(was) == len(now) == 1 and "$ref" in was and "$ref" in now:
            if pair in self._begun:
                return
            self._begun.add(pair)
        was, now = resolved(self.was, was), resolved(self.now, now)
        is_loosened = "type" not in (was if told else now)
        if was.get("type") != now.get("type") and not is_loosened:
            self.says(where, f"its type was {was.get('type')} and is {now.get('type')}")
            return
        self._values(where, was, now, told=told)
        self._bounds(where, was, now, told=told)
        self._members(where, was, now, told=told)
        for name in _INNER:
            before, after = _inner(was, name), _inner(now, name)
            if before is not None and after is not None and (before or after):
                self.schema(f"{where}, each of {name}", before, after, told=told)
        self._choices(where, was, now, told=told)

    def _values(self, where: str, was: Schema, now: Schema, *, told: bool) -> None:
        before, after = _allowed(was), _allowed(now)
        if before is not None and after is not None:
            if gone := [value for value in before if value not in after]:
                self.says(where, f"no longer one of its values: {listed(gone)}")
        elif after is not None and not told:
            self.says(where, f"may only be {listed(after)} now")
        elif before is not None and told:
            self.says(where, "may be any value now")

    def _bounds(self, where: str, was: Schema, now: Schema, *, told: bool) -> None:
        # What is asked for may not become narrower, and what is told may not become wider.
        narrow, wide = (now, was) if not told else (was, now)
        for names, is_tighter in ((_MINIMA, _is_more), (_MAXIMA, _is_less)):
            for name in names:
                if is_tighter(narrow.get(name), wide.get(name)):
                    self.says(where, f"its {name} was {was.get(name)} and is {now.get(name)}")
        for name in sorted((was.keys() | now.keys()) - UNDERSTOOD - WORDS):
            is_let_go = name not in now and not told
            is_promised_now = name not in was and told
            if was.get(name) != now.get(name) and not is_let_go and not is_promised_now:
                self.says(where, f"its {name} was {was.get(name)} and is {now.get(name)}")

    def _members(self, where: str, was: Schema, now: Schema, *, told: bool) -> None:
        before, after = was.get("properties", {}), now.get("properties", {})
        needed = set(now.get("required", ())) - set(was.get("required", ()))
        promised = set(was.get("required", ())) - set(now.get("required", ()))
        is_closed = now.get("additionalProperties") is False
        if is_closed and was.get("additionalProperties") is not False and not told:
            self.says(where, "a field that isn't named is refused now")
        for name, schema in before.items():
            at = f"{where}, field {name}"
            if name in after:
                if not told and name not in was.get("required", ()):
                    self.default(at, schema, after[name])
                self.schema(at, schema, after[name], told=told)
            elif told or is_closed:
                self.says(at, "is gone")
        for name in sorted(promised & after.keys() if told else needed):
            self.says(f"{where}, field {name}", "may be absent now" if told else "is needed now")

    def _choices(self, where: str, was: Schema, now: Schema, *, told: bool) -> None:
        before, after = (
            {one.get("$ref") or str(one): one for one in schema.get("oneOf", ())}
            for schema in (was, now)
        )
        if after and not before and not told:
            self.says(where, f"may only be one of these now: {listed(map(_form, after))}")
        if told or after:
            for name in sorted(before.keys() - after.keys()):
                self.says(where, f"no longer one of its forms: {_form(name)}")
        for name in sorted(before.keys() & after.keys()):
            self.schema(where, before[name], after[name], told=told)
        if "discriminator" in was:
            self._discriminator(where, was["discriminator"], now.get("discriminator", {}))

    def _discriminator(self, where: str, was: Schema, now: Schema) -> None:
        if was["propertyName"] != now.get("propertyName"):
            self.says(where, f"its forms are no longer told apart by {was['propertyName']}")
        for value, name in was.get("mapping", {}).items():
            if name != now.get("mapping", {}).get(value):
                self.says(where, f"{value} no longer means {_form(name)}")


def resolved(document: Document, schema: Schema) -> Schema:
    """What a reference points to, with what stands beside it."""
    if "$ref" not in schema:
        return schema
    found: Any = document
    for part in schema["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    beside = {name: value for name, value in schema.items() if name != "$ref"}
    if "properties" in beside and "properties" in found:
        beside["properties"] = {**found["properties"], **beside["properties"]}
    return {**found, **beside}


def _inner(schema: Schema, name: str) -> Schema | None:
    """What one within may be; None where there may be none that isn't named."""
    inner: Schema | bool = schema.get(name, True)
    if inner is False:
        return None if name == "additionalProperties" else {"not": {}}
    return {} if inner is True else inner


def _form(name: str) -> str:
    return name.rpartition("/")[2]


def _allowed(schema: Schema) -> list[Any] | None:
    """The values that are named, or None where any will do."""
    if "const" in schema:
        return [schema["const"]]
    return list(schema["enum"]) if "enum" in schema else None


def _is_more(one: float | None, than: float | None) -> bool:
    return one is not None and (than is None or one > than)


def _is_less(one: float | None, than: float | None) -> bool:
    return one is not None and (than is None or one < than)


def listed(values: Iterable[Any]) -> str:
    return ", ".join(map(str, values))
