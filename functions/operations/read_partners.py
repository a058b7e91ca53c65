"""Reads every partner that has an allotment, by way of the programmes: nothing scans a table."""

from concurrent.futures import ThreadPoolExecutor
from itertools import islice

from farechance.programs import Partner
from farechance.store import Store, keys

MOST_PROGRAMS, MOST_PARTNERS = 50, 100
_AT_ONCE = 8


def read_partners(store: Store) -> tuple[Partner, ...]:
    """In the order of their names, at most `MOST_PARTNERS`."""
    programs = islice(store.all_of(keys.listed_program("")), MOST_PROGRAMS)

    def allotted(program_id: str) -> list[str]:
        first = keys.allotment(program_id, "")
        return [one.partner_id for one in islice(store.all_of(first), MOST_PARTNERS)]

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        of_each = pool.map(allotted, [one.program_id for one in programs])
        ids = sorted({partner_id for some in of_each for partner_id in some})
    partner_keys = [keys.partner(one) for one in ids[:MOST_PARTNERS]]
    if not partner_keys:
        return ()
    found = store.read(*partner_keys)
    partners = [one for key in partner_keys if (one := found[key]) is not None]
    return tuple(sorted(partners, key=lambda one: one.name.casefold()))
