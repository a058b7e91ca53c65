"""Mints up to 100 unassigned cards for a partner that has no app, and links to a sheet of them.
They are minted in parts, each a transaction of its own under a key that follows from the command's
id: whatever was cut short, the same command goes on where it stopped."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from farechance import card_links, contents
from farechance.card_links import Sheet
from farechance.codes import CodeKeys
from farechance.commands import MintCards, what_is_asked
from farechance.errors import (
    IdempotencyKeyReused,
    MintingTooFast,
    NotFound,
    Refusal,
    StateForbids,
)
from farechance.money import dollars
from farechance.partner_api import MintRequest
from farechance.store import Remembered, Store, keys
from farechance.strictness import stored_answer
from farechance.times import instant_text
from operations.administration_plan import Plan
from operations.mint import check_beforehand, mint


def mint_cards(
    command: MintCards,
    *,
    store: Store,
    code_keys: CodeKeys,
    api_url: str,
    clock: Callable[[], datetime],
) -> Plan:
    """Raises NotFound, FieldErrors, StateForbids, MintingTooFast (what a mint is refused for;
    `command_id_reused`). Minting itself also raises `cards_minted_in_part`, with a link to those
    that were."""
    remembered = Remembered(store)
    _check(command, store, remembered, code_keys, clock())
    sheet = _sheet(command)

    def prepare() -> dict[str, Any]:
        ids: list[str] = []
        for key, size in sheet.parts():
            try:
                minted, _ = mint(
                    _request(command, size),
                    command.partner_id,
                    key,
                    codes_too=False,
                    store=store,
                    remembered=remembered,
                    code_keys=code_keys,
                    clock=clock,
                    command_id=command.command_id,
                    content=_content(command),
                )
            except IdempotencyKeyReused:
                # Another with this id has minted since we looked.
                raise _reused(command) from None
            except Refusal as refusal:
                if not ids:
                    raise
                raise _in_part(refusal, command, len(ids), code_keys, api_url, clock()) from refusal
            ids += [one.voucher_id for one in minted.vouchers]
        return {"voucher_ids": ids, **sheet_link(command, code_keys, api_url, clock())}

    total = command.value_cents * command.cards
    return Plan(
        answer={
            "in_words": f"{command.cards} cards of {dollars(command.value_cents)} each, "
            f"{dollars(total)} in all, are minted for {command.partner_id} from "
            f"{command.program_id}. The link to print them works for 15 minutes; the same command "
            "sent again gives a new one.",
            "program_id": command.program_id,
            "partner_id": command.partner_id,
            "cards": command.cards,
            "total_cents": total,
        },
        prepare=prepare,
        secrets=("link", "link_expires_at"),
    )


def sheet_link(
    command: MintCards, code_keys: CodeKeys, api_url: str, now: datetime, cards: int = 0
) -> dict[str, str]:
    """A new link to the cards of a command, or to the first of them. It is told and never kept."""
    token, expires_at = card_links.written(_sheet(command, cards), code_keys, now)
    return {
        "link": f"{api_url}/sheets?token={token}",
        "link_expires_at": instant_text(expires_at),
    }


def _check(
    command: MintCards, store: Store, remembered: Remembered, code_keys: CodeKeys, now: datetime
) -> None:
    """Before the first card is minted: all that are still to be minted must be payable."""
    partner_key = keys.partner(command.partner_id)
    parts = [
        (keys.mint_key(command.partner_id, key), size) for key, size in _sheet(command).parts()
    ]
    found = store.read(partner_key, *(key for key, _ in parts))
    if found[partner_key] is None:
        raise NotFound("partner", command.partner_id)
    missing = 0
    for key, size in parts:
        record = found[key]
        if record is None:
            missing += size
        elif not contents.is_same(_content(command), record.body_digest, code_keys):
            raise _reused(command)
    if missing:
        request = _request(command, min(missing, card_links.CARDS_IN_A_PART))
        check_beforehand(
            request, command.partner_id, missing, store=store, remembered=remembered, now=now
        )


def _content(command: MintCards) -> dict[str, Any]:
    """Kept with every part, of the whole command: asked again for fewer cards, it would else be
    answered and recorded as if no more had been minted."""
    return what_is_asked(stored_answer(command))


def _reused(command: MintCards) -> StateForbids:
    return StateForbids("command_id_reused", {"command_id": command.command_id})


def _sheet(command: MintCards, cards: int = 0) -> Sheet:
    return Sheet(command.partner_id, command.command_id, cards or command.cards)


def _request(command: MintCards, size: int) -> MintRequest:
    return MintRequest(
        program_id=command.program_id,
        purpose=command.purpose,
        value_cents=command.value_cents,
        rides=command.rides,
        cap_cents=command.cap_cents,
        valid_from=command.valid_from,
        expires_at=command.expires_at,
        unassigned=size,
        language=command.language,
    )


def _in_part(
    refusal: Refusal,
    command: MintCards,
    minted: int,
    code_keys: CodeKeys,
    api_url: str,
    now: datetime,
) -> StateForbids:
    match refusal:
        case StateForbids(reason=reason):
            because = reason
        case MintingTooFast():
            because = "minting_too_fast"
        case _:
            because = "rules_changed"
    link = sheet_link(command, code_keys, api_url, now, minted)
    return StateForbids(
        "cards_minted_in_part",
        {"minted": minted, "cards": command.cards, "because": because, **link},
    )
