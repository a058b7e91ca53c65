"""A ride company's statement in words: what each class of line means, what to do about one, and why
a file can't be read. It owns the words; it must never count."""

from collections.abc import Mapping
from typing import Final

from farechance.errors import MalformedSheet
from farechance.money import dollars
from farechance.reports.findings import Because, Finding, Verdict
from farechance.reports.statement_sheet import MOST_BYTES, MOST_LINES

CLASSES: Final[Mapping[Verdict, str]] = {
    Verdict.MATCHED: "Matched",
    Verdict.DIFFERENT_AMOUNT: "Another amount",
    Verdict.DIFFERENT_AUTHORIZATION: "Another authorization",
    Verdict.DIFFERENT_FARE: "Another fare",
    Verdict.ONLY_THEIRS: "Only on the statement",
    Verdict.ONLY_OURS: "Only in the ledger",
    Verdict.DOUBLED: "Charged twice",
    Verdict.UNREADABLE: "Not readable",
    Verdict.OF_OTHER_MONTH: "Of another month",
}

_TO_DO: Final[Mapping[tuple[Verdict, Because], str]] = {
    (Verdict.MATCHED, Because.LATE): "Nothing: the amounts agree. The ride was recorded or "
    "adjusted in another month.",
    (Verdict.DIFFERENT_AMOUNT, Because.AS_IT_IS): "Ask the ride company which fare is right. If "
    "the ledger misses a correction, the company sends it as an adjustment of the ride; what is "
    "beyond the voucher is settled with accept_overage, accept_shortfall or write_off.",
    (Verdict.DIFFERENT_AMOUNT, Because.NOTHING_PAID): "The ledger knows this ride and no voucher "
    "paid for it: it was cancelled, declined or refused, or had nothing to be covered. Ask the "
    "ride company; what is owed for it all the same is settled with accept_shortfall or write_off.",
    (Verdict.DIFFERENT_AUTHORIZATION, Because.AS_IT_IS): "The voucher paid what is charged, but "
    "the authorization_id isn't the one that was given for this ride. Ask the ride company which "
    "ride the line is about: its name or its authorization may be another's.",
    (Verdict.ONLY_THEIRS, Because.CAN_BE_APPLIED): "The message that this ride was completed never "
    "came. If the statement is right, the command apply_statement records the ride.",
    (Verdict.ONLY_THEIRS, Because.NO_AUTHORIZATION): "The ledger knows no completion of this ride, "
    "and without its authorization_id it can't be applied. Ask the ride company for it.",
    (Verdict.ONLY_THEIRS, Because.WRONG_AUTHORIZATION): "The ledger knows no completion of this "
    "ride, and its authorization_id isn't one that was given for it. Ask the ride company.",
    (Verdict.ONLY_THEIRS, Because.LOOKS_LIKE_FEE): "The ledger knows no end of this ride, and so "
    "small an amount may be a fee for its cancellation: apply_statement leaves it alone. Ask the "
    "ride company which it was, and for its message.",
    (
        Verdict.ONLY_THEIRS,
        Because.IN_THE_FUTURE,
    ): "The ledger knows no completion of this ride, and "
    "the time on the line lies ahead, so it can't be applied. Ask the ride company for the right "
    "time, or drop the file into the inbox again when that time has come.",
    (Verdict.ONLY_THEIRS, Because.CHARGED_DIFFERS): "The ledger knows no completion of this ride, "
    "and its voucher would pay another amount than is charged, so apply_statement leaves it alone. "
    "Ask the ride company for the right fare and charge, and drop the corrected file.",
    (Verdict.ONLY_THEIRS, Because.OTHER_PROGRAM): "The voucher is of another programme. The line "
    "belongs on that programme's statement: ask the ride company to take it off this one.",
    (Verdict.ONLY_OURS, Because.AS_IT_IS): "The ledger paid for this ride and the ride company "
    "doesn't charge it. Ask whether it was forgotten, or never made.",
    (Verdict.OF_OTHER_MONTH, Because.AS_IT_IS): "Recorded in this month, of a ride of another "
    "one. See whether that month's statement has it, and drop that into the inbox again if not.",
}

_PROBLEMS: Final[Mapping[str, str]] = {
    "utf16": "The file is UTF-16, as 'Unicode text' is. In the spreadsheet, choose 'Save as' and "
    "the type 'CSV UTF-8'.",
    "no_header": "The first line must name the columns: ride_id, completed_at, fare, charged "
    "(the amount charged to the voucher), authorization_id.",
    "missing_column": "The first line names no column",
    "doubled_column": "The first line has two columns that could be",
    "too_many_lines": f"The file has more than {MOST_LINES:,} rides. Ask for several statements.",
    "too_large": f"The file has more than {MOST_BYTES:,} bytes.",
    "empty": "The file has no rides below its first line.",
}


def to_do(finding: Finding) -> str:
    """What somebody does about it."""
    if finding.verdict is Verdict.UNREADABLE:
        return f"Ask the ride company for a corrected file: {finding.why}."
    if finding.verdict is Verdict.DOUBLED:
        return (
            f"The ride stands on line {finding.first_line} already, and it is paid once. Ask the "
            "ride company to take this charge back."
        )
    if finding.because is Because.OTHER_MONTH:
        return (
            f"The ride belongs to the statement of {finding.of_month}, the month in which it was "
            "completed. Ask the ride company to take it off this one."
        )
    if finding.verdict is Verdict.DIFFERENT_FARE:
        return _which_fare(finding)
    return _TO_DO[finding.verdict, finding.because]


def _which_fare(finding: Finding) -> str:
    stated, ours = (dollars(one or 0) for one in (finding.fare_cents, finding.ledger_fare_cents))
    return (
        f"The voucher paid what is charged, but the fare is {stated} here and {ours} in the "
        "ledger. Ask the ride company which is right; if the ledger's isn't, the company sends an "
        "adjustment of the ride."
    )


def why_not(problem: MalformedSheet) -> str:
    """Why a file as a whole can't be read."""
    said = _PROBLEMS[problem.problem]
    return f"{said} {problem.where}." if problem.where else said
