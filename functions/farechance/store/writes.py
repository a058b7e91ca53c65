"""Every write, with its condition. It owns the condition expressions and builds every Put of the
ledger (`put_entry`: an entry that must not exist yet); it must never send anything."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

from pydantic import BaseModel

from farechance.ledger import Entry
from farechance.programs import Allotment, Status
from farechance.store import keys
from farechance.store.keys import Key, TableName, without_key
from farechance.vouchers import Hold, Voucher


@dataclass(frozen=True, slots=True)
class Write:
    """One action of a transaction. `values` are plain; `database` turns them into DynamoDB's."""

    table: TableName
    action: Literal["Put", "Update"]
    key: Mapping[str, str]
    condition: str
    item: Mapping[str, Any] | None = None
    update: str | None = None
    names: Mapping[str, str] | None = None
    values: Mapping[str, Any] | None = None


class Versioned(Protocol):
    """What is changed at the version at which it was read."""

    @property
    def version(self) -> int:
        """Grows by one with each change."""


def key_attributes(key: Key[Any]) -> dict[str, str]:
    """The key as the table's attributes."""
    return {"pk": key.pk} if key.sk is None else {"pk": key.pk, "sk": key.sk}


def put_new(key: Key[Any], model: BaseModel) -> Write:
    """An item that isn't there yet."""
    # It must not exist: else somebody was first, and what is there stays.
    return Write(
        table=key.table,
        action="Put",
        key=key_attributes(key),
        condition="attribute_not_exists(pk)",
        item=model.model_dump(mode="json", exclude_none=True, by_alias=True),
    )


def put_voucher(voucher: Voucher) -> Write:
    """A new voucher, listed under its allotment by the time of its minting."""
    write = put_new(keys.voucher(voucher.voucher_key), voucher)
    item = {**(write.item or {}), "allotment": f"{voucher.program_id}#{voucher.partner_id}"}
    return replace(write, item=without_key(Voucher, item))


def put_entry(entry: Entry) -> Write:
    """The one way into the ledger."""
    content = without_key(Entry, entry.stored())
    # It must not exist: one effect per event, for ever; a plain Put would overwrite.
    return Write(
        table="ledger",
        action="Put",
        key={"pk": entry.account, "sk": entry.identity},
        condition="attribute_not_exists(pk)",
        item={
            **content,
            "month_shard": entry.month_shard,
            "month_sort": entry.month_sort,
        },
    )


def change[Model: BaseModel](key: Key[Model], before: Model, after: Model) -> Write:
    """The fields that differ, at the version that was read. Only those are written, so that what a
    successor's version of the code keeps beside them survives (a gradual deployment)."""
    old = before.model_dump(mode="json", exclude_none=True, by_alias=True)
    new = after.model_dump(mode="json", exclude_none=True, by_alias=True)
    changed = [name for name in new if new[name] != old.get(name)]
    removed = [name for name in old if name not in new]
    update = "SET " + ", ".join(f"#{name} = :{name}" for name in changed)
    if removed:
        update += " REMOVE " + ", ".join(f"#{name}" for name in removed)
    # It must stand at the version that was read: else another change came in between.
    return Write(
        table=key.table,
        action="Update",
        key=key_attributes(key),
        condition="#version = :read_version",
        update=update,
        names={f"#{name}": name for name in {*changed, *removed, "version"}},
        values={
            **{f":{name}": new[name] for name in changed},
            ":read_version": old["version"],
        },
    )


def lapse(ride_key: str, hold: Hold) -> Write:
    """A ride whose dead hold is let go. Its voucher's version guards it: while the hold stands in
    the voucher, the ride is held."""
    # It must still be held, or the voucher and the ride disagree.
    return Write(
        table="vouchers",
        action="Update",
        key={"pk": f"ride#{ride_key}"},
        condition="#state = :held",
        update="SET #state = :lapsed, promised_cents = :promised, hold_cents = :nothing, "
        "#version = #version + :one",
        names={"#state": "state", "#version": "version"},
        values={
            ":held": "held",
            ":lapsed": "lapsed",
            ":promised": hold.cents,
            ":nothing": 0,
            ":one": 1,
        },
    )


def take_from_allotment(program_id: str, partner_id: str, cents: int) -> Write:
    """A mint's money. By difference, not by version: mints of one partner commute."""
    # The programme must be active (pausing marks every allotment) and enough must be there.
    return Write(
        table="programs",
        action="Update",
        key=key_attributes(keys.allotment(program_id, partner_id)),
        condition="#status = :active AND available_cents >= :cents",
        update="SET available_cents = available_cents - :cents",
        names={"#status": "status"},
        values={":active": Status.ACTIVE.value, ":cents": cents},
    )


def give_to_allotment(program_id: str, partner_id: str, cents: int) -> Write:
    """Money for a partner that has an allotment, whatever its status. By difference, as mints."""
    # It must exist: a first allotment is put, with its statuses.
    return Write(
        table="programs",
        action="Update",
        key=key_attributes(keys.allotment(program_id, partner_id)),
        condition="attribute_exists(pk)",
        update="SET available_cents = available_cents + :cents",
        values={":cents": cents},
    )


def mark_allotment(allotment: Allotment, status: Status) -> Write:
    """The programme's status on an allotment, where every mint's condition sees it."""
    # It must exist: a mark never makes an allotment.
    return Write(
        table="programs",
        action="Update",
        key=key_attributes(keys.allotment(allotment.program_id, allotment.partner_id)),
        condition="attribute_exists(pk)",
        update="SET #status = :status",
        names={"#status": "status"},
        values={":status": status.value},
    )
