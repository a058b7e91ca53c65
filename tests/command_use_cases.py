"""Every admin command, as in `use_cases`, by its name: each is sent with one command_id, so that
whoever isn't sure whether it was carried out may send it again."""

from collections.abc import Callable, Mapping
from typing import Any

import builders
import people
import statements
from builders import OTHER_PROVIDER
from farechance.ledger import Kind
from use_cases import Act, UseCase, owing_ride, under
from world import World

Fields = dict[str, Any]


def _command(
    name: str, fields: Callable[[World], Fields], module: str, *kinds: Kind, aside: str = ""
) -> UseCase:
    def prepare(world: World) -> Act:
        content = fields(world)

        def act(by: World) -> Any:
            return by.administer(name, command_id="once", **content)

        return act

    modules = ("administer", "administration_plan", module)
    return UseCase(prepare, modules, kinds, aside)


def _program(world: World) -> Fields:
    return {"program_id": world.program_id}


def _money(world: World) -> Fields:
    """10.00 of a programme that has 100.00 which aren't allotted."""
    world.administer("fund", program_id=world.program_id, amount_cents=10_000)
    return {"program_id": world.program_id, "amount_cents": 1_000}


def _of_a_partner(world: World) -> Fields:
    return {**_money(world), "partner_id": world.partner_id}


def _for_a_new_partner(world: World) -> Fields:
    world.create_partner("org_third")
    return {**_money(world), "partner_id": "org_third"}


def _paused(world: World) -> Fields:
    world.administer("pause_program", program_id=world.program_id)
    return _program(world)


def _confirmed(world: World) -> Fields:
    return {"program_id": world.program_id, "confirm": world.program_id}


def _with_rules(_: World) -> Fields:
    return {"rules": builders.rules(max_rides=3).model_dump()}


def _new_program(world: World) -> Fields:
    named = {"program_id": "prg_second", "name": "Second", "funder": "Harbor Foundation"}
    return {**named, **_with_rules(world)}


def _new_partner(_: World) -> Fields:
    help_line = {"help_name": "Help line", "help_phone": "555-0101"}
    return {"partner_id": "org_third", "name": "Third", **help_line}


def _new_provider(_: World) -> Fields:
    return {
        "provider_id": OTHER_PROVIDER,
        "name": "Other Cabs",
        "rider_needs": {"smartphone": True, "data": True, "own_payment_method": False},
        "help_phone": "555-0198",
        "staff_can_book": False,
    }


def _partner(world: World) -> Fields:
    return {"partner_id": world.partner_id}


def _suspended(world: World) -> Fields:
    world.administer("suspend_partner", partner_id=world.partner_id)
    return _partner(world)


def _voucher(world: World) -> Fields:
    return {"voucher_id": world.voucher(world.code()).voucher_id}


def _blocked(world: World) -> Fields:
    code = world.code()
    world.block(code)
    return {"voucher_id": world.voucher(code).voucher_id}


def _voucher_confirmed(world: World) -> Fields:
    fields = _voucher(world)
    return {**fields, "confirm": fields["voucher_id"]}


def _person(world: World) -> Fields:
    person, _ = people.with_vouchers(world)
    people.leaves(world, person)
    named = {"participant_id": person, "confirm": person}
    return {"partner_id": world.partner_id, **named}


def _short_ride(world: World) -> Fields:
    owing_ride(world)
    return {**_money(world), "provider_id": world.provider_id, "ride_id": "ride-1"}


def _dear_ride(world: World) -> Fields:
    """A fare of 35.00, of which the programme owes 15.00."""
    under(world, overage="program_pays")
    code = world.code()
    world.request(code)
    world.complete(code, cents=3_500)
    return {**_money(world), "provider_id": world.provider_id, "ride_id": "ride-1"}


def _payment(world: World) -> Fields:
    code = world.code()
    world.request(code)
    world.complete(code)
    of_month = {"month": "2026-03", "provider_id": world.provider_id, "invoice_ref": "invoice 7"}
    return {"program_id": world.program_id, "amount_cents": 1_500, **of_month}


def _month(world: World) -> Fields:
    world.clock.passes(days=31)
    return {"program_id": world.program_id, "month": "2026-03"}


def _cards(world: World) -> Fields:
    """Two parts, the second of one card."""
    ordered = {"cards": 26, "purpose": "job_interview", "value_cents": 1_000}
    return {"program_id": world.program_id, "partner_id": world.partner_id, **ordered}


def _applying(world: World) -> Act:
    """A ride that is there, one that isn't, and one that can't be applied."""
    there, lost = world.code(), world.code()
    world.request(there, "there")
    world.complete(there, "there")
    world.request(lost, "lost")
    statements.drop(
        world,
        statements.row(world, there, "there"),
        statements.row(world, lost, "lost"),
        statements.row(world, lost, "unknown", authorization_id=""),
    )
    named = {"provider_id": world.provider_id, "month": statements.MARCH}
    looked = world.administer("apply_statement", dry_run=True, **_program(world), **named)
    digest, dropped = looked["statement_digest"], dict(world.bucket.files)

    def act(by: World) -> Any:
        by.bucket.files |= dropped
        fields = {**_program(by), **named, "statement_digest": digest}
        return by.administer("apply_statement", command_id="once", **fields)

    return act


def _asked_later(world: World) -> Act:
    """A question is asked anew each time, a moment later."""
    world.request(world.code())

    def act(by: World) -> Any:
        by.clock.passes(seconds=1)
        return by.administer("check_books", command_id="once", program_id=by.program_id)

    return act


def _explained_later(world: World) -> Act:
    """The same question about a voucher that a ride was declined with."""
    code = world.code()
    world.request(code, cents=9_000)
    voucher_id = world.voucher(code).voucher_id

    def act(by: World) -> Any:
        by.clock.passes(seconds=1)
        return by.administer("explain_voucher", command_id="once", voucher_id=voucher_id)

    return act


def _rotating_partner(world: World) -> Fields:
    return {**_partner(world), "step": "begin"}


def _rotated_partner(step: str) -> Callable[[World], Fields]:
    def prepare(world: World) -> Fields:
        named = _partner(world)
        world.administer("rotate_partner_secret", **named, step="begin")
        return {**named, "step": step, "confirm": world.partner_id}

    return prepare


def _rotating_provider(world: World) -> Fields:
    return {"provider_id": world.provider_id, "step": "begin"}


def _rotated_provider(step: str) -> Callable[[World], Fields]:
    def prepare(world: World) -> Fields:
        named = {"provider_id": world.provider_id}
        world.administer("rotate_provider_secret", **named, step="begin")
        return {**named, "step": step, "confirm": world.provider_id}

    return prepare


def _given_up(world: World) -> Act:
    """How many went is told by the call that moved them: a repeat after a cut finds none left."""
    world.given_up.messages["batches"] = 2

    def act(by: World) -> Any:
        by.given_up.messages.setdefault("batches", 2)
        by.administer("retry_given_up", command_id="once", queue="batches")
        return by.given_up.messages

    return act


def _simulating(world: World) -> Act:
    voucher_id = world.voucher(world.code()).voucher_id

    def act(by: World) -> Any:
        return by.administer(
            "simulate_ride",
            command_id="once",
            partner_id=by.partner_id,
            voucher_id=voucher_id,
            provider_id=by.provider_id,
            estimated_fare_cents=1_500,
        )

    return act


COMMAND_USE_CASES: Mapping[str, UseCase] = {
    "create_program": _command(
        "create_program", _new_program, "create_program", Kind.PROGRAM_CREATED
    ),
    "set_rules": _command(
        "set_rules", lambda it: _program(it) | _with_rules(it), "set_rules", Kind.PROGRAM_RULED
    ),
    "fund": _command("fund", _money, "fund", Kind.PROGRAM_FUNDED),
    "defund": _command("defund", _money, "take_back", Kind.PROGRAM_DEFUNDED),
    "allot": _command("allot", _for_a_new_partner, "allot", Kind.PROGRAM_ALLOTTED),
    "unallot": _command("unallot", _of_a_partner, "take_back", Kind.PROGRAM_UNALLOTTED),
    "pause_program": _command("pause_program", _program, "pause_program", Kind.PROGRAM_PAUSED),
    "resume_program": _command("resume_program", _paused, "pause_program", Kind.PROGRAM_RESUMED),
    "close_program": _command("close_program", _confirmed, "close_program", Kind.PROGRAM_CLOSED),
    "create_partner": _command("create_partner", _new_partner, "create_partner"),
    "suspend_partner": _command("suspend_partner", _partner, "suspend_partner"),
    "resume_partner": _command("resume_partner", _suspended, "suspend_partner"),
    "register_provider": _command("register_provider", _new_provider, "register_provider"),
    "block_voucher": _command("block_voucher", _voucher, "command_voucher", Kind.VOUCHER_BLOCKED),
    "unblock_voucher": _command(
        "unblock_voucher", _blocked, "command_voucher", Kind.VOUCHER_UNBLOCKED
    ),
    "revoke_voucher": _command(
        "revoke_voucher", _voucher_confirmed, "command_voucher", Kind.VOUCHER_REVOKED
    ),
    "accept_shortfall": _command(
        "accept_shortfall", _short_ride, "settle_owed", Kind.SHORTFALL_ACCEPTED
    ),
    "accept_overage": _command("accept_overage", _dear_ride, "settle_owed", Kind.OVERAGE_ACCEPTED),
    "write_off": _command(
        "write_off",
        _short_ride,
        "settle_owed",
        Kind.WRITTEN_OFF,
    ),
    "record_payment": _command("record_payment", _payment, "settle_owed", Kind.PAYMENT_RECORDED),
    "erase_participant": _command("erase_participant", _person, "erase_participant"),
    "mint_cards": _command("mint_cards", _cards, "mint_cards", Kind.VOUCHER_MINTED),
    "run_report": _command("run_report", _month, "run_report"),
    "apply_statement": UseCase(
        _applying,
        (
            "administer",
            "administration_plan",
            "apply_statement",
            "open_statement",
            "look_up_rides",
            "judge_lines",
            "record_ride_event",
        ),
        (Kind.RIDE_COMPLETED,),
    ),
    "explain_voucher": UseCase(
        _explained_later,
        ("administer", "explain_voucher", "find_vouchers", "tell_story"),
        aside="command#once",
    ),
    "rotate_partner_secret": _command(
        "rotate_partner_secret", _rotating_partner, "rotate_partner_secret"
    ),
    "rotate_partner_secret, finish": _command(
        "rotate_partner_secret", _rotated_partner("finish"), "rotate_partner_secret"
    ),
    "rotate_partner_secret, abandon": _command(
        "rotate_partner_secret", _rotated_partner("abandon"), "rotate_partner_secret"
    ),
    "rotate_provider_secret": _command(
        "rotate_provider_secret", _rotating_provider, "rotate_provider_secret"
    ),
    "rotate_provider_secret, finish": _command(
        "rotate_provider_secret", _rotated_provider("finish"), "rotate_provider_secret"
    ),
    "rotate_provider_secret, abandon": _command(
        "rotate_provider_secret", _rotated_provider("abandon"), "rotate_provider_secret"
    ),
    "retry_given_up": UseCase(
        _given_up, ("administer", "administration_plan", "retry_given_up"), aside="command#once"
    ),
    "simulate_ride": UseCase(
        _simulating,
        ("administer", "administration_plan", "simulate_ride", "record_ride_event"),
        (Kind.RIDE_REQUESTED, Kind.RIDE_COMPLETED),
    ),
    "check_books": UseCase(_asked_later, ("administer", "check_books"), aside="command#once"),
}
