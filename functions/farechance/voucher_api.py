"""What partners send to do something to a voucher or to find vouchers, and what they are told: the
models of api.md's acts and of its list. They own the form of each; they must never hold a rule that
needs the clock or a stored thing. A voucher itself is told by `partner_api.VoucherAnswer`."""

from pydantic import BaseModel

from farechance.identifiers import Last4, ParticipantId, ProgramId, VoucherId
from farechance.money import RideCents
from farechance.paging import Cursor, Limit
from farechance.partner_api import VoucherAnswer
from farechance.strictness import ANSWER, SENT
from farechance.times import Instant
from farechance.voucher_acts import ActReason
from farechance.vouchers import VoucherState


class ActRequest(BaseModel):
    """Why it is done, if you want that on record. The ledger keeps it for ever, so there is no
    field for words of your own."""

    model_config = SENT

    reason: ActReason | None = None


class AssignRequest(BaseModel):
    """To whom an unassigned card was handed, and why, if you want that on record."""

    model_config = SENT

    participant_id: ParticipantId
    reason: ActReason | None = None


class ExtendRequest(BaseModel):
    """The voucher's new end, later than the present one and within the programme's days, and why it
    is moved, if you want that on record."""

    model_config = SENT

    expires_at: Instant
    reason: ActReason | None = None


class Acted(BaseModel):
    """What the voucher was when it was done. A repeat of the call is told the same, whatever has
    become of the voucher since."""

    model_config = ANSWER

    voucher_id: VoucherId
    status: VoucherState
    available_cents: RideCents
    held_cents: RideCents


class Reissued(BaseModel):
    """What the old card was when it was reissued: closed; what is held there is for rides that were
    approved with it. `successor_id` is the new voucher and has the rest of the money; its `code` is
    there only for callers with the scope `codes:read`."""

    model_config = ANSWER

    voucher_id: VoucherId
    status: VoucherState
    available_cents: RideCents
    held_cents: RideCents
    successor_id: VoucherId
    last4: str
    code: str | None = None


class VoucherQuery(BaseModel):
    """Which vouchers to list: of a person, closed ones too; of a programme; by what they are now;
    by the end of the code that somebody reads to you."""

    model_config = SENT

    participant_id: ParticipantId | None = None
    program_id: ProgramId | None = None
    status: VoucherState | None = None
    last4: Last4 | None = None
    cursor: Cursor | None = None
    limit: Limit = 50


class VoucherList(BaseModel):
    """A page of your vouchers, programme by programme, the newest first. `cursor` is there while
    more may follow, also on a page that has few or none: give it back with the same query to get
    the next one. A voucher that was minted a moment ago may be missing for some seconds."""

    model_config = ANSWER

    vouchers: tuple[VoucherAnswer, ...]
    cursor: Cursor | None = None
