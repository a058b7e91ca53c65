"""Where the files of reports stand, the manifest, and which figures differ between two reports."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from boto3.dynamodb.types import TypeSerializer
from pydantic import ValidationError

from farechance.announcer import in_ascii
from farechance.report_files import (
    auditor_folder,
    closing_month,
    closing_path,
    edition_part,
    funder_folder,
    manifest,
    partner_folder,
)
from farechance.report_records import MOST_CHANGES, PublishedFile, PublishedReport
from farechance.store import keys
from units import size

PROGRAM, MONTH, SHA = "prg_harbor", "2026-03", "0" * 64


def _file(path: str, size: int = 7) -> PublishedFile:
    return PublishedFile(path=path, size_bytes=size, sha256=SHA)


def _report(**changes: Any) -> PublishedReport:
    fields: dict[str, Any] = {
        "program_id": PROGRAM,
        "month": MONTH,
        "form": 1,
        "rules_version": 1,
        "published_at": datetime(2026, 4, 1, 14, tzinfo=UTC),
        "files": (
            _file(f"reports/{PROGRAM}/{MONTH}/report.json"),
            _file(f"audit/{PROGRAM}/{MONTH}/audit.csv", 9),
        ),
        "partners": {"org_one": (_file("partners/org_one/report.json"),)},
    }
    return PublishedReport(**{**fields, **changes})


def test_the_first_edition_stands_in_the_months_folder_and_corrections_beside_it() -> None:
    assert (edition_part(0), edition_part(1), edition_part(12)) == (
        "",
        "correction-1/",
        "correction-12/",
    )
    assert funder_folder(PROGRAM, MONTH, edition_part(2)) == (
        "reports/prg_harbor/2026-03/correction-2/"
    )


def test_each_package_and_each_partner_has_a_folder_that_is_no_part_of_anothers() -> None:
    folders = [
        funder_folder(PROGRAM, MONTH, ""),
        auditor_folder(PROGRAM, MONTH, ""),
        partner_folder("org_one", PROGRAM, MONTH, ""),
        partner_folder("org_one_more", PROGRAM, MONTH, ""),
        closing_path(PROGRAM, MONTH),
    ]

    for one in folders:
        assert [other for other in folders if other.startswith(one)] == [one]


@pytest.mark.parametrize(
    ("path", "month"),
    [
        (closing_path(PROGRAM, MONTH), MONTH),
        (f"closings/{PROGRAM}/", None),
        (f"closings/{PROGRAM}/{MONTH}.json", None),
        (f"closings/{PROGRAM}/notes.txt", None),
    ],
)
def test_a_closing_is_known_by_its_path(path: str, month: str | None) -> None:
    assert closing_month(path) == month


def test_a_manifest_lists_both_packages_and_no_partners_part() -> None:
    told = json.loads(manifest(_report(), ()))

    assert told == {
        "form": 1,
        "program_id": PROGRAM,
        "month": MONTH,
        "edition": 0,
        "corrects_edition": None,
        "changes": [],
        "published_at": "2026-04-01T14:00:00.000Z",
        "funder": [
            {
                "name": "report.json",
                "path": f"reports/{PROGRAM}/{MONTH}/report.json",
                "bytes": 7,
                "sha256": SHA,
            }
        ],
        "auditor": [
            {
                "name": "audit.csv",
                "path": f"audit/{PROGRAM}/{MONTH}/audit.csv",
                "bytes": 9,
                "sha256": SHA,
            }
        ],
    }


def test_a_corrections_manifest_says_what_it_corrects_and_why() -> None:
    told = json.loads(manifest(_report(edition=2), ("money.fees_cents",)))

    assert (told["edition"], told["corrects_edition"]) == (2, 1)
    assert told["changes"] == ["money.fees_cents"]


def test_a_manifest_is_the_same_whenever_it_is_made_and_whoever_was_told() -> None:
    report = _report()

    told = report.model_copy(update={"announced_at": report.published_at, "version": 2})

    assert manifest(report, ()) == manifest(told, ())


@pytest.mark.parametrize(
    ("subject", "ascii_only"),
    [
        ("Harbor rides, March 2026", "Harbor rides, March 2026"),
        ("Réentrée – März ’26", "Reentree - Marz '26"),
        ("two\nlines\tand a tab", "two lines and a tab"),
        ("乗車券", "???"),
        ("x" * 200, "x" * 99),
    ],
)
def test_a_subject_is_one_line_of_ascii(subject: str, ascii_only: str) -> None:
    assert in_ascii(subject) == ascii_only


def test_the_record_of_500_partners_with_long_names_is_an_item_that_dynamodb_takes() -> None:
    program = f"prg_{'p' * 40}"
    partners = [f"org_{number:040d}" for number in range(500)]
    changed = [f"partners[{one}].exceptions.statements[{'x' * 44}].matched" for one in partners]
    record = _report(
        program_id=program,
        edition=10,
        changes=tuple(changed[:MOST_CHANGES]),
        more_changes=len(changed[MOST_CHANGES:]),
        partners={
            one: tuple(
                _file(f"{partner_folder(one, program, MONTH, edition_part(10))}{name}", 100_000)
                for name in ("report.html", "report.json", "summary.csv")
            )
            for one in partners
        },
    )

    item = keys.stored(record)

    to_item = TypeSerializer()
    assert size({name: to_item.serialize(value) for name, value in item.items()}) < 400 * 1024
    with pytest.raises(ValidationError):
        _report(changes=tuple(changed))
