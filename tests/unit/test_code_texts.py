"""The SMS with a code: one segment of the GSM alphabet, whatever a programme is called."""

from datetime import datetime, timedelta
from typing import Any

import pytest

import builders
from builders import CODE_KEYS, NOON
from farechance import code_texts, codes, messages
from farechance.programs import PurposeRule
from unspoken import NEVER

CODE = codes.code_of(CODE_KEYS, "vch_1" + "0" * 25) or ""
# New York's, once the clocks have changed.
MIDNIGHT = NOON.replace(hour=4)
LONGEST: dict[str, Any] = {
    "rider_facing_name": "N" * 40,
    "currency": "CAD",
    "max_value_cents": 1_000_000,
    "max_rides": 50,
    "purposes": (PurposeRule(name="job_interview", public_label={"en": "L" * 30, "es": "L" * 30}),),
}


def text(rules: dict[str, Any] | None = None, phone: str = "555-0100", **voucher: Any) -> str:
    """The SMS of a voucher of 40.00."""
    one = builders.voucher(**{"expires_at": MIDNIGHT + timedelta(days=14), **voucher})
    partner = builders.partner(help_phone=phone)
    return code_texts.text(one, CODE, builders.rules(**(rules or {})), partner, NOON)


def test_an_sms_says_the_code_what_it_is_worth_whom_to_call_and_how_to_stop() -> None:
    shown = codes.grouped(CODE)

    assert text() == (
        f"City Rides, Ride: {shown}. $40.00, 2 rides until Mar 15. Help: 555-0100. "
        "Reply STOP to end."
    )
    assert text(language="es") == (
        f"City Rides, Viaje: {shown}. $40.00, 2 viajes hasta el 15 mar. Ayuda: 555-0100. "
        "Responde STOP para no recibir."
    )


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("name", ["A", "N" * 20, "N" * 40, "Ñandú «Viajes» 🚗 — [x]", "|" * 40])
@pytest.mark.parametrize("label", ["L", "L" * 30, "Trámite: ¿ida?", "{}^" * 10])
@pytest.mark.parametrize("starts_in", [timedelta(), timedelta(days=10, minutes=30)])
@pytest.mark.parametrize("phone", ["555-0", "+1 (212) 555-0100 999999"])
def test_an_sms_is_one_segment_of_the_gsm_alphabet_with_code_help_and_stop(
    language: str, name: str, label: str, phone: str, starts_in: timedelta
) -> None:
    purposes = (PurposeRule(name="job_interview", public_label={"en": label, "es": label}),)
    rules = {**LONGEST, "rider_facing_name": name, "purposes": purposes}

    sms = text(
        rules,
        phone,
        language=language,
        value_cents=1_000_000,
        available_cents=1_000_000,
        cap_cents=1_000_000,
        max_rides=50,
        valid_from=NOON + starts_in,
        expires_at=NOON + timedelta(days=14, minutes=30),
    )

    assert len(sms) <= 160
    # Who comes too early is declined, so the first day stands in each text.
    starts = {"en": "rom Mar 12, 1:30 pm", "es": "esde el 12 mar, 1:30 pm"}[language]
    assert (starts in sms) is (starts_in > timedelta())
    # The extension table's signs take two places each, so none is used.
    assert messages.plain(sms) == sms
    assert codes.grouped(CODE) in sms
    assert phone in sms
    assert "STOP" in sms


def test_what_doesnt_fit_is_left_out_the_label_first_and_the_worth_next() -> None:
    labelled = {"purposes": LONGEST["purposes"]}
    phone = "+1 (212) 555-0100 999999"

    assert "LLL" in text(labelled)
    without_label = text({**labelled, "rider_facing_name": "N" * 40}, phone)
    without_worth = text(LONGEST, phone, language="es", max_rides=50, available_cents=1_000_000)

    assert "LLL" not in without_label
    assert "$40.00, 2 rides" in without_label
    assert "viajes" not in without_worth
    assert phone in without_worth


@pytest.mark.parametrize(
    ("valid_from", "expires_at", "english", "spanish"),
    [
        (MIDNIGHT, MIDNIGHT + timedelta(days=14), "until Mar 15", "hasta el 15 mar"),
        (
            # New York's midnight before the clocks change.
            NOON.replace(hour=5) + timedelta(days=3),
            MIDNIGHT + timedelta(days=14),
            "from Mar 5 until Mar 15",
            "desde el 5 mar hasta el 15 mar",
        ),
        (
            NOON + timedelta(days=3),
            MIDNIGHT + timedelta(days=14, hours=12),
            "from Mar 5, 12:00 pm until Mar 16, 12:00 pm",
            "desde el 5 mar, 12:00 pm hasta el 16 mar, 12:00 pm",
        ),
    ],
)
def test_days_are_named_that_are_still_to_come_and_hours_that_end_a_day_early(
    valid_from: datetime, expires_at: datetime, english: str, spanish: str
) -> None:
    days: dict[str, Any] = {"valid_from": valid_from, "expires_at": expires_at}

    assert f"2 rides {english}. Help" in text(**days)
    assert f"2 viajes {spanish}. Ayuda" in text(language="es", **days)


def test_what_is_left_is_told_and_not_what_there_was() -> None:
    sms = text(available_cents=1_500, spent_cents=2_500, rides_counted=1)

    assert "$15.00, 1 ride until" in sms


@pytest.mark.parametrize("language", ["en", "es"])
def test_an_sms_says_neither_prison_nor_what_a_ride_is_for(language: str) -> None:
    assert NEVER.search(text(language=language)) is None
