"""Garbage isn't looked for while a function starts, and is from its first invocation on."""

import gc
import json
import subprocess
import sys
from collections.abc import Iterator

import pytest

from bench import functions
from bench.started import Around
from farechance.telemetry import invocation
from infra.local import stack

# One after the other, in one process: each app makes its own.
_IMPORTING = """
import gc, importlib, json, sys
around = {}
for name in sys.argv[1:]:
    handler = importlib.import_module(f"{name}.app").handler
    around[name] = "invocation" in getattr(handler, "__func__", handler).__code__.co_names
print(json.dumps([gc.isenabled(), around]))
"""


@pytest.fixture
def collecting() -> Iterator[None]:
    assert gc.isenabled()
    yield
    gc.unfreeze()
    gc.enable()


@pytest.mark.usefixtures("collecting")
def test_the_first_invocation_begins_to_look_for_garbage_but_not_among_what_the_start_made() -> (
    None
):
    gc.disable()
    made_at_the_start = gc.get_freeze_count()

    with invocation("req"):
        assert gc.isenabled()
        assert gc.get_freeze_count() > made_at_the_start

    # It happens once: a later one freezes nothing that requests left behind.
    gc.unfreeze()
    with invocation("req"):
        assert not gc.get_freeze_count()


def test_none_is_looked_for_while_functions_start_and_each_has_an_invocation_around_its_work() -> (
    None
):
    names = list(functions.CLIENTS)
    with Around() as around:
        somewhere = functions.start(names[0], stack.ROOT / "functions")
        every = {key: value for one in names for key, value in functions.variables(one).items()}
        done = subprocess.run(
            [sys.executable, "-c", _IMPORTING, *names],
            cwd=stack.ROOT / "functions",
            env={**somewhere.environment(around.address), **every},
            capture_output=True,
            text=True,
            check=True,
        )

    assert json.loads(done.stdout.splitlines()[-1]) == [False, dict.fromkeys(names, True)]
