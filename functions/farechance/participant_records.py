"""What is kept beside a participant's record: the keys of calls about a person, the mark that she
was erased, and outcomes as they are counted. It owns their forms; none but the first may lead to a
person, since only that one is erased with her."""

from typing import Any

from pydantic import BaseModel, Field

from farechance.identifiers import ParticipantId, PartnerId, ProgramId
from farechance.participants import OutcomeKind
from farechance.strictness import STORED
from farechance.times import Instant


class ParticipantCall(BaseModel):
    """An Idempotency-Key of a call about one person, with its answer. Its key begins with the
    person's id, so that erasing finds it, and ends with `place`."""

    model_config = STORED

    place: str
    content_digest: str
    answer: dict[str, Any]

    @staticmethod
    def from_key(_pk: str, sk: str) -> dict[str, str]:
        """What its key says."""
        return {"place": sk.rpartition("#")[2]}


class ErasedParticipant(BaseModel):
    """Says that nothing is held any more under an id, which was random and leads nowhere: so a
    repeat of the erasure is told from a wrong id."""

    model_config = STORED

    participant_id: ParticipantId
    erased_at: Instant


class OutcomeCount(BaseModel):
    """How many outcomes of a kind a partner recorded in a month, and of how many people for the
    first time. Names nobody, so that an erasure changes no report."""

    model_config = STORED

    program_id: ProgramId
    partner_id: PartnerId
    month: str
    outcome: OutcomeKind
    recorded: int = Field(ge=1)
    people: int = Field(ge=0)
