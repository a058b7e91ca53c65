"""What is installed is pinned by its digest, audited loudly, and listed in a bill that is no longer
and no shorter than what the functions carry."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra import advisories, sbom
from infra.local import set_up, template

ROOT = template.TEMPLATE.parent
FILES = advisories.requirements()


def _pinned(file: Path) -> Iterator[tuple[str, str, set[str]]]:
    """Each package of a requirements file with its version and its digests."""
    lines = file.read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    for line in filter(None, (line.strip() for line in lines)):
        found = re.match(r"([A-Za-z0-9._-]+)(?:\[[\w,-]+\])?==(\S+)", line)
        assert found, (file.name, line)
        yield found[1], found[2], set(re.findall(r"--hash=sha256:([0-9a-f]{64})\b", line))


def test_every_requirements_file_is_audited() -> None:
    # What begins with a dot is made here, or is Git's.
    folders = [it for it in ROOT.iterdir() if it.is_dir() and it.name[0] != "."]
    there = {file for folder in folders for file in folder.rglob("requirements*.txt")}

    assert set(FILES) == there | set(ROOT.glob("requirements*.txt"))
    # And nothing is installed from another.
    assert {*set_up.ENVIRONMENTS.values(), set_up.UV_REQUIREMENTS, sbom.REQUIREMENTS} == set(FILES)


@pytest.mark.parametrize("file", FILES, ids=lambda it: it.name)
def test_a_requirements_file_pins_each_package_by_its_digest_and_names_no_place(file: Path) -> None:
    packages = list(_pinned(file))

    assert packages
    assert all(digests for _, _, digests in packages)
    text = file.read_text(encoding="utf-8")
    assert not re.search(r"://|--(extra-)?index|--find-links|--trusted", text)


def test_an_audit_that_could_not_ask_fails() -> None:
    # Nothing listens at that port, so nobody is asked.
    nowhere = {"HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}
    program = (
        "import sys; from infra import advisories as it; sys.exit(it.main([it.requirements()[-1]]))"
    )

    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, **nowhere, "NO_PROXY": ""},
        check=False,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 1
    assert "WASN'T LOOKED AT" in done.stderr


def test_an_audit_of_nothing_fails() -> None:
    assert advisories.main([]) == 1


def test_the_bill_lists_exactly_what_the_functions_carry_with_versions_and_digests(
    tmp_path: Path,
) -> None:
    bill = json.loads(sbom.write(tmp_path).read_text(encoding="utf-8"))

    listed = {
        (
            one["name"],
            one["version"],
            frozenset(
                digest["content"]
                for reference in one["externalReferences"]
                for digest in reference["hashes"]
            ),
        )
        for one in bill["components"]
    }

    assert bill["bomFormat"] == "CycloneDX"
    assert listed == {
        (name, version, frozenset(digests)) for name, version, digests in _pinned(sbom.REQUIREMENTS)
    }
    assert len(bill["components"]) == len(listed)


def test_the_bill_of_the_same_requirements_is_the_same(tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()

    once, again = sbom.write(tmp_path), sbom.write(tmp_path / "again")

    assert once.read_bytes() == again.read_bytes()
