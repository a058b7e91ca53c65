"""checkov looks at what AWS gets, what it finds is answered one by one, and it can fail."""

import re
import shutil
from pathlib import Path

import pytest
import yaml

from infra import checkov
from infra.checkov import Acceptance, Finding
from infra.local import template

ROOT = template.TEMPLATE.parent
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
PUBLIC = "the whole world reads it"


def _finding(resource: str = "AWS::S3::Bucket.Letters", check: str = "CKV_1") -> Finding:
    return Finding("system", check, resource, PUBLIC)


def _acceptance(*resources: str, check: str = "CKV_1", file: str = "system") -> Acceptance:
    return Acceptance(check, (file,), resources, "because")


def test_what_is_found_and_not_answered_is_a_complaint() -> None:
    (complaint,) = checkov.compared([_finding()], [])

    assert "AWS::S3::Bucket.Letters" in complaint
    assert "CKV_1" in complaint
    assert PUBLIC in complaint


@pytest.mark.parametrize(
    "other",
    [
        _acceptance("AWS::S3::Bucket.Letters", check="CKV_2"),
        _acceptance("AWS::S3::Bucket.Others"),
        _acceptance("AWS::S3::Bucket.Letters", file="another"),
    ],
)
def test_an_answer_to_another_check_resource_or_file_is_none_and_is_told_to_be_needless(
    other: Acceptance,
) -> None:
    complaints = checkov.compared([_finding()], [other])

    assert len(complaints) == 2
    assert "nothing is found any more" in complaints[1]


def test_what_is_answered_is_no_complaint() -> None:
    findings = [_finding(), _finding("AWS::S3::Bucket.Others")]

    assert checkov.compared(findings, [_acceptance("AWS::S3::Bucket.*")]) == []


def test_of_an_answer_each_resource_must_still_be_found() -> None:
    answer = _acceptance("AWS::S3::Bucket.Letters", "AWS::S3::Bucket.Gone")

    (complaint,) = checkov.compared([_finding()], [answer])

    assert "AWS::S3::Bucket.Gone" in complaint


def test_an_answer_is_of_one_check_and_of_one_kind_of_thing_and_says_why() -> None:
    entries = yaml.safe_load(checkov.ACCEPTED.read_text(encoding="utf-8"))

    assert entries
    for entry in entries:
        assert set(entry) == {"check", "says", "in", "resources", "because"}
        assert re.fullmatch(r"CKV2?_AWS_\d+", entry["check"])
        assert all(re.fullmatch(r"(AWS::\w+::\w+)\.(\w+|\*)", it) for it in entry["resources"])
        assert len(entry["because"]) > 25, entry["check"]


def test_a_test_that_a_reason_names_is_there() -> None:
    named = re.findall(r"tests/\S+\.py", checkov.ACCEPTED.read_text(encoding="utf-8"))

    assert named
    assert all((ROOT / it).is_file() for it in named)


def test_the_gate_looks() -> None:
    gate = MAKEFILE.partition("\ncheck: ")[2].partition("\n\n")[0]

    assert "\n\t@$(BIN)/python -m infra.checkov\n" in gate


def test_a_planted_defect_is_found(tmp_path: Path) -> None:
    """In what SAM writes out of it, so that the way there is tested too."""
    system = tmp_path / "template.yaml"
    text = template.TEMPLATE.read_text(encoding="utf-8")
    assert text.count("BlockPublicAcls: true") == 2
    system.write_text(text.replace("BlockPublicAcls: true", "BlockPublicAcls: false", 1))
    shutil.copytree(ROOT / "infra", tmp_path / "infra", ignore=shutil.ignore_patterns("local"))
    folder = tmp_path / "audited"

    checkov.write(folder, system)
    for file in folder.glob("*.json"):
        # One of the files is enough, and quicker.
        if file.stem != "with-own-key":
            file.unlink()
    findings = checkov.find(folder)

    new = [it for it in checkov.compared(findings, checkov.accepted()) if "any more" not in it]
    assert len(new) == 1, new
    assert "with-own-key: AWS::S3::Bucket.ReportsBucket: CKV_AWS_53" in new[0]


def test_to_look_at_nothing_is_a_failure_and_no_silence(tmp_path: Path) -> None:
    with pytest.raises(checkov.NotLookedAt):
        checkov.find(tmp_path)


def test_the_readme_says_how_many_reasons_there_are() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    assert f"for {len(checkov.accepted())} [reasons]" in readme
