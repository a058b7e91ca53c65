"""Ride companies' statements for tests: files as a company would send them, dropped into the inbox
of a world, reconciled and applied."""

import csv
import io
from collections.abc import Iterable
from typing import Any

from farechance.rides import authorization_id
from farechance.statement_files import StatementName
from farechance.times import instant_text
from operations.reconcile_statement import StatementTools, Told, reconcile_statement
from world import World

HEADER = ("ride_id", "completed_at", "fare", "amount charged to the voucher", "authorization_id")
MARCH = "2026-03"


def name_of(world: World, month: str = MARCH) -> StatementName:
    """Of this world's ride company."""
    return StatementName(program_id=world.program_id, provider_id=world.provider_id, month=month)


def table(rows: Iterable[Iterable[str]], header: Iterable[str] = HEADER) -> bytes:
    """A file of comma-separated values."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([header, *rows])
    return out.getvalue().encode()


def row(
    world: World,
    code: str,
    ride: str,
    cents: int = 1_500,
    charged: int | None = None,
    **changes: str,
) -> tuple[str, ...]:
    """A line of a ride that was completed now on the voucher that a code opens."""
    authorization = authorization_id(world.voucher_key(code), f"{world.provider_id}#{ride}")
    fields = {
        "ride_id": ride,
        "completed_at": instant_text(world.clock.now),
        "fare": dollars(cents),
        "charged": dollars(cents if charged is None else charged),
        "authorization_id": authorization,
    }
    return tuple({**fields, **changes}.values())


def dollars(cents: int) -> str:
    """`1234` as `12.34`."""
    return f"{cents // 100}.{cents % 100:02d}"


def drop(world: World, *rows: Iterable[str], month: str = MARCH) -> StatementName:
    """A statement of these lines lies in the inbox."""
    name = name_of(world, month)
    world.bucket.put(name.path, table(rows))
    return name


def reconcile(world: World, path: str = "", month: str = MARCH) -> Told | None:
    """What the function does that the inbox calls."""
    tools: Any = StatementTools(
        world.store,
        world.bucket,  # type: ignore[arg-type]
        world.sends_report,
        world.clock,
    )
    return reconcile_statement(path or name_of(world, month).path, tools)


def apply(world: World, command_id: str = "apply-1", month: str = MARCH, **fields: Any) -> Any:
    """Looks at the statement that lies in the inbox, and then applies it."""
    named = {"program_id": world.program_id, "provider_id": world.provider_id, "month": month}
    looked = world.administer(
        "apply_statement", command_id=command_id, dry_run=True, **{**named, **fields}
    )
    digest = looked["statement_digest"]
    return world.administer(
        "apply_statement", command_id=command_id, statement_digest=digest, **{**named, **fields}
    )
