"""What the count of a start takes for granted: which clients a function makes, and which functions
somebody waits for."""

import json
import subprocess
import sys

import pytest

from bench import functions, recorded, start_up
from bench.started import Around
from infra.local import stack, template

# One after the other, in one process: each app makes its own.
_LISTING = """
import importlib, json, sys, threading
from botocore.client import ClientCreator

create, made = ClientCreator.create_client, {}

def listed(self, service_name, *more, **named):
    made[name].append(service_name)
    return create(self, service_name, *more, **named)

ClientCreator.create_client = listed
for name in sys.argv[1:]:
    made[name] = []
    importlib.import_module(f"{name}.app")
    for thread in set(threading.enumerate()) - {threading.main_thread()}:
        thread.join(30)
print(json.dumps(made))
"""


@pytest.fixture(scope="module")
def made() -> dict[str, list[str]]:
    """Function → the clients that it makes while it starts."""
    with Around() as around:
        names = list(functions.CLIENTS)
        somewhere = functions.start(names[0], stack.ROOT / "functions")
        every = {key: value for one in names for key, value in functions.variables(one).items()}
        done = subprocess.run(
            [sys.executable, "-c", _LISTING, *names],
            cwd=stack.ROOT / "functions",
            env={**somewhere.environment(around.address), **every},
            capture_output=True,
            text=True,
            check=True,
        )
    assert not around.refused
    found: dict[str, list[str]] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_every_function_has_a_floor() -> None:
    folders = {
        one["Properties"]["Handler"].split(".")[0]
        for one in template.resources("AWS::Serverless::Function").values()
    }

    assert set(functions.CLIENTS) == folders


@pytest.mark.parametrize("name", functions.CLIENTS)
def test_a_floor_makes_the_clients_that_its_function_makes(
    name: str, made: dict[str, list[str]]
) -> None:
    assert sorted(made[name]) == sorted(functions.CLIENTS[name])


def test_every_function_behind_the_api_is_recorded_and_no_other() -> None:
    assert recorded.recorded().keys() == functions.bounds().keys()
    assert functions.bounds()["redemption"] == 1.0
    assert functions.bounds()["minting"] == 1.3
    assert "housekeeping" not in functions.bounds()


def test_a_variable_that_only_aws_knows_has_a_name_in_its_place() -> None:
    variables = functions.variables("redemption")

    assert variables["ENVIRONMENT"] == "trial"
    assert variables["VOUCHERS_TABLE"] == "VouchersTable"
    assert variables["CODE_SECRET_ID"] == "CodeSecret.Id"
    assert all(variables.values())


@pytest.mark.parametrize(("in_ci", "code"), [("true", 1), ("", 0)])
def test_a_gate_that_cannot_count_fails_in_ci_and_says_so_elsewhere(
    in_ci: str, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(start_up, "whats_missing", lambda: "valgrind is missing")
    monkeypatch.setattr(sys, "argv", ["start_up", "--gate"])
    monkeypatch.setenv("CI", in_ci)

    assert start_up.main() == code
    assert "CAN'T BE COUNTED: valgrind is missing" in capsys.readouterr().err


def test_what_is_recorded_keeps_the_bounds() -> None:
    bounds = functions.bounds()
    ratios = recorded.recorded()

    assert {name: ratio for name, ratio in ratios.items() if ratio > bounds[name]} == {}
    assert ratios["redemption"] <= 0.5 * start_up.COOKBOOK
