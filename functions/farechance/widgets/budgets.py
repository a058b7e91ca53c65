"""Where a programme's money is, and how long it lasts: what the widget of programmes says in
figures. It owns this arithmetic; it must never read or word anything."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

from farechance.programs import Allotment, Program, Rules
from farechance.standings import Standing


@dataclass(frozen=True, slots=True)
class Budget:
    """A programme's money in cents, as it is now. What is unallotted, allotted, paid directly and
    on vouchers (or reserved for those of batches) adds up to `funded_cents`. `standing` splits what
    is on vouchers, as it was when it was last added up; None before the first time."""

    funded_cents: int
    unallotted_cents: int
    allotted_cents: int
    paid_direct_cents: int
    on_vouchers_cents: int
    standing: Standing | None

    @classmethod
    def of(
        cls, program: Program, allotments: tuple[Allotment, ...], standing: Standing | None
    ) -> Self:
        """What is on vouchers, and reserved for those of batches, is what is left: money is only
        moved (domain.md, 'Money')."""
        allotted = sum(one.available_cents for one in allotments)
        return cls(
            funded_cents=program.funded_cents,
            unallotted_cents=program.unallotted_cents,
            allotted_cents=allotted,
            paid_direct_cents=program.paid_direct_cents,
            on_vouchers_cents=program.funded_cents
            - program.unallotted_cents
            - program.paid_direct_cents
            - allotted,
            standing=standing,
        )

    @property
    def spent_cents(self) -> int:
        """On rides by vouchers, and paid directly."""
        return self.paid_direct_cents + (self.standing.spent_cents if self.standing else 0)

    @property
    def free_cents(self) -> int:
        """Free on vouchers: what was minted or given back since the standing is in it."""
        if self.standing is None:
            return self.on_vouchers_cents
        split = self.standing
        used = split.spent_cents + split.held_cents + split.reserved_cents
        return max(self.on_vouchers_cents - used, 0)

    @property
    def left_cents(self) -> int:
        """What rides can still cost: all but what is spent."""
        return self.funded_cents - self.spent_cents


@dataclass(frozen=True, slots=True)
class Pace:
    """What a programme's rides cost over some days, and for how many more its money lasts."""

    over_days: int
    covered_cents: int
    days_left: int
    last_day: date

    @property
    def cents_a_day(self) -> int:
        """On average, to the nearest cent."""
        return (2 * self.covered_cents + self.over_days) // (2 * self.over_days)


MOST_DAYS = 3_660
"""As long as a programme may last: beyond it no number says more."""


def pace_of(budget: Budget, rules: Rules) -> Pace | None:
    """Over the month so far and the one before, as far as the programme had begun. None where
    nothing was paid in this time, or nothing is known of it."""
    standing = budget.standing
    if standing is None:
        return None
    today = standing.as_of.astimezone(rules.zone).date()
    covered = standing.covered_cents + standing.covered_before_cents
    first = date.fromisoformat(f"{standing.month}-01")
    if standing.covered_before_cents:
        first = (first - timedelta(days=1)).replace(day=1)
    over_days = (today - max(first, min(rules.starts_on, today))).days + 1
    if covered <= 0:
        return None
    days_left = min(max(budget.left_cents, 0) * over_days // covered, MOST_DAYS)
    return Pace(over_days, covered, days_left, today + timedelta(days=days_left))
