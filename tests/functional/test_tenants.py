"""What one partner or ride company is told doesn't depend on what another has or does: a property
of the whole API, tested by the same calls in two worlds (see tenants.py)."""

from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from builders import OTHER_PARTNER, PARTNER, PROGRAM, PROVIDER
from farechance import endpoints
from farechance.endpoints import PARTNER_ENDPOINTS
from functional.gateway import Answer
from functional.stack import Stack
from functional.tenants import (
    CALLS,
    PROVIDER_OF_OTHERS,
    Choose,
    Sent,
    Worlds,
    call_of,
    callback_of,
)
from operations import find_voucher, show_voucher

MOST_STEPS = 14
HISTORIES = settings(
    max_examples=20,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def worlds(stack: Stack) -> Worlds:
    """The two worlds."""
    return Worlds(stack)


def test_every_endpoint_of_a_partner_is_called_here() -> None:
    assert set(CALLS) == {endpoint.name for endpoint in PARTNER_ENDPOINTS}
    # A sheet is opened by whoever has its link: there is nobody to be told apart.
    assert endpoints.OPEN_ENDPOINTS == (endpoints.OPEN_SHEET,)


def test_each_endpoint_answers_about_anothers_things_as_if_they_did_not_exist(
    worlds: Worlds,
) -> None:
    names = worlds.names(Random(1).choice, {OTHER_PARTNER})
    calls = [call_of(endpoint, names) for endpoint in PARTNER_ENDPOINTS for _ in range(6)]

    beside_another, alone = (_told(worlds, calls, is_alone=it) for it in (False, True))

    assert beside_another == alone


def test_a_report_of_both_links_each_to_its_own_part_as_if_it_were_alone(worlds: Worlds) -> None:
    calls = [Sent("GET", "/reports", {"program_id": PROGRAM})]

    (beside_another,), (alone,) = (_told(worlds, calls, is_alone=it) for it in (False, True))

    assert beside_another is not None
    assert [one["edition"] for one in beside_another.body["reports"]] == [0]
    assert beside_another.body["reports"][0]["files"]
    assert beside_another == alone


@HISTORIES
@given(data=st.data())
def test_whatever_a_partner_calls_it_is_told_the_same_whatever_another_has_and_does(
    worlds: Worlds, data: st.DataObject
) -> None:
    _partners_play(worlds, data)


@HISTORIES
@given(data=st.data())
def test_whatever_a_ride_company_tells_it_is_told_the_same_whatever_another_has_and_does(
    worlds: Worlds, data: st.DataObject
) -> None:
    # Vouchers of a programme that both drive for are both's.
    names = worlds.names(_drawn(data), {PARTNER, PROVIDER, PROVIDER_OF_OTHERS})
    steps, beside_another = [], []
    worlds.begin(is_alone=False)
    for _ in range(names.choose(range(1, MOST_STEPS))):
        who, told = names.choose((PROVIDER, PROVIDER, PROVIDER_OF_OTHERS)), callback_of(names)
        answer = worlds.tell(who, *told)
        note(f"{who} {told} → {answer.status} {answer.text}")
        names.learn(who, answer)
        if who == PROVIDER:
            steps.append(told)
            beside_another.append(answer)

    worlds.begin(is_alone=True)
    alone = [worlds.tell(PROVIDER, *told) for told in steps]

    assert beside_another == alone


def test_an_answer_that_shows_anothers_thing_would_be_noticed(
    worlds: Worlds, monkeypatch: pytest.MonkeyPatch
) -> None:
    def careless(voucher_id: str, _: str, **tools: Any) -> Any:
        return find_voucher.find_voucher(voucher_id, None, **tools)

    names = worlds.names(Random(1).choice, {OTHER_PARTNER})
    calls = [call_of(endpoints.SHOW_VOUCHER, names)]
    monkeypatch.setattr(show_voucher, "find_voucher", careless)

    beside_another, alone = (_told(worlds, calls, is_alone=it) for it in (False, True))

    assert beside_another != alone


def _drawn(data: st.DataObject) -> Choose:
    return lambda several: data.draw(st.sampled_from(list(several)))


def _partners_play(worlds: Worlds, data: st.DataObject) -> None:
    names = worlds.names(_drawn(data), {PARTNER, OTHER_PARTNER, PROVIDER_OF_OTHERS})
    steps: list[Sent | None] = []
    beside_another: list[Answer | None] = []
    worlds.begin(is_alone=False)
    for _ in range(names.choose(range(1, MOST_STEPS))):
        who = names.choose((PARTNER, PARTNER, PARTNER, OTHER_PARTNER, OTHER_PARTNER, ""))
        sent = call_of(names.choose(PARTNER_ENDPOINTS), names) if who else None
        answer = _step(worlds, who, sent)
        note(f"{who} {sent} → {answer and (answer.status, answer.text)}")
        if answer is not None:
            names.learn(who, answer)
        if who != OTHER_PARTNER:
            steps.append(sent)
            beside_another.append(answer)

    assert beside_another == _told(worlds, steps, is_alone=True)


def _told(worlds: Worlds, steps: list[Any], *, is_alone: bool) -> list[Answer | None]:
    worlds.begin(is_alone=is_alone)
    return [_step(worlds, PARTNER, sent) for sent in steps]


def _step(worlds: Worlds, who: str, sent: Sent | None) -> Answer | None:
    if sent is None:
        worlds.work()
        return None
    return worlds.call(who, sent)
