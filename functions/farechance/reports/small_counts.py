"""Small counts of people: not told, and neither is what would give them away by subtraction, also
to a partner, who knows its own part of every count. It owns which counts of a funder's report
become null. A partner's own report tells all: it knows its people."""

from collections.abc import Iterable, Sequence

from farechance.participant_records import OutcomeCount
from farechance.reports.content import Outcome, PartnerRow, People


def hidden(people: People, parts: Sequence[People], outcomes: Sequence[OutcomeCount]) -> People:
    """The counts as they may be told; `parts` are the partners' own, which add up to them, and
    `outcomes` what each partner recorded. A count is small from 1 on and below the threshold;
    nobody is told apart by a zero."""
    least = people.small_count_threshold
    rows, tells_riders = _rows(people.by_partner, least)
    riders = people.riders if tells_riders else None
    riders = _told(riders, (row.riders for row in people.by_partner), least)
    new = _told(people.new_riders, (one.new_riders for one in parts), least)
    returning = _told(people.returning_riders, (one.returning_riders for one in parts), least)
    tells_kinds = None not in (riders, new, returning)
    given = _told(people.given_vouchers, (one.given_vouchers for one in parts), least)
    return people.model_copy(
        update={
            "riders": riders,
            "new_riders": new if tells_kinds else None,
            "returning_riders": returning if tells_kinds else None,
            "given_vouchers": given,
            # With the rides, which are told, the mean would tell the riders.
            "rides_per_rider_hundredths": (
                None if riders is None else people.rides_per_rider_hundredths
            ),
            "by_partner": rows,
            "outcomes": tuple(_outcome(one, outcomes, least) for one in people.outcomes),
        }
    )


def _rows(rows: Sequence[PartnerRow], least: int) -> tuple[tuple[PartnerRow, ...], bool]:
    """The partners' rows, and whether the riders whom they add up to may be told. Where one's count
    is small, others' go too, the smallest first, until nothing that is hidden can be worked out;
    where that never is so, as of two partners, the sum goes instead."""
    small = [row for row in rows if _is_small_row(row, least)]
    others = (row for row in rows if row.riders and not _is_small_row(row, least))
    gone = list(small)
    for row in sorted(others, key=lambda row: row.riders or 0):
        if _is_safe(gone, least):
            break
        gone.append(row)
    tells_sum = _is_safe(gone, least)
    names = {row.partner_id for row in (gone if tells_sum else small)}
    told = (
        row.model_copy(update={"riders": None}) if row.partner_id in names else row for row in rows
    )
    return tuple(told), tells_sum


def _is_safe(gone: Sequence[PartnerRow], least: int) -> bool:
    """Whether what is hidden can't be worked out from the sum of all, by anybody: neither by who
    knows none of it, nor by a partner who takes its own part away."""
    knowing = [gone, *([row for row in gone if row is not own] for own in gone)]
    return all(_is_mixed(unknown, least) for unknown in knowing)


def _is_mixed(unknown: Sequence[PartnerRow], least: int) -> bool:
    """Whether counts of which the sum is known hide each other: none is small, or they are at least
    two and together not small. Everybody sees that each has a rider, and none more riders than
    rides: so neither may all have just one, nor all as many as rides."""
    if not any(_is_small_row(row, least) for row in unknown):
        return True
    together, rides = sum(row.riders or 0 for row in unknown), sum(row.rides for row in unknown)
    return len(unknown) > 1 and together >= least and len(unknown) < together < rides


def _is_small_row(row: PartnerRow, least: int) -> bool:
    # So few rides bound the riders: were none of them told, one that is hidden would be one.
    return _is_small(row.riders, least) or (row.riders == 0 and 0 < row.rides < least)


def _outcome(one: Outcome, outcomes: Sequence[OutcomeCount], least: int) -> Outcome:
    of_partners: dict[str, int] = {}
    for count in outcomes:
        if count.outcome == one.outcome:
            of_partners[count.partner_id] = of_partners.get(count.partner_id, 0) + count.people
    return Outcome(outcome=one.outcome, people=_told(one.people, of_partners.values(), least))


def _told(count: int | None, parts: Iterable[int | None], least: int) -> int | None:
    """A count, unless it is small, or what is left of it without one partner's part is."""
    if count is None:
        return None
    left = (count, *(count - (own or 0) for own in parts))
    return None if any(_is_small(one, least) for one in left) else count


def _is_small(count: int | None, least: int) -> bool:
    return count is not None and 0 < count < least
