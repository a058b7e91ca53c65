"""The equations of a report: each is printed, and a report of which one doesn't hold is never
published. The two sides come from different sums (balances from the changes of accounts, flows from
the movements between them, and these by day, purpose, company and partner), so that a mistake in
one shows. It must never correct a figure."""

from collections.abc import Iterable, Iterator, Sequence

from farechance.errors import BooksDiffer
from farechance.ledger import Account
from farechance.reports.closing import Sums
from farechance.reports.content import Identity, Report
from farechance.reports.money_content import Owing, Split
from farechance.reports.movements import Movement
from farechance.reports.tally import Tally


def of_program(
    report: Report, tally: Tally, after: Sums, own_account: Sums | None, parts: Sequence[Report]
) -> tuple[Identity, ...]:
    """All of a programme's. `own_account` is what the programme's own account says, read by
    itself and not by month; None while the month goes on."""
    money = report.money
    return (
        *_of_any(report),
        Identity(
            name="Nothing is lost: all that was granted",
            left="funded − defunded, to date",
            right="closing + spent on rides + paid directly, to date",
            left_value=after.granted_cents,
            right_value=money.closing.total_cents + after.spent_cents,
        ),
        *(() if own_account is None else (_own_account(after, own_account),)),
        _vouchers(report, tally),
        *(_company(one) for one in money.ride_companies),
        Identity(
            name="Ride companies together",
            left="captured − refunded",
            right="sum over ride companies",
            left_value=money.net_cents,
            right_value=sum(
                one.captured_cents - one.refunded_cents for one in money.ride_companies
            ),
        ),
        Identity(
            name="Partners together",
            left="captured − refunded",
            right="sum over partners",
            left_value=money.net_cents,
            right_value=sum(one.net_cents for one in report.people.by_partner),
        ),
        Identity(
            name="Money that partners hold",
            left="allotted + reserved + in vouchers + held + between cards",
            right="sum over partners",
            left_value=_with_partners(money.closing),
            right_value=sum(_with_partners(one.money.closing) for one in parts),
        ),
    )


def of_partner(report: Report, tally: Tally) -> tuple[Identity, ...]:
    """All of a partner's part."""
    return (*_of_any(report), _vouchers(report, tally))


def check(report: Report) -> Report:
    """The report, if all of its equations hold. Raises BooksDiffer."""
    broken = [one for one in report.identities if not one.holds]
    if broken:
        said = "; ".join(
            f"{one.name}: {one.left} is {one.left_value}, {one.right} is {one.right_value}"
            for one in broken
        )
        raise BooksDiffer(f"{report.program_id} {report.month}: {said}")
    return report


def _of_any(report: Report) -> Iterator[Identity]:
    money, rides = report.money, report.rides
    yield Identity(
        name="What came and went",
        left="opening + funded − defunded − captured + refunded − accepted",
        right="closing",
        left_value=money.opening.total_cents
        + money.funded_cents
        - money.defunded_cents
        - money.net_cents
        - money.accepted_cents,
        right_value=money.closing.total_cents,
    )
    yield Identity(
        name="No balance is below zero",
        left="what balances lack",
        right="nothing",
        left_value=sum(
            max(0, -cents) for split in (money.opening, money.closing) for cents in _parts(split)
        ),
        right_value=0,
    )
    sums: tuple[tuple[str, Iterable[int]], ...] = (
        ("days", (one.net_cents for one in money.by_day)),
        ("purposes", (one.net_cents for one in rides.by_purpose)),
        ("weeks", (one.net_cents for one in rides.by_week)),
    )
    for name, cents in sums:
        yield Identity(
            name=f"Spent by {name}",
            left="captured − refunded",
            right=f"sum over {name}",
            left_value=money.net_cents,
            right_value=sum(cents),
        )
    yield Identity(
        name="Requests",
        left="requested",
        right="approved + declined",
        left_value=rides.requested,
        right_value=rides.approved + rides.declined,
        unit="count",
    )
    yield Identity(
        name="Completed rides",
        left="completed",
        right="sum over purposes",
        left_value=rides.completed,
        right_value=sum(one.rides for one in rides.by_purpose),
        unit="count",
    )


def _vouchers(report: Report, tally: Tally) -> Identity:
    """What vouchers hold, available and held."""
    moved, money = tally.movements, report.money
    minted = moved[Movement.MINT] + moved[Movement.MINT_IN_BATCH]
    moved_over = moved[Movement.REISSUE] - moved[Movement.INHERIT]
    return Identity(
        name="On vouchers",
        left="opening + minted − captured + refunded − returned − moved to new cards",
        right="in vouchers + held",
        left_value=_on_vouchers(money.opening)
        + minted
        - money.net_cents
        - moved[Movement.RETURN]
        - moved_over,
        right_value=_on_vouchers(money.closing),
    )


def _own_account(after: Sums, own_account: Sums) -> Identity:
    return Identity(
        name="The programme's own account says the same",
        left="granted − not allotted − paid directly, from all months",
        right="the same, from the account alone",
        left_value=_kept(after),
        right_value=_kept(own_account),
    )


def _company(one: Owing) -> Identity:
    return Identity(
        name=f"Payable to {one.name}",
        left="opening + captured − refunded + accepted − paid",
        right="closing",
        left_value=one.opening_cents
        + one.captured_cents
        - one.refunded_cents
        + one.accepted_cents
        - one.paid_cents,
        right_value=one.closing_cents,
    )


def _kept(sums: Sums) -> int:
    unallotted, paid = sums.balance(Account.UNALLOTTED), sums.balance(Account.PAID_DIRECT)
    return sums.granted_cents - unallotted - paid


def _on_vouchers(split: Split) -> int:
    return split.in_vouchers_cents + split.held_cents


def _with_partners(split: Split) -> int:
    return split.total_cents - split.unallotted_cents


def _parts(split: Split) -> tuple[int, ...]:
    return tuple(split.model_dump().values())
