"""Codes that are sent by SMS: how often, and under which key. It owns the limit and what is kept of
a send, which is never a number: neither as it is nor digested (domain.md, 'People')."""

from datetime import date
from typing import Self

from pydantic import BaseModel, Field

from farechance.errors import StateForbids
from farechance.participants import Participant
from farechance.strictness import STORED
from farechance.times import Instant

MAX_SENDS_IN_A_DAY = 3


class DayOfSends(BaseModel):
    """How often a voucher's code was sent on a day of the programme's zone. Each attempt counts
    before it is made, so that there may be fewer messages than that and never more."""

    model_config = STORED

    count: int = Field(ge=1, le=MAX_SENDS_IN_A_DAY)
    version: int = 1

    def one_more(self, voucher_id: str) -> Self:
        """Raises StateForbids (`too_many_sends`)."""
        if self.count >= MAX_SENDS_IN_A_DAY:
            raise StateForbids("too_many_sends", {"voucher_id": voucher_id})
        return self.model_copy(update={"count": self.count + 1, "version": self.version + 1})


class SendKey(BaseModel):
    """An Idempotency-Key of a send. `is_sent` says that the phone network took the message; until
    then nobody knows, and a repeat sends again."""

    model_config = STORED

    day: date
    counted_at: Instant
    is_sent: bool = False
    version: int = 1


def check_consent(person: Participant | None, now: Instant, voucher_id: str) -> None:
    """A code goes to no phone unless its owner agreed. Raises StateForbids (`sms_not_consented`,
    also for a card that is nobody's; `participant_exited`, `consent_expired`)."""
    if person is None or "sms" not in person.consent.uses:
        raise StateForbids("sms_not_consented", {"voucher_id": voucher_id})
    if reason := person.cannot_receive(now):
        raise StateForbids(reason, {"voucher_id": voucher_id})
