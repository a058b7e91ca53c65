"""The name of every item. It owns how `pk` and `sk` are made, in one place; it must never read or
write. Each key knows the model that its item is read with."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel

from farechance.commands import CommandRecord
from farechance.ledger import Entry
from farechance.mints import MintKey
from farechance.participants import EnrollmentKey, ExternalReference, Participant
from farechance.programs import Allotment, Client, Partner, Program, Provider, Rules
from farechance.rides import Ride
from farechance.vouchers import Voucher

TableName = Literal["programs", "vouchers", "people", "ledger"]


@dataclass(frozen=True, slots=True)
class Key[Model: BaseModel]:
    """Names one item and how to read it."""

    table: TableName
    model: type[Model]
    pk: str
    sk: str | None = None


def program(program_id: str) -> Key[Program]:
    """A programme with its balance."""
    return Key("programs", Program, f"program#{program_id}", "program")


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


def client(client_id: str) -> Key[Client]:
    """Whose an OAuth client is."""
    return Key("programs", Client, f"client#{client_id}", "client")


def provider(provider_id: str) -> Key[Provider]:
    """A ride company."""
    return Key("programs", Provider, f"provider#{provider_id}", "provider")


def command(command_id: str) -> Key[CommandRecord]:
    """An admin command that was carried out: the audit, and the answer to its repeat."""
    return Key("programs", CommandRecord, f"command#{command_id}", "command")


def voucher(voucher_key: str) -> Key[Voucher]:
    """A voucher, by the key that comes from its code."""
    return Key("vouchers", Voucher, f"voucher#{voucher_key}")


def ride(ride_key: str) -> Key[Ride]:
    """A ride, by its provider and the provider's id of it."""
    return Key("vouchers", Ride, f"ride#{ride_key}")


def mint_key(partner_id: str, idempotency_key: str) -> Key[MintKey]:
    """The Idempotency-Key of a mint."""
    return Key("vouchers", MintKey, f"key#{partner_id}#{_hashed(idempotency_key)}")


def participant(partner_id: str, participant_id: str) -> Key[Participant]:
    """A person, in the partition of her partner: another partner's key leads nowhere."""
    return Key("people", Participant, partner_id, f"{PARTICIPANTS}{participant_id}")


def external_reference(partner_id: str, program_id: str, ref: str) -> Key[ExternalReference]:
    """The partner's own reference, once in each programme."""
    return Key("people", ExternalReference, partner_id, f"reference#{program_id}#{ref}")


def enrollment_key(partner_id: str, idempotency_key: str) -> Key[EnrollmentKey]:
    """The Idempotency-Key of an enrollment."""
    return Key("people", EnrollmentKey, partner_id, f"key#{_hashed(idempotency_key)}")


def entry(account: str, identity: str) -> Key[Entry]:
    """One line of the ledger."""
    return Key("ledger", Entry, account, identity)


def voucher_account(voucher_key: str) -> str:
    """The partition of a voucher's entries."""
    return f"voucher#{voucher_key}"


def program_account(program_id: str) -> str:
    """The partition of a programme's own entries."""
    return f"program#{program_id}"


PARTICIPANTS = "participant#"


def without_key(model: type[BaseModel], item: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes to store: what the key says isn't stored twice."""
    named = _FROM_KEY.get(model)
    return {name: item[name] for name in item if named is None or name not in named(" ", "")}


def with_key(model: type[BaseModel], item: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes to read a model from, with what its key says."""
    named = _FROM_KEY.get(model)
    return dict(item) if named is None else {**item, **named(item["pk"], item.get("sk", ""))}


_FROM_KEY: Mapping[type[BaseModel], Callable[[str, str], dict[str, str]]] = {
    Voucher: lambda pk, _: {"voucher_key": pk.removeprefix("voucher#")},
    Entry: lambda pk, sk: {"account": pk, "identity": sk},
}


def _hashed(text: str) -> str:
    """A key that a caller chose may be long and may mean something: its digest is neither."""
    return hashlib.sha256(text.encode()).hexdigest()[:40]
