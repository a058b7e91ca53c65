"""The name of every item. It owns how `pk` and `sk` are made, in one place; it must never read or
write. Each key knows the model that its item is read with.

A ride's path reads few of the models: those of the others are imported where a key of theirs is
made, since a function that must start fast would load them for nothing."""
# ruff: noqa: PLC0415

import hashlib
import zlib
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol, runtime_checkable

from pydantic import BaseModel

from farechance.ledger import Entry
from farechance.programs import Allotment, Partner, Program, Provider, Rules
from farechance.rides import Ride
from farechance.times import instant_text
from farechance.vouchers import Voucher

if TYPE_CHECKING:
    from farechance.batches import Batch, BatchContent, RowPage
    from farechance.commands import CommandRecord
    from farechance.listings import Client, ListedPartner, ListedProgram, ListedProvider
    from farechance.mints import MintKey
    from farechance.participant_records import ErasedParticipant, OutcomeCount, ParticipantCall
    from farechance.participants import (
        EnrollmentKey,
        ExternalReference,
        OutcomeKind,
        Participant,
    )
    from farechance.report_records import PublishedReport, ReconciledStatement, ReportSalt
    from farechance.sends import DayOfSends, SendKey
    from farechance.standings import ClosedMonth, Standing

TableName = Literal["programs", "vouchers", "people", "ledger"]


class Key[Model: BaseModel](NamedTuple):
    """Names one item and how to read it."""

    table: TableName
    model: type[Model]
    pk: str
    sk: str | None = None


def program(program_id: str) -> Key[Program]:
    """A programme with its balance."""
    return Key("programs", Program, f"program#{program_id}", "program")


def listed_program(program_id: str) -> "Key[ListedProgram]":
    """A programme's place in the list of all."""
    from farechance.listings import ListedProgram

    return Key("programs", ListedProgram, "programs", program_id)


def closed_month(program_id: str) -> "Key[ClosedMonth]":
    """A programme's sums at the end of its last closed month. (`owed` is what was kept before, with
    fewer sums; nobody reads it any more.)"""
    from farechance.standings import ClosedMonth

    return Key("programs", ClosedMonth, f"program#{program_id}", "closed")


def standing(program_id: str) -> "Key[Standing]":
    """Where a programme's money was when housekeeping last came by."""
    from farechance.standings import Standing

    return Key("programs", Standing, f"program#{program_id}", "standing")


def rules(program_id: str, version: int) -> Key[Rules]:
    """One immutable version of a programme's rules."""
    return Key("programs", Rules, f"program#{program_id}", f"rules#{version:04d}")


def allotment(program_id: str, partner_id: str) -> Key[Allotment]:
    """What one partner may mint from. A partition of its own kind, so that IAM can tell the right
    to take from an allotment from the right to change a programme."""
    return Key("programs", Allotment, f"allotment#{program_id}", partner_id)


def partner(partner_id: str) -> Key[Partner]:
    """An organisation."""
    return Key("programs", Partner, f"partner#{partner_id}", "partner")


def listed_partner(partner_id: str) -> "Key[ListedPartner]":
    """An organisation's place in the list of all."""
    from farechance.listings import ListedPartner

    return Key("programs", ListedPartner, "partners", partner_id)


def client(client_id: str) -> "Key[Client]":
    """Whose an OAuth client is."""
    from farechance.listings import Client

    return Key("programs", Client, f"client#{client_id}", "client")


def provider(provider_id: str) -> Key[Provider]:
    """A ride company."""
    return Key("programs", Provider, f"provider#{provider_id}", "provider")


def listed_provider(provider_id: str) -> "Key[ListedProvider]":
    """A ride company's place in the list of all."""
    from farechance.listings import ListedProvider

    return Key("programs", ListedProvider, "providers", provider_id)


def command(command_id: str) -> "Key[CommandRecord]":
    """An admin command that was carried out: the audit, and the answer to its repeat."""
    from farechance.commands import CommandRecord

    return Key("programs", CommandRecord, f"command#{command_id}", "command")


def voucher(voucher_key: str) -> Key[Voucher]:
    """A voucher, by the key that comes from its code."""
    return Key("vouchers", Voucher, f"voucher#{voucher_key}")


def voucher_named(pk: str) -> Key[Voucher]:
    """The same, by the item's own key, as an index tells it."""
    return voucher(pk.removeprefix("voucher#"))


def ride(ride_key: str) -> Key[Ride]:
    """A ride, by its provider and the provider's id of it."""
    return Key("vouchers", Ride, f"ride#{ride_key}")


def mint_key(partner_id: str, idempotency_key: str) -> "Key[MintKey]":
    """The Idempotency-Key of a mint."""
    from farechance.mints import MintKey

    return Key("vouchers", MintKey, f"key#{partner_id}#{hashed(idempotency_key)}")


def day_of_sends(voucher_key: str, day: date) -> "Key[DayOfSends]":
    """How often a voucher's code was sent by SMS on a day. With the keys of these sends in
    partitions of their own kind, so that who sends may change nothing else."""
    from farechance.sends import DayOfSends

    return Key("vouchers", DayOfSends, f"send#{voucher_key}#day#{day.isoformat()}")


def send_key(voucher_key: str, idempotency_key: str) -> "Key[SendKey]":
    """The Idempotency-Key of a send."""
    from farechance.sends import SendKey

    return Key("vouchers", SendKey, f"send#{voucher_key}#key#{hashed(idempotency_key)}")


def participant(partner_id: str, participant_id: str) -> "Key[Participant]":
    """A person, in the partition of her partner: another partner's key leads nowhere."""
    from farechance.participants import Participant

    return Key("people", Participant, partner_id, f"{PARTICIPANTS}{participant_id}")


def external_reference(partner_id: str, program_id: str, ref: str) -> "Key[ExternalReference]":
    """The partner's own reference, once in each programme."""
    from farechance.participants import ExternalReference

    return Key("people", ExternalReference, partner_id, f"reference#{program_id}#{ref}")


def enrollment_key(partner_id: str, idempotency_key: str) -> "Key[EnrollmentKey]":
    """The Idempotency-Key of an enrollment."""
    from farechance.participants import EnrollmentKey

    return Key("people", EnrollmentKey, partner_id, enrollment_place(idempotency_key))


def enrollment_place(idempotency_key: str) -> str:
    """Where in its partner's partition an enrollment's key is kept."""
    return f"key#{hashed(idempotency_key)}"


def enrollment_key_at(partner_id: str, place: str) -> "Key[EnrollmentKey]":
    """The same, by the place that the person's record names."""
    from farechance.participants import EnrollmentKey

    return Key("people", EnrollmentKey, partner_id, place)


def participant_call(
    partner_id: str, participant_id: str, idempotency_key: str
) -> "Key[ParticipantCall]":
    """The Idempotency-Key of a call about one person, among all that are about her."""
    return participant_call_at(partner_id, participant_id, hashed(idempotency_key))


def participant_call_at(partner_id: str, participant_id: str, place: str) -> "Key[ParticipantCall]":
    """The same, by its place among them; with none, where they begin."""
    from farechance.participant_records import ParticipantCall

    return Key("people", ParticipantCall, partner_id, f"{calls_about(participant_id)}{place}")


def calls_about(participant_id: str) -> str:
    """How the keys of all calls about one person begin."""
    return f"call#{participant_id}#"


def erased(partner_id: str, participant_id: str) -> "Key[ErasedParticipant]":
    """The mark that a person was erased."""
    from farechance.participant_records import ErasedParticipant

    return Key("people", ErasedParticipant, partner_id, f"erased#{participant_id}")


def outcome_count(
    program_id: str, month: str, partner_id: str, kind: "OutcomeKind | str"
) -> "Key[OutcomeCount]":
    """How many outcomes of a kind a partner recorded in a month. In a partition of the programme's
    own, so that a report can be allowed to read these and nobody's record."""
    from farechance.participant_records import OutcomeCount

    return Key("people", OutcomeCount, f"outcomes#{program_id}", f"{month}#{partner_id}#{kind}")


def participant_named(partner_id: str, sk: str) -> "Key[Participant]":
    """A person, by the item's own key, as an index tells it."""
    return participant(partner_id, sk.removeprefix(PARTICIPANTS))


def entry(account: str, identity: str) -> Key[Entry]:
    """One line of the ledger."""
    return Key("ledger", Entry, account, identity)


def batch(partner_id: str, batch_id: str) -> "Key[Batch]":
    """A batch, in the partition of its partner: another partner's key leads nowhere."""
    from farechance.batches import Batch

    return Key("programs", Batch, f"batch#{partner_id}", f"{BATCHES}{batch_id}")


def batch_named(pk: str, sk: str) -> "Key[Batch]":
    """The same, by the item's own key, as an index tells it."""
    return batch(pk.removeprefix("batch#"), sk.removeprefix(BATCHES))


def batch_names(key: "Key[Batch]") -> tuple[str, str]:
    """Whose batch a key leads to, and which."""
    return key.pk.removeprefix("batch#"), (key.sk or "").removeprefix(BATCHES)


def batch_id_of(partner_id: str, idempotency_key: str) -> str:
    """The id of the batch that a partner starts under an Idempotency-Key: the same call meets its
    own batch for ever, so the batch itself is the key's record."""
    return f"bat_{hashed(f'{partner_id} {idempotency_key}')[:32]}"


def batch_content(partner_id: str, content_digest: str) -> "Key[BatchContent]":
    """Which batch last had this content."""
    from farechance.batches import BatchContent

    return Key("programs", BatchContent, f"batch#{partner_id}", f"content#{content_digest}")


def batch_rows(batch_id: str, page: int) -> "Key[RowPage]":
    """Some of a batch's rows, with the people whom they are for. A partition each, so that a large
    batch isn't written to one."""
    from farechance.batches import RowPage

    return Key("people", RowPage, f"batch#{batch_id}#{page:02d}", "rows")


def report(program_id: str, month: str) -> "Key[PublishedReport]":
    """The report of a month that was published. A partition of its own kind, so that whoever links
    to reports reads nothing else."""
    from farechance.report_records import PublishedReport

    return Key("programs", PublishedReport, f"report#{program_id}", month)


def report_salt(program_id: str) -> "Key[ReportSalt]":
    """A programme's secret for the names in its reports, apart from what others read."""
    from farechance.report_records import ReportSalt

    return Key("programs", ReportSalt, f"salt#{program_id}", "salt")


def statement(program_id: str, month: str, provider_id: str) -> "Key[ReconciledStatement]":
    """What came of a ride company's own statement of a month."""
    from farechance.report_records import ReconciledStatement

    return Key("programs", ReconciledStatement, f"statement#{program_id}", f"{month}#{provider_id}")


def batch_account(batch_id: str) -> str:
    """The partition of a batch's own entries."""
    return f"batch#{batch_id}"


def voucher_account(voucher_key: str) -> str:
    """The partition of a voucher's entries."""
    return f"voucher#{voucher_key}"


def account_of(key: Key[Any]) -> str:
    """The partition of an item's own entries: programmes' and vouchers' have the item's name."""
    is_batch = (key.sk or "").startswith(BATCHES)
    return batch_account(batch_names(key)[1]) if is_batch else key.pk


def program_account(program_id: str) -> str:
    """The partition of a programme's own entries."""
    return f"program#{program_id}"


PARTICIPANTS = "participant#"

BATCHES = "batch#"

DUE_BATCHES = "batches"
"""The partition of the index in which batches stand that something is left to do for."""

RETURN_SHARDS = 4
"""Over how many partitions each index of what is due is spread."""


# Batches and people, by what they have: their classes would have to be imported.
@runtime_checkable
class _Due(Protocol):
    @property
    def due_at(self) -> datetime | None: ...


@runtime_checkable
class _Erasable(Protocol):
    @property
    def erase_at(self) -> datetime: ...

    @property
    def enrollment_key(self) -> str: ...


def stored(model: BaseModel, only: set[str] | None = None) -> dict[str, Any]:
    """The attributes to store: without what the key says already, with those of the indexes. Of the
    model's fields `only` these, where they are named."""
    content = model.model_dump(mode="json", include=only, exclude_none=True, by_alias=True)
    named = _from_key(type(model))
    if named is not None:
        for name in named("", ""):
            content.pop(name, None)
    return content | _index_attributes(model)


def _index_attributes(model: BaseModel) -> dict[str, Any]:
    # Rides stand in no index; the questions below are slow, and somebody waits.
    if isinstance(model, Ride):
        return {}
    if isinstance(model, Entry):
        return {"month_shard": model.month_shard, "month_sort": model.month_sort}
    if isinstance(model, Voucher):
        listed = {"allotment": f"{model.program_id}#{model.partner_id}"}
        if model.is_settled:
            return listed
        # Only vouchers from which something may still go back stand in this index.
        shard = str(zlib.crc32(model.voucher_key.encode()) % RETURN_SHARDS)
        return listed | {"return_shard": shard, "return_at": instant_text(model.return_at)}
    if isinstance(model, _Due):
        if model.due_at is None:
            return {}
        return {"due_shard": DUE_BATCHES, "due_at": instant_text(model.due_at)}
    if isinstance(model, _Erasable):
        # By what a repeat of the enrollment has again: the ids are drawn anew.
        shard = str(zlib.crc32(model.enrollment_key.encode()) % RETURN_SHARDS)
        return {"erase_shard": shard, "erase_at": instant_text(model.erase_at)}
    return {}


def with_key(model: type[BaseModel], item: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes to read a model from, with what its key says."""
    named = _from_key(model)
    return dict(item) if named is None else {**item, **named(item["pk"], item.get("sk", ""))}


_FROM_KEY: Mapping[type[BaseModel], Callable[[str, str], dict[str, str]]] = {
    Voucher: lambda pk, _: {"voucher_key": pk.removeprefix("voucher#")},
    Entry: lambda pk, sk: {"account": pk, "identity": sk},
}


def _from_key(model: type[BaseModel]) -> Callable[[str, str], dict[str, str]] | None:
    return _FROM_KEY.get(model) or getattr(model, "from_key", None)


def hashed(text: str) -> str:
    """A key that a caller chose may be long and may mean something: its digest is neither."""
    return hashlib.sha256(text.encode()).hexdigest()[:40]
