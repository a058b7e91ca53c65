"""As `test_canaries`, for those who aren't partners: ride companies at both doors, with every
callback and every field, and administrators with every command. A callback or a command that is new
is planted too, and one that keeps words is in a table here or fails."""

import json
import typing
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote_plus
from zoneinfo import ZoneInfo

import boto3
import pytest
from pydantic import BaseModel, ValidationError

import statements
from builders import PROGRAM, PROVIDER
from canaries import CANARIES, HEADERS, Planting, found_in, packed, plantings
from farechance.callbacks import RIDE_CALLBACKS, Callback, VoucherChecked
from farechance.commands import COMMAND, Command
from farechance.times import local_month
from functional.bodies import cancelled, completed, mint_body, requested, rfc3339
from functional.planting import (
    kinds_of_items_with_canaries,
    places_of_canaries,
    put_back,
    remembered,
)
from functional.players import Partner, Provider
from functional.saved_events import event
from functional.stack import Stack, provider_secret_id, secret_of

CALLBACKS: dict[str, type[BaseModel]] = {**RIDE_CALLBACKS, "voucher.checked": VoucherChecked}
COMMANDS: dict[str, type[BaseModel]] = {
    typing.get_args(one.model_fields["command"].annotation)[0]: one
    for one in typing.get_args(typing.get_args(Command)[0])
}

RIDE = {"vouchers ride", "vouchers voucher", "ledger entry of a voucher"}
NAMES_OF_A_RIDE_COMPANY: dict[tuple[str, str], set[str]] = {
    ("ride.requested", "ride_id"): RIDE,
    ("ride.completed", "ride_id"): {"ledger entry of a voucher", "vouchers ride"},
    ("ride.cancelled", "ride_id"): {"ledger entry of a voucher", "vouchers ride"},
    ("ride.adjusted", "ride_id"): {"ledger entry of a voucher", "vouchers ride"},
    ("ride.adjusted", "adjustment_id"): {"ledger entry of a voucher", "vouchers ride"},
}
"""What a ride company may call its rides and adjustments, and which items keep it."""

BY_HAND = ("requested_by", "reason")
"""What every command keeps as it is typed, in its own record and nowhere else."""

RULES = {"programs rules"}
KEPT_BESIDE: dict[tuple[str, str], set[str]] = {
    ("create_program", "name"): {"programs program"},
    ("create_program", "funder"): {"programs program"},
    ("create_program", "rules/rider_facing_name"): RULES,
    ("set_rules", "rules/rider_facing_name"): RULES,
    ("create_partner", "name"): {"programs partner", "programs org"},
    ("create_partner", "help_name"): {"programs partner"},
    ("register_provider", "name"): {"programs provider", "programs pvd"},
    ("record_payment", "invoice_ref"): {"ledger entry of a program"},
}
"""What else of a command is in free words, and which items keep it beside the command's record."""


HELP_LINES = {
    ("create_partner", "help_phone"): {"programs partner"},
    ("register_provider", "help_phone"): {"programs provider"},
}
"""Any number passes for an organisation's telephone."""

IN_A_SECRET_ALONE = {("rotate_provider_secret", "secret")}
"""What is taken in free words and stands in no item. Of `register_provider` the profile says what a
secret is, so free words are none."""


class Scene:
    """A voucher, to which each planting returns."""

    def __init__(self, stack: Stack, partner: Partner) -> None:
        self.stack = stack
        minted = partner.post("/vouchers", mint_body()).body["vouchers"][0]
        self.code, self.voucher_id = str(minted["code"]), str(minted["voucher_id"])
        self._items, self._image = remembered(stack), stack.image()

    def is_changed(self) -> bool:
        """Whether anything was written since the scene was set."""
        return self.stack.image() != self._image

    def set_again(self) -> None:
        """Everything as it was."""
        put_back(self.stack, self._items)


@pytest.fixture
def scene(stack: Stack, partner: Partner) -> Scene:
    """A voucher to ride with."""
    return Scene(stack, partner)


def _data(kind: str, code: str) -> dict[str, Any]:
    """What each callback holds; a new one has none here and fails."""
    adjusted = {
        "ride_id": "ride-1",
        "voucher_code": code,
        "adjustment_id": "adjustment-1",
        "fare_cents": 900,
        "adjusted_at": rfc3339(),
        "why": "toll",
    }
    return {
        "ride.requested": requested(code),
        "ride.completed": completed(code),
        "ride.cancelled": cancelled(code),
        "ride.adjusted": adjusted,
        "voucher.checked": {"voucher_code": code},
    }[kind]


@pytest.mark.parametrize("door", ["events", "authorizations"])
@pytest.mark.parametrize("kind", CALLBACKS)
def test_no_field_of_a_callback_is_repeated_or_kept(
    scene: Scene, provider: Provider, kind: str, door: str
) -> None:
    kept: dict[tuple[str, str], set[str]] = {}
    for where, body in _callbacks(kind, scene.code):
        answer = provider.send(json.dumps(body).encode(), door)
        assert answer.status < 500, where
        assert found_in(answer.text) == [], where
        if scene.is_changed():
            if places := kinds_of_items_with_canaries(scene.stack):
                kept.setdefault((kind, where), set()).update(places)
            scene.set_again()

    assert kept == {key: it for key, it in NAMES_OF_A_RIDE_COMPANY.items() if key[0] == kind}
    assert places_of_canaries(scene.stack) == {}


def _callbacks(kind: str, code: str) -> Iterator[tuple[str, Any]]:
    data = _data(kind, code)
    whole: dict[str, Any] = {"type": kind, "timestamp": rfc3339(), "data": data}
    # What a field is called that we don't know is dropped: all of them at once suffice.
    names = {str(thing): thing for thing in CANARIES.values()}
    yield "the names of fields", {**whole, **names, "data": {**data, **names}}
    for one in plantings(CALLBACKS[kind], data):
        if one.where != "the name of a field":
            yield one.where, {**whole, "data": one.body}
    for one in plantings(Callback, whole):
        if one.where != "the name of a field":
            yield f"envelope {one.where}", one.body


@pytest.mark.parametrize("door", ["events", "authorizations"])
@pytest.mark.parametrize("kind", ["webhook.test", "ride.unheard_of", *CANARIES.values()])
def test_a_callback_of_no_effect_is_neither_repeated_nor_kept(
    scene: Scene, provider: Provider, kind: object, door: str
) -> None:
    body = {"type": str(kind), "timestamp": str(kind), "data": dict(CANARIES), "more": [*CANARIES]}

    answer = provider.send(json.dumps(body).encode(), door)

    assert answer.status == 200
    assert found_in(answer.text) == []
    assert not scene.is_changed()
    assert places_of_canaries(scene.stack) == {}


@pytest.mark.parametrize("door", ["events", "authorizations"])
def test_no_header_of_a_callback_and_no_broken_body_is_repeated_or_kept(
    scene: Scene, provider: Provider, door: str
) -> None:
    body = json.dumps({"type": "ride.requested", "timestamp": rfc3339(), "data": {}}).encode()
    answers = []
    for thing in CANARIES.values():
        for header in HEADERS:
            headers = {**provider.signed(body), header: str(thing)}
            answers.append(provider.deliver(body, headers, door))
        for broken in (f'{{"data": "{thing}"', f'{{"{thing}": 1, "{thing}": 2}}', str(thing)):
            answers.append(provider.send(broken.encode(), door))

    assert {answer.status for answer in answers} <= {400, 401, 415, 422}
    assert [found_in(answer.text) for answer in answers] == [[]] * len(answers)
    assert not scene.is_changed()
    assert places_of_canaries(scene.stack) == {}


def test_no_partner_and_no_log_is_told_what_a_ride_company_calls_a_ride(
    scene: Scene, partner: Partner, provider: Provider
) -> None:
    ride = {"ride_id": CANARIES["ride id"]}
    provider.tell("ride.requested", requested(scene.code, **ride))
    provider.tell("ride.completed", completed(scene.code, **ride))
    path = f"/vouchers/{scene.voucher_id}"

    told = [partner.get(path), partner.get(f"{path}/entries"), partner.get("/vouchers")]
    told.append(partner.get(f"{path}/card"))

    assert [answer.status for answer in told] == [200] * 4
    assert [found_in(answer.text) for answer in told] == [[]] * 4
    assert "captured" in told[1].text or "ride.completed" in told[1].text
    assert places_of_canaries(scene.stack) == {"ride id": RIDE - {"vouchers voucher"}}


# ── files of ride companies ──────────────────────────────────────────────────────────────────────

MAY_GO_FURTHER: dict[str | int, set[str]] = {0: set(CANARIES)}
"""By the column. A ride company's number of a ride stands beside what came of it."""


@pytest.mark.parametrize("place", ["other columns", *range(len(statements.HEADER)), "name", "all"])
def test_of_a_file_that_is_dropped_nothing_goes_further_but_numbers_of_rides(
    stack: Stack, place: str | int
) -> None:
    world, month = stack.world, local_month(datetime.now(UTC), ZoneInfo("America/New_York"))
    code = world.code()
    world.request(code, "made")
    world.complete(code, "made")
    whole = statements.row(world, code, "made")
    canaries = [str(thing) for thing in CANARIES.values()]
    path, content = f"inbox/{PROGRAM}/{PROVIDER}/{month}.csv", statements.table([whole])
    if place == "other columns":
        header = (*statements.HEADER, *canaries, *CANARIES)
        content = statements.table([(*whole, *canaries, *canaries)], header)
    elif isinstance(place, int):
        rows = [(*whole[:place], thing, *whole[place + 1 :]) for thing in canaries]
        content = statements.table([whole, *rows])
    elif place == "name":
        path = f"inbox/{PROGRAM}/{canaries[0]}.csv"
    else:
        content = "\n".join(canaries).encode()
    boto3.client("s3").put_object(Bucket=stack.bucket, Key=path, Body=content)

    stack.job("reconciling", {"Records": [{"messageId": "message-1", "body": _told_of(path)}]})
    for message in stack.messages(stack.report_queue_url):
        stack.job("reporting", {"Records": [message]}, seconds_left=800)

    # The file lies as it came, and what is told of it beside it.
    beyond = {kind: places - {"bucket inbox"} for kind, places in places_of_canaries(stack).items()}
    assert {kind for kind, places in beyond.items() if places} <= MAY_GO_FURTHER.get(place, set())
    assert set().union(*beyond.values()) <= {"bucket statements"}


def _told_of(path: str) -> str:
    named = {"bucket": {"name": "x"}, "object": {"key": quote_plus(path, safe="/")}}
    one = {"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "s3": named}
    return json.dumps({"Records": [one]})


# ── administrators ───────────────────────────────────────────────────────────────────────────────


def test_whatever_a_command_takes_in_free_words_is_in_the_table() -> None:
    taken = set()
    for name, model in COMMANDS.items():
        for one in plantings(model, event(name)):
            if one.kind == "free text" and _is_taken(one.body):
                taken.add((name, one.where))

    by_hand = {(name, where) for name in COMMANDS for where in BY_HAND}
    assert taken == by_hand | KEPT_BESIDE.keys() | IN_A_SECRET_ALONE


def _is_taken(command: Any) -> bool:
    try:
        COMMAND.validate_json(json.dumps(command))
    except ValidationError:
        return False
    return True


def _of_a_command(name: str) -> Iterator[Planting]:
    """What every command keeps as it is typed holds all kinds at once: each is carried out."""
    for one in plantings(COMMANDS[name], _event(name)):
        if one.where not in BY_HAND or one.kind.startswith("all"):
            yield one
    for where in BY_HAND:
        for text in packed(200, " / "):
            yield Planting(where, text, {**_event(name), where: text})


def _event(name: str) -> dict[str, Any]:
    """The saved event, about what isn't there yet where something is made."""
    new = {
        "create_program": {"program_id": "prg_of_a_canary"},
        "create_partner": {"partner_id": "org_of_a_canary"},
        "register_provider": {"provider_id": "pvd_of_a_canary"},
    }
    return event(name, **new.get(name, {}))


def _may_keep(name: str, where: str) -> set[str]:
    """Which items: a command's record has no field of free words but those of the tables."""
    if where in BY_HAND:
        return {"programs command"}
    beside = (KEPT_BESIDE | HELP_LINES).get((name, where))
    return set() if beside is None else {"programs command"} | beside


@pytest.mark.parametrize("name", COMMANDS)
def test_no_field_of_a_command_is_repeated_or_kept_but_what_the_table_names(
    scene: Scene, name: str
) -> None:
    """Of the saved events some name what isn't there: tests/storage/test_every_command.py has each
    carried out."""
    for one in _of_a_command(name):
        if one.where == "command_id" and _is_taken(one.body):
            continue
        answer = scene.stack.command(one.body)
        if scene.is_changed():
            places = kinds_of_items_with_canaries(scene.stack)
            assert places <= _may_keep(name, one.where), (one.where, one.kind)
            scene.set_again()
        elif answer["problem"] != "not_found":
            # Who mistypes the id of a ride is told which one isn't there, on her own screen.
            assert found_in(json.dumps(answer, ensure_ascii=False)) == [], one.where
    assert places_of_canaries(scene.stack) == {}


def test_a_ride_companys_own_secret_stands_nowhere_but_in_the_secret(scene: Scene) -> None:
    secret = "-".join([CANARIES["ride id"]] * 3)
    named = {"provider_id": "pvd_canary_secret", "command_id": "new"}
    own = {"profile": "hmac_sha256_hex", "signature_header": "x-signed", "secret": secret}
    answers = [scene.stack.command(event("register_provider", **named, **own))]
    kept = [secret_of(scene.stack, "pvd_canary_secret")]

    again = {**named, "command_id": "rotate", "secret": f"2-{secret}"}
    answers.append(scene.stack.command(event("rotate_provider_secret", **again)))

    assert [answer["done"] for answer in answers] == [True, True], answers
    assert kept == [secret]
    stored = boto3.client("secretsmanager").get_secret_value(
        SecretId=provider_secret_id("pvd_canary_secret")
    )
    assert f"2-{secret}" in stored["SecretString"]
    assert found_in(json.dumps(answers)) == []
    assert places_of_canaries(scene.stack) == {}


def test_the_id_of_a_command_stands_where_commands_are_found_again(scene: Scene) -> None:
    """It is an id like any other, and logged: nobody's name belongs in it."""
    named = {"program_id": PROGRAM, "command_id": CANARIES["ride id"]}

    assert scene.stack.command(event("pause_program", **named))["done"] is True

    places = {"programs command", "ledger entry of a program", "logs"}
    assert places_of_canaries(scene.stack) == {"ride id": places}
