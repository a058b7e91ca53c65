"""Gives a partner a new secret, in two steps. A client has its secret for as long as it lives, so
the partner gets a second client, and the first is removed once the second is in use. In between
both stand in `client_ids`: a token is good only while its client does, so which client stays is
decided there first, and only then is the other removed from Cognito."""

from collections.abc import Mapping
from typing import Any

from farechance.clients import Clients, client_name
from farechance.commands import RotatePartnerSecret
from farechance.errors import FieldErrors, NotFound, StateForbids
from farechance.listings import Client
from farechance.programs import Partner
from farechance.scopes import SCOPES
from farechance.store import Store, Write, keys, writes
from operations.administration_plan import Plan


def rotate_partner_secret(command: RotatePartnerSecret, *, store: Store, clients: Clients) -> Plan:
    """Raises NotFound, FieldErrors (`confirm`, `scopes`), StateForbids (`rotation_open`,
    `rotation_not_open`)."""
    key = keys.partner(command.partner_id)
    before = store.read(key)[key]
    if before is None:
        raise NotFound("partner", command.partner_id)
    is_open = len(before.client_ids) > 1 or bool(before.void_client_ids)
    if command.step == "begin":
        if is_open:
            # Another command was faster than this one, which made a client too.
            if not command.dry_run:
                name = client_name(before.partner_id, command.command_id)
                clients.remove_unless_used(name, before.client_ids)
            raise StateForbids("rotation_open", {"partner_id": command.partner_id})
        return _begin(command, before, clients)
    if command.confirm != command.partner_id:
        raise FieldErrors.one("/confirm", "must be the partner's id, typed again")
    if not is_open:
        raise StateForbids("rotation_not_open", {"partner_id": command.partner_id})
    return _end(command, before, store, clients)


def _begin(command: RotatePartnerSecret, before: Partner, clients: Clients) -> Plan:
    (old_id,) = before.client_ids
    kept = clients.scopes_of(old_id)
    if kept is not None and command.scopes is not None:
        raise FieldErrors.one("/scopes", "must be left out: they are those of the old client")
    scopes = command.scopes or SCOPES if kept is None else kept
    # Restored tables name the client of then, which a rotation since has removed.
    old = (
        "The old client still works."
        if kept is not None
        else "The old client isn't there any more, so that the partner can't get in until its app "
        "uses the new one."
    )

    def prepare() -> dict[str, Any]:
        name = client_name(before.partner_id, command.command_id)
        client = clients.find_or_make(name, scopes)
        return {"client_id": client.client_id, "client_secret": client.client_secret}

    def writes_after(made: Mapping[str, Any]) -> list[Write]:
        new_id = str(made["client_id"])
        client = Client(client_id=new_id, partner_id=before.partner_id)
        after = _with(before, client_ids=(old_id, new_id))
        return [_change(before, after), writes.put_new(keys.client(new_id), client)]

    return Plan(
        answer={
            "in_words": f"{before.name} ({before.partner_id}) has a second client. Its "
            f"client_secret is shown this once: hand it over by a safe way. {old} Next: once the "
            "partner says that its app uses the new one, send this command with the step finish, a "
            "new command_id, and confirm. If the secret was lost on the way, the step abandon "
            "takes the new client back.",
            "partner_id": before.partner_id,
            "old_client_id": old_id,
            "scopes": list(scopes),
        },
        prepare=prepare,
        secrets=("client_secret",),
        writes_after=writes_after,
    )


def _end(command: RotatePartnerSecret, before: Partner, store: Store, clients: Clients) -> Plan:
    decided = before
    if not before.void_client_ids:
        old_id, new_id = before.client_ids
        kept, void = (new_id, old_id) if command.step == "finish" else (old_id, new_id)
        decided = _with(before, client_ids=(kept,), void_client_ids=(void,))

    def prepare() -> dict[str, Any]:
        # Where an attempt was cut short after this, it is decided which one stays.
        if decided is not before:
            store.commit(_change(before, decided))
        for client_id in decided.void_client_ids:
            clients.remove(client_id)
        return {}

    return Plan(
        answer={
            "in_words": f"Of {before.name} ({before.partner_id}) the client "
            f"{decided.void_client_ids[0]} is removed: it gets no more tokens, and those that it "
            f"has are refused within a minute. {decided.client_ids[0]} is the only one. Nothing "
            "else is to be done.",
            "partner_id": before.partner_id,
            "client_id": decided.client_ids[0],
            "removed_client_id": decided.void_client_ids[0],
        },
        prepare=prepare,
        # The removed client's own record stays and says whose it was: without a place in this
        # list it opens nothing, and so nobody needs the right to delete anything in this table.
        writes_after=lambda _: [_change(decided, _with(decided, void_client_ids=()))],
    )


def _with(before: Partner, **changes: tuple[str, ...]) -> Partner:
    return before.model_copy(update={**changes, "version": before.version + 1})


def _change(before: Partner, after: Partner) -> Write:
    return writes.change(keys.partner(before.partner_id), before, after)
