"""Pages as they come out of a printer: a real Chromium prints them, and what is on the paper is
read again."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp

from infra.local import chromium

# What a cheap printer and a phone's camera make of it, and then some.
DOTS_PER_INCH = 110
A4, LETTER = "210mm 297mm", "8.5in 11in"


@dataclass(frozen=True)
class Sheet:
    """One side of paper: what is written on it, and what its QR codes hold."""

    text: str
    scanned: list[str]


@pytest.fixture(scope="session", autouse=True)
def _chromium() -> None:
    """These tests don't pass where they can't run."""
    missing = chromium.whats_missing()
    if missing:
        pytest.fail(missing, pytrace=False)


@pytest.fixture
def printed(tmp_path: Path) -> Callable[[str, str], list[Sheet]]:
    """Prints a page to paper of a size, and reads the sheets."""

    return lambda page, paper: print_sheets(page, paper, tmp_path)


def print_sheets(page: str, paper: str, folder: Path) -> list[Sheet]:
    """Prints a page to paper of a size, by way of files in a folder, and reads the sheets."""
    # The page leaves the paper to the printer; here its style plays the printer.
    sized = page.replace("@page {", f"@page {{ size: {paper};", 1)
    file, pdf = folder / "page.html", folder / "page.pdf"
    file.write_text(sized, encoding="utf-8")
    chromium.print_to_pdf(file.as_uri(), pdf)
    return read_sheets(pdf)


def read_sheets(pdf: Path) -> list[Sheet]:
    """What came out of the printer."""
    return [_read(page) for page in pypdfium2.PdfDocument(pdf)]


def _read(page: pypdfium2.PdfPage) -> Sheet:
    picture = page.render(scale=DOTS_PER_INCH / 72, grayscale=True).to_pil()
    scanned = zxingcpp.read_barcodes(picture)
    return Sheet(page.get_textpage().get_text_bounded(), sorted(one.text for one in scanned))
