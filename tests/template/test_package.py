"""The one package that all functions run from, made of a small build with real data of services.

What the whole one does is shown end to end: the local stack runs from it."""

import ast
import gzip
import json
import shutil
import subprocess
import sys
import types
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from marshal import loads
from pathlib import Path
from typing import Any

import botocore
import botocore.session
import pytest
import yaml
from botocore.loaders import Loader

from infra import package
from infra.local import template
from infra.trim import SERVICES, trim

FUNCTIONS = template.TEMPLATE.parent / "functions"
DATA = Path(botocore.__file__).parent / "data"
RUNTIME = template.load()["Globals"]["Function"]["Runtime"]
NOT_ASKED_FOR = ("ec2", "sts")
REGIONS = ("us-east-1", "eu-central-1", "us-gov-west-1", "cn-north-1")
KEPT = {
    "shop/app.py": "WORDS = 'as compiled'\n",
    "shop/words.json": "{}",
    "thing-1.0.dist-info/METADATA": "Name: thing",
    "thing-1.0.dist-info/LICENSE": "MIT",
    "thing-1.0.dist-info/licenses/NOTICE.txt": "of others",
    "thing-1.0.dist-info/entry_points.txt": "",
    "thing/__init__.py": "def tell(kind: str) -> bool:\n    return kind in {'a', 'b', 'c'}\n",
    "thing/testing.py": "",
}
GONE = {
    "requirements.txt": "thing==1.0",
    "shop/__pycache__/app.cpython-313.pyc": "of another machine",
    "thing-1.0.data/scripts/thing": "#!/bin/sh",
    "thing-1.0.dist-info/RECORD": "",
    "thing/tests/test_thing.py": "",
    "thing/py.typed": "",
    "thing/stub.pyi": "",
    "boto3/data/s3/2006-03-01/resources-1.json": "{}",
}


@dataclass(frozen=True)
class _Packaged:
    built: Path
    size: package.Size

    @property
    def code(self) -> Path:
        return self.built / "functions"

    @property
    def data(self) -> Path:
        return self.code / "botocore" / "data"


def _build(folder: Path, runtime: str = RUNTIME, **other: str) -> Path:
    """As `sam build` leaves it: a copy of the code for each function, and a nested template."""
    functions = {
        name: {"Type": "AWS::Serverless::Function", "Properties": {"CodeUri": name}}
        for name in ("Enrollment", "Minting")
    }
    nested = {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "M/t.yaml"}}
    whole = {
        "Globals": {"Function": {"CodeUri": "functions/", "Runtime": runtime}},
        "Resources": {**functions, "Monitoring": nested},
    }
    _write(folder / "template.yaml", yaml.safe_dump(whole))
    _write(folder / "M" / "t.yaml", "Resources: {}\n")
    for name in functions:
        for code, content in (KEPT | GONE | other).items():
            _write(folder / name / code, content)
        data = folder / name / "botocore" / "data"
        for service in (*SERVICES, *NOT_ASKED_FOR):
            shutil.copytree(DATA / service, data / service)
        for file in DATA.glob("*.json"):
            shutil.copy(file, data)
    return folder


def _write(file: Path, content: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content, encoding="utf-8")


@pytest.fixture(scope="module")
def packaged(tmp_path_factory: pytest.TempPathFactory) -> _Packaged:
    built = _build(tmp_path_factory.mktemp("build"))
    return _Packaged(built, package.package(built))


def test_every_copy_of_the_code_becomes_the_one_zip_that_the_template_names(
    packaged: _Packaged,
) -> None:
    told = yaml.safe_load((packaged.built / "template.yaml").read_text(encoding="utf-8"))
    with zipfile.ZipFile(packaged.built / "functions.zip") as archive:
        zipped = {name: archive.read(name) for name in archive.namelist()}

    for name in ("Enrollment", "Minting"):
        assert told["Resources"][name]["Properties"]["CodeUri"] == "functions.zip"
        assert not (packaged.built / name).exists()
    assert told["Globals"]["Function"] == {"Runtime": RUNTIME}
    assert told["Resources"]["Monitoring"]["Properties"]["TemplateURL"] == "M/t.yaml"
    assert (packaged.built / "M" / "t.yaml").is_file()
    assert zipped == {
        str(file.relative_to(packaged.code)): file.read_bytes()
        for file in packaged.code.rglob("*")
        if file.is_file()
    }


def test_the_size_that_is_told_is_that_of_the_files(packaged: _Packaged) -> None:
    size = packaged.size

    assert size.zipped_bytes == (packaged.built / "functions.zip").stat().st_size
    assert size.unpacked_bytes == sum(
        file.stat().st_size for file in packaged.code.rglob("*") if file.is_file()
    )
    assert size.zipped_bytes < size.unpacked_bytes < size.built_bytes
    assert f"{size.zipped_bytes / 1e6:.1f} MB zipped" in str(size)


def test_every_source_is_compiled_for_where_it_runs(packaged: _Packaged) -> None:
    sources = list(packaged.code.rglob("*.py"))

    assert len(sources) == len([name for name in KEPT if name.endswith(".py")])
    for source in sources:
        (compiled,) = source.parent.glob(f"__pycache__/{source.stem}.*.pyc")
        header, code = compiled.read_bytes()[:16], compiled.read_bytes()[16:]
        # PEP 552: with the lowest bit it names its source by a hash, without the next it is
        # taken unchecked.
        assert int.from_bytes(header[4:8], "little") == 0b01, compiled
        loaded: types.CodeType = loads(code)  # noqa: S302 — it was made a moment ago.
        assert loaded.co_filename == f"/var/task/{source.relative_to(packaged.code)}"


def test_what_is_compiled_is_taken_whatever_became_of_the_source(
    packaged: _Packaged, tmp_path: Path
) -> None:
    zipfile.ZipFile(packaged.built / "functions.zip").extractall(tmp_path)
    (tmp_path / "shop" / "app.py").write_text("WORDS = 'from the source'\n", encoding="utf-8")

    told = subprocess.run(
        [sys.executable, "-c", "import shop.app; print(shop.app.WORDS)"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )

    assert told.stdout == "as compiled\n"


def test_equal_code_makes_the_same_package_to_the_byte(packaged: _Packaged, tmp_path: Path) -> None:
    package.package(_build(tmp_path))

    again = (tmp_path / "functions.zip").read_bytes()

    assert again == (packaged.built / "functions.zip").read_bytes()


def test_what_nothing_reads_at_run_time_is_gone_and_licences_stay(packaged: _Packaged) -> None:
    for name in GONE:
        there = packaged.code / name
        assert not there.exists() or b"of another machine" not in there.read_bytes(), name
    for name, content in KEPT.items():
        assert (packaged.code / name).read_text(encoding="utf-8") == content
    assert not list(packaged.code.rglob("tests"))


def test_a_service_is_there_once_and_without_prose(packaged: _Packaged) -> None:
    there = {one.name for one in packaged.data.iterdir() if one.is_dir()}

    assert there == SERVICES
    for service in SERVICES:
        (version,) = (packaged.data / service).iterdir()
        names = {file.name for file in version.iterdir()}
        assert {"service-2.json", "endpoint-rule-set-1.json"} <= names
        assert not [name for name in names if name.endswith(".gz") or "examples" in name]
        model = json.loads((version / "service-2.json").read_bytes())
        was = DATA / service / version.name / "service-2.json.gz"
        assert model == _without_prose(json.loads(gzip.decompress(was.read_bytes())))
        assert "<p>" not in (version / "service-2.json").read_text(encoding="utf-8")


def _without_prose(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_prose(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        key: _without_prose(one)
        for key, one in value.items()
        if key != "documentation" or isinstance(one, dict)
    }


def test_a_field_that_is_called_documentation_is_kept(tmp_path: Path) -> None:
    _small_data(tmp_path, members={"documentation": {"shape": "Text", "documentation": "Says it."}})

    trim(tmp_path)

    model = tmp_path / "botocore/data/sns/2010-03-31/service-2.json"
    assert json.loads(model.read_bytes())["shapes"]["Topic"]["members"] == {
        "documentation": {"shape": "Text"}
    }


def test_a_newer_version_of_a_service_is_kept_alone(tmp_path: Path) -> None:
    _small_data(tmp_path, members={})
    newer = tmp_path / "botocore/data/sns/2020-03-31"
    shutil.copytree(tmp_path / "botocore/data/sns/2010-03-31", newer)
    (tmp_path / "botocore/data/sns/2030-03-31").mkdir()

    trim(tmp_path)

    assert list((tmp_path / "botocore/data/sns").iterdir()) == [newer]


def test_a_service_that_botocore_does_not_know_is_not_trimmed_away_in_silence(
    tmp_path: Path,
) -> None:
    _small_data(tmp_path, members={})
    shutil.rmtree(tmp_path / "botocore/data/sqs")

    with pytest.raises(LookupError, match="sqs"):
        trim(tmp_path)


def _small_data(folder: Path, members: dict[str, Any]) -> None:
    """Each service with a small model."""
    data = folder / "botocore" / "data"
    for service in SERVICES:
        model = {
            "metadata": {"endpointPrefix": service},
            "shapes": {"Topic": {"type": "structure", "members": members}},
        }
        _write(data / service / "2010-03-31" / "service-2.json", json.dumps(model))
    _write(data / "endpoints.json", json.dumps({"partitions": [{"services": {}}]}))


def test_clients_find_the_same_addresses_and_operations_in_every_partition(
    packaged: _Packaged,
) -> None:
    trimmed = botocore.session.Session()
    trimmed.register_component(
        "data_loader",
        Loader(extra_search_paths=[str(packaged.data)], include_default_search_paths=False),
    )
    whole = botocore.session.Session()

    for service in SERVICES:
        for region in REGIONS:
            ours, theirs = (_described(one, service, region) for one in (trimmed, whole))
            assert ours == theirs


def _described(session: botocore.session.Session, service: str, region: str) -> tuple[Any, ...]:
    client = session.create_client(
        service,
        region_name=region,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    model = client.meta.service_model
    return client.meta.endpoint_url, model.api_version, model.operation_names


def test_endpoints_are_those_of_the_services_alone(packaged: _Packaged) -> None:
    kept = json.loads((packaged.data / "endpoints.json").read_bytes())
    whole = json.loads((DATA / "endpoints.json").read_bytes())
    # CloudWatch's address begins with the name that it had first.
    names = SERVICES - {"cloudwatch"} | {"monitoring"}

    for one, other in zip(kept["partitions"], whole["partitions"], strict=True):
        assert one["services"] == {
            name: other["services"][name] for name in other["services"] if name in names
        }
    assert kept["partitions"][0]["services"].keys() == names


def test_copies_that_differ_are_not_packaged(tmp_path: Path) -> None:
    built = _build(tmp_path)
    _write(built / "Minting" / "shop" / "app.py", "WORDS = 'of minting alone'\n")

    with pytest.raises(package.NotPackaged, match=r"Enrollment and Minting differ in shop/app\.py"):
        package.package(built)

    assert (built / "Enrollment" / "requirements.txt").exists()


def test_a_python_other_than_the_functions_own_compiles_nothing(tmp_path: Path) -> None:
    built = _build(tmp_path, runtime="python3.12")

    with pytest.raises(package.NotPackaged, match=r"run on python3\.12"):
        package.package(built)

    assert not list(built.rglob("functions*"))


def test_what_is_packaged_already_is_not_packaged_again(
    packaged: _Packaged, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (packaged.built / "functions.zip").read_bytes()

    assert package.main([str(packaged.built)]) == 1

    assert "packaged already" in capsys.readouterr().err
    assert (packaged.built / "functions.zip").read_bytes() == before


def test_code_that_does_not_compile_is_named(tmp_path: Path) -> None:
    built = _build(tmp_path, **{"shop/app.py": "def broken(:\n"})

    with pytest.raises(package.NotPackaged, match=r"/var/task/shop/app\.py"):
        package.package(built)


def test_the_services_in_the_package_are_those_that_functions_ask_for() -> None:
    trees = {file: ast.parse(file.read_bytes()) for file in FUNCTIONS.rglob("*.py")}

    asked_for = set(_asked_for(trees))

    assert asked_for == SERVICES


def test_no_function_asks_for_a_resource_whose_data_are_not_in_the_package() -> None:
    for file in FUNCTIONS.rglob("*.py"):
        assert "boto3.resource" not in file.read_text(encoding="utf-8"), file


def _asked_for(trees: dict[Path, ast.Module]) -> Iterator[str]:
    """The services of which clients are made, by whatever function that passes a service on."""
    makers = ["boto3.client", "create_client"]
    for maker in makers:
        for file, tree in trees.items():
            for within, call in _calls(tree):
                if not f".{ast.unparse(call.func)}".endswith(f".{maker}"):
                    continue
                match call.args:
                    case [ast.Constant(value=str(service)), *_]:
                        yield service
                    case [ast.Name(id=name), *_] if name in _parameters(within):
                        assert isinstance(within, ast.FunctionDef)
                        if within.name not in makers:
                            makers.append(within.name)
                    case _:
                        pytest.fail(f"{file}:{call.lineno} doesn't say which service it asks for")


def _calls(
    tree: ast.AST, within: ast.AST | None = None
) -> Iterator[tuple[ast.AST | None, ast.Call]]:
    """Each call, and the function in which it stands."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Call):
            yield within, node
        yield from _calls(node, node if isinstance(node, ast.FunctionDef) else within)


def _parameters(function: ast.AST | None) -> set[str]:
    if not isinstance(function, ast.FunctionDef):
        return set()
    return {one.arg for one in function.args.args}
