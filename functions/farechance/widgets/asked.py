"""What a dashboard asks of a widget: whose role it is, how large and in which theme it is shown,
for which time, what was typed, and what came of a button. It owns these forms; it must never read
an event of the console: the door does."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Literal

from farechance.card_words import WORDS
from farechance.roles import Role, may_carry_out

Theme = Literal["light", "dark"]
Content = Mapping[str, str | int]
"""A command's own fields: names, and amounts in cents."""

_NARROW_PIXELS, _WIDE_PIXELS, _LOW_PIXELS = 560, 840, 320


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of a button: which form it belongs to, what is said, and which fields are wrong.
    `command_id` is kept for the next try of what was not done. `figures` is what else is told."""

    form: str
    is_done: bool
    in_words: str
    command_id: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    figures: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """One rendering of one widget. `endpoint` is the function that its buttons call: the one that
    was called. `parameters` are the widget's own, and those of the button that was pressed, all of
    them text. `fields` is what stands in the widget's forms. `rendering` is new each time."""

    role: Role
    endpoint: str
    widget: str
    rendering: str
    now: datetime
    starts_at: datetime
    ends_at: datetime
    theme: Theme = "light"
    width: int = 600
    height: int = 600
    zone: tzinfo = UTC
    fields: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    answered: Answered | None = None

    @property
    def is_narrow(self) -> bool:
        """Whether two columns of words have no room side by side."""
        return self.width < _NARROW_PIXELS

    @property
    def is_wide(self) -> bool:
        """Whether words and a table have room side by side."""
        return self.width >= _WIDE_PIXELS

    @property
    def is_low(self) -> bool:
        """Whether only the first thing of each part is in sight."""
        return self.height < _LOW_PIXELS

    def may(self, command_name: str) -> bool:
        """Whether there is a button for a command."""
        return may_carry_out(self.role, command_name)

    def typed(self, form: str, name: str) -> str:
        """What stands in one field of one form."""
        return self.fields.get(field_name(form, name), "").strip()

    def moment(self, instant: datetime) -> str:
        """A time as the dashboard's clock shows it: `Nov 30, 14:05`."""
        local = instant.astimezone(self.zone)
        year = "" if local.year == self.now.astimezone(self.zone).year else f" {local.year}"
        return f"{_month(local)} {local.day}{year}, {local:%H:%M}"

    def clock(self, instant: datetime) -> str:
        """`14:05` where it is today, else with its day."""
        local, today = instant.astimezone(self.zone), self.now.astimezone(self.zone)
        return f"{local:%H:%M}" if local.date() == today.date() else self.moment(instant)


def field_name(form: str, name: str) -> str:
    """How a field is called among all fields of a widget, which the console hands over as one
    heap: two forms both have a reason."""
    return f"{form}_{name}"


def form_of(command_name: str, content: Content) -> str:
    """Names the form of one command about one thing: the same in each rendering."""
    return f"f{_digest(command_name, content)[:16]}"


def command_id_of(asked: Asked, command_name: str, content: Content) -> str:
    """The id that a button carries. Made when it is rendered, so that a second click repeats the
    first; what was not done keeps its id, since after a lost answer nobody knows."""
    answered = asked.answered
    form = form_of(command_name, content)
    if answered and answered.form == form and not answered.is_done and answered.command_id:
        return answered.command_id
    return f"widget-{_digest(command_name, {**content, '': asked.rendering})[:32]}"


def _digest(command_name: str, content: Content) -> str:
    return hashlib.sha256(json.dumps([command_name, sorted(content.items())]).encode()).hexdigest()


def _month(local: datetime) -> str:
    return WORDS["en"].months.split()[local.month - 1][:3]
