"""`make release`: the files from which an admin makes a stack by clicking, with no command line.

She uploads them into a bucket of her own and creates the stack from the template among them; its
parameter `ReleaseBucket` says which bucket. It owns `.local/release`, takes what the build left as
it is, and changes of the templates only where their parts are found. Code and templates are
named by a digest of what is in them: an update of the stack sees which have changed, and the files
of the release before stay beside the new ones in the bucket, as the way back.
"""

import hashlib
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from infra import sbom
from infra.contract import published
from infra.local import stack
from infra.package import as_yaml, files_in, write_zip

FOLDER = stack.LOCAL / "release"
TEMPLATE = "fare-chance"
"""How the name of the template begins that a stack is made from; a digest follows."""
FOR_ADMINS = "for-admins.zip"
FOLDERS_FOR_ADMINS = ("consent", "decisions", "events", "guides", "runbooks")
SUMS = "SHA256SUMS"
BUCKET = "ReleaseBucket"
PARAMETER = {
    "Type": "String",
    "AllowedPattern": "^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$",
    "ConstraintDescription": "The name of a bucket, without s3:// before it.",
    "Description": "The bucket, in this region, into which the files of the release were uploaded.",
}


def main() -> int:
    """Returns 1, and says why, if nothing was built before, or callers couldn't count on the
    contract: later ones are compared with what is published."""
    if not (stack.BUILD_FOR_AWS / "template.yaml").exists():
        print("release: nothing is built; `make release` builds first", file=sys.stderr)
        return 1
    contracts = published.served()
    found = published.breaks_of(contracts)
    for stage in published.unpublished(contracts):
        found.append(f"the contract of {stage} isn't published; `make contract-published` does it")
    if found:
        print(*(f"release: {one}" for one in found), sep="\n", file=sys.stderr)
        return 1
    for file in package(stack.BUILD_FOR_AWS, FOLDER):
        print(f"{file.stat().st_size / 1e6:8.2f} MB  {stack.named(file)}")
    return 0


def package(built: Path, folder: Path) -> list[Path]:
    """Writes a release of what the build left in `built`, and returns its files.

    Whatever was in the folder is gone before."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    template, _ = _packaged(built / "template.yaml", folder)
    text = as_yaml(template)
    (folder / f"{TEMPLATE}-{_short(_digest_of(text.encode()))}.yaml").write_text(
        text, encoding="utf-8"
    )
    write_zip(folder / FOR_ADMINS, stack.ROOT, _for_admins())
    sbom.write(folder)
    files = sorted(folder.iterdir())
    sums = [f"{_digest_of(file.read_bytes())}  {file.name}\n" for file in files]
    (folder / SUMS).write_text("".join(sums), encoding="utf-8")
    return [*files, folder / SUMS]


def template_of(folder: Path) -> Path:
    """The file of a release from which a stack is made."""
    (template,) = folder.glob(f"{TEMPLATE}-*.yaml")
    return template


def _packaged(file: Path, folder: Path) -> tuple[dict[str, Any], bool]:
    """A built template whose parts are in the bucket, and whether it needs to know the bucket."""
    template: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    needs_bucket = False
    for resource in template["Resources"].values():
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::Serverless::Function":
            code = _zipped(file.parent / properties["CodeUri"], folder)
            properties["CodeUri"] = {"Bucket": {"Ref": BUCKET}, "Key": code}
            needs_bucket = True
        if resource["Type"] == "AWS::CloudFormation::Stack":
            _nest(properties, file.parent, folder)
            needs_bucket = True
    if needs_bucket:
        template["Parameters"] = {BUCKET: PARAMETER, **template.get("Parameters", {})}
        _show_first(template)
    return template, needs_bucket


def _nest(properties: dict[str, Any], built: Path, folder: Path) -> None:
    """Has a nested stack made from a template in the bucket."""
    file = built / properties["TemplateURL"]
    template, needs_bucket = _packaged(file, folder)
    if needs_bucket:
        properties.setdefault("Parameters", {})[BUCKET] = {"Ref": BUCKET}
    text = as_yaml(template)
    # One that is nested several times is one file.
    nested = f"nested-{_short(_digest_of(text.encode()))}.yaml"
    (folder / nested).write_text(text, encoding="utf-8")
    # With the bucket in the path, as SAM writes it: a bucket's name may have dots.
    properties["TemplateURL"] = {
        "Fn::Sub": f"https://s3.${{AWS::Region}}.${{AWS::URLSuffix}}/${{{BUCKET}}}/{nested}"
    }


def _show_first(template: dict[str, Any]) -> None:
    """Asks for the bucket before all else, where a template says in which order it asks."""
    interface = template.get("Metadata", {}).get("AWS::CloudFormation::Interface")
    if interface:
        group = {"Label": {"default": "This release"}, "Parameters": [BUCKET]}
        interface["ParameterGroups"] = [group, *interface["ParameterGroups"]]


def _zipped(archive: Path, folder: Path) -> str:
    """The name of this zip in the release, into which it is copied unless an equal one was."""
    name = f"functions-{_short(_digest_of(archive.read_bytes()))}.zip"
    if not (folder / name).exists():
        shutil.copyfile(archive, folder / name)
    return name


def _for_admins() -> Iterator[Path]:
    """The guides with their pictures, the runbooks, the events to paste, and what these lead to."""
    yield stack.ROOT / "CHANGELOG.md"
    yield stack.ROOT / "README.md"
    for name in FOLDERS_FOR_ADMINS:
        yield from files_in(stack.ROOT / "infra" / name)


def _digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _short(digest: str) -> str:
    return digest[:12]


if __name__ == "__main__":
    sys.exit(main())
