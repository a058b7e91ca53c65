"""Sends a voucher's code by SMS to a number that is used once and kept nowhere. The send is counted
first, in one transaction with the call's key; then it is made; then the key says that it was. So a
crash may lose a message, and there are never more than the day's."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple, Protocol

from farechance import code_texts, codes
from farechance.card_api import Sent
from farechance.cards import check_sendable
from farechance.codes import CodeKeys
from farechance.errors import BooksDiffer, NotFound, StateForbids
from farechance.participants import Participant
from farechance.sends import DayOfSends, SendKey, check_consent
from farechance.store import Key, Remembered, Store, keys, writes
from farechance.times import local_day
from farechance.vouchers import Voucher
from operations.find_voucher import find_voucher
from operations.read_terms import read_terms


class Sends(Protocol):
    """What hands a message to the phone network."""

    def send(self, phone_number: str, text: str) -> None:
        """Raises FieldErrors, Busy."""


class SendCall(NamedTuple):
    """Who asks for which voucher's code, under which key."""

    voucher_id: str
    partner_id: str
    idempotency_key: str
    phone_number: str


class SendTools(NamedTuple):
    """What sending works with. `is_ready` says whether the account may send at all."""

    store: Store
    remembered: Remembered
    code_keys: CodeKeys
    clock: Callable[[], datetime]
    messenger: Sends
    is_ready: bool


class _Counted(NamedTuple):
    """A send that may be made now: what to send, or None where it was made before."""

    key: Key[SendKey]
    record: SendKey
    text: str | None


def send_code(call: SendCall, tools: SendTools) -> tuple[Sent, bool]:
    """On which day it was sent, and whether this was a repeat. Raises NotFound, FieldErrors,
    StateForbids (`sms_not_ready`, `sms_not_consented`, `too_many_sends` and what the endpoint
    says), Busy. A repeat that doesn't know of the first whether it was sent sends again."""
    # Loaded when a number is checked: what it knows of the world's numbers is large.
    from farechance import phone_numbers  # noqa: PLC0415

    number = phone_numbers.checked(call.phone_number)
    counted = tools.store.again(lambda: _count(call, tools, tools.clock()))
    if counted.text is not None:
        tools.messenger.send(number, counted.text)
        tools.store.again(lambda: _mark(counted.key, tools))
    sent = Sent(voucher_id=call.voucher_id, day=counted.record.day)
    return sent, counted.text is None


def _count(call: SendCall, tools: SendTools, now: datetime) -> _Counted:
    voucher = find_voucher(
        call.voucher_id, call.partner_id, store=tools.store, code_keys=tools.code_keys
    )
    terms = read_terms(voucher, tools.remembered, now)
    day = local_day(now, terms.rules.zone)
    key = keys.send_key(voucher.voucher_key, call.idempotency_key)
    day_key = keys.day_of_sends(voucher.voucher_key, day)
    found = tools.store.read(key, day_key)
    known, sends = found[key], found[day_key]
    if known is not None and known.is_sent:
        return _Counted(key, known, None)
    if not tools.is_ready:
        raise StateForbids("sms_not_ready")
    check_sendable(voucher, now)
    check_consent(_owner(voucher, tools), now, voucher.voucher_id)
    counted = SendKey(day=day, counted_at=now, version=known.version + 1 if known else 1)
    tools.store.commit(
        writes.change(day_key, sends, sends.one_more(voucher.voucher_id))
        if sends
        else writes.put_new(day_key, DayOfSends(count=1)),
        writes.change(key, known, counted) if known else writes.put_new(key, counted),
    )
    text = code_texts.text(voucher, _code(voucher, tools), terms.rules, terms.partner, now)
    return _Counted(key, counted, text)


def _mark(key: Key[SendKey], tools: SendTools) -> None:
    """The phone network has it: from now on a repeat sends nothing."""
    known = tools.store.read(key)[key]
    if known is None:
        raise BooksDiffer("a send that was counted isn't there")
    sent = known.model_copy(update={"is_sent": True, "version": known.version + 1})
    tools.store.commit(writes.change(key, known, sent))


def _owner(voucher: Voucher, tools: SendTools) -> Participant | None:
    if voucher.subject_id is None:
        return None
    return tools.store.participant_of(voucher.partner_id, voucher.subject_id)


def _code(voucher: Voucher, tools: SendTools) -> str:
    code = codes.code_of(tools.code_keys, voucher.voucher_id)
    if code is None:
        raise NotFound("voucher", voucher.voucher_id)
    return code
