"""Creates a programme with the first version of its rules."""

from datetime import datetime

from farechance.commands import CreateProgram
from farechance.errors import StateForbids
from farechance.ledger import Facts, Kind, append
from farechance.listings import ListedProgram
from farechance.programs import Program, Status
from farechance.store import Store, keys, writes
from operations.administration_plan import Plan


def create_program(command: CreateProgram, *, store: Store, now: datetime) -> Plan:
    """Raises StateForbids (`program_exists`)."""
    program_key = keys.program(command.program_id)
    if store.read(program_key)[program_key] is not None:
        raise StateForbids("program_exists", {"program_id": command.program_id})
    program = Program(
        program_id=command.program_id,
        name=command.name,
        funder=command.funder,
        status=Status.DRAFT,
        rules_version=1,
        time_zone=command.rules.time_zone,
    )
    chain, entry = append(
        program.chain,
        account=keys.program_account(command.program_id),
        identity=f"command#{command.command_id}",
        kind=Kind.PROGRAM_CREATED,
        program_id=command.program_id,
        zone=command.rules.zone,
        now=now,
        facts=Facts(command_id=command.command_id),
    )
    made = [
        writes.put_new(program_key, program.model_copy(update={"chain": chain})),
        writes.put_new(keys.rules(command.program_id, 1), command.rules),
        writes.put_new(
            keys.listed_program(command.program_id), ListedProgram(program_id=command.program_id)
        ),
        writes.put_entry(entry),
    ]
    return Plan(
        answer={
            "in_words": f"The programme '{command.name}' ({command.program_id}) is there, as a "
            "draft. Next: fund it, create a partner, and allot money to the partner.",
            "program_id": command.program_id,
            "status": program.status.value,
            "rules_version": 1,
        },
        writes_after=lambda _: made,
    )
