"""Codes by SMS through the door, with moto's SNS: to whom, how often, and that the number is found
nowhere afterwards."""

import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from moto.backends import get_backend
from moto.core.models import DEFAULT_ACCOUNT_ID

from functional.bodies import enrollment_body, mint_body
from functional.gateway import Answer
from functional.players import Partner
from functional.stack import Stack

NUMBER = "+12125550142"


class Sms:
    """What moto's phone network has taken since the test began."""

    def __init__(self) -> None:
        self._taken = get_backend("sns")[DEFAULT_ACCOUNT_ID]["us-east-1"].sms_messages
        self._before = len(self._taken)

    @property
    def texts(self) -> list[tuple[str, str]]:
        """Numbers and texts."""
        return list(self._taken.values())[self._before :]


@pytest.fixture
def sms(deployed: Stack) -> Sms:
    """The phone network."""
    assert deployed.user_pool_id
    return Sms()


def _voucher(partner: Partner, *uses: str, **enrolled: Any) -> dict[str, Any]:
    """A voucher of somebody who agreed to these uses beside enrollment."""
    body = enrollment_body(**enrolled)
    body["consent"]["uses"] = ["enrollment", *uses]
    person = partner.post("/participants", body).body["participant_id"]
    minted = partner.post("/vouchers", mint_body(participant_ids=[person]))
    voucher: dict[str, Any] = minted.body["vouchers"][0]
    return voucher


def _send(
    partner: Partner, voucher: dict[str, Any], number: str = NUMBER, key: str | None = None
) -> Answer:
    path = f"/vouchers/{voucher['voucher_id']}/send"
    return partner.post(path, {"phone_number": number}, key)


def test_a_code_is_sent_once_and_the_number_is_found_nowhere(
    stack: Stack, partner: Partner, sms: Sms
) -> None:
    voucher = _voucher(partner, "sms")

    answer = _send(partner, voucher, "+1 (212) 555-0142")

    assert answer.status == 200, answer.text
    assert answer.body["voucher_id"] == voucher["voucher_id"]
    ((number, text),) = sms.texts
    assert number == NUMBER
    assert voucher["code"] in text
    assert "Reply STOP" in text
    assert len(text) <= 160
    stored, logged = str(stack.world.everything()), stack.log
    for planted in ("2125550142", "555-0142", "5550142", voucher["code"]):
        assert planted not in stored
        assert planted not in logged
        assert planted not in answer.text
    assert stack.counted()["CodeSent"] == 1


def test_the_sms_is_in_the_language_of_the_voucher(partner: Partner, sms: Sms) -> None:
    _send(partner, _voucher(partner, "sms", language="es"))

    ((_, text),) = sms.texts
    assert "viajes hasta el" in text
    assert "Responde STOP" in text


def test_a_repeat_sends_nothing_whichever_number_it_names(
    stack: Stack, partner: Partner, sms: Sms
) -> None:
    voucher = _voucher(partner, "sms")
    first = _send(partner, voucher, key="once")

    with stack.unchanged():
        again = _send(partner, voucher, key="once")
        other_number = _send(partner, voucher, "+12125550143", key="once")

    assert (again.text, other_number.text) == (first.text, first.text)
    assert first.headers["idempotency-replayed"] == "false"
    assert again.headers["idempotency-replayed"] == "true"
    assert len(sms.texts) == 1
    assert stack.counted()["CodeSent"] == 1


def test_three_are_sent_in_a_day_and_not_a_fourth(
    stack: Stack, partner: Partner, sms: Sms, monkeypatch: pytest.MonkeyPatch
) -> None:
    voucher = _voucher(partner, "sms")
    answers = [_send(partner, voucher) for _ in range(3)]

    with stack.unchanged():
        fourth = _send(partner, voucher)

    assert [answer.status for answer in answers] == [200] * 3
    problem = fourth.problem(409, "too_many_sends")
    assert problem.model_extra == {"voucher_id": voucher["voucher_id"]}
    assert len(sms.texts) == 3
    door = sys.modules["sending.app"].door
    monkeypatch.setattr(door, "_clock", lambda: datetime.now(UTC) + timedelta(days=1))
    assert _send(partner, voucher).status == 200


@pytest.mark.parametrize("uses", [(), ("outcomes",)], ids=str)
def test_without_consent_to_sms_nothing_is_sent(
    stack: Stack, partner: Partner, sms: Sms, uses: tuple[str, ...]
) -> None:
    voucher = _voucher(partner, *uses)

    with stack.unchanged():
        answer = _send(partner, voucher)

    answer.problem(409, "sms_not_consented")
    assert sms.texts == []


def test_a_card_that_is_nobodys_is_not_sent(stack: Stack, partner: Partner, sms: Sms) -> None:
    voucher = partner.post("/vouchers", mint_body()).body["vouchers"][0]

    with stack.unchanged():
        answer = _send(partner, voucher)

    assert "must be a person's" in answer.problem(409, "sms_not_consented").detail
    assert sms.texts == []


def test_a_closed_voucher_is_not_sent(stack: Stack, partner: Partner, sms: Sms) -> None:
    voucher = _voucher(partner, "sms")
    stack.world.revoke(voucher["code"])

    answer = _send(partner, voucher)

    answer.problem(409, "voucher_closed")
    assert sms.texts == []


def test_what_pays_no_ride_now_is_not_sent(stack: Stack, partner: Partner, sms: Sms) -> None:
    blocked, used_up = _voucher(partner, "sms"), _voucher(partner, "sms")
    stack.world.block(blocked["code"])
    for ride in ("one", "other"):
        stack.world.request(used_up["code"], ride)
        stack.world.complete(used_up["code"], ride)

    with stack.unchanged():
        answers = [_send(partner, voucher) for voucher in (blocked, used_up)]

    for answer, reason in zip(answers, ("voucher_blocked", "nothing_left"), strict=True):
        answer.problem(409, reason)
    assert sms.texts == []


def test_where_the_account_may_not_send_it_is_said(
    stack: Stack, partner: Partner, sms: Sms, monkeypatch: pytest.MonkeyPatch
) -> None:
    voucher = _voucher(partner, "sms")
    stack.handler("sending")
    sending = sys.modules["sending.app"]
    not_ready = type(sending.settings)(environment="trial", sms_ready=False)
    monkeypatch.setattr(sending, "settings", not_ready)

    with stack.unchanged():
        answer = _send(partner, voucher)

    assert "Print the card" in answer.problem(409, "sms_not_ready").detail
    assert sms.texts == []


@pytest.mark.parametrize(
    "number", ["2125550142", "+1212555014", "+18005550199", "+1 212 555 0142 x", "", "+" + "1" * 40]
)
def test_a_number_that_no_sms_reaches_is_refused_without_being_quoted(
    stack: Stack, partner: Partner, sms: Sms, number: str
) -> None:
    voucher = _voucher(partner, "sms")

    with stack.unchanged():
        answer = _send(partner, voucher, number)

    answer.pointers("/phone_number")
    assert not number or number not in answer.text
    assert sms.texts == []


def test_sending_wants_the_scope_for_codes(partner: Partner) -> None:
    voucher = _voucher(partner, "sms")
    partner.scopes = "farechance/vouchers:read farechance/vouchers:write"

    _send(partner, voucher).problem(403, "scope_missing")


def test_another_partners_voucher_is_not_there(
    partner: Partner, other_partner: Partner, sms: Sms
) -> None:
    _send(other_partner, _voucher(partner, "sms")).problem(404, "not_found")

    assert sms.texts == []


def _refused_by_sns(code: str) -> ClientError:
    said = f"Invalid parameter: PhoneNumber Reason: {NUMBER} is not valid to publish to"
    return ClientError({"Error": {"Code": code, "Message": said}}, "Publish")


@pytest.mark.parametrize(
    ("failure", "status", "slug"),
    [
        (_refused_by_sns("InvalidParameter"), 422, "field_errors"),
        (_refused_by_sns("Throttled"), 503, "busy"),
        (_refused_by_sns("AuthorizationError"), 500, "internal_error"),
        (EndpointConnectionError(endpoint_url=NUMBER), 503, "busy"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_whatever_sns_says_the_number_gets_into_no_log(
    stack: Stack,
    partner: Partner,
    monkeypatch: pytest.MonkeyPatch,
    failure: Exception,
    status: int,
    slug: str,
) -> None:
    voucher = _voucher(partner, "sms")
    stack.handler("sending")

    def publish(**_: Any) -> None:
        raise failure

    sns = sys.modules["sending.app"].messenger._sns
    monkeypatch.setattr(sns, "publish", publish)

    answer = _send(partner, voucher)

    answer.problem(status, slug)
    assert NUMBER not in stack.log + answer.text
    assert "2125550142" not in stack.log


def test_a_send_whose_end_is_unknown_is_made_again_and_counts_again(
    stack: Stack, partner: Partner, sms: Sms, monkeypatch: pytest.MonkeyPatch
) -> None:
    voucher = _voucher(partner, "sms")
    stack.handler("sending")
    sns = sys.modules["sending.app"].messenger._sns
    with monkeypatch.context() as without_an_answer:
        without_an_answer.setattr(sns, "publish", _lost)
        _send(partner, voucher, key="once").problem(503, "busy")

    answers = [_send(partner, voucher, key=key) for key in ("once", "once", "twice", "thrice")]

    assert [answer.status for answer in answers] == [200, 200, 200, 409]
    assert len(sms.texts) == 2


def _lost(**_: Any) -> None:
    raise EndpointConnectionError(endpoint_url="somewhere")
