"""Every write, with its condition. It owns the condition expressions and builds every Put of the
ledger (`put_entry`: an entry that must not exist yet); it must never send anything."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol

from pydantic import BaseModel

from farechance.ledger import Entry
from farechance.programs import Allotment, PartnerStatus, RotationStep, Rules, Status
from farechance.rides import RideState
from farechance.store import keys
from farechance.store.keys import Key, TableName
from farechance.vouchers import Hold

if TYPE_CHECKING:
    from farechance.participant_records import OutcomeCount
    from farechance.participants import EnrollmentKey, Participant


class Write(NamedTuple):
    """One action of a transaction. `values` are plain; `database` turns them into DynamoDB's."""

    table: TableName
    action: Literal["Put", "Update", "Delete", "ConditionCheck"]
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
        item=keys.stored(model),
    )


def put_entry(entry: Entry) -> Write:
    """The one way into the ledger."""
    # It must not exist: one effect per event, for ever; a plain Put would overwrite.
    return put_new(keys.entry(entry.account, entry.identity), entry)


def change[Model: BaseModel](key: Key[Model], before: Model, after: Model) -> Write:
    """The fields that differ, at the version that was read. Only those are written, so that what a
    successor's version of the code keeps beside them survives (a gradual deployment)."""
    fields = vars(before)
    differing = {name for name, value in vars(after).items() if value != fields[name]}
    # The version is among them: each change is a version of its own.
    old, new = keys.stored(before, differing), keys.stored(after, differing)
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


def delete(key: Key[Any]) -> Write:
    """An item of a person, whatever it holds: erasing is complete."""
    # It must be there: else somebody else erases at the same time, and all is read again.
    return Write(
        table=key.table,
        action="Delete",
        key=key_attributes(key),
        condition="attribute_exists(pk)",
    )


def delete_at(key: "Key[Participant]", before: "Participant") -> Write:
    """A person's record, at the version that was read."""
    # It must stand at the version that was read: every call about the person changes it, so that
    # what such a call wrote in between isn't left behind.
    return Write(
        table=key.table,
        action="Delete",
        key=key_attributes(key),
        condition="#version = :read_version",
        names={"#version": "version"},
        values={":read_version": before.version},
    )


def forget_body(key: "Key[EnrollmentKey]") -> Write:
    """An enrollment's key without the digest of what was sent. The key itself stays, so that a
    repeat enrolls nobody."""
    # It must be there: it was written with the person's record and is never removed.
    return Write(
        table=key.table,
        action="Update",
        key=key_attributes(key),
        condition="attribute_exists(pk)",
        update="REMOVE body_digest",
    )


def count_outcome(
    key: "Key[OutcomeCount]", *, month: str, whose: "Participant", kind: str
) -> Write:
    """One outcome more; `people` grows if it is the person's first of its kind. By difference:
    outcomes of one partner commute."""
    is_first = kind not in whose.outcomes
    # No condition on what is there: the first outcome of a month makes the item.
    return Write(
        table=key.table,
        action="Update",
        key=key_attributes(key),
        condition="attribute_exists(pk) OR attribute_not_exists(pk)",
        update="SET program_id = :program_id, partner_id = :partner_id, #month = :month, "
        "outcome = :outcome ADD recorded :one, people :first",
        names={"#month": "month"},
        values={
            ":program_id": whose.program_id,
            ":partner_id": whose.partner_id,
            ":month": month,
            ":outcome": kind,
            ":one": 1,
            ":first": int(is_first),
        },
    )


def lapse(ride_key: str, hold: Hold) -> Write:
    """A ride whose dead hold is let go; what it had promised is kept. The ride needn't be read: its
    voucher, changed in the same transaction, guards it by its version, and while the hold stands
    in the voucher, the ride is held."""
    # It must still be held, or the voucher and the ride disagree.
    return Write(
        table="vouchers",
        action="Update",
        key=key_attributes(keys.ride(ride_key)),
        condition="#state = :held",
        update="SET #state = :lapsed, hold_cents = :nothing, promised_cents = :promised, "
        "#version = #version + :one",
        names={"#state": "state", "#version": "version"},
        values={
            ":held": RideState.HELD.value,
            ":lapsed": RideState.LAPSED.value,
            ":promised": hold.cents,
            ":nothing": 0,
            ":one": 1,
        },
    )


def take_from_allotment(
    allotment: Allotment, cents: int, vouchers: int, rules: Rules, now: datetime
) -> Write:
    """A mint's money, and its vouchers counted in the clock hour. By difference, not by version:
    mints of one partner commute."""
    hour = allotment.hour_of(now)
    values = {
        ":active": Status.ACTIVE.value,
        ":cents": cents,
        ":hour": hour,
        ":vouchers": vouchers,
    }
    if hour == allotment.minted_hour:
        # The hour must still be the one that was read, and have room for these.
        in_the_hour = "minted_hour = :hour AND minted_in_hour <= :room"
        counted = "minted_in_hour = minted_in_hour + :vouchers"
        values[":room"] = rules.max_vouchers_per_partner_hour - vouchers
    else:
        # Nobody may have begun the hour meanwhile: what was counted would be lost.
        in_the_hour = "(attribute_not_exists(minted_hour) OR minted_hour < :hour)"
        counted = "minted_hour = :hour, minted_in_hour = :vouchers"
    # Programme and partner must be active (pausing and suspending mark every allotment) and enough
    # must be there.
    return _change_allotment(
        allotment.program_id,
        allotment.partner_id,
        "#status = :active AND partner_status = :active AND available_cents >= :cents AND "
        + in_the_hour,
        "SET available_cents = available_cents - :cents, " + counted,
        values,
    )


def require_active_allotment(program_id: str, partner_id: str) -> Write:
    """Changes nothing: a batch's money is its own already, but it may only be minted while a mint
    might."""
    # Programme and partner must be active: pausing and suspending mark every allotment.
    return Write(
        table="programs",
        action="ConditionCheck",
        key=key_attributes(keys.allotment(program_id, partner_id)),
        condition="#status = :active AND partner_status = :active",
        names={"#status": "status"},
        values={":active": Status.ACTIVE.value},
    )


def give_to_allotment(program_id: str, partner_id: str, cents: int) -> Write:
    """Money for a partner that has an allotment, whatever its status. By difference, as mints."""
    # It must exist: a first allotment is put, with its statuses.
    return _change_allotment(
        program_id,
        partner_id,
        "attribute_exists(pk)",
        "SET available_cents = available_cents + :cents",
        {":cents": cents},
    )


def unallot(program_id: str, partner_id: str, cents: int) -> Write:
    """What an administrator takes back from a partner, whatever the programme's status."""
    # Enough must be there: mints go on meanwhile.
    return _change_allotment(
        program_id,
        partner_id,
        "available_cents >= :cents",
        "SET available_cents = available_cents - :cents",
        {":cents": cents},
    )


def mark_program(program_id: str, partner_id: str, status: Status) -> Write:
    """The programme's status on one of its allotments, where every mint's condition sees it."""
    if status is Status.CLOSED:
        # It must exist: a mark never makes an allotment.
        condition, values = "attribute_exists(pk)", {}
    else:
        # It must exist, and not be closed: who was overtaken by closing must open nothing.
        condition = "attribute_exists(pk) AND #status <> :closed"
        values = {":closed": Status.CLOSED.value}
    return _change_allotment(
        program_id,
        partner_id,
        condition,
        "SET #status = :status",
        {":status": status.value, **values},
    )


def mark_partner(program_id: str, partner_id: str, status: PartnerStatus) -> Write:
    """The partner's status on one of its allotments, where every mint's condition sees it."""
    # It must exist: a mark never makes an allotment.
    return _change_allotment(
        program_id,
        partner_id,
        "attribute_exists(pk)",
        "SET partner_status = :status",
        {":status": status.value},
    )


def open_rotation(provider_id: str, command_id: str) -> Write:
    """A ride company is to have two secrets. Only one command at a time may touch them."""
    # Nobody else's rotation may be open, nor this one be ending.
    return _change_provider(
        provider_id,
        "attribute_exists(pk) AND (attribute_not_exists(rotated_by) "
        "OR (rotated_by = :rotated_by AND rotation_step = :begin))",
        "SET rotated_by = :rotated_by, rotation_step = :begin",
        {":rotated_by": command_id, ":begin": "begin"},
    )


def keep_rotation(provider_id: str, command_id: str) -> Write:
    """A ride company has two secrets, and the second is told."""
    # The rotation must still be this command's, and neither be ending nor have ended meanwhile:
    # whoever ended it voided the secret that is about to be told.
    return _change_provider(
        provider_id,
        "rotated_by = :rotated_by AND rotation_step = :begin",
        "SET rotation_step = :begin",
        {":rotated_by": command_id, ":begin": "begin"},
    )


def end_rotation(provider_id: str, rotated_by: str, step: RotationStep) -> Write:
    """It is decided which of the two secrets stays."""
    # The rotation must be the one that was read, and not be ending in the other way.
    return _change_provider(
        provider_id,
        "rotated_by = :rotated_by AND rotation_step IN (:begin, :step)",
        "SET rotation_step = :step",
        {":rotated_by": rotated_by, ":begin": "begin", ":step": step},
    )


def close_rotation(provider_id: str, rotated_by: str, step: RotationStep) -> Write:
    """A ride company has one secret again."""
    # It must have been decided so, and nobody have come before.
    return _change_provider(
        provider_id,
        "rotated_by = :rotated_by AND rotation_step = :step",
        "REMOVE rotated_by, rotation_step",
        {":rotated_by": rotated_by, ":step": step},
    )


def _change_provider(
    provider_id: str, condition: str, update: str, values: Mapping[str, Any]
) -> Write:
    return Write(
        table="programs",
        action="Update",
        key=key_attributes(keys.provider(provider_id)),
        condition=condition,
        update=update,
        values=values,
    )


def _change_allotment(
    program_id: str, partner_id: str, condition: str, update: str, values: Mapping[str, Any]
) -> Write:
    # 'status' is a word of DynamoDB's own.
    names = {"#status": "status"} if "#status" in condition + update else None
    return Write(
        table="programs",
        action="Update",
        key=key_attributes(keys.allotment(program_id, partner_id)),
        condition=condition,
        update=update,
        names=names,
        values=values,
    )
