"""What a release is made of, from a small build. The whole one is made into a stack end to end."""

import hashlib
import json
import re
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra import package, release, sbom
from infra.contract import published
from infra.local import stack, template

ROOT = template.TEMPLATE.parent
FUNCTION = "AWS::Serverless::Function"
STACK = "AWS::CloudFormation::Stack"
CONTRACT: dict[str, Any] = {"paths": {}, "components": {}}


def _build(folder: Path, code: str = "print(1)", alarms: str = "an alarm") -> Path:
    """As the build leaves it: one zip that every function runs from."""
    _write(
        folder / "template.yaml",
        {
            "Globals": {"Function": {"MemorySize": 1024}},
            "Metadata": {"AWS::CloudFormation::Interface": {"ParameterGroups": []}},
            "Parameters": {"Environment": {"Type": "String"}},
            "Resources": {
                "Enrollment": {"Type": FUNCTION, "Properties": {"CodeUri": "functions.zip"}},
                "Minting": {"Type": FUNCTION, "Properties": {"CodeUri": "functions.zip"}},
                "Monitoring": {"Type": STACK, "Properties": _nested("Monitoring")},
                "Dashboards": {"Type": STACK, "Properties": _nested("Dashboards")},
                "SameDashboards": {"Type": STACK, "Properties": _nested("SameDashboards")},
            },
        },
    )
    (folder / "app.py").write_text(code, encoding="utf-8")
    package.write_zip(folder / "functions.zip", folder, [folder / "app.py"])
    _write(folder / "Monitoring" / "template.yaml", {"Resources": {"A": {"Type": alarms}}})
    for name in ("Dashboards", "SameDashboards"):
        _write(
            folder / name / "template.yaml",
            {"Resources": {"Viewers": {"Type": STACK, "Properties": _nested("Viewers")}}},
        )
        _write(folder / name / "Viewers" / "template.yaml", {"Resources": {}})
    return folder


def _nested(name: str) -> dict[str, Any]:
    return {"TemplateURL": f"{name}/template.yaml"}


def _write(file: Path, template: dict[str, Any]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(yaml.safe_dump(template), encoding="utf-8")


def _read(folder: Path, name: str = "") -> dict[str, Any]:
    file = folder / name if name else release.template_of(folder)
    template: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return template


@pytest.fixture(scope="module")
def bill(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sbom.write(tmp_path_factory.mktemp("bill"))


@pytest.fixture(autouse=True)
def _one_bill(monkeypatch: pytest.MonkeyPatch, bill: Path) -> None:
    """It takes a second to make, and is the same in every release here."""
    monkeypatch.setattr(sbom, "write", lambda folder: shutil.copy(bill, folder))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    release.package(_build(tmp_path / "build"), tmp_path / "release")
    return tmp_path / "release"


def test_the_code_is_one_zip_that_every_function_takes_from_the_bucket(folder: Path) -> None:
    (archive,) = folder.glob("functions-*.zip")
    resources = _read(folder)["Resources"]

    for name in ("Enrollment", "Minting"):
        code = resources[name]["Properties"]["CodeUri"]
        assert code == {"Bucket": {"Ref": "ReleaseBucket"}, "Key": archive.name}
    assert zipfile.ZipFile(archive).namelist() == ["app.py"]


def test_every_nested_template_is_a_file_of_the_same_bucket(folder: Path) -> None:
    dashboards = _read(folder)["Resources"]["Dashboards"]["Properties"]
    url = dashboards["TemplateURL"]["Fn::Sub"]
    place, _, name = url.rpartition("/")

    nested = _read(folder, name)

    assert place == "https://s3.${AWS::Region}.${AWS::URLSuffix}/${ReleaseBucket}"
    # It nests another, so it is told the bucket; what nests nothing isn't.
    assert dashboards["Parameters"] == {"ReleaseBucket": {"Ref": "ReleaseBucket"}}
    assert "ReleaseBucket" in nested["Parameters"]
    inner = nested["Resources"]["Viewers"]["Properties"]["TemplateURL"]["Fn::Sub"]
    assert (folder / inner.rpartition("/")[2]).is_file()
    assert "Parameters" not in _read(folder)["Resources"]["Monitoring"]["Properties"]


def test_a_template_that_is_nested_twice_is_one_file(folder: Path) -> None:
    resources = _read(folder)["Resources"]

    urls = [resources[one]["Properties"]["TemplateURL"] for one in ("Dashboards", "SameDashboards")]

    assert urls[0] == urls[1]


def test_the_bucket_is_asked_for_first(folder: Path) -> None:
    template = _read(folder)

    groups = template["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    assert groups[0]["Parameters"] == ["ReleaseBucket"]
    assert list(template["Parameters"]) == ["ReleaseBucket", "Environment"]
    assert "Default" not in template["Parameters"]["ReleaseBucket"]


def test_the_sums_are_those_of_the_files(folder: Path) -> None:
    lines = (folder / release.SUMS).read_text(encoding="utf-8").splitlines()

    told = {name: digest for digest, name in (line.split("  ") for line in lines)}

    assert told == {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in folder.iterdir()
        if file.name != release.SUMS
    }


def test_a_release_says_what_the_functions_carry(folder: Path, bill: Path) -> None:
    assert (folder / sbom.NAME).read_bytes() == bill.read_bytes()
    assert sbom.NAME in (folder / release.SUMS).read_text(encoding="utf-8")


def test_equal_code_makes_the_same_release_to_the_byte(folder: Path, tmp_path: Path) -> None:
    again = release.package(_build(tmp_path / "again"), tmp_path / "other")

    assert [file.name for file in again] == sorted(
        (file.name for file in folder.iterdir()), key=lambda name: (name == release.SUMS, name)
    )
    assert all(file.read_bytes() == (folder / file.name).read_bytes() for file in again)


def test_what_changed_has_another_name_so_that_an_update_sees_it(
    folder: Path, tmp_path: Path
) -> None:
    newer = release.package(
        _build(tmp_path / "newer", code="print(2)", alarms="another"), tmp_path / "other"
    )

    before, after = ({file.name for file in one} for one in (folder.iterdir(), newer))

    # The zip, the alarms and what names them; the dashboards and what they nest are as they were.
    assert {name.split("-")[0] for name in before - after} == {"fare", "functions", "nested"}
    assert len(before - after) == len(after - before) == 3
    assert len({name for name in before & after if name.startswith("nested-")}) == 2


def test_a_bucket_with_two_releases_has_both_templates_and_all_that_each_names(
    folder: Path, tmp_path: Path
) -> None:
    release.package(_build(tmp_path / "newer", code="print(2)"), tmp_path / "other")
    older, newer = release.template_of(folder), release.template_of(tmp_path / "other")
    bucket = {file.name: file.read_bytes() for file in folder.iterdir()}
    was = bucket[older.name]

    bucket |= {file.name: file.read_bytes() for file in (tmp_path / "other").iterdir()}

    assert older.name != newer.name
    assert bucket[older.name] == was
    for one in (older, newer):
        text = one.read_text(encoding="utf-8")
        named = set(re.findall(r"(?:functions|nested)-[0-9a-f]{12}\.\w+", text))
        assert len(named) == 3
        assert named <= bucket.keys()


def test_what_an_admin_reads_and_pastes_is_in_a_release_and_its_links_lead_somewhere(
    folder: Path,
) -> None:
    with zipfile.ZipFile(folder / release.FOR_ADMINS) as archive:
        archive.extractall(folder)
        names = set(archive.namelist())

    for kept in ("events/*.json", "guides/*.md", "guides/pictures/*.png", "runbooks/*.md"):
        files = {str(one.relative_to(ROOT)) for one in (ROOT / "infra").glob(kept)}
        assert files
        assert files <= names
    for page in (*folder.glob("infra/guides/*.md"), *folder.glob("infra/runbooks/*.md")):
        text = page.read_text(encoding="utf-8")
        for target in re.findall(r"\]\((?!https:)([^)#]+)[^)]*\)", text):
            assert (page.parent / target).exists(), (page.name, target)


def test_a_release_that_was_there_is_gone(folder: Path, tmp_path: Path) -> None:
    (folder / "functions-0123456789ab.zip").write_bytes(b"old")

    release.package(_build(tmp_path / "newer"), folder)

    assert not (folder / "functions-0123456789ab.zip").exists()


@pytest.mark.parametrize("kept", [None, {**CONTRACT, "info": "before"}], ids=["none", "another"])
def test_nothing_is_released_before_its_contract_is_published(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    kept: dict[str, Any] | None,
) -> None:
    monkeypatch.setattr(stack, "BUILD_FOR_AWS", _build(tmp_path / "build"))
    monkeypatch.setattr(stack, "named", str)
    monkeypatch.setattr(release, "FOLDER", tmp_path / "release")
    monkeypatch.setattr(published, "served", lambda: {"v1": CONTRACT})
    monkeypatch.setattr(published, "FOLDER", tmp_path)
    if kept is not None:
        (tmp_path / "v1.json").write_text(json.dumps(kept), encoding="utf-8")

    assert release.main() == 1
    assert "the contract of v1 isn't published" in capsys.readouterr().err
    assert not (tmp_path / "release").exists()

    assert published.main() == 0
    assert release.main() == 0
    assert (tmp_path / "release" / release.SUMS).is_file()
