"""Sets a new version of a programme's rules. Vouchers keep the version under which they were
minted: what a person was promised doesn't change."""

from datetime import datetime

from farechance.commands import SetRules
from farechance.errors import FieldError, FieldErrors, StateForbids
from farechance.ledger import Kind
from farechance.programs import Status
from farechance.store import Store, keys, writes
from operations.administration_plan import Plan, existing_program
from operations.change_program import program_writes


def set_rules(command: SetRules, *, store: Store, now: datetime) -> Plan:
    """Raises NotFound, FieldErrors, StateForbids (`program_closed`)."""
    before = existing_program(command.program_id, store)
    if before.status is Status.CLOSED:
        raise StateForbids("program_closed", {"program_id": command.program_id})
    _check_what_stays(command, store, before.rules_version)
    version = before.rules_version + 1
    _, made = program_writes(
        before, Kind.PROGRAM_RULED, command.command_id, now, rules_version=version
    )
    made.append(writes.put_new(keys.rules(command.program_id, version), command.rules))
    return Plan(
        answer={
            "in_words": f"{command.program_id} has rules of version {version}, for vouchers minted "
            "from now on (within a minute). Older vouchers keep theirs.",
            "program_id": command.program_id,
            "rules_version": version,
        },
        writes_after=lambda _: made,
    )


def _check_what_stays(command: SetRules, store: Store, version: int) -> None:
    key = keys.rules(command.program_id, version)
    current = store.read(key)[key]
    wrong = tuple(
        FieldError(f"/rules/{name}", "can't change: amounts and months must add up")
        for name in ("currency", "time_zone")
        if getattr(current, name) != getattr(command.rules, name)
    )
    if wrong:
        raise FieldErrors(wrong)
