"""A voucher's story by hand, on the running stack with IAM enforced: an operator's and an
administrator's function tell it, a viewer's doesn't carry out the command."""

from typing import Any

import pytest

from e2e import logs
from e2e.scene import Scene
from infra.local import books
from infra.local.client import invoke

OF_A_COMMAND = {"requested_by": "Ada", "reason": "a rider called"}


def explain(scene: Scene, folder: str, command_id: str, **named: str) -> dict[str, Any]:
    name = scene.running.output(f"{folder.title()}FunctionName")
    event = {"command": "explain_voucher", "command_id": command_id, **OF_A_COMMAND, **named}
    return invoke(scene.running, name, event)


@pytest.fixture(scope="module")
def voucher(scene: Scene) -> dict[str, Any]:
    """With which a ride was approved, and one declined."""
    minted = scene.mint()
    approved = scene.request(minted["code"], 1_000)
    scene.request(minted["code"], 2_500)
    return {**minted, "authorization_id": approved["authorization_id"]}


@pytest.mark.parametrize("folder", ["operating", "administration"])
def test_it_is_told_by_each_way_of_naming_it_and_each_time_is_on_record(
    scene: Scene, voucher: dict[str, Any], folder: str
) -> None:
    command_id = f"{scene.run}-{folder}"
    ways = (
        {"voucher_id": voucher["voucher_id"]},
        {"partner_id": scene.partner_id, "last4": voucher["last4"]},
        {"authorization_id": voucher["authorization_id"]},
    )

    answers = [explain(scene, folder, command_id, **named) for named in ways]

    for answer in answers:
        assert answer["done"] is True
        assert answer["voucher_id"] == voucher["voucher_id"]
        assert "The reason: cost more than one ride may." in answer["in_words"]
        assert "$10.00 is set aside for 1 ride under way, which will be paid." in answer["story"]
    records = [
        item
        for item in books.everything(scene.running)["Programs"]
        if item["pk"]["S"].startswith(f"command#{command_id}")
    ]
    assert len(records) == len(ways)
    assert not any("story" in item["answer"]["M"] for item in records)


def test_a_viewer_may_not_send_the_command(scene: Scene, voucher: dict[str, Any]) -> None:
    answer = explain(scene, "viewing", f"{scene.run}-v", voucher_id=voucher["voucher_id"])

    assert (answer["done"], answer["problem"]) == (False, "not_your_role")


def test_a_code_is_refused_and_stands_in_no_answer_record_or_log(
    scene: Scene, voucher: dict[str, Any]
) -> None:
    since = logs.now_in_milliseconds()

    for named in (
        {"voucher_id": voucher["code"]},
        {"partner_id": scene.partner_id, "last4": voucher["code"]},
        {"authorization_id": voucher["code"].replace("-", "").lower()},
    ):
        answer = explain(scene, "operating", f"{scene.run}-code", **named)
        assert (answer["done"], answer["problem"]) == (False, "field_errors")
        assert "the last 4 symbols suffice" in str(answer["errors"])
        assert voucher["code"][:9] not in str(answer)

    logged = [line for _, line in logs.everything(scene.running, since)]
    spelled = (voucher["code"], voucher["code"].replace("-", "").lower())
    assert not any(code in line for line in logged for code in spelled)
    assert not any(code in str(books.everything(scene.running)) for code in spelled)
