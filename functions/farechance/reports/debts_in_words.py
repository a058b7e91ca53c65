"""How it stands with the ride companies, in sentences for page one: paid, still payable, undecided,
and what the company's own statement says. It must never compute a figure."""

from farechance.reports import phrases
from farechance.reports.content import Report
from farechance.reports.money_content import Owing
from farechance.reports.phrases import counted, number
from farechance.reports.statement_content import Statement

COMPANIES_BY_NAME = 3
"""More ride companies than that are told together, so that nobody has to listen to a list."""


def debts(report: Report) -> str:
    """What was paid to each ride company, what is still payable to it, how its own statement of the
    month compares, and what nobody has decided yet."""
    return " ".join([*_of_companies(report), *_undecided(report)])


def _of_companies(report: Report) -> list[str]:
    companies = report.money.ride_companies
    statements = {one.provider_id: one for one in report.exceptions.statements}
    if not companies:
        return ["No ride company is owed anything."]
    if len(companies) > COMPANIES_BY_NAME:
        return [_together(report)]
    return [
        _to_company(company, statements.get(company.provider_id), report.currency)
        for company in companies
    ]


def _undecided(report: Report) -> list[str]:
    """What may become payable beside that."""
    cents = report.money.undecided_cents
    if not cents:
        return []
    beyond = phrases.money(cents, report.currency)
    return [f"{beyond} beyond the vouchers is undecided."]


def _to_company(company: Owing, statement: Statement | None, currency: str) -> str:
    paid, closing = (
        phrases.money(cents, currency) for cents in (company.paid_cents, company.closing_cents)
    )
    if company.closing_cents < 0:
        owing = f"{phrases.money(-company.closing_cents, currency)} is owed back by it"
    else:
        owing = f"{closing} is still payable to it"
    said = f"{company.name} was paid {paid} in the month; {owing}."
    if statement is None:
        return f"{said} Its own statement has not been compared yet."
    charged, ours = (
        phrases.money(cents, currency)
        for cents in (statement.charged_cents, statement.ledger_cents)
    )
    books = "as our books do" if charged == ours else f"and our books {ours}"
    return f"{said} Its own statement says {charged}, {books}: {_compared(statement)}."


def _compared(statement: Statement) -> str:
    wrong = differences(statement)
    if not wrong and not statement.matched:
        return "there was nothing to compare"
    if not wrong:
        return f"every one of {counted(statement.matched, 'line')} agrees"
    agree = "agrees" if statement.matched == 1 else "agree"
    return f"{counted(statement.matched, 'line')} {agree}, {number(wrong)} {_differ(wrong)}"


def _differ(lines: int) -> str:
    return "differs" if lines == 1 else "differ"


def differences(statement: Statement) -> int:
    """Lines of a statement, or of the ledger, that have no match."""
    return (
        statement.different_amount
        + statement.different_authorization
        + statement.different_fare
        + statement.only_theirs
        + statement.only_ours
        + statement.doubled
        + statement.unreadable
    )


def _together(report: Report) -> str:
    companies, statements = report.money.ride_companies, report.exceptions.statements
    paid = phrases.money(sum(one.paid_cents for one in companies), report.currency)
    owed = sum(one.closing_cents for one in companies)
    payable = phrases.money(abs(owed), report.currency)
    to_them = "still payable to them" if owed >= 0 else "owed back by them"
    said = (
        f"{number(len(companies))} ride companies were paid {paid} in the month, and {payable} is "
        f"{to_them}."
    )
    if not statements:
        return f"{said} None of their statements has been compared yet."
    verb = "was" if len(statements) == 1 else "were"
    wrong = sum(differences(one) for one in statements)
    return (
        f"{said} {counted(len(statements), 'statement')} of theirs {verb} compared with our books: "
        f"{counted(wrong, 'line')} {_differ(wrong)}."
    )
