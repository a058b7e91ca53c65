"""How things are named. It owns the form of every id that a caller chooses or repeats; it must
never hold a rule about what an id may do."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, StringConstraints, WithJsonSchema

from farechance.codes import read_last4

ProgramId = Annotated[str, StringConstraints(pattern=r"^prg_[a-z0-9_]{1,40}$")]
PartnerId = Annotated[str, StringConstraints(pattern=r"^org_[a-z0-9_]{1,40}$")]
ProviderId = Annotated[str, StringConstraints(pattern=r"^pvd_[a-z0-9_]{1,40}$")]
ParticipantId = Annotated[str, StringConstraints(pattern=r"^par_[a-z0-9]{1,40}$")]
VoucherId = Annotated[str, StringConstraints(pattern=r"^vch_[a-z0-9]{1,40}$")]
BatchId = Annotated[str, StringConstraints(pattern=r"^bat_[a-z0-9]{1,40}$")]
CommandId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:-]{1,64}$")]
Purpose = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Month = Annotated[str, StringConstraints(pattern=r"^20\d\d-(0[1-9]|1[0-2])$")]
Language = Literal["en", "es"]
Environment = Literal["trial", "production"]

RideId = Annotated[str, StringConstraints(pattern=r'^[!"$-~]{1,64}$')]
"""A provider's own name for a ride: visible ASCII but '#', which parts the pieces of our keys."""

ProviderReference = RideId
"""What else a provider names: an adjustment, an authorization."""

AuthorizationId = Annotated[str, StringConstraints(pattern=r"^aut_[a-z0-9]{44}$")]
"""What we gave a ride company with a hold: it carries the voucher's key (`rides`)."""


def _last4(written: str) -> str:
    read = read_last4(written)
    if read is None:
        raise ValueError("must be the last 4 symbols of a code")
    return read


Last4 = Annotated[
    str,
    StringConstraints(min_length=4, max_length=4),
    AfterValidator(_last4),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": "^[0-9A-Za-z]{4}$",
            "description": "The last 4 symbols of a code, as on the card. Lower case is taken, and "
            "so are o for 0, i and l for 1.",
        }
    ),
]

# Patterns are compiled where they are first used: most functions load this module and match none.

# HTTP's own and the gateway's: it renames, drops or overwrites them (Amazon API Gateway Developer
# Guide, 'Important notes'). The last is the other profile's.
_OWNED = (
    r"(accept|access-control|cloudfront|content|if|proxy|sec|x-amz|x-amzn|x-forwarded|webhook)(-.*)?"
    r"|age|allow|authorization|cache-control|connection|cookie|date|expect|expires|forwarded|from"
    r"|host|idempotency-key|keep-alive|last-modified|link|location|max-forwards|origin|pragma|range"
    r"|referer|server|set-cookie|te|trailer|transfer-encoding|upgrade|user-agent|vary|via|warn"
    r"|warning|www-authenticate|x-api-key"
)
# RFC 9110, 5.6.2, 'Tokens'.
_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}"


def _signature_header(written: str) -> str:
    if not re.fullmatch(_TOKEN, written, re.ASCII):
        raise ValueError("must be the name of an HTTP header, of at most 64 characters")
    name = written.lower()
    if re.fullmatch(_OWNED, name, re.ASCII):
        raise ValueError(
            "is a header that means something else, such as Authorization; use another"
        )
    return name


SignatureHeader = Annotated[
    str, StringConstraints(min_length=1, max_length=64), AfterValidator(_signature_header)
]
"""The header in which a ride company signs; names of headers know no capitals."""

ShortText = Annotated[str, StringConstraints(min_length=1, max_length=200)]
"""A line that a person typed. Control characters never pass the doors (`edge.strict_json`)."""

Phone = Annotated[str, StringConstraints(pattern=r"^\+?[0-9][0-9 ()-]{4,23}$")]
"""A help line as it is printed on cards; an organisation's, never a participant's."""

_EMAIL = r"[^\s@]+@[^\s@]+\.[^\s@]+|_at_.+_(com|org|net|edu|gov|us)\b"
_SEPARATORS = r"[-_. ()+]"
# Anywhere between separators. With letters or digits at its side a number is somebody's own: a
# stricter pattern would refuse every fiftieth UUID.
_ALONE = r"(?<![A-Za-z0-9]){}(?![A-Za-z0-9])"
_NATIONAL_ID = _ALONE.format(r"\d{3}[-_. ]?\d{2}[-_. ]?\d{4}")
_PHONE = _ALONE.format(r"((1[-_. ]?)?\d{3}[-_. ]?\d{3}[-_. ]?\d{4}|\d{3}[-_. ]\d{4}|00\d{8,15})")


def _personal(value: str) -> str:
    """Refuses what is plainly a person's national id, phone number or e-mail address, also with
    something before or behind it."""
    if re.search(_EMAIL, value):
        raise ValueError("looks like an e-mail address; use a reference that only you can resolve")
    digits = re.sub(_SEPARATORS, "", value)
    is_number = digits.isascii() and digits.isdigit()
    if re.search(_NATIONAL_ID, value, re.ASCII) or (is_number and len(digits) == 9):
        raise ValueError(
            "looks like a social security number; use a reference of your own, with a letter"
        )
    if re.search(_PHONE, value, re.ASCII) or (is_number and len(digits) in (10, 11, 12)):
        raise ValueError("looks like a phone number; use a reference of your own, with a letter")
    return value


def _reference(value: str) -> str:
    # The length first: a search for an e-mail address takes time that grows with its square.
    if len(value) > 64 or not re.fullmatch(r"[A-Za-z0-9_-]+", _personal(value), re.ASCII):
        raise ValueError("must be 1 to 64 letters, digits, '_' or '-'")
    return value


def looks_personal(value: str) -> bool:
    """Whether a reference is plainly a person's national id, phone number or e-mail address. Only
    of what isn't longer than a reference: the search takes time that grows with its square."""
    try:
        _personal(value[:64])
    except ValueError:
        return True
    return False


# What it refuses beyond the pattern can't be said in a schema, so the contract says it in words.
_REFERENCE_SCHEMA = WithJsonSchema(
    {
        "type": "string",
        "pattern": "^[A-Za-z0-9_-]{1,64}$",
        "description": "A reference of your own that only you can resolve. What looks like a "
        "social security number, a phone number or an e-mail address is refused.",
    }
)

ExternalRef = Annotated[str, AfterValidator(_reference), _REFERENCE_SCHEMA]
"""A partner's own opaque reference to a person (domain.md, 'People')."""

StaffRef = Annotated[str, AfterValidator(_reference), _REFERENCE_SCHEMA]
"""A partner's own reference to the member of staff who attests."""
