"""Every operation keeps its budget, on success, repeated and refused: what it sends is counted on
the wire, and the table may allow neither less nor more."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from budgets import LINES, PARTNERS, RIDE_COMPANIES, Budget, Spent
from command_use_cases import COMMAND_USE_CASES
from farechance import telemetry
from farechance.callbacks import RIDE_CALLBACKS
from farechance.edge.callback_door import CallbackDoor
from farechance.edge.callers import who_is_calling
from farechance.endpoints import OPEN_ENDPOINTS, PARTNER_ENDPOINTS
from farechance.store import keys
from refused_use_cases import REFUSED_USE_CASES
from ride_use_cases import RIDE_USE_CASES
from schedule_use_cases import SCHEDULE_USE_CASES
from tables import empty_tables, fill_tables
from units import REAL_IDS, Cost, Sent, cost_of, counted
from use_cases import USE_CASES, Act, UseCase
from widget_use_cases import WIDGET_USE_CASES
from world import FakeAnnouncer, FakeBucket, FakeClients, FakeGivenUp, FakeVault, World

RIDE, DEAD_HOLD = 6, 4
VOUCHERS_AT_ONCE = 32
NOTHING_TO_REFUSE = {"GET /whoami", "GET /participants", "GET /vouchers"}
"""Who may call them is answered, if by an empty list."""


def _calling(world: World) -> Act:
    key = keys.partner(world.partner_id)
    partner = world.store.read(key)[key]
    assert partner is not None
    event = {"requestContext": {"authorizer": {"claims": {"client_id": partner.client_ids[0]}}}}
    return lambda by: who_is_calling(event, by.remembered, by.clock.now)


def _not_proving(world: World) -> Act:
    event: dict[str, Any] = {"pathParameters": {"provider_id": world.provider_id}, "body": "{}"}

    def act(by: World) -> Any:
        unused: Any = None
        vault: Any = by.vault
        door = CallbackDoor(by.remembered, vault, by.clock, record=unused, check=unused)
        answer = door.handle(event, None)
        assert answer["statusCode"] == 401
        return answer

    return act


DOOR_USE_CASES: Mapping[str, UseCase] = {
    "a partner's call": UseCase(_calling, ()),
    "a callback that isn't proved": UseCase(_not_proving, ()),
}
REFUSED = {*REFUSED_USE_CASES, "mint more than there is", "start a batch that looks repeated"}
ALL = {
    **USE_CASES,
    **REFUSED_USE_CASES,
    **RIDE_USE_CASES,
    **COMMAND_USE_CASES,
    **SCHEDULE_USE_CASES,
    **WIDGET_USE_CASES,
    **DOOR_USE_CASES,
}


@pytest.fixture(autouse=True)
def _metrics_are_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """A door counts; the template gives its functions the namespace."""
    monkeypatch.setattr(telemetry.metrics, "namespace", "FareChance")


@pytest.fixture(scope="module")
def furniture_of_real_length() -> dict[str, list[dict[str, Any]]]:
    """As `furniture`, with ids as long as real ones."""
    return {}


@pytest.fixture
def real(
    worlds: Callable[..., World],
    bystander: Any,
    furniture_of_real_length: dict[str, list[dict[str, Any]]],
) -> World:
    """A funded programme with two partners and a ride company, whose ids are as long as real
    ones."""
    if not furniture_of_real_length:
        furniture_of_real_length |= worlds(**REAL_IDS).with_program().everything()
    world = worlds(**REAL_IDS)
    fill_tables(bystander, world.tables, furniture_of_real_length)
    return world


@pytest.mark.parametrize("name", LINES)
def test_an_operation_takes_what_its_budget_says(real: World, bystander: Any, name: str) -> None:
    act = ALL[name].prepare(real)
    before, now = real.everything(), real.clock.now

    cold = _function(real)
    with counted(real.client) as of_a_cold_one:
        act(cold)
    empty_tables(bystander, real.tables)
    fill_tables(bystander, real.tables, before)
    real.clock.now = now
    warm = _function(real)
    warm.remembered = cold.remembered
    first, repeat = cost_of(warm, act), cost_of(warm, act)

    budget, cold_trips = LINES[name], len(of_a_cold_one) - first.round_trips
    taken = Budget(_spent(first, budget.first), _spent(repeat, budget.repeat), cold_trips)
    assert taken == budget, f"of {name!r} write {taken}"


def test_every_operation_has_a_budget() -> None:
    served = {it.name for it in (*PARTNER_ENDPOINTS, *OPEN_ENDPOINTS)}

    assert PARTNERS.keys() == served
    assert RIDE_COMPANIES.keys() == {*RIDE_CALLBACKS, "voucher.checked"}
    assert LINES.keys() == ALL.keys()
    without_a_refusal = {it for it, lines in PARTNERS.items() if not REFUSED & lines.keys()}
    assert without_a_refusal == NOTHING_TO_REFUSE


@pytest.mark.parametrize("type_name", RIDE_CALLBACKS)
def test_what_happens_to_a_ride_takes_a_read_and_a_transaction_of_six_units(type_name: str) -> None:
    lines = RIDE_COMPANIES[type_name]
    # The card that another took the place of is settled first, once, by transactions of its own.
    usual = {it: lines[it] for it in lines.keys() - {"request that touches a successor"}}

    for name, budget in usual.items():
        more = (
            DEAD_HOLD if name in ("request that lets dead holds go", "request that replaces") else 0
        )
        assert budget.first.round_trips <= 2, name
        assert budget.first.write_units <= RIDE + more, name
        assert budget.cold_trips <= 2, name
    assert {budget.repeat[:2] for budget in lines.values()} == {(1, 0)}


def test_enrolling_and_minting_keep_what_the_design_allows() -> None:
    enrolled, minted = LINES["enroll"], LINES["mint for two people"]

    assert enrolled.first.round_trips <= 2
    assert enrolled.first.write_units <= 6
    assert minted.first[:2] == (2, 2 * (2 * 2 + 2) + 2 * 2)
    assert minted.repeat[:2] == (1, 0)


def test_no_refusal_and_no_repeat_writes_anything() -> None:
    refused = [LINES[name] for name in REFUSED]
    repeated = [*PARTNERS.values(), *RIDE_COMPANIES.values()]

    assert {it.write_units for budget in refused for it in (budget.first, budget.repeat)} == {0}
    assert {it.repeat.write_units for lines in repeated for it in lines.values()} == {0}


def test_a_read_takes_a_unit_for_each_4_kb_and_one_where_nothing_is(
    real: World, bystander: Any
) -> None:
    table, names = real.tables["programs"], ("small", "large", "missing")
    for name, letters in (("small", 10), ("large", 9_000)):
        item = {"pk": {"S": "sizes"}, "sk": {"S": name}, "letters": {"S": "x" * letters}}
        bystander.put_item(TableName=table, Item=item)
    asked = {"Keys": [{"pk": {"S": "sizes"}, "sk": {"S": name}} for name in names]}

    with counted(real.client) as sent:
        real.client.batch_get_item(RequestItems={table: {**asked, "ConsistentRead": True}})
        for account in ("sizes", "nothing"):
            real.client.query(
                TableName=table,
                KeyConditionExpression="pk = :pk",
                ExpressionAttributeValues={":pk": {"S": account}},
            )

    assert [one.read_units for one in sent] == [1 + 3 + 1, 1.5, 0.5]


def test_a_batch_takes_one_transaction_for_each_32_vouchers(real: World) -> None:
    started, _ = real.starts_batch(real.batch_request(unassigned=70, value_cents=500))

    with counted(real.client) as sent:
        real.works_on(started.batch_id)

    transactions = [vouchers for one in sent if (vouchers := _vouchers(one))]
    assert transactions == [VOUCHERS_AT_ONCE, VOUCHERS_AT_ONCE, 70 - 2 * VOUCHERS_AT_ONCE]
    # Each voucher with its entry, and in each transaction the batch and the allotment's state.
    writes = [len(one.written) for one in sent if _vouchers(one)]
    assert writes == [2 * vouchers + 2 for vouchers in transactions]


def _vouchers(sent: Sent) -> int:
    return sum(key.startswith("voucher#") for table, key, _ in sent.written if "Voucher" in table)


def _function(world: World) -> World:
    """Another process, which remembers nothing; what isn't a table is new as well."""
    return world.another(
        vault=FakeVault(),
        clients=FakeClients(),
        bucket=FakeBucket(),
        announcer=FakeAnnouncer(),
        given_up=FakeGivenUp(),
    )


def _spent(cost: Cost, budget: Spent) -> Spent:
    reads = None if budget.read_units is None else cost.read_units
    return Spent(cost.round_trips, cost.write_units, reads)
