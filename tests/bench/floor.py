"""What a function's start is measured against: a handler that makes clients with boto3 and does
nothing else, in one folder with the libraries as they are installed, all of it compiled as the
package is. Any function that uses boto3 pays as much, however little else it does."""

import compileall
from collections.abc import Iterable, Mapping, Sequence
from py_compile import PycInvalidationMode
from typing import Any

from bench.started import FLOOR, Start

type Call = tuple[str, str, Mapping[str, Any]]
"""Service, method of its client, parameters."""

_COMPILED = FLOOR / "compiled"
"""Goes with the folder when the set-up makes that anew."""


def bare(clients: Iterable[str]) -> Start:
    """The bare handler with a client for each of these services, such as `dynamodb`."""
    services = sorted(clients)
    return _written("_".join(["bare", *services]).replace("-", "_"), services, "return {}")


def calling(clients: Iterable[str], calls: Sequence[Call]) -> Start:
    """The same, whose handler makes these calls one after the other."""
    made = [f'clients["{service}"].{method}(**{asked!r})' for service, method, asked in calls]
    return _written("bare_calling", sorted(clients), "\n    ".join([*made, "return {}"]))


def _written(name: str, services: Sequence[str], body: str) -> Start:
    module = FLOOR / f"{name}.py"
    made = ", ".join(f'"{service}": boto3.client("{service}")' for service in services)
    module.write_text(
        f"import boto3\n\nclients = {{{made}}}\n\n\ndef handler(event, context):\n    {body}\n",
        encoding="utf-8",
    )
    compileall.compile_file(
        module, quiet=1, force=True, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH
    )
    return Start(FLOOR, f"{name}.handler")


def compile_libraries() -> None:
    """Once for each set-up: a change to them is a change of the versions that are pinned."""
    if not _COMPILED.exists():
        compileall.compile_dir(FLOOR, quiet=1, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH)
        _COMPILED.touch()
