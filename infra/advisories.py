"""`python -m infra.advisories`, a part of `make audit`: which of the pinned packages are known to
be weak, as pip-audit hears from Python's advisory service.

It fails for a package that is known to be weak, and as well where it couldn't ask: an audit that
didn't happen isn't one that found nothing. So it is no part of `make check`, which needs nobody;
the workflow `audit` runs it each week and when a requirement changes.
"""

import subprocess
import sys
from pathlib import Path

from infra.local import stack

PIP_AUDIT = stack.LOCAL / "audit" / "bin" / "pip-audit"
FOLDERS = (stack.ROOT, stack.ROOT / "functions", stack.ROOT / "infra" / "local")


def requirements() -> list[Path]:
    """Every file in which packages are pinned."""
    return [file for folder in FOLDERS for file in sorted(folder.glob("requirements*.txt"))]


def main(files: list[Path]) -> int:
    """Returns 1 if a package is known to be weak, or one couldn't be asked about."""
    failed = [file for file in files if not _is_clean(file)]
    for file in failed:
        print(f"advisories: {stack.named(file)} is weak or WASN'T LOOKED AT", file=sys.stderr)
    return 1 if failed or not files else 0


def _is_clean(file: Path) -> bool:
    print(f"advisories: {stack.named(file)}", flush=True)
    # Nothing is resolved or fetched: what is asked about is what is pinned.
    done = subprocess.run(
        [
            str(PIP_AUDIT),
            "--strict",
            "--require-hashes",
            "--disable-pip",
            "--progress-spinner",
            "off",
        ]
        + ["--requirement", str(file)],
        check=False,
    )
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main(requirements()))
