"""Shows programmes: reads them, their allotments and what housekeeping added up, side by side."""

from collections.abc import Iterator
from itertools import batched

import htpy as h

from farechance.programs import Allotment
from farechance.store import Store, keys
from farechance.store.side_by_side import side_by_side
from farechance.widgets.asked import Asked
from farechance.widgets.budgets import Budget
from farechance.widgets.programs import ProgramSeen, programs_widget
from operations.keep_house import list_programs, listed_there

MOST_SHOWN = 24


def show_programs(asked: Asked, *, store: Store) -> h.Element:
    """Three steps, however many programmes there are. Raises Busy."""
    listed = [one.program_id for one in list_programs(store)]
    shown = listed[:MOST_SHOWN]
    seen = _seen(shown, store) if shown else []
    return programs_widget(asked, seen, len(listed) - len(shown))


def _seen(program_ids: list[str], store: Store) -> list[ProgramSeen]:
    program_keys = [keys.program(one) for one in program_ids]
    standing_keys = [keys.standing(one) for one in program_ids]
    found = store.read(*program_keys, *standing_keys)
    programs = [listed_there(found[key]) for key in program_keys]
    rules_keys = [keys.rules(one.program_id, one.rules_version) for one in programs]
    allotments = _allotments(program_ids, store)
    rules = store.read(*rules_keys)
    return [
        ProgramSeen(
            program,
            listed_there(rules[rules_key]),
            Budget.of(program, tuple(allotments[program.program_id]), found[standing_key]),
        )
        for program, rules_key, standing_key in zip(
            programs, rules_keys, standing_keys, strict=True
        )
    ]


def _allotments(program_ids: list[str], store: Store) -> dict[str, list[Allotment]]:
    """Each programme's, a partition for each, read side by side."""
    found: dict[str, list[Allotment]] = {one: [] for one in program_ids}

    def pages(program_id: str) -> Iterator[list[Allotment]]:
        for some in batched(store.all_of(keys.allotment(program_id, "")), 100, strict=False):
            yield list(some)

    for page in side_by_side([pages(one) for one in program_ids]):
        for allotment in page:
            found[allotment.program_id].append(allotment)
    return found
