"""Reads what a month's report is made from beside its entries: rules, names, the programme's salt,
counts of outcomes and reconciled statements. Nothing of it leads to a person."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import batched

from farechance.errors import BooksDiffer
from farechance.participant_records import OutcomeCount
from farechance.programs import Partner, Program, Provider, Rules
from farechance.report_records import ReportSalt
from farechance.reports.figures import Names
from farechance.reports.statement_content import Statement
from farechance.store import Key, Store, keys, writes


@dataclass(frozen=True, slots=True)
class Sources:
    """What is the same for every month of a programme. `first_month`: of its first entry."""

    program: Program
    rules: Rules
    names: Names
    first_month: str
    salt: bytes


def read_sources(program: Program, rules_version: int, *, new_salt: bytes, store: Store) -> Sources:
    """Under the rules of that version. `new_salt` becomes the programme's if it has none. Raises
    BooksDiffer, Busy."""
    versions = store.all_of(keys.rules(program.program_id, 0), "rules#")
    by_number = dict(enumerate(versions, start=1))
    if rules_version not in by_number:
        raise BooksDiffer(f"{program.program_id} has no rules {rules_version}")
    allotments = store.all_of(keys.allotment(program.program_id, ""))
    partners = {one.partner_id: keys.partner(one.partner_id) for one in allotments}
    # A ride company that no rule names any more may still be owed.
    companies = sorted({one for rules in by_number.values() for one in rules.provider_ids})
    providers = {one: keys.provider(one) for one in companies}
    return Sources(
        program=program,
        rules=by_number[rules_version],
        names=Names(_names(partners, store), _names(providers, store)),
        first_month=first_month(program.program_id, store),
        salt=_salt(program.program_id, new_salt, store),
    )


def first_month(program_id: str, store: Store) -> str:
    """Of the programme's first entry. Raises BooksDiffer, Busy."""
    entries = store.entries(keys.program_account(program_id), 0, 1)
    if not entries:
        raise BooksDiffer(f"{program_id} has no entries")
    return entries[0].month


def outcomes_of(program_id: str, month: str, store: Store) -> tuple[OutcomeCount, ...]:
    """How many outcomes partners recorded in a month."""
    return tuple(store.all_of(keys.outcome_count(program_id, month, "", ""), f"{month}#"))


def statements_of(program_id: str, month: str, store: Store) -> tuple[Statement, ...]:
    """What came of ride companies' own statements of a month, as far as there are any."""
    found = store.all_of(keys.statement(program_id, month, ""), f"{month}#")
    return tuple(one.statement for one in found)


def _names(wanted: Mapping[str, Key[Partner] | Key[Provider]], store: Store) -> dict[str, str]:
    """By id. A programme may name a ride company before it is registered: then its id is its
    name."""
    names = {}
    for some in batched(wanted.items(), 100, strict=False):
        found = store.read(*(key for _, key in some))
        for name, key in some:
            named = found.items[key]
            names[name] = name if named is None else named.name
    return names


def _salt(program_id: str, new_salt: bytes, store: Store) -> bytes:
    key = keys.report_salt(program_id)

    def attempt() -> bytes:
        found = store.read(key)[key]
        if found is None:
            found = ReportSalt(salt=new_salt.hex())
            store.commit(writes.put_new(key, found))
        return found.secret

    return store.again(attempt)
