"""Small counts of people: not told, and neither is what would give them away by subtraction. It
owns which counts of a funder's report become null. A partner's own report tells all: it knows its
people."""

from collections.abc import Sequence

from farechance.reports.content import Outcome, PartnerRow, People


def hidden(people: People) -> People:
    """The counts as they may be told. A count is small from 1 on and below the threshold; nobody is
    told apart by a zero."""
    least = people.small_count_threshold
    rows = _rows(people.by_partner, least)
    riders = _told(people.riders, least)
    kinds_of_riders = (people.new_riders, people.returning_riders)
    tells_kinds = riders is not None and not any(_is_small(one, least) for one in kinds_of_riders)
    return people.model_copy(
        update={
            "riders": riders,
            "new_riders": people.new_riders if tells_kinds else None,
            "returning_riders": people.returning_riders if tells_kinds else None,
            "given_vouchers": _told(people.given_vouchers, least),
            # With the rides, which are told, the mean would tell the riders.
            "rides_per_rider_hundredths": (
                None if riders is None else people.rides_per_rider_hundredths
            ),
            "by_partner": rows,
            "outcomes": tuple(
                Outcome(outcome=one.outcome, people=_told(one.people, least))
                for one in people.outcomes
            ),
        }
    )


def _rows(rows: Sequence[PartnerRow], least: int) -> tuple[PartnerRow, ...]:
    """Partners add up to the riders. So where one's count is small, others' go too, the smallest
    first, until what is hidden is at least two counts and together not small."""
    may_be_hidden = (row for row in rows if row.riders or _is_small_row(row, least))
    gone: set[str] = set()
    together = 0
    for row in sorted(may_be_hidden, key=lambda row: row.riders or 0):
        is_enough = not gone or (len(gone) > 1 and together >= least)
        if not _is_small_row(row, least) and is_enough:
            break
        gone.add(row.partner_id)
        together += row.riders or 0
    return tuple(
        row.model_copy(update={"riders": None}) if row.partner_id in gone else row for row in rows
    )


def _is_small_row(row: PartnerRow, least: int) -> bool:
    # So few rides bound the riders: were none of them told, one that is hidden would be one.
    return _is_small(row.riders, least) or (row.riders == 0 and 0 < row.rides < least)


def _told(count: int | None, least: int) -> int | None:
    return None if _is_small(count, least) else count


def _is_small(count: int | None, least: int) -> bool:
    return count is not None and 0 < count < least
