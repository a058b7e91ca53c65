"""Admin commands, as an administrator types them in the console."""

import json
from typing import Any, get_args

import pytest
from pydantic import ValidationError

import builders
from builders import PARTNER, PROGRAM, PROVIDER
from farechance import codes
from farechance.commands import COMMAND, Command, CreatePartner, Fund
from farechance.scopes import SCOPES
from farechance.strictness import stored_answer

AUDIT = {"command_id": "fund-1", "requested_by": "finance", "reason": "first instalment"}
VOUCHER = "vch_1" + "v" * 25
OF_A_RIDE = {"program_id": PROGRAM, "provider_id": PROVIDER, "ride_id": "ride-1"}
COMMANDS: dict[str, dict[str, Any]] = {
    "create_program": {
        "program_id": PROGRAM,
        "name": "Harbor rides",
        "funder": "Harbor Foundation",
        "rules": stored_answer(builders.rules()),
    },
    "fund": {"program_id": PROGRAM, "amount_cents": 100_000},
    "allot": {"program_id": PROGRAM, "partner_id": PARTNER, "amount_cents": 50_000},
    "pause_program": {"program_id": PROGRAM},
    "resume_program": {"program_id": PROGRAM},
    "create_partner": {
        "partner_id": PARTNER,
        "name": "Second Start",
        "help_name": "Second Start",
        "help_phone": "555-0100",
    },
    "register_provider": {
        "provider_id": PROVIDER,
        "name": "City Cabs",
        "rider_needs": {"smartphone": True, "data": True, "own_payment_method": False},
        "help_phone": "555-0199",
        "staff_can_book": True,
    },
    "set_rules": {"program_id": PROGRAM, "rules": stored_answer(builders.rules())},
    "close_program": {"program_id": PROGRAM, "confirm": PROGRAM},
    "defund": {"program_id": PROGRAM, "amount_cents": 100_000},
    "unallot": {"program_id": PROGRAM, "partner_id": PARTNER, "amount_cents": 50_000},
    "suspend_partner": {"partner_id": PARTNER},
    "resume_partner": {"partner_id": PARTNER},
    "block_voucher": {"voucher_id": VOUCHER},
    "unblock_voucher": {"voucher_id": VOUCHER},
    "revoke_voucher": {"voucher_id": VOUCHER, "confirm": VOUCHER},
    "accept_shortfall": {**OF_A_RIDE, "amount_cents": 100},
    "accept_overage": {**OF_A_RIDE, "amount_cents": 100},
    "write_off": {**OF_A_RIDE, "amount_cents": 100, "confirm": "ride-1"},
    "run_report": {"program_id": PROGRAM, "month": "2026-03"},
    "apply_statement": {
        "program_id": PROGRAM,
        "provider_id": PROVIDER,
        "month": "2026-03",
        "statement_digest": "0" * 64,
    },
    "record_payment": {
        "program_id": PROGRAM,
        "provider_id": PROVIDER,
        "month": "2026-03",
        "amount_cents": 100_000,
        "invoice_ref": "A-7",
    },
    "mint_cards": {
        "program_id": PROGRAM,
        "partner_id": PARTNER,
        "cards": 40,
        "purpose": "job_interview",
        "value_cents": 4_000,
    },
    "check_books": {"program_id": PROGRAM},
    "explain_voucher": {"partner_id": PARTNER, "last4": "7KDM"},
    "erase_participant": {
        "partner_id": PARTNER,
        "participant_id": "par_1",
        "confirm": "par_1",
    },
    "rotate_partner_secret": {"partner_id": PARTNER, "step": "begin"},
    "rotate_provider_secret": {"provider_id": PROVIDER, "step": "begin"},
    "retry_given_up": {"queue": "batches"},
    "simulate_ride": {
        "partner_id": PARTNER,
        "voucher_id": VOUCHER,
        "provider_id": PROVIDER,
        "estimated_fare_cents": 1_500,
    },
}
# What a command does is taken back by another…
TAKEN_BACK_BY = {
    "fund": "defund",
    "defund": "fund",
    "allot": "unallot",
    "unallot": "allot",
    "pause_program": "resume_program",
    "resume_program": "pause_program",
    "suspend_partner": "resume_partner",
    "resume_partner": "suspend_partner",
    "block_voucher": "unblock_voucher",
    "unblock_voucher": "block_voucher",
    "set_rules": "set_rules",
    "mint_cards": "revoke_voucher",
}
# …or it takes nothing away: it adds, asks, runs again, or pays what is owed and no more…
TAKES_NOTHING_AWAY = {
    "create_program",
    "create_partner",
    "register_provider",
    "check_books",
    "explain_voucher",
    "run_report",
    "retry_given_up",
    "accept_shortfall",
    "accept_overage",
    "record_payment",
    # Its money is a trial's.
    "simulate_ride",
    # It names the very file that was looked at by its digest, which says more than a name.
    "apply_statement",
}
# …or it takes something away for good, and asks for the name of that to be typed again.
CONFIRMED = {
    "close_program",
    "revoke_voucher",
    "erase_participant",
    "write_off",
    # Its steps that void a secret.
    "rotate_partner_secret",
    "rotate_provider_secret",
}
AMOUNTS = [name for name, fields in COMMANDS.items() if "amount_cents" in fields]
each_command = pytest.mark.parametrize("command", COMMANDS)


def read(command: str, **changes: Any) -> Any:
    """The command as it is parsed; a change to None leaves the field out."""
    fields = {"command": command, **AUDIT, **COMMANDS[command], **changes}
    kept = {name: value for name, value in fields.items() if value is not None}
    return COMMAND.validate_json(json.dumps(kept))


def test_there_is_a_command_of_each_kind() -> None:
    union, _ = get_args(Command)

    assert COMMANDS.keys() == {
        get_args(one.model_fields["command"].annotation)[0] for one in get_args(union)
    }


def test_what_no_command_takes_back_asks_for_its_name_again() -> None:
    union, _ = get_args(Command)
    asking = {
        get_args(one.model_fields["command"].annotation)[0]
        for one in get_args(union)
        if "confirm" in one.model_fields
    }

    assert asking == CONFIRMED
    # Who adds a command decides which it is.
    assert TAKEN_BACK_BY.keys() | TAKES_NOTHING_AWAY | CONFIRMED == COMMANDS.keys()
    assert set(TAKEN_BACK_BY.values()) <= COMMANDS.keys()


@each_command
def test_every_command_is_read_by_its_name(command: str) -> None:
    assert read(command).command == command


@each_command
def test_every_field_of_a_command_is_needed(command: str) -> None:
    for field in (*AUDIT, *COMMANDS[command]):
        with pytest.raises(ValidationError):
            read(command, **{field: None})


@each_command
def test_a_field_that_a_command_does_not_know_is_refused_and_not_ignored(command: str) -> None:
    with pytest.raises(ValidationError) as caught:
        read(command, amount=1)

    assert [error["type"] for error in caught.value.errors()] == ["extra_forbidden"]


@each_command
def test_a_command_is_carried_out_unless_it_says_dry_run(command: str) -> None:
    assert read(command).dry_run is False
    assert read(command, dry_run=True).dry_run is True
    with pytest.raises(ValidationError):
        read(command, dry_run="true")


@pytest.mark.parametrize("command", AMOUNTS)
def test_an_amount_is_a_whole_number_of_cents_above_nothing(command: str) -> None:
    for amount in (0, -1, "100", 100.0, True, 10_000_000_001):
        with pytest.raises(ValidationError):
            read(command, amount_cents=amount)


def test_the_id_of_a_command_is_1_to_64_signs_that_a_key_may_hold() -> None:
    for command_id in ("", "a" * 65, "a b", "a#b", "ä", 7):
        with pytest.raises(ValidationError):
            read("fund", command_id=command_id)


@pytest.mark.parametrize("field", ["requested_by", "reason"])
def test_every_command_says_who_asked_and_why(field: str) -> None:
    for wrong in ("", "x" * 201, 7):
        with pytest.raises(ValidationError):
            read("fund", **{field: wrong})


def test_a_command_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValidationError):
        COMMAND.validate_python({"command": "give_everything_away", **AUDIT})


@pytest.mark.parametrize(
    "wrong",
    [
        {"cards": 0},
        {"cards": 101},
        {"cards": "40"},
        {"value_cents": 0},
        {"rides": 51},
        {"cap_cents": 4_001},
        {"language": "fr"},
        {"expires_at": "tomorrow"},
    ],
    ids=str,
)
def test_cards_are_1_to_100_of_what_a_partner_might_mint(wrong: dict[str, Any]) -> None:
    assert read("mint_cards").language == "en"
    with pytest.raises(ValidationError):
        read("mint_cards", **wrong)


def test_a_partner_may_do_everything_unless_its_scopes_are_named() -> None:
    everything = read("create_partner")
    cards_only = read("create_partner", scopes=["vouchers:write", "codes:read"])

    assert isinstance(everything, CreatePartner)
    assert everything.scopes == SCOPES
    assert cards_only.scopes == ("vouchers:write", "codes:read")
    with pytest.raises(ValidationError):
        read("create_partner", scopes=[])
    with pytest.raises(ValidationError):
        read("create_partner", scopes=["admin"])


def test_the_scopes_are_those_of_the_design() -> None:
    assert set(SCOPES) == {
        "participants:read",
        "participants:write",
        "vouchers:read",
        "vouchers:write",
        "codes:read",
        "reports:read",
    }


@pytest.mark.parametrize(
    ("command", "field", "value"),
    [
        ("create_partner", "help_name", "x" * 41),
        ("create_partner", "help_phone", "call us"),
        ("create_partner", "partner_id", "second_start"),
        ("register_provider", "provider_id", "city_cabs"),
        ("register_provider", "profile", "basic"),
        ("register_provider", "rider_needs", {"smartphone": True}),
        ("register_provider", "staff_can_book", "yes"),
        ("create_program", "program_id", "harbor"),
        ("create_program", "name", ""),
        ("create_program", "rules", {}),
        ("set_rules", "rules", {}),
        ("close_program", "confirm", "harbor"),
        ("block_voucher", "voucher_id", "1vvv"),
        ("unblock_voucher", "voucher_id", "vch_VVV"),
        ("revoke_voucher", "confirm", "yes"),
        ("accept_overage", "ride_id", "a#b"),
        ("accept_shortfall", "ride_id", "x" * 65),
        ("write_off", "provider_id", "city_cabs"),
        ("apply_statement", "month", "2026-13"),
        ("apply_statement", "statement_digest", "0" * 63),
        ("apply_statement", "statement_digest", "G" * 64),
        ("record_payment", "month", "2026-13"),
        ("record_payment", "month", "2026-3"),
        ("record_payment", "month", "1999-12"),
        ("record_payment", "invoice_ref", ""),
        ("explain_voucher", "last4", "7KD"),
        ("explain_voucher", "last4", "7K?M"),
        ("explain_voucher", "partner_id", "second_start"),
        ("write_off", "confirm", "a#b"),
        ("rotate_partner_secret", "step", "end"),
        ("rotate_partner_secret", "confirm", PROVIDER),
        ("rotate_provider_secret", "step", True),
        ("rotate_provider_secret", "confirm", PARTNER),
        ("retry_given_up", "queue", "codes"),
        ("simulate_ride", "voucher_id", "1vvv"),
        ("simulate_ride", "provider_id", "city_cabs"),
        ("simulate_ride", "estimated_fare_cents", 0),
        ("simulate_ride", "estimated_fare_cents", "1500"),
        ("simulate_ride", "outcome", "adjusted"),
        ("simulate_ride", "fare_cents", -1),
        ("simulate_ride", "fare_cents", 100_000_001),
    ],
)
def test_a_field_is_taken_only_as_what_it_is(command: str, field: str, value: Any) -> None:
    with pytest.raises(ValidationError) as caught:
        read(command, **{field: value})

    assert {error["loc"][1] for error in caught.value.errors()} == {field}


IN_HEX = {"profile": "hmac_sha256_hex", "signature_header": "X-City-Signature"}
OWN_SECRET = "a-secret-that-a-platform-has-made-itself"


def test_a_company_that_signs_in_hex_says_in_which_header_and_no_other_does() -> None:
    assert read("register_provider", **IN_HEX).signature_header == "x-city-signature"
    assert read("register_provider").signature_header is None
    for wrong in ({**IN_HEX, "signature_header": None}, {**IN_HEX, "profile": "standard"}):
        with pytest.raises(ValidationError, match="signature_header is needed with the profile"):
            read("register_provider", **wrong)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "X City",
        "X-City:",
        "X-Citý",
        "X-City\n",
        "x" * 65,
        7,
        "Authorization",
        "host",
        "Content-Type",
        "content-length",
        "Cookie",
        "Date",
        "x-amz-signature",
        "X-Amzn-Trace-Id",
        "X-Forwarded-For",
        "Forwarded",
        "User-Agent",
        "Via",
        "webhook-signature",
        "Transfer-Encoding",
        "X-API-Key",
    ],
)
def test_a_header_that_http_or_the_gateway_owns_is_no_place_for_a_signature(name: Any) -> None:
    with pytest.raises(ValidationError) as caught:
        read("register_provider", **{**IN_HEX, "signature_header": name})

    assert {error["loc"][1] for error in caught.value.errors()} == {"signature_header"}


@pytest.mark.parametrize(
    "name", ["x", "x" * 64, "X-Hub-Signature-256", "Signature", "date-signed", "!#$%&'*+.^_`|~9"]
)
def test_any_other_header_is_taken_and_kept_in_lower_case(name: str) -> None:
    command = read("register_provider", **{**IN_HEX, "signature_header": name})

    assert command.signature_header == name.lower()


@pytest.mark.parametrize(
    ("command", "changes"), [("register_provider", IN_HEX), ("rotate_provider_secret", {})]
)
def test_a_secret_that_is_given_belongs_to_no_record(command: str, changes: dict[str, Any]) -> None:
    sent = read(command, **changes, secret=OWN_SECRET)

    assert sent.secret == OWN_SECRET
    assert OWN_SECRET not in repr(sent)
    assert stored_answer(sent) == stored_answer(read(command, **changes))
    for wrong in (7, ["a"], "x" * 257):
        with pytest.raises(ValidationError) as caught:
            read(command, **changes, secret=wrong)
        assert str(wrong) not in str(caught.value)


def test_a_secret_is_given_when_a_rotation_begins_and_not_when_it_ends() -> None:
    for step in ("finish", "abandon"):
        with pytest.raises(ValidationError, match="secret goes with the step begin"):
            read("rotate_provider_secret", step=step, confirm=PROVIDER, secret=OWN_SECRET)


def test_a_command_is_kept_as_it_was_asked() -> None:
    fund = read("fund")

    assert isinstance(fund, Fund)
    assert stored_answer(fund) == {
        "command": "fund",
        **AUDIT,
        **COMMANDS["fund"],
        "dry_run": False,
    }


def test_a_simulated_ride_is_completed_unless_it_says_otherwise_and_only_then_has_a_fare() -> None:
    assert read("simulate_ride").outcome == "completed"
    assert read("simulate_ride", fare_cents=0).fare_cents == 0
    for outcome in ("cancelled", "under_way"):
        assert read("simulate_ride", outcome=outcome).fare_cents is None
        with pytest.raises(ValidationError, match="fare_cents goes with the outcome completed"):
            read("simulate_ride", outcome=outcome, fare_cents=1_000)


def test_a_statement_that_nobody_has_looked_at_is_only_looked_at() -> None:
    looked = read("apply_statement", statement_digest=None, dry_run=True)

    assert looked.dry_run
    with pytest.raises(ValidationError, match="a dry run of this command tells it"):
        read("apply_statement", statement_digest=None)


def test_a_voucher_to_be_explained_is_named_in_one_way() -> None:
    neither: dict[str, Any] = {"partner_id": None, "last4": None}
    authorization = "aut_" + "k" * 44

    for one in ({"voucher_id": VOUCHER}, {"authorization_id": authorization}):
        assert read("explain_voucher", **neither, **one).partner_id is None
    assert read("explain_voucher", last4="o1kl").last4 == "01K1"
    for several in (neither, {"voucher_id": VOUCHER}, {"authorization_id": authorization}):
        with pytest.raises(ValidationError):
            read("explain_voucher", **several)
    with pytest.raises(ValidationError):
        read("explain_voucher", **neither, voucher_id=VOUCHER, authorization_id=authorization)


@pytest.mark.parametrize("field", ["voucher_id", "last4", "authorization_id", "partner_id"])
def test_a_code_names_no_voucher_and_is_not_repeated(field: str) -> None:
    code = codes.grouped(codes.code_of(builders.CODE_KEYS, VOUCHER) or "")

    with pytest.raises(ValidationError) as caught:
        read("explain_voucher", **{field: code})

    assert "the last 4 symbols suffice" in str(caught.value)
    assert code not in str(caught.value)


@each_command
def test_nobody_writes_a_code_into_what_is_kept_for_ever(command: str) -> None:
    code = codes.grouped(codes.code_of(builders.CODE_KEYS, VOUCHER) or "")

    typed = {"reason", "requested_by", "name", "funder", "help_name", "invoice_ref"}
    texts = dict.fromkeys(typed & type(read(command)).model_fields.keys(), f"card {code} was lost")

    for field, text in {**texts, "command_id": f"lost-{code}"}.items():
        with pytest.raises(ValidationError) as caught:
            read(command, **{field: text})
        assert "the last 4 symbols suffice" in str(caught.value)
        assert code not in str(caught.value)


def test_a_code_is_no_name_of_a_programme_on_cards() -> None:
    code = codes.grouped(codes.code_of(builders.CODE_KEYS, VOUCHER) or "")
    rules = {**stored_answer(builders.rules()), "rider_facing_name": code}

    for command in ("create_program", "set_rules"):
        with pytest.raises(ValidationError, match="the last 4 symbols suffice"):
            read(command, rules=rules)
