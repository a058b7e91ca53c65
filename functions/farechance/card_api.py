"""What partners send about cards and texts, and what they are told: as `partner_api`, for printing
and sending."""

from datetime import date
from typing import Annotated, Self

from pydantic import BaseModel, Field, StringConstraints, model_validator

from farechance.identifiers import VoucherId
from farechance.strictness import ANSWER, SENT

MAX_CARDS_ON_A_PAGE = 100


class CardsRequest(BaseModel):
    """The vouchers whose cards shall be printed, in this order, on one page."""

    model_config = SENT

    voucher_ids: tuple[VoucherId, ...] = Field(min_length=1, max_length=MAX_CARDS_ON_A_PAGE)

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if len(set(self.voucher_ids)) != len(self.voucher_ids):
            raise ValueError("each voucher may stand once")
        return self


class SheetQuery(BaseModel):
    """What a link to a sheet of cards says of itself."""

    model_config = SENT

    token: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,400}$")]


class CardPage(BaseModel):
    """A page of cards to print, in HTML: code, QR code, value, dates, how to use it and whom to
    call, each card in its voucher's language. Four cards fill a sheet of A4 or US Letter."""

    model_config = ANSWER

    html: str


class SendRequest(BaseModel):
    """Sends a voucher's code by SMS. The number, with `+` and the country code, is used once and
    kept nowhere: a repeat under the same Idempotency-Key is answered as the first call, whichever
    number it names."""

    model_config = SENT

    phone_number: Annotated[str, StringConstraints(pattern=r"^\+[0-9][0-9 ().-]{5,24}$")]


class Sent(BaseModel):
    """The code was handed to the phone network on that `day` of the programme's zone. Whether it
    arrived isn't known."""

    model_config = ANSWER

    voucher_id: VoucherId
    day: date
