"""`make sbom`: a bill of materials of what the functions carry, in CycloneDX's JSON.

It is made from `functions/requirements.txt`, which is what `sam build` installs, with the digests
that are pinned there. It is a file of every release, and the same one for the same requirements.
"""

import subprocess
from pathlib import Path

from infra.local import stack

REQUIREMENTS = stack.ROOT / "functions" / "requirements.txt"
NAME = "sbom.cdx.json"
CYCLONEDX = stack.LOCAL / "audit" / "bin" / "cyclonedx-py"


def main() -> None:
    """Writes it beside the files of a release. Raises CalledProcessError if it couldn't."""
    folder = stack.LOCAL / "release"
    folder.mkdir(parents=True, exist_ok=True)
    print(stack.named(write(folder)))


def write(folder: Path, requirements: Path = REQUIREMENTS) -> Path:
    """Writes it into a folder and returns the file. Raises CalledProcessError if it couldn't."""
    file = folder / NAME
    subprocess.run(
        [str(CYCLONEDX), "requirements", str(requirements), "--output-reproducible", "--validate"]
        + ["--output-format", "JSON", "--outfile", str(file)],
        check=True,
    )
    return file


if __name__ == "__main__":
    main()
