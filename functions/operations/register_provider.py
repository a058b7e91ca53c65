"""Registers a ride company with its signing secret, which is kept in Secrets Manager: made here and
shown once, or made by the company's own platform and told nobody any more."""

from typing import Any

from farechance.commands import RegisterProvider
from farechance.errors import FieldErrors, StateForbids
from farechance.listings import ListedProvider
from farechance.programs import Provider
from farechance.signatures import new_secret
from farechance.store import Store, keys, writes
from farechance.vault import Vault
from operations.administration_plan import Plan

_KEPT_BEFORE = (
    "another secret is kept already, of an attempt that was cut short. Send the command without "
    "secret, and give this one by rotate_provider_secret"
)


def register_provider(command: RegisterProvider, *, store: Store, vault: Vault) -> Plan:
    """Raises StateForbids (`provider_exists`), FieldErrors (`secret`)."""
    provider_key = keys.provider(command.provider_id)
    if store.read(provider_key)[provider_key] is not None:
        raise StateForbids("provider_exists", {"provider_id": command.provider_id})

    def prepare() -> dict[str, Any]:
        made = command.secret or new_secret(command.profile)
        kept = vault.keep_provider_secret(command.provider_id, made)
        return shown_once(command.secret, kept, _KEPT_BEFORE)

    provider = Provider(
        provider_id=command.provider_id,
        name=command.name,
        profile=command.profile,
        signature_header=command.signature_header,
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
    header = {"signature_header": command.signature_header} if command.signature_header else {}
    return Plan(
        answer={
            "in_words": f"{command.name} ({command.provider_id}) is there. {_of_secret(command)} "
            "A programme accepts the company if its rules name it in provider_ids.",
            "provider_id": command.provider_id,
            "profile": command.profile,
            **header,
        },
        prepare=prepare,
        secrets=("secret",),
        writes_after=lambda _: made,
    )


def shown_once(given: str | None, kept: str, kept_before: str) -> dict[str, Any]:
    """Of a secret that is kept now: itself where it was made here, and nothing where it was given.
    Raises FieldErrors, in the words of `kept_before`, where another one is kept than was given."""
    if given is None:
        return {"secret": kept}
    if kept != given:
        raise FieldErrors.one("/secret", kept_before)
    return {}


def _of_secret(command: RegisterProvider) -> str:
    if command.secret is not None:
        return "It signs with the secret that you gave, which is kept and shown to nobody."
    return "Its signing secret is shown this once: hand it over by a safe way."
