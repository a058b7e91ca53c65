"""A person's consent, granted anew or withdrawn. Withdrawing enrollment cuts the link to vouchers
and entries and stops new vouchers at once; the cards stay good unless the person asks for a block,
and then those that are open are blocked in the same transaction, by the person and not by the
partner, who can't take that back."""

import uuid
from collections.abc import Callable
from datetime import datetime

from farechance.codes import CodeKeys
from farechance.errors import BooksDiffer, FieldError, FieldErrors, StateForbids
from farechance.participant_acts import grant, withdraw
from farechance.participant_api import ConsentAnswer, ConsentRequest
from farechance.participants import Consent, Participant
from farechance.store import Remembered, Store, Write
from farechance.store.keys import Key
from farechance.times import day_only
from farechance.voucher_acts import may_block
from farechance.vouchers import Blocker, Voucher
from operations.act_on_participant import CallAbout, Done, act_on_participant
from operations.act_on_voucher import block_writes
from operations.find_voucher import voucher_key
from operations.read_terms import program_zone, read_terms


def change_consent(
    request: ConsentRequest,
    call: CallAbout,
    *,
    store: Store,
    remembered: Remembered,
    code_keys: CodeKeys,
    clock: Callable[[], datetime],
) -> tuple[ConsentAnswer, bool]:
    """Raises as `act_on_participant`, and FieldErrors, StateForbids (`participant_exited`: nothing
    is granted after exit; `link_cut`: which vouchers were hers is no longer known)."""

    def decide(person: Participant, now: datetime) -> Done[ConsentAnswer]:
        beside: list[Write] = []
        blocked, recorded_at = 0, now
        if request.action == "grant":
            after = grant(person, _consent(request), now)
        else:
            _check_withdrawal(request, person)
            recorded_at = day_only(now, program_zone(person.program_id, remembered, now))
            after = withdraw(person, request.uses, f"sub_{uuid.uuid4().hex}", recorded_at)
            if request.block_vouchers:
                vouchers = _open_vouchers(person, store, code_keys, now)
                blocked = len(vouchers)
                beside = [
                    write
                    for voucher in vouchers
                    for write in block_writes(
                        voucher, read_terms(voucher, remembered, now).rules, code_keys, now
                    )
                ]
        answer = ConsentAnswer(
            participant_id=person.participant_id,
            uses=after.consent.uses,
            # Of a withdrawal only the day: its moment is also that of the blocks' entries.
            recorded_at=recorded_at,
            # How many and not which: the answer is kept, and must not be the link that is cut.
            blocked_vouchers=blocked,
        )
        return Done(after, answer, beside)

    return act_on_participant(call, decide, ConsentAnswer, store=store, clock=clock)


def _consent(request: ConsentRequest) -> Consent:
    wrong = [
        FieldError(f"/{name}", "is needed to grant consent")
        for name in ("text_version", "language", "granted_at")
        if getattr(request, name) is None
    ]
    if request.block_vouchers is not None:
        wrong.append(FieldError("/block_vouchers", "goes with withdrawing consent only"))
    if "enrollment" not in request.uses:
        wrong.append(
            FieldError("/uses", "must include 'enrollment': consent is granted as a whole")
        )
    if (
        request.granted_at is not None
        and request.expires_at is not None
        and request.expires_at <= request.granted_at
    ):
        wrong.append(FieldError("/expires_at", "must be later than granted_at"))
    if wrong or not (request.text_version and request.language and request.granted_at):
        raise FieldErrors(tuple(wrong))
    return Consent(
        text_version=request.text_version,
        language=request.language,
        granted_at=request.granted_at,
        expires_at=request.expires_at,
        uses=request.uses,
    )


def _check_withdrawal(request: ConsentRequest, person: Participant) -> None:
    wrong = [
        FieldError(f"/{name}", "goes with granting consent only")
        for name in ("text_version", "language", "granted_at", "expires_at")
        if getattr(request, name) is not None
    ]
    if request.block_vouchers and "enrollment" not in request.uses:
        wrong.append(FieldError("/block_vouchers", "goes with withdrawing 'enrollment' only"))
    if wrong:
        raise FieldErrors(tuple(wrong))
    if request.block_vouchers and "enrollment" not in person.consent.uses:
        raise StateForbids("link_cut", {"participant_id": person.participant_id})


def _open_vouchers(
    person: Participant, store: Store, code_keys: CodeKeys, now: datetime
) -> list[Voucher]:
    """Those of the person's vouchers that may still ride, or could once the partner unblocks."""
    named = [_key(voucher_id, code_keys) for voucher_id in sorted(person.still_open(now))]
    found = store.read(*named)
    vouchers = [voucher for key in named if (voucher := found[key]) is not None]
    by = Blocker.PARTICIPANT
    return [one for one in vouchers if may_block(one, by) and not one.is_over(now)]


def _key(voucher_id: str, code_keys: CodeKeys) -> Key[Voucher]:
    key = voucher_key(voucher_id, code_keys)
    if key is None:
        raise BooksDiffer(f"the code secret lacks the version of {voucher_id}")
    return key
