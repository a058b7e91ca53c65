"""What would break those who call by the contract as it was published: found by comparing it with
the contract as it is.

It owns which changes are breaks. Callers may send whatever was taken and may count on whatever was
told; they pass over fields of answers and values of reasons that they don't know, as the contract
asks them to. It must never judge by words: descriptions and examples may change at any time.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

type Document = Mapping[str, Any]
type Schema = Mapping[str, Any]

_MINIMA = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_MAXIMA = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
# Whether one of these allows more or less than another can't be told by looking at it.
_OPAQUE = ("pattern", "format", "uniqueItems", "multipleOf")
_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


def breaks(published: Document, present: Document) -> list[str]:
    """In words, each change that a caller by the published contract may stumble over."""
    found = _Comparison(published, present)
    found.schemes()
    for path, methods in published["paths"].items():
        for method, operation in _operations(methods):
            now = present["paths"].get(path, {}).get(method)
            where = f"{method.upper()} {path}"
            if now is None:
                found.says(where, "is gone")
            else:
                found.operation(where, operation, now)
    return found.words


@dataclass
class _Comparison:
    was: Document
    now: Document
    words: list[str] = field(default_factory=list)
    # Models that refer to themselves are compared once.
    _begun: set[tuple[str, str, bool]] = field(default_factory=set)

    def says(self, where: str, words: str) -> None:
        self.words.append(f"{where}: {words}")

    def schemes(self) -> None:
        now = self.now["components"].get("securitySchemes", {})
        for name, scheme in self.was["components"].get("securitySchemes", {}).items():
            for part in ("type", "in", "name"):
                if now.get(name, {}).get(part) != scheme.get(part):
                    self.says(f"security scheme {name}", f"its {part} changed")

    def operation(self, where: str, was: Schema, now: Schema) -> None:
        self._security(where, was.get("security", ()), now.get("security", ()))
        self._parameters(where, was.get("parameters", ()), now.get("parameters", ()))
        asked, asks = was.get("requestBody", {}), now.get("requestBody", {})
        if asks.get("required") and not asked.get("required"):
            self.says(where, "a body is needed now")
        self._content(f"{where}, request", asked, asks, told=False)
        for status, response in was["responses"].items():
            if status in now["responses"]:
                self._response(f"{where}, {status}", response, now["responses"][status])
            else:
                self.says(where, f"the status {status} is gone")

    def _security(self, where: str, was: Iterable[Schema], now: Iterable[Schema]) -> None:
        """Each proof that was enough must be enough; none was needed where there was no list."""
        for proof in list(was) or [{}]:
            if not any(_is_enough(proof, needed) for needed in list(now) or [{}]):
                self.says(where, f"the proof {_proof(proof)} is no longer enough")

    def _parameters(self, where: str, was: Iterable[Schema], now: Iterable[Schema]) -> None:
        named = {(one["in"], one["name"]): one for one in now}
        for one in was:
            same = named.pop((one["in"], one["name"]), None)
            at = f"{where}, {one['in']} parameter {one['name']}"
            if same is None:
                self.says(at, "is gone")
                continue
            if same.get("required") and not one.get("required"):
                self.says(at, "is needed now")
            self._schema(at, one["schema"], same["schema"], told=False)
        for (place, name), one in named.items():
            if one.get("required"):
                self.says(f"{where}, {place} parameter {name}", "is new and needed")

    def _response(self, where: str, was: Schema, now: Schema) -> None:
        was, now = _resolved(self.was, was), _resolved(self.now, now)
        for name, header in was.get("headers", {}).items():
            same = now.get("headers", {}).get(name)
            if same is None:
                self.says(where, f"the header {name} is gone")
                continue
            if header.get("required") and not same.get("required"):
                self.says(where, f"the header {name} may be absent now")
            self._schema(f"{where}, header {name}", header["schema"], same["schema"], told=True)
        self._content(where, was, now, told=True)

    def _content(self, where: str, was: Schema, now: Schema, *, told: bool) -> None:
        for kind, media in was.get("content", {}).items():
            same = now.get("content", {}).get(kind)
            if same is None:
                self.says(where, f"{kind} is gone")
            else:
                self._schema(where, media["schema"], same["schema"], told=told)

    def _schema(self, where: str, was: Schema, now: Schema, *, told: bool) -> None:
        pair = (str(was.get("$ref")), str(now.get("$ref")), told)
        # A reference with more beside it is a schema of its own.
        if len(was) == len(now) == 1 and "$ref" in was and "$ref" in now:
            if pair in self._begun:
                return
            self._begun.add(pair)
        was, now = _resolved(self.was, was), _resolved(self.now, now)
        if was.get("type") != now.get("type"):
            self.says(where, f"its type was {was.get('type')} and is {now.get('type')}")
            return
        self._values(where, was, now, told=told)
        self._bounds(where, was, now, told=told)
        self._members(where, was, now, told=told)
        for inner in ("items", "additionalProperties", "propertyNames"):
            if isinstance(was.get(inner), Mapping) and isinstance(now.get(inner), Mapping):
                self._schema(f"{where}, each of {inner}", was[inner], now[inner], told=told)
        self._choices(where, was.get("oneOf", ()), now.get("oneOf", ()), told=told)

    def _values(self, where: str, was: Schema, now: Schema, *, told: bool) -> None:
        before, after = _allowed(was), _allowed(now)
        if before is not None and after is not None:
            if gone := [value for value in before if value not in after]:
                self.says(where, f"no longer one of its values: {_list(gone)}")
        elif after is not None and not told:
            self.says(where, f"may only be {_list(after)} now")
        elif before is not None and told:
            self.says(where, "may be any value now")

    def _bounds(self, where: str, was: Schema, now: Schema, *, told: bool) -> None:
        # What is asked for may not become narrower, and what is told may not become wider.
        narrow, wide = (now, was) if not told else (was, now)
        for names, is_tighter in ((_MINIMA, _is_more), (_MAXIMA, _is_less)):
            for name in names:
                if is_tighter(narrow.get(name), wide.get(name)):
                    self.says(where, f"its {name} was {was.get(name)} and is {now.get(name)}")
        for name in _OPAQUE:
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
                self._schema(at, schema, after[name], told=told)
            elif told or is_closed:
                self.says(at, "is gone")
        for name in sorted(promised & after.keys() if told else needed):
            self.says(f"{where}, field {name}", "may be absent now" if told else "is needed now")

    def _choices(
        self, where: str, was: Iterable[Schema], now: Iterable[Schema], *, told: bool
    ) -> None:
        named = {str(one.get("$ref")): one for one in now}
        for one in was:
            name = str(one.get("$ref"))
            if name in named:
                self._schema(where, one, named[name], told=told)
            else:
                self.says(where, f"no longer one of its forms: {name.rpartition('/')[2]}")


def _operations(methods: Schema) -> Iterable[tuple[str, Schema]]:
    return ((method, one) for method, one in methods.items() if method in _METHODS)


def _resolved(document: Document, schema: Schema) -> Schema:
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


def _is_enough(proof: Schema, needed: Schema) -> bool:
    """Whether who has this proof has all that is needed."""
    return all(
        scheme in proof and set(scopes) <= set(proof[scheme]) for scheme, scopes in needed.items()
    )


def _proof(proof: Schema) -> str:
    parts = [f"{scheme} ({_list(scopes)})" for scheme, scopes in proof.items()]
    return " and ".join(parts) or "of nothing"


def _allowed(schema: Schema) -> list[Any] | None:
    """The values that are named, or None where any will do."""
    if "const" in schema:
        return [schema["const"]]
    return list(schema["enum"]) if "enum" in schema else None


def _is_more(one: float | None, than: float | None) -> bool:
    return one is not None and (than is None or one > than)


def _is_less(one: float | None, than: float | None) -> bool:
    return one is not None and (than is None or one < than)


def _list(values: Iterable[Any]) -> str:
    return ", ".join(map(str, values))
