"""What came of a statement as files: a page to be read, a table of what somebody has to look at,
and the same as JSON. The same findings give the same bytes: no file says when it was made."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

import htpy as h

from farechance.reports.document import document, section, table
from farechance.reports.findings import Finding, Reconciled, Verdict
from farechance.reports.phrases import counted, day, money, month, number
from farechance.reports.statement_words import CLASSES, to_do
from farechance.sheets import as_text, written

MOST_ON_PAGE: Final = 500
_COLUMNS = (
    "line",
    "class",
    "ride_id",
    "day",
    "charged_cents",
    "ledger_cents",
    "fare_cents",
    "ledger_fare_cents",
    "what_to_do",
)


@dataclass(frozen=True, slots=True)
class About:
    """Whose statement it is. `file_sha256` names the very file that was read."""

    program_id: str
    program_name: str
    provider_id: str
    provider_name: str
    month: str
    time_zone: str
    currency: str
    file_sha256: str


def as_json(about: About, reconciled: Reconciled) -> bytes:
    """Everything; matched lines are only counted."""
    content: dict[str, Any] = {
        "form": 1,
        "program_id": about.program_id,
        "provider_id": about.provider_id,
        "month": about.month,
        "time_zone": about.time_zone,
        "currency": about.currency,
        "file_sha256": about.file_sha256,
        "statement": reconciled.statement.model_dump(mode="json"),
        "findings": [_plain(finding) for finding in reconciled.findings],
    }
    return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode()


def as_csv(reconciled: Reconciled) -> bytes:
    """Every line that isn't matched, and what to do about it; safe in a spreadsheet. Amounts are
    whole cents, which no country reads as a day or as thousands."""
    rows = (
        (
            one.line,
            CLASSES[one.verdict],
            as_text(one.ride_id),
            None if one.day is None else one.day.isoformat(),
            one.charged_cents,
            one.ledger_cents,
            one.fare_cents,
            one.ledger_fare_cents,
            to_do(one),
        )
        for one in _to_look_at(reconciled.findings)
    )
    return written(_COLUMNS, rows).encode("utf-8-sig")


def as_page(about: About, reconciled: Reconciled) -> str:
    """One HTML file. It shows the first lines; the table has all."""
    to_look_at = list(_to_look_at(reconciled.findings))
    title = f"{about.provider_name}: statement of {month(about.month)}"
    return document(
        f"{title} – {about.program_name}",
        h.header[
            h.p(".kind")["A ride company's statement against the ledger"],
            h.h1[about.provider_name, " ", h.span[month(about.month)]],
            h.p(".period")[about.program_name],
        ],
        h.main[
            h.section(id="page-one")[h.div(".lead")[h.p[_lead(about, reconciled)]]],
            section("figures", "In figures", *_figures(about, reconciled)),
            section("lines", "What to look at", _lines(about, to_look_at)),
        ],
        h.footer[
            h.p[
                "A ride belongs to the month of its completion. What the ledger says of it is what "
                "vouchers paid, less what was given back. Times without a zone were read as those "
                f"of {about.time_zone}."
            ],
            h.p[f"The file that was read: SHA-256 {about.file_sha256}"],
        ],
    )


def _lead(about: About, reconciled: Reconciled) -> str:
    it = reconciled.statement
    charged, ledger = (money(one, about.currency) for one in (it.charged_cents, it.ledger_cents))
    said = (
        f"{about.provider_name} charges {charged} on {counted(it.lines, 'line')}; the ledger says "
        f"{ledger}."
    )
    if it.matched == it.lines and not it.only_ours:
        return f"{said} Every line matches."
    return f"{said} {number(it.matched)} of the lines match."


def _figures(about: About, reconciled: Reconciled) -> tuple[h.Node, ...]:
    it = reconciled.statement
    lines = table(
        "Lines of the statement",
        ("Class", "Lines"),
        (
            (CLASSES[verdict], number(count))
            for verdict, count in (
                (Verdict.MATCHED, it.matched),
                (Verdict.DIFFERENT_AMOUNT, it.different_amount),
                (Verdict.DIFFERENT_AUTHORIZATION, it.different_authorization),
                (Verdict.DIFFERENT_FARE, it.different_fare),
                (Verdict.ONLY_THEIRS, it.only_theirs),
                (Verdict.DOUBLED, it.doubled),
                (Verdict.UNREADABLE, it.unreadable),
            )
        ),
        total=("All lines", number(it.lines)),
    )
    amounts = table(
        "Money",
        ("", "Amount"),
        (
            ("Charged, on all lines that can be read", money(it.charged_cents, about.currency)),
            ("In the ledger, with rides that only it has", money(it.ledger_cents, about.currency)),
        ),
        total=("Difference", money(it.charged_cents - it.ledger_cents, about.currency)),
    )
    only_ours = counted(it.only_ours, "ride")
    are = "is" if it.only_ours == 1 else "are"
    return (
        h.div(".pair")[lines, amounts],
        h.p(".note")[f"Besides the lines, {only_ours} of the month {are} only in the ledger."],
    )


def _lines(about: About, findings: list[Finding]) -> h.Node:
    if not findings:
        return h.p["Nothing: every line matches, and the ledger has no ride beside them."]

    def cents(value: int | None) -> str:
        return "" if value is None else money(value, about.currency)

    caption = "Lines that don't match, and rides that only the ledger has"
    shown = table(
        caption,
        ("Line", "Class", "Ride", "Day", "What to do", "Charged", "Ledger"),
        (
            (
                "–" if one.line is None else number(one.line),
                CLASSES[one.verdict],
                h.span(".id")[one.ride_id] if one.ride_id else "",
                day(one.day, with_year=False) if one.day else "",
                to_do(one),
                cents(one.charged_cents),
                cents(one.ledger_cents),
            )
            for one in islice(findings, MOST_ON_PAGE)
        ),
        words=5,
        is_long=True,
    )
    hidden = len(findings) - MOST_ON_PAGE
    return [
        h.div(".sideways", tabindex="0", role="group", aria_label=caption)[shown],
        h.p(".note")[f"{number(hidden)} more are in statement.csv."] if hidden > 0 else None,
    ]


def _to_look_at(findings: Iterable[Finding]) -> Iterable[Finding]:
    return (one for one in findings if one.verdict is not Verdict.MATCHED)


def _plain(finding: Finding) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "line": finding.line,
        "class": finding.verdict.value,
        "because": finding.because.value,
        "ride_id": finding.ride_id,
        "day": finding.day and finding.day.isoformat(),
        "charged_cents": finding.charged_cents,
        "ledger_cents": finding.ledger_cents,
        "fare_cents": finding.fare_cents,
        "ledger_fare_cents": finding.ledger_fare_cents,
        "what_to_do": to_do(finding),
    }
    return {name: value for name, value in plain.items() if value is not None}
