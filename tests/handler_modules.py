"""Which modules each handler loads when its function starts, and the list of them that was last
agreed to. It owns that list, `tests/template/modules.txt`, which this writes anew:

    PYTHONPATH=tests:. .local/venv/bin/python -m handler_modules

A handler is imported in a Python of its own that sees the functions and what is installed with
them, and nothing that only tests have. Python's own modules aren't listed: they come with it.
"""

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from infra.local import template

FUNCTIONS = template.TEMPLATE.parent / "functions"
RECORD = Path(__file__).parent / "template" / "modules.txt"
COMMAND = "PYTHONPATH=tests:. .local/venv/bin/python -m handler_modules"
_STARTS_SECONDS = 60
_LIST = """
import importlib, json, sys
folders, handler = json.loads(sys.argv[1])
sys.path[:0] = folders
importlib.import_module(handler)
of_ours = [
    name
    for name, module in sys.modules.items()
    if str(getattr(module, "__file__", None) or "").startswith(tuple(folders))
]
print(json.dumps(of_ours))
"""


def main() -> None:
    """Writes the list anew from what the handlers load now."""
    with installed() as packages:
        RECORD.write_text(as_text({one: loaded(one, packages) for one in names()}), "utf-8")


def names() -> list[str]:
    """The functions, each named as its folder."""
    return sorted(_functions())


@contextmanager
def installed() -> Iterator[Path]:
    """A folder with the packages that are installed with the functions, and no others."""
    required = re.findall(r"^([\w.-]+)==", (FUNCTIONS / "requirements.txt").read_text(), re.M)
    with tempfile.TemporaryDirectory() as folder:
        for package in required:
            found = distribution(package)
            for name in {file.parts[0] for file in found.files or []} - {"..", "__pycache__"}:
                (Path(folder) / name).symlink_to(str(found.locate_file(name)))
        yield Path(folder).resolve()


def loaded(function: str, packages: Path) -> frozenset[str]:
    """The modules of ours and of packages that a handler loads when its function starts."""
    handler = _functions()[function]["Handler"].rpartition(".")[0]
    told = subprocess.run(
        [sys.executable, "-S", "-P", "-c", _LIST]
        + [json.dumps([[f"{FUNCTIONS}/", f"{packages}/"], handler])],
        env=_environment(function),
        capture_output=True,
        text=True,
        check=False,
        timeout=_STARTS_SECONDS,
    )
    if told.returncode:
        raise RuntimeError(f"{function} doesn't start:\n{told.stderr}")
    return frozenset(json.loads(told.stdout))


def recorded() -> dict[str, frozenset[str]]:
    """The list: which modules each function loads. Raises ValueError if it is torn."""
    found: dict[str, set[str]] = {}
    text = RECORD.read_text(encoding="utf-8")
    for head, count, body in re.findall(r"^([^\s#].*): (\d+)$\n((?:^    .+\n)+)", text, re.M):
        modules = body.split()
        if len(modules) != int(count):
            raise ValueError(f"{RECORD} has {len(modules)} modules of {head}, not {count}")
        for function in head.split(", "):
            found.setdefault(function, set()).update(modules)
    return {function: frozenset(modules) for function, modules in found.items()}


def as_text(loads: Mapping[str, frozenset[str]]) -> str:
    """The list as it is recorded: how many each function loads, then which, by who loads them."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for module in sorted(frozenset().union(*loads.values())):
        who = tuple(function for function in sorted(loads) if module in loads[function])
        groups.setdefault(who, []).append(module)
    totals = "".join(f"# {function}: {len(loads[function])}\n" for function in sorted(loads))
    parts = [
        f"{', '.join(who)}: {len(modules)}\n" + "".join(f"    {one}\n" for one in modules)
        for who, modules in sorted(groups.items(), key=lambda one: (-len(one[0]), one[0]))
    ]
    return "\n".join([f"# Written by: {COMMAND}\n{totals}", *parts])


def _functions() -> dict[str, dict[str, Any]]:
    return {
        name.removesuffix("Function").lower(): one["Properties"]
        for name, one in _resolved()["Resources"].items()
        if one["Type"] == "AWS::Serverless::Function"
    }


def _environment(function: str) -> dict[str, str]:
    """What the template gives a function; a name that only a deployment knows is made up."""
    everywhere = _resolved()["Globals"]["Function"]["Environment"]["Variables"]
    variables = everywhere | _functions()[function]["Environment"]["Variables"]
    return {
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        **{name: it if isinstance(it, str) else "made-up" for name, it in variables.items()},
    }


@cache
def _resolved() -> dict[str, Any]:
    return template.resolved()


if __name__ == "__main__":
    main()
