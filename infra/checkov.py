"""`python -m infra.checkov`, a part of `make check`: what checkov finds in the templates, less what
is answered in `infra/accepted-findings.yaml`.

It looks at what AWS gets, not at what we write: checkov can read neither YAML's merge keys nor what
SAM makes of a function. It asks nobody anything. It owns `.local/audited`, and must fail when
checkov couldn't read a template as well as when it found something.
"""

import fnmatch
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from infra.local import stack, template

FOLDER = stack.LOCAL / "audited"
ACCEPTED = stack.ROOT / "infra" / "accepted-findings.yaml"
# It would ask whether there is a newer checkov.
ENVIRONMENT = {"CKV_SKIP_PACKAGE_UPDATE_CHECK": "true"}


@dataclass(frozen=True, order=True)
class Finding:
    """That a check of checkov fails for a resource of one of the files that were written."""

    file: str
    check: str
    resource: str
    says: str = ""


@dataclass(frozen=True)
class Acceptance:
    """Findings that stay, by a check, and by files and resources that may have wildcards."""

    check: str
    files: tuple[str, ...]
    resources: tuple[str, ...]
    because: str

    def parts(self) -> list[tuple[str, str]]:
        """Each file and resource that it is about."""
        return [(file, resource) for file in self.files for resource in self.resources]

    def answers(self, finding: Finding, part: tuple[str, str]) -> bool:
        """Whether it is about this finding, by this one of its parts."""
        file, resource = part
        is_of_it = fnmatch.fnmatchcase(finding.resource, resource)
        return finding.check == self.check and finding.file == file and is_of_it


class NotLookedAt(Exception):
    """The templates couldn't be looked at, or not all of them; the message says why."""


def main() -> int:
    """Returns 1 if something is found that isn't answered, or answered that isn't found."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    try:
        write(FOLDER)
        findings = find(FOLDER)
    except NotLookedAt as failure:
        print(f"checkov: {failure}", file=sys.stderr)
        return 1
    complaints = compared(findings, accepted())
    for complaint in complaints:
        print(f"checkov: {complaint}", file=sys.stderr)
    if not complaints:
        print(f"checkov: {len(findings)} findings, each of them answered")
    return 1 if complaints else 0


def write(folder: Path, system: Path = template.TEMPLATE) -> None:
    """Writes the templates into a folder as AWS makes things of them. Raises NotLookedAt."""
    folder.mkdir(parents=True)
    done = subprocess.run(
        [str(stack.LOCAL / "emulator" / "bin" / "python"), "-m", "infra.local.transformed"]
        + [str(folder), str(system)],
        cwd=stack.ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise NotLookedAt(f"SAM couldn't write the template out\n{done.stderr}")


def find(folder: Path) -> list[Finding]:
    """All that checkov finds in the templates of a folder. Raises NotLookedAt."""
    done = subprocess.run(
        [str(stack.LOCAL / "audit" / "bin" / "checkov"), "--directory", str(folder)]
        + ["--framework", "cloudformation", "--skip-download", "--compact", "--quiet"]
        + ["--output", "json"],
        env={**os.environ, **ENVIRONMENT},
        check=False,
        capture_output=True,
        text=True,
    )
    try:
        told = json.loads(done.stdout)
        read, unread = told["summary"]["resource_count"], told["summary"]["parsing_errors"]
        failed: list[dict[str, Any]] = told["results"]["failed_checks"]
    except (ValueError, KeyError, TypeError) as error:
        raise NotLookedAt(f"it said nothing that can be read\n{done.stderr}") from error
    files = [json.loads(file.read_text(encoding="utf-8")) for file in folder.glob("*.json")]
    there = sum(len(file["Resources"]) for file in files)
    if unread or read != there:
        raise NotLookedAt(f"of {there} resources it read {read}\n{done.stderr}")
    return sorted(
        Finding(Path(it["file_path"]).stem, it["check_id"], it["resource"], it["check_name"])
        for it in failed
    )


def accepted(file: Path = ACCEPTED) -> list[Acceptance]:
    """The findings that stay."""
    return [
        Acceptance(it["check"], tuple(it["in"]), tuple(it["resources"]), it["because"])
        for it in yaml.safe_load(file.read_text(encoding="utf-8"))
    ]


def compared(findings: list[Finding], acceptances: list[Acceptance]) -> list[str]:
    """What is found and not answered, and what is answered and not found, in words."""
    answers = [(it, part) for it in acceptances for part in it.parts()]
    complaints = [
        f"{one.file}: {one.resource}: {one.check}, {one.says}"
        for one in findings
        if not any(it.answers(one, part) for it, part in answers)
    ]
    return complaints + [
        f"{ACCEPTED.name}: nothing is found any more for {it.check} of {part[1]} in {part[0]}"
        for it, part in answers
        if not any(it.answers(one, part) for one in findings)
    ]


if __name__ == "__main__":
    sys.exit(main())
