"""The commands that change a programme, a partner or a voucher after the first day, each carried
out with the administration's own rights: what it says, what is stored, and that the books agree."""

from typing import Any

import pytest

from e2e.scene import Scene, key
from infra.local import books
from infra.local.client import PartnerApp

CENTS = 50_000


@pytest.fixture(scope="module")
def program_id(scene: Scene) -> str:
    """A programme of these tests' own, of which a fifth isn't allotted."""
    made = scene.new_program("commands", cents=CENTS)
    scene.admin.do("fund", program_id=made, amount_cents=CENTS // 4)
    return made


def test_new_rules_are_a_new_version_and_older_vouchers_keep_theirs(
    scene: Scene, program_id: str
) -> None:
    older = scene.mint(program_id=program_id)

    said = scene.admin.do(
        "set_rules", program_id=program_id, rules={**scene.rules(), "valid_days": 3}
    )
    reused = scene.admin.ask(
        "set_rules", program_id=program_id, rules={**scene.rules(), "time_zone": "Europe/Berlin"}
    )

    assert said["rules_version"] == 2
    assert said["in_words"].startswith(f"{program_id} has rules of version 2")
    assert _program(scene, program_id)["rules_version"] == {"N": "2"}
    assert _stored(scene, older)["rules_version"] == {"N": "1"}
    assert [error["pointer"] for error in reused["errors"]] == ["/rules/time_zone"]
    assert scene.books_are_right(program_id)


def test_money_is_taken_back_from_a_partner_and_goes_back_to_the_funder(
    scene: Scene, program_id: str
) -> None:
    before = _program(scene, program_id)

    unallotted = scene.admin.do(
        "unallot", program_id=program_id, partner_id=scene.partner_id, amount_cents=3_000
    )
    defunded = scene.admin.do("defund", program_id=program_id, amount_cents=2_000)
    too_much = scene.admin.ask("defund", program_id=program_id, amount_cents=10 * CENTS)

    after = _program(scene, program_id)
    assert "30.00 was taken back" in unallotted["in_words"]
    assert "20.00 went back to the funder" in defunded["in_words"]
    assert _cents(after, "unallotted_cents") == _cents(before, "unallotted_cents") + 1_000
    assert _cents(after, "funded_cents") == _cents(before, "funded_cents") - 2_000
    assert too_much["problem"] == "insufficient_budget"
    assert scene.books_are_right(program_id)


def test_a_suspended_partner_cannot_mint_until_it_is_resumed(scene: Scene, program_id: str) -> None:
    partner_id = f"{scene.partner_id}_stop"
    made = scene.create_partner(partner_id)
    scene.allot(program_id, partner_id, 5_000)
    app = PartnerApp(scene.running, made["client_id"], made["client_secret"])
    body = scene.minting(program_id=program_id)

    suspended = scene.admin.do("suspend_partner", partner_id=partner_id)
    refused = app.post("/vouchers", body, key())
    resumed = scene.admin.do("resume_partner", partner_id=partner_id)
    minted = app.post("/vouchers", body, key())

    assert (suspended["status"], resumed["status"]) == ("suspended", "active")
    assert refused.expect(409)["type"].endswith(":partner_suspended")
    minted.expect(201)
    assert scene.admin.ask("resume_partner", partner_id=partner_id)["done"] is False
    assert scene.books_are_right(program_id)


def test_a_blocked_voucher_doesnt_ride_until_it_is_unblocked(scene: Scene, program_id: str) -> None:
    voucher = scene.mint(program_id=program_id)
    approved = scene.request(voucher["code"], 1_000)

    blocked = scene.admin.do("block_voucher", voucher_id=voucher["voucher_id"])
    declined = scene.request(voucher["code"], 1_000)
    captured = scene.complete(approved, 1_000)
    unblocked = scene.admin.do("unblock_voucher", voucher_id=voucher["voucher_id"])
    rides_again = scene.request(voucher["code"], 1_000)

    assert (blocked["status"], unblocked["status"]) == ("blocked", "active")
    assert (declined["decision"], declined["reason"]) == ("declined", "voucher_not_usable")
    assert captured["outcome"] == "captured"
    assert rides_again["decision"] == "approved"
    assert scene.show(voucher)["last_decline"]["reason"] == "voucher_blocked"
    assert scene.books_are_right(program_id)


def test_a_revoked_vouchers_money_is_the_partners_again_but_for_what_is_held(
    scene: Scene, program_id: str
) -> None:
    voucher = scene.mint(program_id=program_id)
    approved = scene.request(voucher["code"], 1_500)
    named = {"voucher_id": voucher["voucher_id"]}
    before = _allotted_cents(scene, program_id)

    unconfirmed = scene.admin.ask(
        "revoke_voucher", **named, confirm="vch_10000000000000000000000000"
    )
    revoked = scene.admin.do("revoke_voucher", **named, confirm=voucher["voucher_id"])
    captured = scene.complete(approved, 1_500)

    assert [error["pointer"] for error in unconfirmed["errors"]] == ["/confirm"]
    assert (revoked["status"], revoked["held_cents"]) == ("closed", 1_500)
    assert "25.00 went back" in revoked["in_words"]
    assert captured["captured_cents"] == 1_500
    assert _allotted_cents(scene, program_id) == before + 2_500
    assert _stored(scene, voucher)["closed_reason"] == {"S": "revoked"}
    assert scene.books_are_right(program_id)


def test_what_no_voucher_paid_is_accepted_or_written_off_and_then_paid(scene: Scene) -> None:
    program_id = scene.new_program("owed", cents=20_000)
    scene.admin.do("fund", program_id=program_id, amount_cents=5_000)
    voucher = scene.mint(program_id=program_id)
    # 3000 were asked for and 2000 is the cap of one ride: the programme owes the rest.
    dearer = scene.request(voucher["code"], 1_500)
    scene.complete(dearer, 3_000)
    # A ride that was cancelled and was made nevertheless: its fare is a shortfall.
    cancelled = scene.request(voucher["code"], 1_200)
    scene.cancel(cancelled)
    assert scene.complete(cancelled, 1_200)["reason"] == "ride_cancelled"
    ride = {"program_id": program_id, "provider_id": scene.provider_id}

    overage = scene.admin.do("accept_overage", **ride, ride_id=dearer["ride_id"], amount_cents=600)
    shortfall = scene.admin.do(
        "accept_shortfall", **ride, ride_id=cancelled["ride_id"], amount_cents=1_200
    )
    named = {"ride_id": dearer["ride_id"], "confirm": dearer["ride_id"]}
    rest = scene.admin.do("write_off", **ride, **named, amount_cents=400)
    twice = scene.admin.ask("write_off", **ride, **named, amount_cents=1)
    paid = scene.admin.do(
        "record_payment",
        **ride,
        month=_month(scene, program_id),
        amount_cents=3_000,
        invoice_ref="INV-7",
    )
    books_say = scene.admin.do("check_books", program_id=program_id)

    assert (overage["undecided_cents"], shortfall["undecided_cents"]) == (400, 0)
    assert rest["in_words"].startswith(f"4.00 won't be paid to {scene.provider_id}")
    assert twice["problem"] == "not_owed"
    # 2000 of the voucher, 600 and 1200 accepted.
    assert (paid["payable_before_cents"], paid["payable_cents"]) == (3_800, 800)
    assert books_say["payable_cents"] == {scene.provider_id: 800}
    assert books_say["owed_cents"] == 0
    stored = _program(scene, program_id)
    assert _cents(stored, "paid_direct_cents") == 1_800
    assert _cents(stored, "unallotted_cents") == 5_000 - 1_800
    assert scene.books_are_right(program_id)


def test_a_closed_programme_pays_what_was_approved_and_nothing_else(scene: Scene) -> None:
    # Nothing but this ride asks about the programme before it is closed: functions remember its
    # status for a minute.
    program_id = scene.new_program("closed", cents=20_000)
    voucher, other = scene.mint(program_id=program_id), scene.mint(program_id=program_id)
    approved = scene.request(voucher["code"], 1_500)

    closed = scene.admin.do("close_program", program_id=program_id, confirm=program_id)

    refused = scene.app().post("/vouchers", scene.minting(program_id=program_id), key())
    assert closed["status"] == "closed"
    assert refused.expect(409)["type"].endswith(":program_closed")
    assert scene.complete(approved, 1_500)["captured_cents"] == 1_500
    assert _program(scene, program_id)["status"] == {"S": "closed"}
    again = scene.admin.ask("close_program", program_id=program_id, confirm=program_id)
    assert again["problem"] == "program_closed"
    assert scene.show(other)["available_cents"] == 4_000
    assert scene.books_are_right(program_id)


def _month(scene: Scene, program_id: str) -> str:
    """The month of the programme's latest entries, in its own zone."""
    return max(
        str(item["month"]["S"])
        for item in books.everything(scene.running)["Ledger"]
        if item["program_id"]["S"] == program_id
    )


def _program(scene: Scene, program_id: str) -> dict[str, Any]:
    return _programs_item(scene, f"program#{program_id}", "program")


def _allotted_cents(scene: Scene, program_id: str) -> int:
    allotment = _programs_item(scene, f"allotment#{program_id}", scene.partner_id)
    return _cents(allotment, "available_cents")


def _programs_item(scene: Scene, pk: str, sk: str) -> dict[str, Any]:
    return next(
        item
        for item in books.everything(scene.running)["Programs"]
        if (item["pk"], item["sk"]) == ({"S": pk}, {"S": sk})
    )


def _stored(scene: Scene, voucher: dict[str, Any]) -> dict[str, Any]:
    return next(
        item
        for item in books.everything(scene.running)["Vouchers"]
        if item["pk"]["S"].startswith("voucher#")
        and item["voucher_id"]["S"] == voucher["voucher_id"]
    )


def _cents(item: dict[str, Any], name: str) -> int:
    return int(item[name]["N"])
