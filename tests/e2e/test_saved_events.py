"""Every saved event of infra/events is sent to the running stack as it stands, in an order that
makes sense, to the function of the least role that carries it out. In a few of them stands what
nobody knows beforehand: it is filled in, as infra/events/README.md says."""

import json
import uuid
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from e2e.scene import Scene, now
from farechance.roles import Role, may_carry_out
from functional.saved_events import FOLDER, event, reads_well
from infra.local.client import instant, invoke

BEGINS = ("register_provider", "create_program", "fund", "create_partner", "allot", "mint_cards")
SECOND_STEPS = {
    "resume_program": "pause_program",
    "resume_partner": "suspend_partner",
    "rotate_partner_finish": "rotate_partner_secret",
    "rotate_provider_finish": "rotate_provider_secret",
}
NEEDS = {
    "block_voucher": {"voucher_id"},
    "unblock_voucher": {"voucher_id"},
    "revoke_voucher": {"voucher_id", "confirm"},
    "accept_shortfall": {"program_id", "provider_id", "ride_id"},
    "accept_overage": {"program_id", "provider_id", "ride_id"},
    "write_off": {"program_id", "provider_id", "ride_id", "confirm"},
    "erase_participant": {"partner_id", "participant_id", "confirm"},
    "explain_voucher": {"partner_id", "last4"},
    "apply_statement": {"program_id", "provider_id", "month", "statement_digest"},
}


def _order() -> list[str]:
    """First what the others need, each second step behind its first, and last the closing."""
    names = sorted(file.stem for file in FOLDER.glob("*.json"))
    first = [*BEGINS, "block_voucher", "unblock_voucher"]
    others = [one for one in names if one not in (*first, *SECOND_STEPS, "close_program")]
    for second, its_first in SECOND_STEPS.items():
        others.insert(others.index(its_first) + 1, second)
    return [*first, *others, "close_program"]


@pytest.fixture(scope="module")
def answers(scene: Scene) -> dict[str, dict[str, Any]]:
    """What each event was answered."""
    told: dict[str, dict[str, Any]] = {}
    for name in _order():
        sent = event(name)
        if name in NEEDS:
            filled = _filled(name, scene, told)
            assert filled.keys() == NEEDS[name]
            sent |= {**filled, "command_id": f"{sent['command_id']}-{uuid.uuid4().hex[:8]}"}
        told[name] = invoke(scene.running, _function(scene, sent["command"]), sent)
    return told


@pytest.mark.parametrize("name", _order())
def test_a_saved_event_works(answers: dict[str, dict[str, Any]], name: str) -> None:
    answer = answers[name]

    reads_well(answer)
    # On a stack that this test has seen before, each that stands as it is is a repeat.
    assert answer["done"] is True, answer


def test_no_event_is_left_out() -> None:
    assert sorted(_order()) == sorted(file.stem for file in FOLDER.glob("*.json"))


def test_every_placeholder_is_explained_beside_the_events() -> None:
    text = (FOLDER / "README.md").read_text(encoding="utf-8")

    rows = [line for line in text.splitlines() if line.startswith("| `")]
    explained = {name for name in NEEDS for row in rows if f"`{name}`" in row.split("|")[1]}
    assert explained == NEEDS.keys()


def _function(scene: Scene, command: str) -> str:
    output = "Operating" if may_carry_out(Role.OPERATOR, command) else "Administration"
    return scene.running.output(f"{output}FunctionName")


def _filled(name: str, scene: Scene, told: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """What is to be put in, of things that were made for it."""
    if name == "explain_voucher":
        last4 = scene.show(scene.mint())["last4"]
        return {"partner_id": scene.partner_id, "last4": last4}
    if name.endswith("_voucher"):
        is_first = name != "unblock_voucher"
        voucher = scene.mint()["voucher_id"] if is_first else told["block_voucher"]["voucher_id"]
        confirm = {"confirm": voucher} if name == "revoke_voucher" else {}
        return {"voucher_id": voucher, **confirm}
    if name == "erase_participant":
        person = scene.enroll()
        return {
            "partner_id": scene.partner_id,
            "participant_id": person,
            "confirm": person,
        }
    if name == "apply_statement":
        return _statement(scene)
    return _ride(name, scene)


def _ride(name: str, scene: Scene) -> dict[str, Any]:
    """A ride that cost more than its voucher pays, or one that was cancelled and made all the
    same."""
    program_id = scene.new_program(name)
    scene.admin.do("fund", program_id=program_id, amount_cents=5_000)
    approved = scene.request(scene.mint(program_id=program_id)["code"], 1_500)
    if name == "accept_shortfall":
        scene.cancel(approved)
    scene.complete(approved, 3_000)
    ride = {"program_id": program_id, "provider_id": scene.provider_id}
    confirm = {"confirm": approved["ride_id"]} if name == "write_off" else {}
    return {**ride, "ride_id": approved["ride_id"], **confirm}


def _statement(scene: Scene) -> dict[str, Any]:
    """Of a ride whose message was lost. The month is told by the programme's zone."""
    program_id = scene.new_program("stated")
    lost = scene.request(scene.mint(program_id=program_id)["code"])
    month = f"{now().astimezone(ZoneInfo(scene.rules()['time_zone'])):%Y-%m}"
    row = (lost["ride_id"], instant(now()), "15.00", "15.00", lost["authorization_id"])
    header = "ride_id,completed_at,fare,charged,authorization_id"
    scene.running.client("s3").put_object(
        Bucket=scene.running.output("ReportsBucketName"),
        Key=f"inbox/{program_id}/{scene.provider_id}/{month}.csv",
        Body=f"{header}\n{','.join(row)}\n".encode(),
    )
    named = {"program_id": program_id, "provider_id": scene.provider_id, "month": month}
    looked = scene.admin.ask("apply_statement", dry_run=True, **named)
    assert looked["would_apply"] == 1, json.dumps(looked)
    return {**named, "statement_digest": looked["statement_digest"]}
