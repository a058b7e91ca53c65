"""The section about ride companies: an account of each, and its own statement against our books. It
must never compute."""

import htpy as h

from farechance.reports import phrases
from farechance.reports.content import Report
from farechance.reports.document import section, table
from farechance.reports.money_content import Owing
from farechance.reports.phrases import number
from farechance.reports.statement_content import Statement


def debts_section(report: Report) -> h.Element:
    """All of them."""
    companies = report.money.ride_companies
    statements = {one.provider_id: one for one in report.exceptions.statements}
    return section(
        "ride-companies",
        "Ride companies",
        [_company(one, statements.get(one.provider_id), report) for one in companies]
        or h.p["No ride company was paid, or is owed anything."],
    )


def _company(company: Owing, statement: Statement | None, report: Report) -> h.Element:
    if report.partner_id:
        return h.div(".pair")[_partners_account(company, report)]
    return h.div(".pair")[
        _account(company, report),
        _statement(company, statement, report)
        if statement
        else h.div[
            h.h3[f"{company.name}: its own statement"],
            h.p(".note")["It has not been compared with our books yet."],
        ],
    ]


def _account(company: Owing, report: Report) -> h.Element:
    lines = (
        ("Payable at the opening", company.opening_cents),
        ("+ Captured", company.captured_cents),
        ("− Refunded", company.refunded_cents),
        ("+ Accepted beyond vouchers", company.accepted_cents),
        ("− Paid", company.paid_cents),
    )
    return table(
        f"{company.name}: what is payable",
        ("", "Amount"),
        ((name, phrases.money(cents, report.currency)) for name, cents in lines),
        total=(
            f"= Payable {phrases.the_end(is_complete=report.is_complete)}",
            phrases.money(company.closing_cents, report.currency),
        ),
    )


def _partners_account(company: Owing, report: Report) -> h.Element:
    """Payments are the programme's, so what is payable can't be said of a partner's part."""
    lines = (
        ("Captured", company.captured_cents),
        ("Refunded", company.refunded_cents),
        ("Of the captured: fees for cancelled rides", company.fees_cents),
    )
    return table(
        f"{company.name}: rides of the partner’s vouchers",
        ("", "Amount"),
        ((name, phrases.money(cents, report.currency)) for name, cents in lines),
    )


def _statement(company: Owing, statement: Statement, report: Report) -> h.Element:
    lines = (
        ("Lines of the statement", number(statement.lines)),
        ("Match our books", number(statement.matched)),
        ("Another amount", number(statement.different_amount)),
        ("Another authorization", number(statement.different_authorization)),
        ("Another fare", number(statement.different_fare)),
        ("Only in the statement", number(statement.only_theirs)),
        ("Only in our books", number(statement.only_ours)),
        ("Twice in the statement", number(statement.doubled)),
        ("Could not be read", number(statement.unreadable)),
        ("The statement charges", phrases.money(statement.charged_cents, report.currency)),
        ("Our books have", phrases.money(statement.ledger_cents, report.currency)),
    )
    return table(f"{company.name}: its own statement", ("", "Figure"), lines)
