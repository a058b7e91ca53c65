"""The one tree of errors. It owns what can go wrong; it must never hold an HTTP status or a
sentence for a caller: `edge` makes those from the fields.

    FareChanceError
    ├── Refusal                     the caller can mend it; nothing was changed
    │   ├── MalformedBody           not JSON as written: syntax, encoding, depth, duplicate keys
    │   ├── MalformedSheet          not a table as comma-separated values
    │   ├── BodyTooLarge            more bytes than the door takes
    │   ├── UnsupportedMediaType    not JSON (or, where tables are taken, CSV)
    │   ├── FieldErrors             a field is wrong or unknown
    │   ├── IdempotencyKeyMissing   absent or not 1–64 visible ASCII characters
    │   ├── IdempotencyKeyReused    the key came before with another body
    │   ├── NotAuthenticated        no proof of who is calling, or a wrong one
    │   ├── ScopeMissing            proven, but not allowed this kind of work
    │   ├── NotFound                no such thing for this caller
    │   ├── MethodNotAllowed        the path knows other methods
    │   ├── LinkExpired             a link that worked for a while
    │   ├── MintingTooFast          more vouchers in an hour than the programme's rules allow
    │   └── StateForbids            the thing is in a state that does not allow it
    ├── Busy                        nothing was changed, or it is safe to repeat: try again
    └── BooksDiffer                 stored things contradict each other: a defect, never hidden

Errors of AWS that `store` does not know pass through untranslated and alarm.
"""

from collections.abc import Mapping
from typing import NamedTuple, Self, dataclass_transform


# Every function starts with all of these errors. A dataclass writes source for each, and runs it.
@dataclass_transform(eq_default=False)
class FareChanceError(Exception):
    """The root: whatever the system raises on purpose. An error is made with the fields that its
    class declares, in their order or by name; a type checker checks it as it does a dataclass.
    Raises TypeError for others."""

    def __init__(self, *fields: object, **named: object) -> None:
        declared = type(self).__annotations__
        given = dict(zip(declared, fields, strict=False)) | named
        has_all = all(name in given or hasattr(type(self), name) for name in declared)
        if not has_all or len(given) < len(fields) + len(named) or given.keys() - declared.keys():
            raise TypeError(f"{type(self).__name__} has the fields {', '.join(declared) or 'none'}")
        for name, value in given.items():
            setattr(self, name, value)


class Refusal(FareChanceError):
    """A request that cannot be carried out as it stands."""


class MalformedBody(Refusal):
    """`problem` is a slug: `not_utf8`, `syntax`, `duplicate_key`, `too_deep`, `control_character`,
    `not_a_number`; `where` is a key or a position, never a value."""

    problem: str
    where: str = ""


class MalformedSheet(Refusal):
    """`problem` is a slug: `utf16`, `not_utf8`, `quotes`, `no_header`, `unknown_column`, `empty`;
    of a ride company's statement, which comes by no door, `utf16`, `no_header`, `missing_column`,
    `doubled_column`, `too_many_lines`, `too_large`, `empty`. `where` is a line or a column, never
    a value."""

    problem: str
    where: str = ""


class BodyTooLarge(Refusal):
    """The body has more than `limit_bytes`."""

    limit_bytes: int


class UnsupportedMediaType(Refusal):
    """The body is none of the `accepted` media types."""

    accepted: tuple[str, ...]


class FieldError(NamedTuple):
    """One wrong field: a JSON pointer (RFC 6901) and what would be right."""

    pointer: str
    detail: str


class FieldErrors(Refusal):
    """The fields that are wrong, all that were found at once."""

    errors: tuple[FieldError, ...]

    @classmethod
    def one(cls, pointer: str, detail: str) -> Self:
        """A single wrong field."""
        return cls((FieldError(pointer, detail),))


class IdempotencyKeyMissing(Refusal):
    """A call that changes something came without a usable Idempotency-Key."""


class IdempotencyKeyReused(Refusal):
    """The same key came before, with another body."""


class NotAuthenticated(Refusal):
    """Who is calling is not proven. Says nothing of why: a guesser learns nothing. `scheme` is the
    kind of proof that is wanted."""

    scheme: str


class ScopeMissing(Refusal):
    """The token lacks `scope`."""

    scope: str


class NotFound(Refusal):
    """No such `kind` of thing for this caller; another's and nobody's look the same. `name` is the
    id as the caller gave it."""

    kind: str
    name: str = ""


class MethodNotAllowed(Refusal):
    """The path exists with the methods in `allowed` only."""

    allowed: tuple[str, ...]


class LinkExpired(Refusal):
    """A link to a page that was made to work for some minutes, and these are over."""


class StateForbids(Refusal):
    """`reason` is a stable slug such as `already_enrolled`; `facts` are ids and numbers that
    help the caller (never another's)."""

    reason: str
    facts: Mapping[str, str | int] = {}


class MintingTooFast(Refusal):
    """A partner has minted `minted` vouchers of a programme in this clock hour, and with those that
    are asked for it would be more than `most`."""

    program_id: str
    partner_id: str
    minted: int
    most: int
    retry_after_seconds: int


class Busy(FareChanceError):
    """Too many at once; the caller may repeat the very same request after a pause."""

    retry_after_seconds: int = 1


class BooksDiffer(FareChanceError):
    """Two stored things that must agree do not: `what` names them by id."""

    what: str
