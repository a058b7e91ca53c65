"""The package: makes of what `sam build` left the one zip that every function runs from.

`sam build` leaves a copy of the code and its packages for each function, all of them equal. One is
trimmed (`infra/trim.py`), made lighter (`infra/lighter.py`) and compiled, the others go, and the
built template names the zip; the nested templates stay as they are. The same happens before a
deployment here and on AWS. It must never make two zips of equal code: who deploys sees by the zip's
digest that nothing has changed.
"""

import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from infra.lighter import lighten
from infra.trim import trim

ARCHIVE = "functions.zip"
FOLDER = "functions"
"""What is in the zip lies beside it in this folder."""
# What a zip says of when a file was made, so that equal content makes an equal zip.
NO_TIME = (1980, 1, 1, 0, 0, 0)
# Where Lambda unpacks a function's code.
ON_LAMBDA = "/var/task"
FUNCTION = "AWS::Serverless::Function"


class NotPackaged(Exception):
    """What was built can't be packaged; the message says why."""


@dataclass(frozen=True)
class Size:
    """How large the code of a function was as built, and is as packaged, unpacked and zipped."""

    built_bytes: int
    unpacked_bytes: int
    zipped_bytes: int

    def __str__(self) -> str:
        built, unpacked, zipped = (
            f"{one / 1e6:.1f} MB"
            for one in (self.built_bytes, self.unpacked_bytes, self.zipped_bytes)
        )
        return f"the functions' package: {zipped} zipped, {unpacked} unpacked, {built} as built"


def main(arguments: list[str]) -> int:
    """Returns 1, and says why, if the folder can't be packaged."""
    (folder,) = arguments
    try:
        print(package(Path(folder)))
    except (NotPackaged, LookupError) as error:
        print(f"package: {error}", file=sys.stderr)
        return 1
    return 0


def package(built: Path) -> Size:
    """Packages the folder that `sam build` left. Raises NotPackaged if there are no copies of the
    code in it, if they differ in names or sizes, or if this Python isn't the one that the functions
    run on; and LookupError as `trim` and `lighten` do."""
    file = built / "template.yaml"
    template: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    runtime = template["Globals"]["Function"]["Runtime"]
    here = f"python{sys.version_info.major}.{sys.version_info.minor}"
    if here != runtime:
        raise NotPackaged(f"the functions run on {runtime}, which can't use what {here} compiles")
    functions = [
        one["Properties"] for one in template["Resources"].values() if one["Type"] == FUNCTION
    ]
    copies = sorted({built / one["CodeUri"] for one in functions})
    if not all(copy.is_dir() for copy in copies):
        raise NotPackaged(f"{built} isn't as `sam build` leaves it; has it been packaged already?")
    built_bytes = _only_size_of(copies)
    code = built / FOLDER
    shutil.rmtree(code, ignore_errors=True)
    copies[0].rename(code)
    for copy in copies[1:]:
        shutil.rmtree(copy)
    trim(code)
    lighten(code)
    _compile(code)
    write_zip(built / ARCHIVE, code, files_in(code))
    for one in functions:
        one["CodeUri"] = ARCHIVE
    # It leads to the sources, and each function has its own.
    template["Globals"]["Function"].pop("CodeUri", None)
    file.write_text(as_yaml(template), encoding="utf-8")
    return Size(built_bytes, sum(_sizes_in(code).values()), (built / ARCHIVE).stat().st_size)


def write_zip(archive: Path, root: Path, files: Iterable[Path]) -> None:
    """Zips files under their names from `root`; equal files make the same zip to the byte."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
        for file in files:
            entry = zipfile.ZipInfo(str(file.relative_to(root)), NO_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            # Whoever runs it may read it, and run it where it is a program.
            entry.external_attr = (0o755 if file.stat().st_mode & 0o100 else 0o644) << 16
            opened.writestr(entry, file.read_bytes())


def files_in(folder: Path) -> list[Path]:
    """All files below a folder, in an order that is the same everywhere."""
    return sorted(file for file in folder.rglob("*") if file.is_file())


def as_yaml(template: dict[str, Any]) -> str:
    """A template as text, with its parts in the order that they have."""
    return yaml.safe_dump(template, sort_keys=False, allow_unicode=True, width=100)


def _only_size_of(copies: list[Path]) -> int:
    """How many bytes each copy of the code has. Raises NotPackaged if they aren't the same."""
    first, *others = (_sizes_in(copy) for copy in copies)
    for copy, other in zip(copies[1:], others, strict=True):
        if other != first:
            differ = sorted(str(name) for name, _ in first.items() ^ other.items())
            raise NotPackaged(f"{copies[0].name} and {copy.name} differ in {', '.join(differ[:5])}")
    return sum(first.values())


def _sizes_in(folder: Path) -> dict[Path, int]:
    return {file.relative_to(folder): file.stat().st_size for file in files_in(folder)}


def _compile(code: Path) -> None:
    """Puts a .pyc beside each source, under the name that it has on Lambda.

    Python takes it without a look at the source, whose date the zip has lost. A process of its own
    does it: what this one has loaded before would show in the result.
    """
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-m", "compileall", "-q", "--invalidation-mode"]
        + ["unchecked-hash", "-s", str(code), "-p", ON_LAMBDA, str(code)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NotPackaged(f"the code can't be compiled:\n{done.stdout}{done.stderr}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
