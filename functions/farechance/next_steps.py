"""What an administrator does about a ride that a voucher didn't pay: a next step for each reason.
It owns the steps that only an administrator can take or that lead to somebody else; where a case
worker's advice is hers too, `advice` says it. It must never decide anything."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from farechance.advice import is_gone, what_to_do_now
from farechance.programs import Partner
from farechance.vouchers import Blocker, ClosedReason, Reason, Terms, Voucher

# Her own words where the case worker is sent to the administrator, or to a field of the API.
# {partner} is whom to call there.
_STEPS: Mapping[Reason, str] = {
    Reason.VOUCHER_UNKNOWN: "The ride company was given a code that is none of ours, or it may not "
    "use this voucher. Ask the rider to type the code again, sign by sign, as it stands on the "
    "card: it ends in {last4}. If that doesn't help, ask {partner} to reissue the card.",
    Reason.RIDE_OF_OTHER_VOUCHER: "The ride company named another voucher than the one with which "
    "the ride was booked. Ask the rider to book again, with one code only.",
    Reason.EVENT_CONFLICT: "The ride company sent one message twice, with other content. The first "
    "counts, and nothing is to be done for the rider. Ask the ride company which one is right.",
    Reason.CURRENCY_MISMATCH: "The ride company sent another currency than the programme's, so no "
    "ride can be paid. Speak with the ride company: it must send {currency}.",
    Reason.RIDE_COMPLETED: "The ride is over and was paid. If the ride company says that it cost "
    "something else, it must send an adjustment.",
    Reason.RIDE_DECLINED: "The ride had been declined, so the voucher owes nothing for it. If it "
    "was driven nevertheless, the ride company asks you for the fare, and you may refuse.",
    Reason.RIDE_REFUSED: "The ride had been refused. What it cost is on record as a shortfall: "
    "accept it or write it off.",
    Reason.NOT_COVERED: "Vouchers never pay tips or damage. The ride company settles that with the "
    "rider.",
    Reason.DIRECT_CAPTURE_NOT_ALLOWED: "The ride company drove without asking first, which the "
    "programme doesn't allow. What it cost is on record as a shortfall: accept it or write it "
    "off, and remind the ride company to ask first.",
    Reason.VOUCHER_NOT_STARTED: "The voucher isn't good yet. Ask the rider to book for a day on "
    "which it is, or ask {partner} to mint another one.",
    Reason.VOUCHER_EXPIRED: "The voucher has ended, or will have by the pick-up. Ask {partner} to "
    "extend it, or to mint a new one.",
    Reason.VOUCHER_BLOCKED: "The voucher is blocked. Find out from {partner} why, and unblock it "
    "only if the reason is gone.",
    Reason.VOUCHER_CLOSED: "The voucher is closed for good. Ask {partner} to mint a new one.",
    Reason.PROGRAM_PAUSED: "The whole programme is paused, so no voucher of it pays a new ride. "
    "Resume it if the reason is gone; until then every rider hears the same.",
    Reason.PROGRAM_CLOSED: "The programme has ended, and its vouchers pay no new rides. Tell the "
    "rider so, and to ask {partner} about another programme.",
    Reason.PARTNER_SUSPENDED: "{partner} is suspended, so none of its vouchers pays a new ride. "
    "Resume it if the reason is gone; until then all of its riders hear the same.",
    Reason.NO_RIDES_LEFT: "All rides of the voucher are used or booked. Ask {partner} to mint a "
    "new one.",
    Reason.OUTSIDE_SERVICE_AREA: "The ride begins or ends outside the area in which the programme "
    "pays rides. A ride within it would work. The area is a rule of the programme: new rules "
    "are good for vouchers that are minted from then on.",
    Reason.OUTSIDE_HOURS: "The programme doesn't pay rides at that time; the way home is paid at "
    "any hour. A ride within the hours would work. They are a rule of the programme: new rules "
    "are good for vouchers that are minted from then on.",
    Reason.VOUCHER_NOT_USABLE: "So ride companies are told what stops a whole voucher. The true "
    "reason stands with the voucher: find it by its id.",
}
_BLOCKED_BY: Mapping[Blocker | None, str] = {
    Blocker.OPERATOR: "An operator blocked the voucher: the commands on record say who and why. "
    "Unblock it only if the reason is gone.",
    Blocker.ADMINISTRATOR: "An administrator blocked the voucher: the commands on record say who "
    "and why. Only an administrator unblocks it, and only if the reason is gone.",
    Blocker.PARTICIPANT: "The person asked for the block, when consent was withdrawn. Only an "
    "administrator unblocks the voucher, and only if the person wants it, and {partner} has heard "
    "it from the person.",
}
_REISSUED = (
    "The card was reissued: its money is on the new one, which ends in {new_last4}. Ask the rider "
    "to use that one; if it isn't at hand, ask {partner} to print it again."
)
_NO_LONGER_SUSPENDED = "{partner} was suspended and no longer is. Ask the rider to book again."


@dataclass(frozen=True, slots=True)
class Standing:
    """What a next step depends on, beside the reason. `successor` is the card that took the
    voucher's place."""

    voucher: Voucher
    terms: Terms
    partner: Partner
    now: datetime
    successor: Voucher | None = None


def next_step(reason: Reason, standing: Standing) -> str:
    """For an administrator: what helps now about a ride that wasn't paid for `reason`."""
    voucher, terms = standing.voucher, standing.terms
    return _step(reason, standing).format(
        partner=whom_to_call(standing.partner),
        last4=voucher.last4,
        new_last4=standing.successor.last4 if standing.successor else "other symbols",
        currency=terms.rules.currency,
    )


def whom_to_call(partner: Partner) -> str:
    """A partner by its help line: `Second Start (555-0100)`."""
    return f"{partner.help_name} ({partner.help_phone})"


def _step(reason: Reason, standing: Standing) -> str:
    voucher, terms, now = standing.voucher, standing.terms, standing.now
    if voucher.closed_reason is ClosedReason.REISSUED:
        return _REISSUED
    if voucher.is_over(now):
        # Nothing that was mended since helps any more.
        return _STEPS[Reason.VOUCHER_CLOSED]
    if is_gone(reason, voucher, terms, now):
        suspended = reason is Reason.PARTNER_SUSPENDED
        return _NO_LONGER_SUSPENDED if suspended else what_to_do_now(reason, voucher, terms, now)
    if reason is Reason.VOUCHER_BLOCKED and voucher.blocked_by in _BLOCKED_BY:
        return _BLOCKED_BY[voucher.blocked_by]
    return _STEPS.get(reason) or what_to_do_now(reason, voucher, terms, now)
