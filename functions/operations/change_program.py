"""The writes that change a programme: its item at the version that was read, and the entry that
says so, chained to the programme's entry before it."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from farechance.errors import StateForbids
from farechance.ledger import Account, Facts, Kind, append
from farechance.programs import Program
from farechance.store import Write, keys, writes


def check_unallotted(program: Program, cents: int) -> None:
    """Raises StateForbids (`insufficient_budget`) if the programme has less that is free."""
    if program.unallotted_cents < cents:
        raise StateForbids(
            "insufficient_budget",
            {"unallotted_cents": program.unallotted_cents, "needed_cents": cents},
        )


def program_writes(
    before: Program,
    kind: Kind,
    command_id: str,
    now: datetime,
    *,
    changes: Mapping[Account, int] | None = None,
    facts: Facts | None = None,
    **fields: object,
) -> tuple[Program, list[Write]]:
    """The programme as it will be (with `fields` set), and the two writes that make it so."""
    chain, entry = append(
        before.chain,
        account=keys.program_account(before.program_id),
        identity=f"command#{command_id}",
        kind=kind,
        program_id=before.program_id,
        zone=ZoneInfo(before.time_zone),
        now=now,
        facts=(facts or Facts()).model_copy(update={"command_id": command_id}),
        changes=changes,
    )
    after = Program.model_validate(
        {**vars(before), **fields, "version": before.version + 1, "chain": chain}
    )
    key = keys.program(before.program_id)
    return after, [writes.change(key, before, after), writes.put_entry(entry)]
