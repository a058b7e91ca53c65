"""What the guides for those who connect list as a whole is whole: scopes, statuses, messages and
reasons, as the code has them."""

import json
import re
from pathlib import Path
from typing import Any, get_args

from farechance.callbacks import RIDE_CALLBACKS, RideAdjusted
from farechance.scopes import SCOPES
from farechance.vouchers import Reason, for_provider
from functional.saved_events import event
from guides import ADMIN, FOLDER, blocks
from infra.local import template

PARTNER, PROVIDER = (
    (FOLDER / f"{name}.md").read_text(encoding="utf-8") for name in ("partner", "provider")
)
CONTRACT: dict[str, Any] = json.loads(
    (Path(template.TEMPLATE).parent / "functions/contract/openapi.json").read_text(encoding="utf-8")
)


def _first_cells(page: str, head: str) -> list[str]:
    """The first column of the table that begins so."""
    (rows,) = re.findall(rf"^\| {head} \|.*\n\| --- .*\n((?:\|.*\n)+)", page, re.M)
    return [row.split("|")[1].strip() for row in rows.splitlines()]


def _refusals(*, of_providers: bool) -> set[str]:
    """The statuses of refusals that callers of one kind may get."""
    return {
        status
        for path, methods in CONTRACT["paths"].items()
        for operation in methods.values()
        if path.startswith("/providers/") is of_providers
        if operation.get("security")
        for status in operation["responses"]
        if int(status) >= 400
    }


def test_the_partners_guide_lists_each_scope() -> None:
    assert _first_cells(PARTNER, "scope") == [f"`{scope}`" for scope in SCOPES]


def test_each_status_that_a_partner_may_get_has_what_to_do() -> None:
    told = set(re.findall(r"\d{3}", " ".join(_first_cells(PARTNER, "status"))))

    assert _refusals(of_providers=False) <= told


def test_each_status_that_a_ride_company_may_get_has_what_to_do() -> None:
    told = set(re.findall(r"\d{3}", " ".join(_first_cells(PROVIDER, "status"))))

    assert _refusals(of_providers=True) <= told


def test_the_ride_that_a_partner_asks_for_is_the_saved_event() -> None:
    (on_the_page,) = (json.loads(one.text) for one in blocks(PARTNER) if one.kind == ADMIN)

    saved = event("simulate_ride")

    assert on_the_page.keys() == saved.keys()
    # The id is the one of the voucher that was minted before on the page.
    assert {**on_the_page, "voucher_id": saved["voucher_id"]} == saved


def test_each_message_of_a_ride_company_is_sent_or_named() -> None:
    kinds = {*RIDE_CALLBACKS, "voucher.checked", "webhook.test"}

    assert {kind for kind in kinds if f"`{kind}`" not in PROVIDER} == set()


def test_each_reason_that_a_ride_company_may_be_told_is_explained() -> None:
    told = {for_provider(reason).value for reason in Reason}

    assert {reason for reason in told if f"`{reason}`" not in PROVIDER} == set()
    assert {
        one for one in Reason if for_provider(one) is not one if f"`{one}`" in PROVIDER
    } == set()


def test_each_word_for_why_a_fare_is_corrected_is_told() -> None:
    words = get_args(RideAdjusted.model_fields["why"].annotation)

    assert {word for word in words if f"`{word}`" not in PROVIDER} == set()
