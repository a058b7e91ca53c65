"""Cards on paper and codes by SMS, end to end: with each function's own rights, over HTTP, a sheet
by nothing but its link."""

from typing import Any

from e2e import logs
from e2e.cards import codes_on, open_sheet
from e2e.scene import Scene, key
from infra.local.client import Answer, call

# Numbers that are good and nobody's, as far as a test can know.
NUMBERS = "+1212555{:04d}"


def _is_page(answer: Answer) -> None:
    assert answer.status == 200, answer.body[:500]
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def _agreed(scene: Scene, *uses: str) -> dict[str, Any]:
    """A voucher of somebody who agreed to these uses beside enrollment."""
    consent = {**scene.enrollment()["consent"], "uses": ["enrollment", *uses]}
    return scene.mint(participant_ids=[scene.enroll(consent=consent)])


def _number() -> str:
    """Another in each run and for each test."""
    return NUMBERS.format(100 + int(key(), 16) % 9_000)


def _sms_to(scene: Scene, number: str) -> list[dict[str, Any]]:
    """What the emulator's phone network has taken."""
    listed = call("GET", f"{scene.running.endpoint_url}/_ministack/sns/sms-messages").expect(200)
    return [one for one in _dicts(listed) if one.get("PhoneNumber") == number]


def _dicts(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        return [value, *(one for member in value.values() for one in _dicts(member))]
    if isinstance(value, list):
        return [one for member in value for one in _dicts(member)]
    return []


def test_a_card_from_a_printed_page_rides(scene: Scene) -> None:
    vouchers = [scene.mint(), scene.mint(language="es")]
    body = {"voucher_ids": [voucher["voucher_id"] for voucher in vouchers]}
    app = scene.app("codes:read")

    one = app.get(f"/vouchers/{vouchers[0]['voucher_id']}/card")
    both = app.post("/cards", body, "")

    _is_page(one)
    _is_page(both)
    assert codes_on(one) == [vouchers[0]["code"]]
    assert codes_on(both) == [voucher["code"] for voucher in vouchers]
    assert scene.request(codes_on(both)[1])["decision"] == "approved"


def test_cards_are_for_their_partner_with_the_scope_forcodes_on(scene: Scene) -> None:
    voucher_id = scene.mint()["voucher_id"]

    without_scope = scene.app("vouchers:read").get(f"/vouchers/{voucher_id}/card")
    of_another = scene.other_app().get(f"/vouchers/{voucher_id}/card")
    without_token = call("GET", f"{scene.running.api_url}/vouchers/{voucher_id}/card")

    assert without_scope.expect(403)["scope"] == "codes:read"
    of_another.expect(404)
    assert without_token.status == 401


def test_an_administrators_cards_come_by_a_link_and_ride(scene: Scene) -> None:
    program_id = scene.new_program("cards")
    command: dict[str, Any] = {
        "command_id": f"cards-{scene.run}",
        "program_id": program_id,
        "partner_id": scene.partner_id,
        "cards": 30,
        "purpose": "family",
        "value_cents": 1_000,
    }

    made = scene.admin.do("mint_cards", **command)
    again = scene.admin.do("mint_cards", **command)

    page = open_sheet(scene.running, made["link"])
    _is_page(page)
    assert len(set(codes_on(page))) == made["cards"] == 30
    assert codes_on(open_sheet(scene.running, again["link"])) == codes_on(page)
    assert (again["repeated"], again["voucher_ids"]) == (True, made["voucher_ids"])
    assert scene.request(codes_on(page)[29], 500)["decision"] == "approved"
    stored = str(scene.stored())
    assert not any(code.replace("-", "") in stored for code in codes_on(page))
    assert scene.books_are_right(program_id)


def test_a_link_that_nobody_gave_opens_nothing(scene: Scene) -> None:
    url = f"{scene.running.api_url}/sheets?token=1nothing.at-all"

    assert call("GET", url).expect(404)["type"].endswith(":not_found")
    assert call("POST", url).expect(405)["type"].endswith(":method_not_allowed")


def test_a_code_is_sent_at_most_three_times_a_day_to_a_number_that_is_kept_nowhere(
    scene: Scene,
) -> None:
    voucher, number = _agreed(scene, "sms"), _number()
    path, once = f"/vouchers/{voucher['voucher_id']}/send", key()
    body = {"phone_number": number}

    first = scene.app().post(path, body, once)
    again = scene.app().post(path, body, once)
    more = [scene.app().post(path, body, key()) for _ in range(3)]

    assert again.expect(200) == first.expect(200)
    assert again.headers["idempotency-replayed"] == "true"
    assert [answer.status for answer in more] == [200, 200, 409]
    assert more[-1].json()["type"].endswith(":too_many_sends")
    texts = [str(one["Message"]) for one in _sms_to(scene, number)]
    assert len(texts) == 3
    assert all(voucher["code"] in text and "STOP" in text for text in texts)
    assert number.removeprefix("+1") not in str(scene.stored())
    assert number.removeprefix("+1") not in _logged(scene)


def test_without_consent_to_sms_no_code_is_sent(scene: Scene) -> None:
    number = _number()
    body = {"phone_number": number}

    for voucher in (_agreed(scene), scene.mint()):
        answer = scene.app().post(f"/vouchers/{voucher['voucher_id']}/send", body, key())
        assert answer.expect(409)["type"].endswith(":sms_not_consented")

    assert _sms_to(scene, number) == []


def _logged(scene: Scene) -> str:
    """All that functions and the gateway have written since the scene was made. The emulator's own
    output is left out: it plays the phone network, and writes down every SMS."""
    since = int(scene.made_at.timestamp() * 1000)
    return "\n".join(line for _, line in logs.everything(scene.running, since))
