"""Each role's function shows each widget on the running stack, with its own rights and no others.
What a widget says and how it looks is asked in tests/browser."""

import json
import re
import time
import urllib.request
from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest

from e2e.published import REPORT, put_report
from e2e.scene import Scene, this_month
from infra.local import stack
from infra.local.client import keep_house

ROLES = ("ViewingFunction", "OperatingFunction", "AdministrationFunction")


def look(scene: Scene, function: str, widget: str, **fields: str) -> str:
    """What a dashboard is answered; `fields` is what was typed."""
    end = time.time() * 1_000 + 60_000
    context: dict[str, Any] = {
        "timeRange": {"start": end - 3_600_000, "end": end},
        "forms": {"all": fields},
        "params": {"widget": widget},
        "theme": "light",
        "width": 800,
        "height": 700,
    }
    event = {"widget": widget, "form": "find", "widgetContext": context}
    running = scene.running
    response = running.client("lambda").invoke(
        FunctionName=running.output(f"{function}Name"), Payload=json.dumps(event)
    )
    answer = json.loads(response["Payload"].read())
    assert "FunctionError" not in response, answer
    assert isinstance(answer, str)
    return unescape(answer)


@pytest.mark.parametrize("function", ROLES)
def test_every_role_sees_where_the_money_is(scene: Scene, function: str) -> None:
    keep_house(scene.running)

    html = look(scene, function, "programs")

    assert scene.program_id in html
    assert "Free on vouchers" in html


@pytest.mark.parametrize("function", ROLES)
def test_every_role_sees_who_takes_part_and_their_calls(scene: Scene, function: str) -> None:
    # The emulator makes no metric of a log line: the functional tests show that it is written.
    scene.running.client("cloudwatch").put_metric_data(
        Namespace=f"FareChance/{stack.NAME}",
        MetricData=[
            {
                "MetricName": "Call",
                "Dimensions": [
                    {"Name": "service", "Value": "any"},
                    {"Name": "caller", "Value": scene.other_partner_id},
                ],
                "Timestamp": datetime.now(UTC),
                "Value": 1_234,
            }
        ],
    )

    html = look(scene, function, "partners")

    assert scene.partner_id in html
    assert scene.provider_id in html
    assert re.search(r"[1-9],\d{3}", html)


@pytest.mark.parametrize("function", ROLES)
def test_every_role_opens_a_report(scene: Scene, function: str) -> None:
    program_id = f"{scene.program_id}_{function.lower()}"
    scene.create_program(program_id)
    put_report(scene.running, program_id, this_month())

    html = look(scene, function, "reports")

    links = re.findall(rf'href="([^"]*/{program_id}/[^"]*)"', html)
    assert [urllib.request.urlopen(link).read() for link in links] == [REPORT]


@pytest.mark.parametrize("function", ROLES)
def test_every_role_finds_a_voucher_and_reads_its_story(scene: Scene, function: str) -> None:
    voucher = scene.mint()
    approved = scene.request(voucher["code"])

    named = look(scene, function, "voucher", find_named=voucher["voucher_id"])
    found = look(
        scene,
        function,
        "voucher",
        find_last4=voucher["last4"],
        find_partner_id=scene.partner_id,
    )
    authorized = look(scene, function, "voucher", find_named=approved["authorization_id"])

    for html in (named, found, authorized):
        assert f"ends in {voucher['last4']}" in html


@pytest.fixture(scope="module")
def troubled(scene: Scene) -> str:
    """A programme with a shortfall and a contradiction."""
    partner_id = scene.other_partner_id
    program_id = scene.new_program("looked_at", partner_id=partner_id)
    cancelled = scene.request(scene.mint(partner_id, program_id=program_id)["code"], 1_200)
    scene.cancel(cancelled)
    assert scene.complete(cancelled, 1_200)["reason"] == "ride_cancelled"
    assert scene.complete(cancelled, 1_300)["reason"] == "event_conflict"
    return program_id


@pytest.mark.parametrize("function", ROLES)
def test_every_role_sees_what_needs_a_look(scene: Scene, troubled: str, function: str) -> None:
    assert troubled in look(scene, function, "attention")
