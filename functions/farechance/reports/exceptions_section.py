"""The section about what somebody should look at. It must never compute."""

import htpy as h

from farechance.reports import phrases
from farechance.reports.content import Report
from farechance.reports.debts_in_words import differences
from farechance.reports.document import section, table
from farechance.reports.phrases import number

_LATE = "Changes to rides of earlier months"


def exceptions_section(report: Report) -> h.Element:
    """Shortfalls, contradictions, refusals, statements that differ, and what came late."""
    some = report.exceptions
    lines = [
        ("Shortfalls", number(some.shortfalls)),
        ("Messages that contradicted an earlier one", number(some.conflicts)),
        ("Messages that were refused", number(some.refused_events)),
    ]
    names = {one.provider_id: one.name for one in report.money.ride_companies}
    lines += [
        (
            f"Differences to the statement of {names.get(one.provider_id, one.provider_id)}",
            number(differences(one)),
        )
        for one in some.statements
    ]
    return section(
        "exceptions",
        "To be looked at",
        h.div(".pair")[table("Exceptions of the month", ("", "Times"), lines), _late(report)],
    )


def _late(report: Report) -> h.Node:
    late = report.exceptions.late_adjustments
    if not late:
        return h.div[h.h3[_LATE], h.p(".note")["There were none."]]
    return h.div[
        table(
            _LATE,
            ("Month", "Changes", "Captured", "Refunded"),
            (
                (
                    phrases.month(one.month),
                    number(one.adjustments),
                    phrases.money(one.captured_cents, report.currency),
                    phrases.money(one.refunded_cents, report.currency),
                )
                for one in late
            ),
        ),
        h.p(".note")[
            "The earlier month’s report stays as it is: these amounts are counted in this one."
        ],
    ]
