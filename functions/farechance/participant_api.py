"""What partners send about a participant after enrollment, and what they are told. Like
`partner_api`: the form of each body, strict, nothing unknown."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field

from farechance.enrollment_api import ParticipantAnswer
from farechance.identifiers import Language, ParticipantId
from farechance.participants import ConsentUse, OutcomeKind, TextVersion
from farechance.partner_api import EntryAnswer, VoucherAnswer
from farechance.strictness import ANSWER, SENT
from farechance.times import Instant


def _each_once(uses: tuple[ConsentUse, ...]) -> tuple[ConsentUse, ...]:
    if len(set(uses)) != len(uses):
        raise ValueError("each use may stand once")
    return uses


Uses = Annotated[
    tuple[ConsentUse, ...], Field(min_length=1, max_length=3), AfterValidator(_each_once)
]


class ConsentRequest(BaseModel):
    """Records that a person grants consent anew or withdraws it. To `grant`, give the whole consent
    (`text_version`, `language`, `granted_at`, `expires_at` where it ends; `enrollment` is one of
    its `uses`): it takes the place of what stood. To `withdraw`, name the uses that end. Without
    `enrollment` none is left: no new voucher, and nothing links the person to vouchers any more;
    the cards that she has stay valid, unless she asks for `block_vouchers`."""

    model_config = SENT

    action: Literal["grant", "withdraw"]
    uses: Uses
    block_vouchers: bool | None = None
    text_version: TextVersion | None = None
    language: Language | None = None
    granted_at: Instant | None = None
    expires_at: Instant | None = None


class ConsentAnswer(BaseModel):
    """The consent as it stood after the call: `uses` are those that the person agrees to.
    `blocked_vouchers` says how many were blocked."""

    model_config = ANSWER

    participant_id: ParticipantId
    uses: tuple[ConsentUse, ...]
    recorded_at: Instant
    blocked_vouchers: int = Field(ge=0)


class ExitRequest(BaseModel):
    """Ends a person's enrollment for good: no new voucher. It needs no words: send `{}`."""

    model_config = SENT


class Exited(BaseModel):
    """The person has left the programme. Cards already handed over stay valid. Her record is erased
    at `erase_at`, or before if you ask for it."""

    model_config = ANSWER

    participant_id: ParticipantId
    exited_at: Instant
    erase_at: Instant


class LanguageRequest(BaseModel):
    """The language in which the person is spoken to: on vouchers that are minted from now on."""

    model_config = SENT

    language: Language


class LanguageAnswer(BaseModel):
    """The person is spoken to in this language from now on."""

    model_config = ANSWER

    participant_id: ParticipantId
    language: Language


class OutcomeRequest(BaseModel):
    """Records what became of a person and on which day, if she agreed to `outcomes`. Each kind
    once for each day. Nothing else: no employer, no place, no reason."""

    model_config = SENT

    kind: OutcomeKind
    day: date


class OutcomeAnswer(BaseModel):
    """The outcome is recorded, and counted in this month's report without the person."""

    model_config = ANSWER

    participant_id: ParticipantId
    kind: OutcomeKind
    day: date
    recorded_at: Instant


class Erased(BaseModel):
    """Nothing that leads to the person is held any more; since when. A repeat gets the same."""

    model_config = ANSWER

    participant_id: ParticipantId
    erased_at: Instant


class RecordedOutcome(BaseModel):
    """One outcome of a person."""

    model_config = ANSWER

    kind: OutcomeKind
    day: date


class RecordedVoucher(BaseModel):
    """A voucher of a person with the first 100 of its entries; there may be `more_entries`."""

    model_config = ANSWER

    voucher: VoucherAnswer
    entries: tuple[EntryAnswer, ...]
    more_entries: bool


class ParticipantRecord(BaseModel):
    """All that is held about a person, to hand to her. `in_words` is the same in her language, line
    by line, to print or to read out. `vouchers` are her newest 100; there may be
    `more_vouchers`."""

    model_config = ANSWER

    participant: ParticipantAnswer
    outcomes: tuple[RecordedOutcome, ...]
    vouchers: tuple[RecordedVoucher, ...]
    more_vouchers: bool
    in_words: tuple[str, ...]
