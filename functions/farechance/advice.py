"""What a case worker does about a voucher's last decline. `messages` says what each reason means;
this owns what has changed since the rider was declined, so that nobody is told to wait for a
programme that goes on again, or to mint a new voucher beside a card that was reissued."""

from collections.abc import Mapping
from datetime import datetime

from farechance.messages import what_to_do
from farechance.programs import PartnerStatus, Status
from farechance.vouchers import Blocker, ClosedReason, Reason, Terms, Voucher, VoucherState

_REISSUED = (
    "The card was reissued: its money is on the new one, successor_id. The rider needs that "
)
_REISSUED += "one's code."
_OVER = "The voucher is over by now. Mint a new one."
_BLOCKED_BY_ADMINISTRATOR = "An administrator blocked the voucher. Ask the administrator."
_BLOCKED_BY_OPERATOR = "An operator of the programme blocked the voucher. Ask the administrator."
_BLOCKED_BY_PARTICIPANT = "The person asked for the block. If the person wants it taken back, ask "
_BLOCKED_BY_PARTICIPANT += "the administrator."

_NO_LONGER: Mapping[Reason, str] = {
    Reason.VOUCHER_NOT_STARTED: "The voucher has begun since. Ask the rider to book again.",
    Reason.VOUCHER_BLOCKED: "The voucher was blocked and is active again. Ask the rider to book "
    "again.",
    Reason.PROGRAM_PAUSED: "The programme was paused and goes on again. Ask the rider to book "
    "again.",
    Reason.PARTNER_SUSPENDED: "Your organisation was suspended and no longer is. Ask the rider to "
    "book again.",
}


def what_to_do_now(reason: Reason, voucher: Voucher, terms: Terms, now: datetime) -> str:
    """For the case worker: what helps now, after a request was declined for `reason`."""
    if voucher.closed_reason is ClosedReason.REISSUED:
        return _REISSUED
    if voucher.is_over(now):
        return _OVER
    if is_gone(reason, voucher, terms, now):
        return _NO_LONGER[reason]
    if reason is Reason.VOUCHER_BLOCKED and voucher.blocked_by is Blocker.ADMINISTRATOR:
        return _BLOCKED_BY_ADMINISTRATOR
    if reason is Reason.VOUCHER_BLOCKED and voucher.blocked_by is Blocker.OPERATOR:
        return _BLOCKED_BY_OPERATOR
    if reason is Reason.VOUCHER_BLOCKED and voucher.blocked_by is Blocker.PARTICIPANT:
        return _BLOCKED_BY_PARTICIPANT
    return what_to_do(reason)


def is_gone(reason: Reason, voucher: Voucher, terms: Terms, now: datetime) -> bool:
    """Whether what stood in the way no longer does."""
    match reason:
        case Reason.VOUCHER_NOT_STARTED:
            return now >= voucher.valid_from
        case Reason.VOUCHER_BLOCKED:
            return voucher.state is VoucherState.ACTIVE
        case Reason.PROGRAM_PAUSED:
            return terms.program_status is Status.ACTIVE
        case Reason.PARTNER_SUSPENDED:
            return terms.partner_status is PartnerStatus.ACTIVE
        case _:
            return False
