"""How an administrator names a voucher: by its id, by its partner and the last 4 symbols of its
code, or by an authorization id. It owns what is told of a wrong name, and that a code is refused
wherever it is typed: who has one can ride with it. It must never repeat what was typed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, TypeAdapter, ValidationError

from farechance.codes import holds_code, is_like_code, read_last4
from farechance.errors import FieldErrors
from farechance.identifiers import AuthorizationId, PartnerId, ShortText, VoucherId

NEVER: Final = "never type a voucher's code here: the last 4 symbols suffice"
_MOST_TYPED = 200


def _no_code(value: object) -> object:
    if isinstance(value, str) and is_typed_code(value):
        raise ValueError(NEVER)
    return value


def _no_code_within(value: str) -> str:
    if holds_code(value):
        raise ValueError(NEVER)
    return value


NEVER_A_CODE: Final = BeforeValidator(_no_code)
"""Of a field of a command that names something."""

NO_CODE_WITHIN: Final = AfterValidator(_no_code_within)
"""Of whatever a person types freely and is kept."""

Remark = Annotated[ShortText, NO_CODE_WITHIN]
"""A line that a person typed and that is kept for ever."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which voucher: exactly one of the three ways is there."""

    voucher_id: str | None = None
    partner_id: str | None = None
    last4: str | None = None
    authorization_id: str | None = None


def is_typed_code(written: str) -> bool:
    """Whether a whole code was typed, or one with a wrong symbol."""
    typed = written[:_MOST_TYPED]
    return is_like_code(typed) or holds_code(typed)


def read_wanted(fields: Mapping[str, str]) -> Wanted | None:
    """What was typed into a form's fields `partner_id`, `last4` and `named` (an id); None if all of
    them are empty. Raises FieldErrors with what is to be typed instead."""
    typed = {name: fields.get(name, "").strip() for name in ("partner_id", "last4", "named")}
    for name, text in typed.items():
        if is_typed_code(text):
            raise FieldErrors.one(f"/{name}", f"{NEVER[0].upper()}{NEVER[1:]}.")
    if typed["named"]:
        return _by_id(typed["named"])
    if not typed["last4"]:
        if typed["partner_id"]:
            raise FieldErrors.one("/last4", "Type the last 4 symbols of the code.")
        return None
    last4 = read_last4(typed["last4"])
    if last4 is None:
        raise FieldErrors.one(
            "/last4", "Type exactly the last 4 symbols of the code, letters and digits."
        )
    if not _is(PartnerId, typed["partner_id"]):
        raise FieldErrors.one("/partner_id", "Choose the partner that gave out the card as well.")
    return Wanted(partner_id=typed["partner_id"], last4=last4)


def _by_id(text: str) -> Wanted:
    if _is(VoucherId, text.lower()):
        return Wanted(voucher_id=text.lower())
    if _is(AuthorizationId, text.lower()):
        return Wanted(authorization_id=text.lower())
    raise FieldErrors.one(
        "/named",
        "Type a voucher's id, which begins with vch_, or an authorization id of a ride company, "
        "which begins with aut_. Without either, the partner and the last 4 suffice.",
    )


def _is(form: Any, text: str) -> bool:
    try:
        TypeAdapter(form).validate_python(text)
    except ValidationError:
        return False
    return True
