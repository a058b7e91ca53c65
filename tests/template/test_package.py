"""The one package that all functions run from, made of a small build.

That the whole one does what it should is shown end to end: the local stack runs from it."""

import os
import subprocess
import sys
import types
import zipfile
from dataclasses import dataclass
from importlib.metadata import distribution
from marshal import loads
from pathlib import Path

import pytest
import yaml

import small_services
from infra import package
from infra.lighter import SHAPES, STAND_INS
from infra.local import template

RUNTIME = template.load()["Globals"]["Function"]["Runtime"]
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
    "botocore/data/ec2/2016-11-15/service-2.json": "{}",
}


@dataclass(frozen=True)
class _Packaged:
    built: Path
    bytes_before: int
    size: package.Size

    @property
    def code(self) -> Path:
        return self.built / "functions"


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
        small_services.write(folder / name)
    return folder


def _write(file: Path, content: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content, encoding="utf-8")


@pytest.fixture(scope="module")
def packaged(tmp_path_factory: pytest.TempPathFactory) -> _Packaged:
    built = _build(tmp_path_factory.mktemp("build"))
    bytes_before = _bytes_of(built / "Minting")
    return _Packaged(built, bytes_before, package.package(built))


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
    assert size.unpacked_bytes == _bytes_of(packaged.code)
    assert size.built_bytes == packaged.bytes_before
    assert str(package.Size(53_000_000, 29_660_000, 11_420_000)) == (
        "the functions' package: 11.4 MB zipped, 29.7 MB unpacked, 53.0 MB as built"
    )


def _bytes_of(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def test_every_source_is_compiled_for_where_it_runs(packaged: _Packaged) -> None:
    sources = list(packaged.code.rglob("*.py"))

    assert {str(one.relative_to(packaged.code)) for one in sources} == {
        name for name in (*KEPT, *STAND_INS, SHAPES) if name.endswith(".py")
    }
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
    built = _build(tmp_path)
    os.utime(built / "Enrollment" / "shop" / "app.py", (1_000_000_000, 1_000_000_000))

    package.package(built)

    again = (tmp_path / "functions.zip").read_bytes()

    assert again == (packaged.built / "functions.zip").read_bytes()


def test_what_nothing_reads_at_run_time_is_gone_and_licences_stay(packaged: _Packaged) -> None:
    for name, content in GONE.items():
        there = packaged.code / name
        # Where there was another's bytecode, there is our own now.
        assert not there.exists() or there.read_bytes() != content.encode(), name
    for name, content in KEPT.items():
        assert (packaged.code / name).read_text(encoding="utf-8") == content
    assert not list(packaged.code.rglob("tests"))


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


def test_time_zones_are_looked_for_where_the_package_has_them() -> None:
    variables = template.load()["Globals"]["Function"]["Environment"]["Variables"]
    folder = Path(variables["PYTHONTZPATH"])

    assert folder.parent.parent == Path(package.ON_LAMBDA)
    zone = Path(str(distribution("tzdata").locate_file("tzdata/zoneinfo/America/New_York")))
    assert folder.parts[-2:] == zone.parts[-4:-2]
    assert zone.read_bytes().startswith(b"TZif")
