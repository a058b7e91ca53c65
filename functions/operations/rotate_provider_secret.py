"""Gives a ride company a new signing secret, made here or by its own platform, in two steps. In
between a signature with either is good: the company changes over when it can. Its record says who
may touch its secrets now, and which of two stays, before Secrets Manager is told."""

from datetime import datetime
from typing import Any

from farechance.commands import NO_SECRET, RotateProviderSecret
from farechance.errors import FieldErrors, NotFound, StateForbids
from farechance.programs import Provider
from farechance.signatures import is_secret, new_secret
from farechance.store import Store, keys, writes
from farechance.vault import Vault
from operations.administration_plan import Plan
from operations.register_provider import shown_once

_KEPT_BEFORE = (
    "this very command has kept another secret, before it was cut short. Send it with that one; or "
    "abandon the rotation, and begin anew"
)


def rotate_provider_secret(
    command: RotateProviderSecret, *, store: Store, vault: Vault, now: datetime
) -> Plan:
    """Raises NotFound, FieldErrors (`confirm`, `secret`), StateForbids (`rotation_open`,
    `rotation_not_open`, `rotation_unseen`, `rotation_ends`)."""
    key = keys.provider(command.provider_id)
    before = store.read(key)[key]
    if before is None:
        raise NotFound("provider", command.provider_id)
    if command.step == "begin":
        # Cut short after its mark, the same command goes on.
        if before.rotated_by not in (None, command.command_id):
            raise StateForbids("rotation_open", {"provider_id": command.provider_id})
        _check_given(command, before, vault, now)
        return _begin(command, before, store, vault)
    if command.confirm != command.provider_id:
        raise FieldErrors.one("/confirm", "must be the ride company's id, typed again")
    rotated_by = _open_rotation(command, before, store)
    return _end(command, before, rotated_by, store, vault)


def _open_rotation(command: RotateProviderSecret, before: Provider, store: Store) -> str:
    """By which command the rotation was begun that is to end."""
    rotated_by = before.rotated_by
    if rotated_by is None:
        raise StateForbids("rotation_not_open", {"provider_id": command.provider_id})
    if before.rotation_step not in ("begin", command.step):
        raise StateForbids("rotation_ends", {"step": str(before.rotation_step)})
    begun = keys.command(rotated_by)
    # Without the record nobody was shown the new secret, and the company couldn't sign any more.
    if command.step == "finish" and store.read(begun)[begun] is None:
        raise StateForbids("rotation_unseen", {"command_id": rotated_by})
    return rotated_by


def _check_given(
    command: RotateProviderSecret, before: Provider, vault: Vault, now: datetime
) -> None:
    if command.secret is None:
        return
    if not is_secret(before.profile, command.secret):
        raise FieldErrors.one("/secret", NO_SECRET)
    # Cut short, the same command finds the secret that it kept itself.
    is_first = before.rotated_by is None
    if is_first and command.secret in vault.provider_secrets(before.provider_id, now):
        raise FieldErrors.one("/secret", "is the one in use: have the company make a new one")


def _begin(command: RotateProviderSecret, before: Provider, store: Store, vault: Vault) -> Plan:
    mark = writes.open_rotation(before.provider_id, command.command_id)

    def prepare() -> dict[str, Any]:
        store.commit(mark)
        made = command.secret or new_secret(before.profile)
        kept = vault.rotate_provider_secret(before.provider_id, made, command.command_id)
        return shown_once(command.secret, kept, _KEPT_BEFORE)

    shown = "It is shown this once: hand it over by a safe way."
    if command.secret is not None:
        shown = "It is the one that you gave, kept and shown to nobody."
    return Plan(
        answer={
            "in_words": f"{before.name} ({before.provider_id}) has a new signing secret. {shown} "
            "Signatures with the old one are still good. Next: once the company signs with the new "
            "one (its webhook.test is answered with the secret 'current'), send this command with "
            "the step finish, a new command_id, and confirm. If the secret was lost on the way, "
            "the step abandon takes it back.",
            "provider_id": before.provider_id,
        },
        prepare=prepare,
        secrets=("secret",),
        writes_after=lambda _: [writes.keep_rotation(before.provider_id, command.command_id)],
    )


def _end(
    command: RotateProviderSecret, before: Provider, rotated_by: str, store: Store, vault: Vault
) -> Plan:
    provider_id, step = before.provider_id, command.step

    def prepare() -> dict[str, Any]:
        store.commit(writes.end_rotation(provider_id, rotated_by, step))
        vault.settle_provider_secret(
            provider_id, "current" if step == "finish" else "previous", command.command_id
        )
        return {}

    void = "old" if step == "finish" else "new"
    return Plan(
        answer={
            "in_words": f"The {void} signing secret of {before.name} ({provider_id}) is void: "
            "within a minute no signature with it is good. Nothing else is to be done.",
            "provider_id": provider_id,
        },
        prepare=prepare,
        writes_after=lambda _: [writes.close_rotation(provider_id, rotated_by, step)],
    )
