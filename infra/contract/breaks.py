"""What would break those who call by the contract as it was published: found by comparing it with
the contract as it is.

It owns which changes are breaks. Callers may send whatever was taken and may count on whatever was
told; they pass over fields of answers and values of reasons that they don't know, as the contract
asks them to. It must never judge by words: descriptions and examples may change at any time.
"""

from collections.abc import Iterable

from infra.contract.schema_breaks import Document, Schema, SchemaComparison, listed, resolved

_PARTS_OF_SCHEMES = ("type", "in", "name", "scheme")
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


class _Comparison(SchemaComparison):
    def schemes(self) -> None:
        now = self.now["components"].get("securitySchemes", {})
        for name, scheme in self.was["components"].get("securitySchemes", {}).items():
            where, same = f"security scheme {name}", now.get(name, {})
            for part in _PARTS_OF_SCHEMES:
                if same.get(part) != scheme.get(part):
                    self.says(where, f"its {part} changed")
            for flow, one in scheme.get("flows", {}).items():
                left = same.get("flows", {}).get(flow)
                if left is None:
                    self.says(where, f"its flow {flow} is gone")
                elif gone := one.get("scopes", {}).keys() - left.get("scopes", {}).keys():
                    self.says(where, f"its flow {flow} no longer has {listed(sorted(gone))}")

    def operation(self, where: str, was: Schema, now: Schema) -> None:
        # Generated clients have it as the name of a function.
        if was.get("operationId") != now.get("operationId"):
            self.says(where, f"its operationId was {was.get('operationId')}")
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
            if not one.get("required"):
                self.default(at, one.get("schema", {}), same.get("schema", {}))
            self.schema(at, one.get("schema", {}), same.get("schema", {}), told=False)
        for (place, name), one in named.items():
            if one.get("required"):
                self.says(f"{where}, {place} parameter {name}", "is new and needed")

    def _response(self, where: str, was: Schema, now: Schema) -> None:
        was, now = resolved(self.was, was), resolved(self.now, now)
        for name, header in was.get("headers", {}).items():
            same = now.get("headers", {}).get(name)
            if same is None:
                self.says(where, f"the header {name} is gone")
                continue
            if header.get("required") and not same.get("required"):
                self.says(where, f"the header {name} may be absent now")
            at = f"{where}, header {name}"
            self.schema(at, header.get("schema", {}), same.get("schema", {}), told=True)
        self._content(where, was, now, told=True)

    def _content(self, where: str, was: Schema, now: Schema, *, told: bool) -> None:
        for kind, media in was.get("content", {}).items():
            same = now.get("content", {}).get(kind)
            if same is None:
                self.says(where, f"{kind} is gone")
            else:
                self.schema(where, media.get("schema", {}), same.get("schema", {}), told=told)


def _operations(methods: Schema) -> Iterable[tuple[str, Schema]]:
    return ((method, one) for method, one in methods.items() if method in _METHODS)


def _is_enough(proof: Schema, needed: Schema) -> bool:
    """Whether who has this proof has all that is needed."""
    return all(
        scheme in proof and set(scopes) <= set(proof[scheme]) for scheme, scopes in needed.items()
    )


def _proof(proof: Schema) -> str:
    parts = [f"{scheme} ({listed(scopes)})" for scheme, scopes in proof.items()]
    return " and ".join(parts) or "of nothing"
