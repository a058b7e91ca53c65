"""What stands in the places of some modules of libraries, tried with the libraries themselves: what
functions do with those is what they did before."""

import json
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from pydantic_core import core_schema

from infra.lighter import SHAPES, STAND_INS, lighten
from infra.trim import SERVICES

LIBRARIES = ("botocore", "pydantic", "pydantic_core", "urllib3")

# Run where nothing but the package's modules is found, beside Python's own.
TRIED = """\
import json, sys
from botocore.session import Session

for service in json.loads(sys.argv[1]):
    client = Session().create_client(service, region_name="us-east-1")
    assert client.list_topics.__doc__ is not None if service == "sns" else True
client.get_paginator("list_topics"), client.can_paginate("list_topics")

from pydantic import BaseModel, Field

class Fare(BaseModel):
    cents: int = Field(ge=0)
    place: "Fare | None" = None

fare = Fare(cents=3, place={"cents": 4})
assert fare.model_dump() == {"cents": 3, "place": {"cents": 4, "place": None}}
try:
    Fare(cents=-1)
except ValueError as error:
    print(json.dumps({"said": [one["type"] for one in error.errors()],
                      "schema": Fare.model_json_schema()["$defs"]["Fare"]["properties"]["cents"],
                      "loaded": sorted(sys.modules)}))
"""


@pytest.fixture(scope="module")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The libraries that have stand-ins, and what those need, as they are in the package."""
    folder = tmp_path_factory.mktemp("package")
    for name in LIBRARIES:
        spec = find_spec(name)
        assert spec is not None
        assert spec.origin is not None
        shutil.copytree(Path(spec.origin).parent, folder / name, ignore=_pycache)
    lighten(folder)
    return folder


def _pycache(_: str, names: list[str]) -> list[str]:
    return [name for name in names if name == "__pycache__"]


def _tried(libraries: Path) -> dict[str, Any]:
    others = Path(sys.prefix) / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}"
    program = f"import sys; sys.path[:0] = {[str(libraries), str(others / 'site-packages')]!r}\n"
    done = subprocess.run(
        [sys.executable, "-S", "-P", "-c", program + TRIED]
        + [json.dumps([*sorted(SERVICES - {"sns"}), "sns"])],
        env={"PYDANTIC_DISABLE_PLUGINS": "true"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.returncode, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_libraries_do_with_their_stand_ins_what_they_did(libraries: Path) -> None:
    told = _tried(libraries)

    assert told["said"] == ["greater_than_equal"]
    assert told["schema"] == {"minimum": 0, "title": "Cents", "type": "integer"}


def test_what_was_loaded_for_nothing_is_not(libraries: Path) -> None:
    loaded = _tried(libraries)["loaded"]

    assert not {"html.parser", "botocore.docs.bcdoc", "importlib.metadata"} & set(loaded)
    # Each is loaded: else it would need no stand-in.
    for name in STAND_INS:
        assert name.removesuffix(".py").removesuffix("/__init__").replace("/", ".") in loaded


def test_schemas_are_made_as_before(libraries: Path) -> None:
    lighter: dict[str, Any] = {"__name__": "lighter"}
    exec((libraries / SHAPES).read_text(encoding="utf-8"), lighter)  # noqa: S102

    whole = vars(core_schema)
    shapes = {name for name, one in whole.items() if hasattr(one, "__total__")}
    assert len(shapes) > 50
    for name in shapes:
        assert lighter[name] is dict
    functions = {name for name, one in whole.items() if hasattr(one, "__code__")}
    assert len(functions) > 50
    for name in functions:
        assert lighter[name].__code__.co_code == whole[name].__code__.co_code
    made = lighter["int_schema"](ge=1, ref="a")
    assert made == core_schema.int_schema(ge=1, ref="a")
    assert lighter["CoreConfig"](title="a") == core_schema.CoreConfig(title="a")


@pytest.mark.parametrize("gone", [*STAND_INS, SHAPES])
def test_a_library_that_has_changed_is_told(libraries: Path, tmp_path: Path, gone: str) -> None:
    for name in (*STAND_INS, SHAPES):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(libraries / name, tmp_path / name)
    (tmp_path / gone).unlink()

    with pytest.raises(LookupError, match=gone):
        lighten(tmp_path)


def test_shapes_that_are_none_any_more_are_told(libraries: Path, tmp_path: Path) -> None:
    for name in (*STAND_INS, SHAPES):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(libraries / name, tmp_path / name)

    with pytest.raises(LookupError, match="no TypedDict"):
        lighten(tmp_path)
