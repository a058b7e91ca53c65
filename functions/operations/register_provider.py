"""Registers a ride company with its signing secret, which is made here, shown once and kept in
Secrets Manager."""

from typing import Any

from farechance.commands import RegisterProvider
from farechance.errors import StateForbids
from farechance.programs import ListedProvider, Provider
from farechance.signatures import new_secret
from farechance.store import Store, keys, writes
from farechance.vault import Vault
from operations.administration_plan import Plan


def register_provider(command: RegisterProvider, *, store: Store, vault: Vault) -> Plan:
    """Raises StateForbids (`provider_exists`)."""
    provider_key = keys.provider(command.provider_id)
    if store.read(provider_key)[provider_key] is not None:
        raise StateForbids("provider_exists", {"provider_id": command.provider_id})

    def prepare() -> dict[str, Any]:
        return {"secret": vault.keep_provider_secret(command.provider_id, new_secret())}

    provider = Provider(
        provider_id=command.provider_id,
        name=command.name,
        profile=command.profile,
        rider_needs=command.rider_needs,
        help_phone=command.help_phone,
        staff_can_book=command.staff_can_book,
    )
    made = [
        writes.put_new(provider_key, provider),
        writes.put_new(
            keys.listed_provider(provider.provider_id),
            ListedProvider(provider_id=provider.provider_id),
        ),
    ]
    return Plan(
        answer={
            "in_words": f"{command.name} ({command.provider_id}) is there. Its signing secret is "
            "shown this once: hand it over by a safe way. A programme accepts the company if its "
            "rules name it in provider_ids.",
            "provider_id": command.provider_id,
            "profile": command.profile,
        },
        prepare=prepare,
        secrets=("secret",),
        writes_after=lambda _: made,
    )
