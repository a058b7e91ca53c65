"""The widget of what needs a look: alarms, shortfalls, contradictions, work that was given up, and
rides that only one side knows."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import boto3
import pytest

import debts
from builders import PROGRAM, PROVIDER
from farechance.alarms import Alarms
from farechance.edge.console import Console
from farechance.errors import Busy
from farechance.given_up import GivenUpQueues
from farechance.listings import ListedProgram
from farechance.store import Store, keys, writes
from farechance.widgets.asked import field_name, form_of
from functional.dashboard import look, words
from functional.saved_events import event
from functional.stack import Stack
from operations import show_attention
from world import Clock, World

ROLES = ("viewing", "operating", "administration")
DAY = 24.0


@pytest.fixture
def earlier(stack: Stack) -> World:
    """The stack's tables, two days ago: there is time for holds to lapse."""
    world = stack.world.another()
    world.clock = Clock(world.clock.now - timedelta(days=2))
    return world


@pytest.fixture
def alarms(stack: Stack) -> Iterator[Stack]:
    """Alarms of this stack and of another, all of which are fine."""
    cloudwatch = boto3.client("cloudwatch")
    names = [
        f"{stack_name}-{name}"
        for stack_name in ("farechance-test", "another")
        for name in ("books-differ", "batch-late")
    ]
    for name in names:
        cloudwatch.put_metric_alarm(
            AlarmName=name,
            AlarmDescription=f"Something is so. See infra/runbooks/{name}.md",
            Namespace="FareChance",
            MetricName="Any",
            Period=60,
            EvaluationPeriods=1,
            Threshold=1,
            Statistic="Sum",
            ComparisonOperator="GreaterThanOrEqualToThreshold",
        )
        cloudwatch.set_alarm_state(AlarmName=name, StateValue="OK", StateReason="a test")
    yield stack
    cloudwatch.delete_alarms(AlarmNames=names)


def _rings(name: str) -> None:
    boto3.client("cloudwatch").set_alarm_state(
        AlarmName=name, StateValue="ALARM", StateReason="a test"
    )


@pytest.mark.parametrize("folder", ROLES)
def test_where_there_is_nothing_to_look_at_it_says_so_calmly(stack: Stack, folder: str) -> None:
    with stack.unchanged():
        page = words(look(stack, folder, "attention"))

    assert "Nothing needs a look all is well" in page
    assert "No alarm rings, no work was given up" in page
    assert "the dashboard’s time" in page


def test_alarms_of_this_stack_that_ring_are_told_with_their_runbook(alarms: Stack) -> None:
    assert "Nothing needs a look" in words(look(alarms, "viewing", "attention"))

    _rings("farechance-test-batch-late")
    _rings("another-books-differ")
    page = look(alarms, "operating", "attention")

    assert "1 alarm rings" in words(page)
    assert "batch-late Something is so." in words(page)
    assert "infra/runbooks" in words(page)
    assert "books-differ" not in words(page)
    assert "check_books" not in page


def test_where_books_differ_they_are_checked_by_a_button(alarms: Stack) -> None:
    _rings("farechance-test-books-differ")
    page = look(alarms, "operating", "attention")
    seen = look(alarms, "viewing", "attention")

    content = {"program_id": PROGRAM}
    form = form_of("check_books", content)
    typed = {field_name(form, "requested_by"): "Ada", field_name(form, "reason"): "an alarm"}
    carry_out = {"command": "check_books", "command_id": "pressed", **content}
    button: dict[str, Any] = {
        "carry_out": carry_out,
        "form": form,
        "typed": ["requested_by", "reason"],
    }
    checked = words(look(alarms, "operating", "attention", fields=typed, **button))

    assert f"Check the books of {PROGRAM}" in words(page)
    assert "check_books" not in seen
    assert "The books balance." in checked
    # The sentence says it all: no field is repeated raw.
    assert not any(raw in checked for raw in ("True", "False", "Stood still", "Differ"))


def test_where_books_differ_the_answer_says_in_what(
    alarms: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = {
        "done": True,
        "in_words": "THE BOOKS DIFFER by $1.00.",
        "differ": True,
        "differences": ["vch_1 has $1.00 too much", "vch_2 isn't there"],
        "funded_cents": 100,
    }
    alarms.handler("operating")
    monkeypatch.setattr(Console, "answer", lambda *_: answer)
    button: dict[str, Any] = {"carry_out": {"command": "check_books"}, "form": "f"}

    checked = words(look(alarms, "operating", "attention", **button))

    assert "Differences vch_1 has $1.00 too much; vch_2 isn't there" in checked
    assert "Funded" not in checked


def test_a_programme_without_rules_hides_neither_the_alarm_nor_another_programme(
    alarms: Stack, earlier: World
) -> None:
    debts.falls_short(earlier, "short")
    _rings("farechance-test-books-differ")
    broken = "prg_without_rules"
    listed = ListedProgram(program_id=broken)
    alarms.world.store.commit(writes.put_new(keys.listed_program(broken), listed))

    page = words(look(alarms, "operating", "attention", hours=DAY * 3))

    assert "1 alarm rings" in page
    assert "1 shortfall to decide about" in page
    assert f"Unknown: {broken}. What is stored contradicts itself" in page
    assert f"Check the books of {broken}" in page
    assert alarms.counted()["BooksDiffer"] == 1


def test_what_cannot_be_read_now_is_said_to_be_unknown(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: Any, **__: Any) -> Any:
        raise Busy

    stack.handler("viewing")
    for owner, name in ((Alarms, "ringing"), (GivenUpQueues, "waiting"), (Store, "exceptions")):
        monkeypatch.setattr(owner, name, busy)
    page = words(look(stack, "viewing", "attention"))

    assert "Nothing needs a look" not in page
    for unknown in ("which alarms ring", "work that was given up, batches", "shortfalls"):
        assert f"Unknown: {unknown}" in page


def test_a_shortfall_is_told_until_somebody_has_decided(stack: Stack, earlier: World) -> None:
    debts.falls_short(earlier, "short")
    ride = {"program_id": PROGRAM, "provider_id": PROVIDER, "ride_id": "short"}

    before = words(look(stack, "viewing", "attention", hours=3 * DAY))
    earlier.administer("write_off", **ride, amount_cents=500, confirm="short")
    in_part = words(look(stack, "viewing", "attention", hours=3 * DAY))
    earlier.administer("write_off", **ride, amount_cents=1_500, confirm="short")
    after = words(look(stack, "viewing", "attention", hours=3 * DAY))

    assert "1 shortfall to decide about" in before
    assert "City Cabs short" in before
    assert "$20.00" in before
    assert "an administrator accepts each" in before
    assert "$15.00" in in_part
    assert "Nothing needs a look" in after


def test_of_a_long_time_the_last_months_are_looked_at_and_it_is_said(stack: Stack) -> None:
    a_year = words(look(stack, "viewing", "attention", hours=366 * DAY))
    a_week = words(look(stack, "viewing", "attention", hours=7 * DAY))

    assert "There may be older ones: choose a shorter time that ends earlier." in a_year
    assert "There may be older ones" not in a_week


def test_of_many_programmes_so_many_are_looked_at_and_how_many_are_not_is_said(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(show_attention, "MOST_PROGRAMS", 2)
    rules = dict(event("create_program")["rules"])
    for number in range(3):
        stack.command(
            event(
                "create_program",
                program_id=f"prg_more_{number}",
                command_id=f"more-{number}",
                rules=rules,
            )
        )

    page = words(look(stack, "viewing", "attention"))

    assert "2 programmes more are not looked at here." in page


@pytest.mark.parametrize("command", ["accept_shortfall", "write_off"])
def test_an_administrator_decides_about_a_shortfall_by_a_button(
    stack: Stack, earlier: World, command: str
) -> None:
    earlier.administer("fund", program_id=PROGRAM, amount_cents=5_000)
    debts.falls_short(earlier, "short")
    content: dict[str, str | int] = {
        "program_id": PROGRAM,
        "provider_id": PROVIDER,
        "ride_id": "short",
        "amount_cents": 2_000,
    }
    form = form_of(command, content)
    typed = {"requested_by": "Ada", "reason": "on the invoice", "confirm": "short"}
    fields = {field_name(form, name): text for name, text in typed.items()}
    wanted = [name for name in typed if name != "confirm" or command == "write_off"]
    carry_out = {"command": command, "command_id": "decided", **content}
    button: dict[str, Any] = {"carry_out": carry_out, "form": form, "typed": wanted}

    offered = {folder: look(stack, folder, "attention", hours=3 * DAY) for folder in ROLES}
    with stack.unchanged():
        refused = look(stack, "operating", "attention", fields=fields, hours=3 * DAY, **button)
    after = look(stack, "administration", "attention", fields=fields, hours=3 * DAY, **button)

    assert [command in offered[folder] for folder in ROLES] == [False, False, True]
    assert "Not done" in words(refused)
    assert "Done" in words(after)
    assert "Nothing needs a look" in words(after)
    ride = earlier.ride("short")
    assert ride is not None
    assert ride.owed_cents == 0
    assert (ride.accepted_cents, ride.written_off_cents) == (
        (2_000, 0) if command == "accept_shortfall" else (0, 2_000)
    )


def test_what_came_before_the_dashboards_time_is_not_told(stack: Stack, earlier: World) -> None:
    debts.falls_short(earlier, "short")

    assert "shortfall to decide" in words(look(stack, "viewing", "attention", hours=3 * DAY))
    assert "Nothing needs a look" in words(look(stack, "viewing", "attention", hours=3))


def test_contradictions_are_added_up_by_ride_company(stack: Stack, earlier: World) -> None:
    for number in range(2):
        code = earlier.code()
        earlier.request(code, f"ride-{number}")
        earlier.complete(code, f"ride-{number}", cents=1_000)
        earlier.complete(code, f"ride-{number}", cents=1_100)

    page = words(look(stack, "viewing", "attention", hours=3 * DAY))

    assert "Messages that contradict an earlier one" in page
    assert f"City Cabs {PROGRAM} " in page
    assert " 2 The first message counts" in page
    assert "Ask the ride company which one is right" in page
    assert "ride-0" not in page


@pytest.mark.parametrize(
    ("queue", "logical", "name"),
    [
        ("batches", "Batch", "Batches of vouchers"),
        ("reports", "Report", "Monthly reports"),
        ("statements", "Statement", "Ride companies’ statements"),
    ],
)
def test_work_that_was_given_up_is_tried_again_by_a_button(
    stack: Stack, queue: str, logical: str, name: str
) -> None:
    body = '{"program_id":"prg_harbor","month":"2026-03"}'
    boto3.client("sqs").send_message(QueueUrl=stack.given_up[logical], MessageBody=body)
    before = look(stack, "operating", "attention")
    seen = look(stack, "viewing", "attention")

    form = form_of("retry_given_up", {"queue": queue})
    typed = {field_name(form, "requested_by"): "Ada", field_name(form, "reason"): "it is mended"}
    carry_out = {"command": "retry_given_up", "command_id": f"again-{queue}", "queue": queue}
    button: dict[str, Any] = {
        "carry_out": carry_out,
        "form": form,
        "typed": ["requested_by", "reason"],
    }
    after = words(look(stack, "operating", "attention", fields=typed, **button))

    assert f"{name} " in words(before)
    assert f"{queue[:-1] if queue != 'batches' else 'batch'}-given-up" in words(before)
    assert "again …" in words(before)
    assert "retry_given_up" not in seen
    assert "1 messages that were given up are tried again." in after
    assert "Nothing needs a look" in after
    urls = {"Batch": stack.queue_url, "Report": stack.report_queue_url}
    back = stack.messages(urls.get(logical, stack.statement_queue_url))
    assert [one["body"] for one in back] == [body]


def test_rides_that_only_one_side_knows_are_told_with_the_file(
    stack: Stack, earlier: World
) -> None:
    month = f"{earlier.clock.now:%Y-%m}"
    earlier.reconciles(month, matched=0, only_theirs=2, only_ours=3)
    earlier.another(provider_id="pvd_matched").reconciles(month)

    page = words(look(stack, "viewing", "attention"))

    assert "Rides that only one side knows" in page
    assert f"{PROGRAM} statements/{PROGRAM}/{month}/{PROVIDER}/statement.html 2 3 " in page
    assert "pvd_matched" not in page
    assert "apply_statement" in page


def test_statements_of_long_ago_are_not_told(stack: Stack) -> None:
    stack.world.reconciles("2020-01", matched=0, only_theirs=2)

    assert "Nothing needs a look" in words(look(stack, "viewing", "attention"))
