"""Creates a partner with its OAuth client, whose secret is shown once."""

import uuid
from collections.abc import Mapping
from typing import Any

from farechance.clients import Clients, client_name
from farechance.commands import CreatePartner
from farechance.errors import StateForbids
from farechance.listings import Client, ListedPartner
from farechance.programs import Partner
from farechance.store import Store, Write, keys, writes
from operations.administration_plan import Plan


def create_partner(command: CreatePartner, *, store: Store, clients: Clients) -> Plan:
    """Raises StateForbids (`partner_exists`)."""
    partner_key = keys.partner(command.partner_id)
    existing = store.read(partner_key)[partner_key]
    if existing is not None:
        # Another command with the same partner was faster than this one, which made a client too.
        if not command.dry_run:
            name = client_name(command.partner_id, command.command_id)
            clients.remove_unless_used(name, existing.client_ids)
        raise StateForbids("partner_exists", {"partner_id": command.partner_id})

    def prepare() -> dict[str, Any]:
        name = client_name(command.partner_id, command.command_id)
        client = clients.find_or_make(name, command.scopes)
        return {"client_id": client.client_id, "client_secret": client.client_secret}

    def writes_after(made: Mapping[str, Any]) -> list[Write]:
        client_id = str(made["client_id"])
        partner = Partner(
            partner_id=command.partner_id,
            name=command.name,
            help_name=command.help_name,
            help_phone=command.help_phone,
            client_ids=(client_id,),
            cursor_key=f"cur_{uuid.uuid4().hex}",
        )
        client = Client(client_id=client_id, partner_id=command.partner_id)
        return [
            writes.put_new(partner_key, partner),
            writes.put_new(keys.client(client_id), client),
            writes.put_new(
                keys.listed_partner(partner.partner_id),
                ListedPartner(partner_id=partner.partner_id),
            ),
        ]

    return Plan(
        answer={
            "in_words": f"{command.name} ({command.partner_id}) is there. Its client_secret is "
            "shown this once: hand it over by a safe way. Next: allot money to the partner.",
            "partner_id": command.partner_id,
            "scopes": list(command.scopes),
        },
        prepare=prepare,
        secrets=("client_secret",),
        writes_after=writes_after,
    )
