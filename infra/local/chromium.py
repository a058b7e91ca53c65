"""Chromium without a window: prints a page to paper, as the tests of cards need it."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Without its sandbox, since it won't start with one as root, as on CI; it opens nothing but our own
# pages, and asks nobody for anything by itself.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
)
SECONDS = 120


class NotPrinted(Exception):
    """Chromium isn't installed, or failed."""


def whats_missing() -> str | None:
    """Says in words what this machine lacks, or None if Chromium is there."""
    if _program() is None:
        return (
            "Chromium is missing (Debian: apt-get install chromium fonts-liberation fonts-dejavu)"
        )
    return None


def print_to_pdf(address: str, pdf: Path) -> None:
    """Prints a page to a PDF of the paper's size that its style names. Raises NotPrinted."""
    _run(address, f"--print-to-pdf={pdf}", "--no-pdf-header-footer")
    if not pdf.exists():
        raise NotPrinted("Chromium made no PDF")


def dump(address: str, width: int, height: int) -> str:
    """The page's HTML after its scripts have run, in a window of this many CSS pixels. Raises
    NotPrinted."""
    return _run(address, "--dump-dom", f"--window-size={width},{height}")


def program() -> str:
    """Where it is. Raises NotPrinted."""
    found = _program()
    if found is None:
        raise NotPrinted(whats_missing())
    return found


def _run(address: str, *arguments: str) -> str:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        try:
            done = subprocess.run(
                [program(), "--headless", *ARGUMENTS]
                + [f"--user-data-dir={profile}", *arguments, address],
                check=False,
                capture_output=True,
                timeout=SECONDS,
            )
        except subprocess.TimeoutExpired as error:
            raise NotPrinted(f"Chromium wasn't done in {SECONDS} s") from error
    if done.returncode:
        raise NotPrinted(f"Chromium ended with {done.returncode}: {done.stderr[-500:]!r}")
    return done.stdout.decode("utf-8", "replace")


def _program() -> str | None:
    return next((found for name in NAMES if (found := shutil.which(name))), None)


if __name__ == "__main__":
    # `make test` asks whether the tests of printed cards can run.
    reason = whats_missing()
    if reason:
        print(reason)
        sys.exit(1)
