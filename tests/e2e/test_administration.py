"""What an admin's commands do, each by what it says and by what is stored."""

import json
from typing import Any

import pytest

from e2e.scene import RIDER_NEEDS, Scene, key
from infra.local import stack
from infra.local.client import PartnerApp, RideCompany


def test_a_programme_is_a_draft_until_it_is_funded(scene: Scene) -> None:
    program_id = f"{scene.program_id}_draft"

    created = scene.create_program(program_id)
    funded = scene.admin.do("fund", program_id=program_id, amount_cents=10_000)
    allotted = scene.allot(program_id, scene.other_partner_id, 6_000)

    assert created["status"] == "draft"
    assert (funded["status"], funded["funded_cents"]) == ("active", 10_000)
    assert (allotted["available_cents"], allotted["unallotted_cents"]) == (6_000, 4_000)
    assert scene.books_are_right(program_id)


def test_more_than_the_programme_has_is_not_allotted(scene: Scene) -> None:
    program_id = scene.new_program("spent", cents=5_000)

    refused = scene.admin.ask(
        "allot", program_id=program_id, partner_id=scene.partner_id, amount_cents=1
    )

    assert refused["done"] is False
    assert refused["problem"] == "insufficient_budget"
    assert scene.books_are_right(program_id)


def test_a_command_that_is_repeated_is_carried_out_once(scene: Scene) -> None:
    program_id, command_id = scene.new_program("once"), key()
    money = {"program_id": program_id, "amount_cents": 700}
    first = scene.admin.do("fund", command_id, **money)

    again = scene.admin.do("fund", command_id, **money)
    reused = scene.admin.ask("fund", command_id, **{**money, "amount_cents": 800})

    words = f"This was done before, and nothing was done now. {first['in_words']}"
    assert again == {**first, "in_words": words, "repeated": True}
    assert reused["problem"] == "command_id_reused"
    assert scene.admin.do("check_books", program_id=program_id)["funded_cents"] == 100_700


def test_a_dry_run_says_what_would_happen_and_does_nothing(scene: Scene) -> None:
    before = scene.at_rest()

    dry = scene.admin.ask("fund", program_id=scene.program_id, amount_cents=700, dry_run=True)

    assert (dry["done"], dry["dry_run"]) == (False, True)
    assert dry["funded_cents"] == 2_000_700
    assert scene.stored() == before


def test_a_pause_stops_mints_and_new_rides_but_pays_for_those_that_were_approved(
    scene: Scene,
) -> None:
    # Nothing asks for a ride before the pause but the one that is under way: functions remember a
    # programme's status for a minute, and this ride is another programme's first.
    program_id = scene.new_program("pause")
    voucher = scene.mint(program_id=program_id)
    body = scene.minting(program_id=program_id)

    paused = scene.admin.do("pause_program", program_id=program_id)

    mint = scene.app().post("/vouchers", body, key())
    assert paused["status"] == "paused"
    assert mint.expect(409)["type"].endswith(":program_paused")
    declined = scene.request(voucher["code"])
    assert (declined["decision"], declined["reason"]) == ("declined", "voucher_not_usable")
    assert scene.show(voucher)["last_decline"]["reason"] == "program_paused"

    resumed = scene.admin.do("resume_program", program_id=program_id)

    assert resumed["status"] == "active"
    scene.app().post("/vouchers", body, key()).expect(201)
    assert scene.admin.ask("resume_program", program_id=program_id)["done"] is False


def test_a_new_partner_gets_a_client_that_works_and_its_secret_once(scene: Scene) -> None:
    partner_id, command_id = f"{scene.partner_id}_new", key()
    fields = {
        "partner_id": partner_id,
        "name": "Open Door",
        "help_name": "Open Door",
        "help_phone": "555-0101",
        "scopes": ["vouchers:read"],
    }

    made = scene.admin.do("create_partner", command_id, **fields)
    again = scene.admin.do("create_partner", command_id, **fields)

    app = PartnerApp(scene.running, made["client_id"], made["client_secret"])
    told = app.get("/whoami").expect(200)
    assert (told["partner_id"], told["scopes"]) == (partner_id, ["vouchers:read"])
    assert again["client_id"] == made["client_id"]
    assert made["client_secret"] not in json.dumps(again)
    assert made["client_secret"] not in str(scene.stored())


def test_a_partner_whose_creation_was_cut_short_gets_the_client_that_was_made(
    scene: Scene,
) -> None:
    # As if the function had ended between Cognito's answer and the transaction.
    partner_id, command_id = f"{scene.partner_id}_cut", key()
    left_behind = scene.running.client("cognito-idp").create_user_pool_client(
        UserPoolId=scene.running.output("UserPoolId"),
        ClientName=f"{partner_id}.{command_id}",
        GenerateSecret=True,
        AllowedOAuthFlows=["client_credentials"],
        AllowedOAuthFlowsUserPoolClient=True,
        AllowedOAuthScopes=["farechance/vouchers:read"],
    )["UserPoolClient"]

    made = scene.create_partner(partner_id, command_id=command_id, scopes=["vouchers:read"])

    assert made["client_id"] == left_behind["ClientId"]
    assert made["client_secret"] == left_behind["ClientSecret"]
    app = PartnerApp(scene.running, made["client_id"], made["client_secret"])
    assert app.get("/whoami").expect(200)["partner_id"] == partner_id


def test_a_provider_whose_registration_was_cut_short_gets_the_secret_that_was_kept(
    scene: Scene,
) -> None:
    provider_id, kept = f"{scene.provider_id}_cut", "whsec_" + "QUJD" * 11
    scene.running.client("secretsmanager").create_secret(
        Name=f"{stack.NAME}/provider/{provider_id}", SecretString=json.dumps({"current": kept})
    )

    told = scene.register_provider(provider_id)

    assert told == kept
    company = RideCompany(scene.running, provider_id, told)
    assert company.tell("events", "webhook.test").expect(200)["secret"] == "current"


def test_what_is_there_already_is_not_made_again(scene: Scene) -> None:
    refused = {
        "program_exists": scene.admin.ask(
            "create_program",
            program_id=scene.program_id,
            name="Another",
            funder="Another",
            rules=scene.rules(),
        ),
        "partner_exists": scene.admin.ask(
            "create_partner",
            partner_id=scene.partner_id,
            name="Another",
            help_name="Another",
            help_phone="555-0102",
        ),
        "provider_exists": scene.admin.ask(
            "register_provider",
            provider_id=scene.provider_id,
            name="Another",
            rider_needs=RIDER_NEEDS,
            help_phone="555-0102",
            staff_can_book=False,
        ),
    }

    assert {one["problem"] for one in refused.values()} == set(refused)


@pytest.mark.parametrize(
    ("command", "fields", "problem"),
    [
        ("fund", {"program_id": "prg_nowhere", "amount_cents": 1}, "not_found"),
        ("check_books", {"program_id": "prg_nowhere"}, "not_found"),
        ("fund", {"program_id": "prg_nowhere", "amount_cents": "1"}, "field_errors"),
        ("fund", {"program_id": "prg_nowhere", "amount_cents": 1, "note": "x"}, "field_errors"),
        ("give_money_away", {}, "field_errors"),
    ],
)
def test_a_command_that_cannot_be_carried_out_says_why_in_words(
    scene: Scene, command: str, fields: dict[str, Any], problem: str
) -> None:
    refused = scene.admin.ask(command, **fields)

    assert refused["done"] is False
    assert refused["problem"] == problem
    assert refused["in_words"].startswith("Nothing was done.")


def test_check_books_says_what_every_account_holds(scene: Scene) -> None:
    program_id = scene.new_program("books", cents=50_000)
    voucher = scene.mint(program_id=program_id)
    under_way = scene.mint(program_id=program_id)
    scene.complete(scene.request(voucher["code"]), 1_700)
    scene.request(under_way["code"], 1_200)

    said = scene.admin.do("check_books", program_id=program_id)

    assert said["in_words"].startswith("The books balance.")
    assert said["funded_cents"] == 50_000
    assert (said["unallotted_cents"], said["allotted_cents"]) == (0, 42_000)
    assert (said["available_cents"], said["held_cents"]) == (2_300 + 2_800, 1_200)
    assert (said["spent_cents"], said["vouchers"]) == (1_700, 2)
