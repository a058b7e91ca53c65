"""Cards through the doors: a partner's own, and sheets that an administrator had minted."""

import html
import re
import sys
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from farechance.times import instant_text
from functional.bodies import mint_body
from functional.gateway import Answer, proxy_event
from functional.players import Partner
from functional.saved_events import event, reads_well
from functional.stack import Stack


def _minted(partner: Partner, count: int = 1, **changes: Any) -> list[dict[str, Any]]:
    answer = partner.post("/vouchers", mint_body(unassigned=count, **changes))
    vouchers: list[dict[str, Any]] = answer.body["vouchers"]
    return vouchers


def _codes(page: str) -> list[str]:
    """The codes on a page, in order, as they are written in a mint's answer."""
    groups = re.findall(r'aria-hidden="true">(.*?)</p>', page)
    return ["-".join(re.findall(r"<span>(\w{4})</span>", one)) for one in groups]


def _is_private_page(answer: Answer) -> None:
    assert answer.status == 200, answer.text
    headers = answer.headers
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "script" not in policy
    assert "unsafe" not in policy


def test_a_card_is_a_page_that_nobody_keeps_with_the_code_and_whom_to_call(
    stack: Stack, partner: Partner
) -> None:
    (voucher,) = _minted(partner)

    with stack.unchanged():
        answer = partner.get(f"/vouchers/{voucher['voucher_id']}/card")

    _is_private_page(answer)
    assert _codes(answer.text) == [voucher["code"]]
    for words in ("$40.00", "555-0100", "555-0199", "a smartphone with mobile data", 'lang="en"'):
        assert words in answer.text


def test_many_cards_come_in_the_order_that_was_asked_for_without_an_idempotency_key(
    stack: Stack, partner: Partner
) -> None:
    english, spanish = _minted(partner, 3), _minted(partner, 2, language="es")
    wanted = [*spanish, *english]
    body = {"voucher_ids": [voucher["voucher_id"] for voucher in wanted]}

    with stack.unchanged():
        answer = partner.post("/cards", body, Idempotency_Key="")

    _is_private_page(answer)
    assert _codes(answer.text) == [voucher["code"] for voucher in wanted]
    assert re.findall(r'<article lang="(\w+)"', answer.text) == ["es", "es", "en", "en", "en"]
    assert "idempotency-replayed" not in answer.headers


def test_a_hundred_cards_fit_into_one_answer_of_a_function(partner: Partner) -> None:
    vouchers = [one for _ in range(4) for one in _minted(partner, 25, value_cents=100)]
    body = {"voucher_ids": [voucher["voucher_id"] for voucher in vouchers]}

    answer = partner.post("/cards", body)

    assert _codes(answer.text) == [voucher["code"] for voucher in vouchers]
    # AWS Lambda Developer Guide, 'Quotas': 6 MB.
    assert len(answer.text.encode()) < 6_000_000


@pytest.mark.parametrize(
    ("pointer", "ids"),
    [
        ("/voucher_ids", []),
        ("/voucher_ids", ["vch_1x"] * 101),
        ("", ["vch_1x", "vch_1x"]),
        ("/voucher_ids/1", ["vch_1x", "1ABC-DEFG-HJKM-NPQR"]),
    ],
)
def test_a_wrong_list_of_cards_is_refused(
    stack: Stack, partner: Partner, pointer: str, ids: list[str]
) -> None:
    with stack.unchanged():
        answer = partner.post("/cards", {"voucher_ids": ids})

    answer.pointers(pointer)


def test_cards_want_the_scope_for_codes(partner: Partner) -> None:
    (voucher,) = _minted(partner)
    partner.scopes = "farechance/vouchers:read farechance/vouchers:write"

    one = partner.get(f"/vouchers/{voucher['voucher_id']}/card")
    some = partner.post("/cards", {"voucher_ids": [voucher["voucher_id"]]})

    assert one.problem(403, "scope_missing").model_extra == {"scope": "codes:read"}
    some.problem(403, "scope_missing")


def test_another_partners_card_looks_like_one_that_is_not_there(
    partner: Partner, other_partner: Partner
) -> None:
    own, theirs = _minted(partner)[0], _minted(other_partner)[0]
    nobodys = "vch_1" + "0" * 25

    answers = [
        partner.get(f"/vouchers/{theirs['voucher_id']}/card"),
        partner.get(f"/vouchers/{nobodys}/card"),
        partner.post("/cards", {"voucher_ids": [own["voucher_id"], theirs["voucher_id"]]}),
    ]

    asked_for = [theirs["voucher_id"], nobodys, theirs["voucher_id"]]
    for answer, voucher_id in zip(answers, asked_for, strict=True):
        detail = answer.problem(404, "not_found").detail
        assert detail == f"There is no such voucher for you: {voucher_id}."
        assert own["code"] not in answer.text


def test_a_closed_voucher_has_no_card_and_the_page_says_which(
    stack: Stack, partner: Partner
) -> None:
    good, closed = _minted(partner, 2)
    stack.world.revoke(closed["code"])

    answer = partner.post("/cards", {"voucher_ids": [good["voucher_id"], closed["voucher_id"]]})

    problem = answer.problem(409, "voucher_closed")
    assert problem.model_extra == {"voucher_id": closed["voucher_id"]}


# ── sheets ───────────────────────────────────────────────────────────────────────────────────────


def _cards_command(**changes: Any) -> dict[str, Any]:
    fields = {"program_id": "prg_harbor", "value_cents": 1_000, **changes}
    return event("mint_cards", **fields)


def _open(stack: Stack, link: str) -> Answer:
    """Whoever has the link follows it: without a token, through no authorizer."""
    parts = urlsplit(link)
    assert parts.path == "/v1/sheets"
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    return stack.send("printing", proxy_event("GET", "/sheets", query=query))


def _at(stack: Stack, monkeypatch: pytest.MonkeyPatch, **later: float) -> None:
    """From now on the printing function's clock is ahead."""
    stack.handler("printing")
    door = sys.modules["printing.app"].door
    monkeypatch.setattr(door, "_clock", lambda: datetime.now(UTC) + timedelta(**later))


def test_cards_for_a_partner_without_an_app_come_as_a_link_to_a_sheet(stack: Stack) -> None:
    answer = stack.command(_cards_command(cards=26))

    reads_well(answer)
    assert answer["done"] is True
    assert (answer["cards"], answer["total_cents"]) == (26, 26_000)
    page = _open(stack, answer["link"])
    _is_private_page(page)
    assert page.headers["x-robots-tag"] == "noindex"
    vouchers = [stack.world.voucher(code) for code in _codes(page.text)]
    assert [voucher.voucher_id for voucher in vouchers] == answer["voucher_ids"]
    assert stack.world.allotment().available_cents == 50_000 - 26_000
    (entry,) = stack.world.entries(_codes(page.text)[0])
    assert (entry.kind.value, entry.command_id) == ("voucher.minted", "cards-second-start-1")


def test_nothing_with_a_code_or_a_link_is_stored(stack: Stack) -> None:
    answer = stack.command(_cards_command(cards=2))
    codes = _codes(_open(stack, answer["link"]).text)

    stored = str(stack.world.everything())

    assert len(codes) == 2
    for code in codes:
        assert code not in stored
        assert code.replace("-", "") not in stored
    assert "token=" not in stored
    assert "voucher_ids" in stored


def test_a_repeat_mints_nothing_and_gives_a_fresh_link(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = stack.command(_cards_command(cards=3))
    stack.handler("administration")
    tools = sys.modules["administration.app"].tools
    monkeypatch.setattr(tools, "clock", lambda: datetime.now(UTC) + timedelta(minutes=20))

    with stack.unchanged():
        again = stack.command(_cards_command(cards=3))

    reads_well(again)
    assert (again["repeated"], again["voucher_ids"]) == (True, first["voucher_ids"])
    assert again["link"] != first["link"]
    _at(stack, monkeypatch, minutes=20)
    assert _open(stack, first["link"]).problem(410, "link_expired").detail
    assert len(_codes(_open(stack, again["link"]).text)) == 3


def test_a_link_works_for_fifteen_minutes(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = stack.command(_cards_command(cards=1))

    _at(stack, monkeypatch, minutes=14, seconds=30)
    in_time = _open(stack, answer["link"])
    _at(stack, monkeypatch, minutes=15)
    too_late = _open(stack, answer["link"])

    _is_private_page(in_time)
    assert "15 minutes" in too_late.problem(410, "link_expired").detail


@pytest.mark.parametrize("token", ["x", "1" * 50, "a.b", "-"])
def test_a_link_that_nobody_gave_opens_nothing(stack: Stack, token: str) -> None:
    with stack.unchanged():
        answer = _open(stack, f"https://api.invalid/v1/sheets?token={token}")

    answer.problem(404, "not_found")


@pytest.mark.parametrize(
    ("query", "pointer"), [({}, "/token"), ({"token": "é"}, "/token"), ({"token": ""}, "/token")]
)
def test_a_link_without_its_token_is_refused(
    stack: Stack, query: dict[str, str], pointer: str
) -> None:
    answer = stack.send("printing", proxy_event("GET", "/sheets", query=query))

    answer.pointers(pointer)


def test_a_used_up_card_is_not_printed_and_left_out_of_a_sheet(
    stack: Stack, partner: Partner
) -> None:
    own = _minted(partner, 1)[0]
    link = stack.command(_cards_command(cards=2))["link"]
    codes = _codes(_open(stack, link).text)

    for code, cents in ((own["code"], 1_500), (codes[0], 500)):
        for ride in ("one", "other"):
            stack.world.request(code, f"{ride}-{code[:4]}", cents)
            stack.world.complete(code, f"{ride}-{code[:4]}", cents)

    partner.get(f"/vouchers/{own['voucher_id']}/card").problem(409, "nothing_left")
    assert _codes(_open(stack, link).text) == [codes[1]]


def test_cards_that_no_longer_ride_are_left_out_of_a_sheet(stack: Stack) -> None:
    answer = stack.command(_cards_command(cards=2))
    codes = _codes(_open(stack, answer["link"]).text)

    stack.world.revoke(codes[0])
    left = _open(stack, answer["link"])
    stack.world.revoke(codes[1])
    none = _open(stack, answer["link"])

    assert _codes(left.text) == [codes[1]]
    none.problem(409, "voucher_closed")


@pytest.mark.parametrize(
    ("changes", "problem", "words"),
    [
        ({"partner_id": "org_x"}, "not_found", "no such partner"),
        ({"program_id": "prg_x"}, "not_found", "no such programme"),
        ({"cards": 51}, "insufficient_allotment", "enough money"),
        ({"purpose": "holiday"}, "field_errors", "See errors"),
        ({"value_cents": 99}, "field_errors", "See errors"),
        ({"cap_cents": 2_000}, "field_errors", "See errors"),
        ({"cards": 101}, "field_errors", "See errors"),
        ({"cards": 0}, "field_errors", "See errors"),
    ],
    ids=str,
)
def test_cards_that_cannot_be_minted_are_refused_before_the_first(
    stack: Stack, changes: dict[str, Any], problem: str, words: str
) -> None:
    with stack.unchanged():
        answer = stack.command(_cards_command(**changes))

    reads_well(answer)
    assert (answer["done"], answer["problem"]) == (False, problem)
    assert words in answer["in_words"]
    assert answer["in_words"].startswith("Nothing was done.")


def test_dates_rides_and_language_are_those_that_were_asked_for(stack: Stack) -> None:
    expires_at = instant_text(datetime.now(UTC) + timedelta(days=3))

    answer = stack.command(
        _cards_command(cards=1, rides=1, cap_cents=900, expires_at=expires_at, language="es")
    )

    page = _open(stack, answer["link"]).text
    voucher = stack.world.voucher(_codes(page)[0])
    assert (voucher.max_rides, voucher.cap_cents, voucher.language) == (1, 900, "es")
    assert instant_text(voucher.expires_at) == expires_at
    assert voucher.subject_id is None
    assert "1 viaje, hasta $9.00" in html.unescape(page)


def test_no_line_of_the_log_has_the_token_of_a_link(stack: Stack) -> None:
    answer = stack.command(_cards_command(cards=1))
    token = answer["link"].partition("token=")[2]

    _open(stack, answer["link"])
    _open(stack, answer["link"][:-1] + "~")

    assert token not in stack.log
    assert token.partition(".")[0] not in stack.log
    assert [
        line["endpoint"] for line in stack.lines() if line.get("message") == "call_answered"
    ] == ["GET /sheets"]
