"""What a rider reads on the phone: one SMS, in the rider's language, with what is left, what would
work and whom to call; and never where somebody comes from."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

import builders
from builders import NOON, hold
from farechance.messages import RiderMessage, approved, declined, plain, unknown_code, what_to_do
from farechance.programs import Partner
from farechance.vouchers import Reason, Voucher, VoucherState

Language = Literal["en", "es"]
every_language = pytest.mark.parametrize("language", ["en", "es"])

# 3GPP TS 23.038, 6.2.1, row by row, without the escape to the extension table.
GSM_7_BIT = set(
    "@£$¥èéùìòÇ\nØø\rÅå"
    "Δ_ΦΓΛΩΠΨΣΘΞÆæßÉ"
    " !\"#¤%&'()*+,-./"
    "0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNO"
    "PQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmno"
    "pqrstuvwxyzäöñüà"
)

# What would tell a ride company, or whoever looks at the phone, that the rider was in prison, or
# what the ride is for.
NEVER = re.compile(
    r"prison|jail|parol|probation|inmate|felon|offen|convict|crim|sentence|custod|correction"
    r"|court|supervis|re-?entry|release|case ?worker|job|interview|famil|visit"
    r"|prisi|carcel|cárcel|preso|reclus|libertad|conden|delit|penal|reinser|tribunal"
    r"|empleo|trabajo|entrevista",
    re.IGNORECASE,
)

IN_DECEMBER = datetime(2026, 12, 30, 12, tzinfo=UTC)
LATE_ON_A_WEDNESDAY = builders.hours("wednesday", "22:59", "24:00")
MILLISECOND = timedelta(milliseconds=1)
LONGEST = builders.partner(help_name="W" * 40, help_phone="+" + "5" * 24)


def is_one_sms(message: RiderMessage) -> bool:
    return 1 <= len(message.text) <= 160 and set(message.text) <= GSM_7_BIT - {"\n", "\r"}


def dear(language: Language, **changes: Any) -> Voucher:
    """A voucher whose amounts and dates take as many signs as they can."""
    fields: dict[str, Any] = {
        "language": language,
        "value_cents": 1_000_000,
        "available_cents": 1_000_000,
        "cap_cents": 1_000_000,
        "max_rides": 50,
        "valid_from": datetime(2026, 12, 30, 17, tzinfo=UTC),
        "expires_at": datetime(2026, 12, 31, 17, tzinfo=UTC),
    }
    return builders.voucher(**{**fields, **changes})


@every_language
@pytest.mark.parametrize("partner", [builders.partner(), LONGEST], ids=["short", "longest"])
def test_every_decline_is_one_sms_that_says_whom_to_call(
    partner: Partner, language: Language
) -> None:
    for reason in Reason:
        for currency in ("USD", "MXN"):
            rules = builders.rules(currency=currency, weekly_hours=(LATE_ON_A_WEDNESDAY,))
            message = declined(dear(language), rules, partner, reason, IN_DECEMBER)
            assert is_one_sms(message), message.text
            assert partner.help_phone in message.text
            assert not NEVER.search(message.text.replace(partner.help_name, ""))
            assert message.language == language


@every_language
@pytest.mark.parametrize("overage", ["decline", "rider_pays", "program_pays"])
def test_every_approval_is_one_sms_that_says_whom_to_call(language: Language, overage: str) -> None:
    for currency in ("USD", "MXN"):
        rules = builders.rules(currency=currency, overage=overage)
        for partner in (builders.partner(), LONGEST):
            message = approved(dear(language), rules, partner, 999_999, 1_000_000)
            assert is_one_sms(message), message.text
            assert partner.help_phone in message.text
            assert "9,999.99" in message.text
            assert not NEVER.search(message.text.replace(partner.help_name, ""))


def test_a_helper_is_named_beside_the_number_where_there_is_room() -> None:
    partner = builders.partner(help_name="Second Start", help_phone="555-0100")

    for language, word in (("en", "Help"), ("es", "Ayuda")):
        voucher = builders.voucher(language=language)
        text = approved(voucher, builders.rules(), partner, 1_500, 1_500).text
        assert text.endswith(f"{word}: Second Start 555-0100")


def test_the_name_gives_way_where_it_makes_the_message_longer_than_one_sms() -> None:
    def text(name: str) -> str:
        partner = builders.partner(help_name=name, help_phone="+" + "5" * 24)
        return approved(dear("en"), builders.rules(), partner, 999_999, 1_000_000).text

    longest = "N" * 36

    assert len(text(longest)) == 160
    assert longest in text(longest)
    assert "N" * 5 not in text(longest + "N")
    assert "Help: +555" in text(longest + "N")


def test_an_approval_says_what_is_paid_what_is_left_and_until_when() -> None:
    held: dict[str, Any] = {
        "available_cents": 2_500,
        "held_cents": 1_500,
        "holds": {"ride-1": hold(1_500)},
        # The last day is 9 March: it expires at the midnight that ends it in New York.
        "expires_at": datetime(2026, 3, 10, 4, tzinfo=UTC),
    }
    rules, partner = builders.rules(), builders.partner()

    english = approved(builders.voucher(**held), rules, partner, 1_500, 1_500)
    spanish = approved(builders.voucher(**held, language="es"), rules, partner, 1_500, 1_500)

    for said in ("$15.00", "$25.00", "1 more ride ", "Mar 9"):
        assert said in english.text
    for said in ("$15.00", "$25.00", "1 viaje ", "9 mar"):
        assert said in spanish.text
    assert (english.language, spanish.language) == ("en", "es")


@every_language
@pytest.mark.parametrize(
    ("overage", "held", "is_told"),
    [
        ("rider_pays", 1_499, True),
        ("rider_pays", 1_500, False),
        ("program_pays", 1_499, False),
    ],
)
def test_a_rider_who_must_pay_is_told_so_beforehand(
    language: Language, overage: str, held: int, is_told: bool
) -> None:
    rules = builders.rules(overage=overage)
    said = {"en": "You pay what is above.", "es": "Pagas el resto."}[language]

    text = approved(builders.voucher(language=language), rules, LONGEST, held, 1_500).text

    assert (said in text) is is_told


@pytest.mark.parametrize(
    ("reason", "english", "spanish"),
    [
        (Reason.INSUFFICIENT_BALANCE, ["$7.00 left", "up to $7.00"], ["$7.00", "hasta $7.00"]),
        (Reason.OVER_RIDE_CAP, ["costs too much", "up to $7.00"], ["demasiado", "hasta $7.00"]),
        (Reason.VOUCHER_EXPIRED, ["is good until Mar 9", "earlier"], ["hasta el 9 mar", "antes"]),
        (Reason.VOUCHER_NOT_STARTED, ["starts on Mar 2"], ["empieza el 2 mar"]),
        (Reason.NO_RIDES_LEFT, ["used or booked", "call"], ["se usaron", "llama"]),
        (Reason.TOO_MANY_OPEN_RIDES, ["4 rides", "cancel one"], ["4 viajes", "cancela uno"]),
        (Reason.LOCATION_MISSING, ["not told", "enter both"], ["No sabemos", "los dos lugares"]),
        (Reason.OUTSIDE_SERVICE_AREA, ["outside the area"], ["fuera de la zona"]),
        (Reason.VOUCHER_BLOCKED, ["cannot be used now"], ["no se puede usar ahora"]),
        (Reason.REQUEST_TOO_OLD, ["could not be booked", "again"], ["No se pudo", "otra vez"]),
    ],
)
def test_a_decline_says_what_is_so_and_what_would_work(
    reason: Reason, english: list[str], spanish: list[str]
) -> None:
    ends = datetime(2026, 3, 10, 4, tzinfo=UTC)
    fields: dict[str, Any] = {"available_cents": 700, "expires_at": ends}
    rules, partner = builders.rules(), builders.partner()

    in_english = declined(builders.voucher(**fields), rules, partner, reason, NOON).text
    in_spanish = declined(
        builders.voucher(**fields, language="es"), rules, partner, reason, NOON
    ).text

    for said in english:
        assert said in in_english
    for said in spanish:
        assert said in in_spanish


def test_a_ride_that_would_work_is_within_the_cap_too() -> None:
    voucher = builders.voucher(available_cents=4_000, cap_cents=2_000)

    text = declined(voucher, builders.rules(), builders.partner(), Reason.OVER_RIDE_CAP, NOON).text

    assert "up to $20.00" in text


def test_what_a_dead_hold_would_free_is_left_too() -> None:
    # A hold is dead from the instant on at which its time is over.
    holds = {"dead": hold(1_000, hours=0), "live": hold(500, hours=1)}
    voucher = builders.voucher(available_cents=200, held_cents=1_500, holds=holds)

    text = declined(
        voucher, builders.rules(), builders.partner(), Reason.INSUFFICIENT_BALANCE, NOON
    ).text

    assert "$12.00 left" in text
    assert "up to $12.00" in text


@every_language
def test_nothing_is_offered_where_nothing_would_work(language: Language) -> None:
    empty = builders.voucher(language=language, available_cents=0)

    text = declined(
        empty, builders.rules(), builders.partner(), Reason.INSUFFICIENT_BALANCE, NOON
    ).text

    assert "$0.00" not in text
    assert "555-0100" in text


@every_language
def test_what_stops_a_whole_voucher_reads_the_same_whatever_it_is(language: Language) -> None:
    voucher = builders.voucher(language=language, state=VoucherState.BLOCKED)
    hidden = [
        Reason.VOUCHER_BLOCKED,
        Reason.VOUCHER_CLOSED,
        Reason.PROGRAM_PAUSED,
        Reason.PROGRAM_CLOSED,
        Reason.PARTNER_SUSPENDED,
    ]

    texts = {
        declined(voucher, builders.rules(), builders.partner(), reason, NOON).text
        for reason in hidden
    }

    assert len(texts) == 1


def test_an_unknown_code_leads_to_the_ride_companys_help_line() -> None:
    message = unknown_code("555-0199")

    assert is_one_sms(message)
    assert "do not know this code" in message.text
    assert "Help: 555-0199" in message.text


def test_currencies_other_than_dollars_are_named() -> None:
    text = approved(
        builders.voucher(), builders.rules(currency="MXN"), builders.partner(), 1_500, 1_500
    ).text

    assert "MXN 15.00" in text
    assert "$" not in text


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        pytest.param("Ñandú", "Ñandu", id="Spanish"),
        pytest.param("José", "José", id="é is in the alphabet"),
        pytest.param("Jose\u0301", "José", id="é of two signs"),
        pytest.param("Ángel Óscar í", "Angel Oscar i", id="accents that are not"),
        pytest.param("“Second” – start’s", ".Second. . start.s", id="typographic signs"),
        pytest.param("a[b]{c}|^~\\€`", "a.b..c.......", id="signs of the extension table"),
        pytest.param("\U0001f697 go", ". go", id="pictures"),
        pytest.param("ç", "c", id="the alphabet has Ç only"),
        pytest.param("中文", "..", id="another script"),
    ],
)
def test_a_text_is_made_plain(written: str, sent: str) -> None:
    assert plain(written) == sent


@given(st.text(min_size=1, max_size=40), st.sampled_from(Reason), st.sampled_from(["en", "es"]))
def test_whatever_a_helper_is_called_the_message_is_one_sms(
    name: str, reason: Reason, language: Language
) -> None:
    partner: Partner = builders.partner(help_name=name)
    voucher, rules = builders.voucher(language=language), builders.rules()

    assert is_one_sms(declined(voucher, rules, partner, reason, NOON))
    assert is_one_sms(approved(voucher, rules, partner, 1_500, 1_500))


def test_a_case_worker_is_told_what_helps() -> None:
    for reason in Reason:
        words = what_to_do(reason)

        assert 20 <= len(words) <= 200
        assert words.endswith(".")


def test_each_reason_that_a_request_can_be_declined_for_has_words_of_its_own() -> None:
    declines = [
        Reason.CURRENCY_MISMATCH,
        Reason.RIDE_CANCELLED,
        Reason.RIDE_ALREADY_SETTLED,
        Reason.REQUEST_TOO_OLD,
        Reason.VOUCHER_NOT_STARTED,
        Reason.VOUCHER_EXPIRED,
        Reason.VOUCHER_BLOCKED,
        Reason.VOUCHER_CLOSED,
        Reason.PROGRAM_PAUSED,
        Reason.PROGRAM_CLOSED,
        Reason.PARTNER_SUSPENDED,
        Reason.NO_RIDES_LEFT,
        Reason.TOO_MANY_OPEN_RIDES,
        Reason.LOCATION_MISSING,
        Reason.OUTSIDE_SERVICE_AREA,
        Reason.OUTSIDE_HOURS,
        Reason.INSUFFICIENT_BALANCE,
        Reason.OVER_RIDE_CAP,
    ]

    words = {what_to_do(reason) for reason in declines}

    assert len(words) == len(declines)
    assert not any("with the voucher's id" in one for one in words)


def test_the_last_day_is_the_one_before_a_midnight_and_the_same_one_before_noon() -> None:
    rules, partner = builders.rules(), builders.partner()
    midnight = builders.voucher(expires_at=datetime(2026, 3, 10, 4, tzinfo=UTC))
    noon = builders.voucher(expires_at=datetime(2026, 3, 10, 16, tzinfo=UTC))

    at_midnight = declined(midnight, rules, partner, Reason.VOUCHER_EXPIRED, NOON).text
    at_noon = declined(noon, rules, partner, Reason.VOUCHER_EXPIRED, NOON).text

    assert "Mar 9." in at_midnight
    assert "Mar 10." in at_noon


def test_a_voucher_that_is_over_and_one_that_will_be_are_told_apart() -> None:
    voucher, rules, partner = builders.voucher(), builders.rules(), builders.partner()

    booked_ahead = declined(voucher, rules, partner, Reason.VOUCHER_EXPIRED, NOON).text
    over = declined(voucher, rules, partner, Reason.VOUCHER_EXPIRED, voucher.expires_at).text

    assert "is good until" in booked_ahead
    assert "new one" not in booked_ahead
    assert "was good until" in over
    assert "new one" in over


def test_a_voucher_without_money_is_not_said_to_be_without_rides() -> None:
    empty = builders.voucher(available_cents=0, spent_cents=4_000)

    text = declined(
        empty, builders.rules(), builders.partner(), Reason.INSUFFICIENT_BALANCE, NOON
    ).text

    assert "no money left" in text
    assert "rides" not in text


@pytest.mark.parametrize(
    ("pickup_at", "english", "spanish"),
    [
        pytest.param(None, "from Mar 3, 8:00 am.", "desde el 3 mar, 8:00 am.", id="now"),
        pytest.param(
            NOON - timedelta(days=1), "from Mar 3, 8:00 am.", "el 3 mar, 8:00 am.", id="in the past"
        ),
        pytest.param(
            NOON + timedelta(days=1), "from Mar 5, 12:30 pm.", "el 5 mar, 12:30 pm.", id="ahead"
        ),
    ],
)
def test_outside_the_hours_a_rider_is_told_when_they_begin_again(
    pickup_at: datetime | None, english: str, spanish: str
) -> None:
    hours = (
        builders.hours("tuesday", "08:00", "09:00"),
        builders.hours("thursday", "12:30", "18:00"),
    )
    rules, partner = builders.rules(weekly_hours=hours), builders.partner()

    in_english, in_spanish = (
        declined(
            builders.voucher(language=language),
            rules,
            partner,
            Reason.OUTSIDE_HOURS,
            NOON,
            pickup_at,
        ).text
        for language in ("en", "es")
    )

    assert english in in_english
    assert spanish in in_spanish
    assert "555-0100" in in_english


@every_language
@pytest.mark.parametrize(("later", "is_told"), [(timedelta(0), False), (MILLISECOND, True)])
def test_hours_that_begin_when_the_voucher_is_over_are_not_offered(
    language: Language, later: timedelta, *, is_told: bool
) -> None:
    rules = builders.rules(weekly_hours=(builders.hours("tuesday", "12:00", "13:00"),))
    voucher = builders.voucher(language=language, expires_at=NOON + timedelta(days=1) + later)

    text = declined(voucher, rules, builders.partner(), Reason.OUTSIDE_HOURS, NOON).text

    assert ("12:00 pm" in text) is is_told
    assert "None" not in text
    assert "555-0100" in text
