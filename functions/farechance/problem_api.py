"""What a refusal looks like (RFC 9457), for the contract. `edge.problems` says what it holds."""

from pydantic import BaseModel, ConfigDict

from farechance.strictness import ANSWER


class ProblemError(BaseModel):
    """One wrong field: a JSON pointer (RFC 6901) into what you sent, and what would be right."""

    model_config = ANSWER

    pointer: str
    detail: str


class Problem(BaseModel):
    """What went wrong (RFC 9457). `type` ends in a stable slug, to decide by; `title` and `detail`
    are for people and may change; `instance` is the id of the request, to quote when you ask for
    help. Some problems say more in members of their own."""

    model_config = ConfigDict(frozen=True, strict=True, extra="allow", hide_input_in_errors=True)

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: tuple[ProblemError, ...] | None = None
