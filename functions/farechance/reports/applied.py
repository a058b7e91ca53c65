"""What applying a ride company's statement came to, or would come to: counts, and the same in words
for the administrator who asked. It must never decide which line is applied."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from farechance.money import dollars
from farechance.reports.phrases import counted
from farechance.reports.statement_sheet import StatementLine


@dataclass
class Applied:
    """Lines, and cents of those that are applied or would be: their fares, what of them the company
    charges, and what vouchers pay. `refused` by reason; `lines_left` weren't looked at."""

    applied: int = 0
    already_there: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    doubled: int = 0
    unreadable: int = 0
    lines_left: int = 0
    fare_cents: int = 0
    charged_cents: int = 0
    captured_cents: int = 0
    shortfall_cents: int = 0

    def add(self, line: StatementLine, reason: str | None, answer: Mapping[str, Any]) -> None:
        """A line that was stated as an event, what it was refused for if it was, and the event's
        answer."""
        self.shortfall_cents += answer.get("shortfall_cents", 0)
        if reason is not None:
            self.refused[reason] += 1
            return
        self.applied += 1
        self.fare_cents += line.fare_cents
        self.charged_cents += line.charged_cents
        self.captured_cents += answer.get("captured_cents", 0)


def looked_at(counts: Applied, zone: ZoneInfo) -> dict[str, Any]:
    """The answer to a dry run."""
    words = (
        f"{counted(counts.applied, 'ride')} that only the statement has would be recorded, with "
        f"fares of {dollars(counts.fare_cents)}, of which it charges "
        f"{dollars(counts.charged_cents)}. Vouchers would pay {dollars(counts.captured_cents)} in "
        f"all{_short(counts)}, in the order of the file. {_others(counts)} Times "
        f"without a zone are those of {zone.key}. To do it, send the command with this "
        "statement_digest."
    )
    return {
        "in_words": words,
        "would_apply": counts.applied,
        "captured_cents": counts.captured_cents,
        "shortfall_cents": counts.shortfall_cents,
        **_figures(counts),
    }


def carried_out(counts: Applied) -> dict[str, Any]:
    """The answer to the command itself."""
    words = (
        f"{counted(counts.applied, 'ride')} that only the statement had "
        f"{'is' if counts.applied == 1 else 'are'} recorded, with fares of "
        f"{dollars(counts.fare_cents)}, of which vouchers pay {dollars(counts.captured_cents)}. "
        f"{_others(counts)}"
    )
    if counts.shortfall_cents:
        words += f" {dollars(counts.shortfall_cents)} are on record as a shortfall, to be decided."
    if not counts.lines_left:
        words += " Drop the file into the inbox again to have it reconciled anew."
    return {
        "in_words": words,
        "applied": counts.applied,
        "captured_cents": counts.captured_cents,
        "shortfall_cents": counts.shortfall_cents,
        **_figures(counts),
    }


def _short(counts: Applied) -> str:
    if not counts.shortfall_cents:
        return ""
    return f" and leave a shortfall of {dollars(counts.shortfall_cents)}"


def _others(counts: Applied) -> str:
    known = counted(counts.already_there, "ride")
    words = f"The ledger knew {known} of the others before."
    if refused := sum(counts.refused.values()):
        words += f" {counted(refused, 'line')} can't be applied, see 'refused'."
    if counts.lines_left:
        words += (
            f" There was no time for {counted(counts.lines_left, 'line')}: send the same command "
            "again, and it goes on."
        )
    return words


def _figures(counts: Applied) -> dict[str, Any]:
    return {
        "fare_cents": counts.fare_cents,
        "charged_cents": counts.charged_cents,
        "already_there": counts.already_there,
        "refused": dict(sorted(counts.refused.items())),
        "doubled": counts.doubled,
        "unreadable": counts.unreadable,
        "lines_left": counts.lines_left,
    }
