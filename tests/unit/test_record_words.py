"""The record that is handed to a person: her language, her days, her money."""

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

import builders
from builders import NOON
from farechance.ledger import Account, Kind
from farechance.participant_api import RecordedVoucher
from farechance.partner_api import EntryAnswer, VoucherAnswer
from farechance.programs import PurposeRule
from farechance.record_words import Told, _voucher
from farechance.vouchers import VoucherState
from unspoken import NEVER

ERRAND = PurposeRule(name="job_interview", public_label={"en": "Errand", "es": "Trámite"})
# New York's midnight, once the clocks have changed.
MIDNIGHT = NOON.replace(hour=4) + timedelta(days=8)


def lines(language: Any, *entries: EntryAnswer, **changes: Any) -> list[str]:
    """What is said of a card of 40.00, of which 12.00 is spent."""
    fields: dict[str, Any] = {
        "voucher_id": "vch_1" + "v" * 25,
        "program_id": builders.PROGRAM,
        "purpose": "job_interview",
        "language": language,
        "assigned": True,
        "status": VoucherState.ACTIVE,
        "last4": "7KDM",
        "currency": "USD",
        "value_cents": 4_000,
        "cap_cents": 2_000,
        "available_cents": 2_800,
        "held_cents": 0,
        "spent_cents": 1_200,
        "rides": 2,
        "rides_used": 1,
        "rides_left": 1,
        "valid_from": NOON,
        "expires_at": MIDNIGHT,
        "minted_at": NOON,
    }
    voucher = VoucherAnswer.model_validate({**fields, **changes})
    rules = builders.rules(purposes=(ERRAND,), currency=voucher.currency)
    told = Told(language, ZoneInfo("America/New_York"), {voucher.voucher_id: rules})
    recorded = RecordedVoucher(voucher=voucher, entries=entries, more_entries=False)
    return list(_voucher(recorded, told))


def entry(kind: Kind, cents: int, **changes: Any) -> EntryAnswer:
    """A line of the ledger that pays, or gives back, some cents."""
    fields: dict[str, Any] = {
        "sequence": 2,
        "recorded_on": date(2026, 3, 5),
        "kind": kind,
        "ride_day": date(2026, 3, 4),
        "changes": {Account.SPENT: cents, Account.AVAILABLE: -cents},
    }
    return EntryAnswer.model_validate({**fields, **changes})


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            "A card that ends in 7KDM, with the word “Errand” on it, worth $40.00, good from "
            "March 2, 2026 to March 9, 2026: $12.00 paid for rides.",
        ),
        (
            "es",
            "Una tarjeta que acaba en 7KDM, con la palabra «Trámite», de $40.00, válida del 2 de "
            "marzo de 2026 al 9 de marzo de 2026: pagó $12.00 de viajes.",
        ),
    ],
)
def test_a_card_is_told_as_it_was_printed(language: str, said: str) -> None:
    (line,) = lines(language)

    assert line == said
    assert NEVER.search(line) is None


def test_an_end_within_a_day_is_told_with_its_time() -> None:
    (line,) = lines("es", expires_at=MIDNIGHT + timedelta(hours=12))

    assert "al 10 de marzo de 2026, 12:00: pagó" in line


@pytest.mark.parametrize(
    ("language", "paid", "back"),
    [
        (
            "en",
            "- On March 4, 2026 this card paid CAD 12.00 for a ride.",
            "- On March 5, 2026 CAD 4.00 that this card had paid for a ride were given back.",
        ),
        (
            "es",
            "- El 4 de marzo de 2026 esta tarjeta pagó CAD 12.00 de un viaje.",
            "- El 5 de marzo de 2026 se devolvieron CAD 4.00 que esta tarjeta había pagado de un "
            "viaje.",
        ),
    ],
)
def test_what_was_given_back_is_not_told_as_paid(language: str, paid: str, back: str) -> None:
    told = lines(
        language,
        entry(Kind.RIDE_COMPLETED, 1_200),
        entry(Kind.RIDE_ADJUSTED, -400),
        currency="CAD",
    )

    assert told[1:] == [paid, back]
