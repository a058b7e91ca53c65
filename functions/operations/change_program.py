"""The writes that change a programme: its item at the version that was read, and the entry that
says so, chained to the programme's entry before it."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from farechance.ledger import Account, Facts, Kind, append
from farechance.programs import Program
from farechance.store import Write, keys, writes


def program_writes(
    before: Program,
    kind: Kind,
    command_id: str,
    now: datetime,
    *,
    changes: Mapping[Account, int] | None = None,
    partner_id: str | None = None,
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
        facts=Facts(partner_id=partner_id, command_id=command_id),
        changes=changes,
    )
    after = Program.model_validate(
        {**dict(before), **fields, "version": before.version + 1, "chain": chain}
    )
    key = keys.program(before.program_id)
    return after, [writes.change(key, before, after), writes.put_entry(entry)]
