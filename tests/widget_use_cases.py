"""Use cases of whoever looks at the control room: each widget, from what is stored. They only read,
so that what goes wrong on the way is told and nothing is changed."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from farechance.call_metrics import Calls
from farechance.errors import Busy
from farechance.roles import Role
from farechance.widgets.asked import Asked, field_name
from farechance.widgets.voucher import FIND
from operations.control_room import control_room
from use_cases import Act, UseCase, owing_ride
from world import World

_REFRESH = "refresh in a moment"


class _NoMetrics:
    """Nobody has called."""

    def calls(self, callers: list[str], *_: Any) -> Mapping[str, Calls]:
        """Of each caller: never."""
        return {one: Calls() for one in callers}


class _NoAlarms:
    """All is well."""

    def ringing(self) -> tuple[()]:
        """None."""
        return ()


def _looking(widget: str, world: World, **fields: str) -> Act:
    asked = Asked(
        role=Role.ADMINISTRATOR,
        endpoint="arn:aws:lambda:us-east-1:000000000000:function:administration",
        widget=widget,
        rendering="the only one",
        now=world.clock.now,
        starts_at=world.clock.now - timedelta(days=30),
        ends_at=world.clock.now,
        fields=fields,
    )

    def look(by: World) -> str:
        metrics: Any = _NoMetrics()
        alarms: Any = _NoAlarms()
        page = str(control_room(by.admin_tools, metrics, alarms)[widget](asked))
        if _REFRESH in page:
            # A part couldn't be read, and the page says so: whoever looks is told to look again.
            raise Busy
        return page

    return look


def _looking_at_programs(world: World) -> Act:
    world.code()
    world.keep_house()
    return _looking("programs", world)


def _looking_at_a_voucher(world: World) -> Act:
    voucher = world.voucher(world.code())
    return _looking("voucher", world, **{field_name(FIND, "named"): voucher.voucher_id})


def _looking_at_what_needs_it(world: World) -> Act:
    owing_ride(world)
    return _looking("attention", world)


def _looking_at_partners(world: World) -> Act:
    return _looking("partners", world)


def _looking_at_reports(world: World) -> Act:
    world.reconciles("2026-03")
    return _looking("reports", world)


WIDGET_USE_CASES: Mapping[str, UseCase] = {
    "look at programmes": UseCase(_looking_at_programs, ("control_room", "show_programs")),
    "look at a voucher": UseCase(_looking_at_a_voucher, ("control_room", "show_voucher_story")),
    "look at what needs it": UseCase(_looking_at_what_needs_it, ("control_room", "show_attention")),
    "look at partners": UseCase(_looking_at_partners, ("control_room", "show_partners")),
    "look at reports": UseCase(_looking_at_reports, ("control_room", "show_reports")),
}
