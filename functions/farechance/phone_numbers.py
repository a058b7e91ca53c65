"""Phone numbers of people: checked, used once, and gone. It owns which number an SMS may go to; it
must never keep, log or show one, also not in an error."""

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from farechance.errors import FieldErrors

# Where a person's phone can be reached. Numbers that cost extra or belong to nobody are left out.
_REACHABLE = frozenset(
    {
        PhoneNumberType.MOBILE,
        PhoneNumberType.FIXED_LINE_OR_MOBILE,
        PhoneNumberType.VOIP,
        PhoneNumberType.PERSONAL_NUMBER,
    }
)


def checked(written: str) -> str:
    """The number as E.164 writes it. Raises FieldErrors, without the number."""
    try:
        number = phonenumbers.parse(written)
    except NumberParseException:
        number = None
    if number is None or not phonenumbers.is_valid_number(number):
        raise FieldErrors.one("/phone_number", "isn't a phone number that exists")
    if phonenumbers.number_type(number) not in _REACHABLE:
        raise FieldErrors.one("/phone_number", "can't be reached by SMS")
    return str(phonenumbers.format_number(number, PhoneNumberFormat.E164))
