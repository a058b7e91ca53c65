"""The door of dashboards: an event of a custom widget in, HTML out. It owns how such an event is
read and how a button's command gets what was typed; what is shown, the operations say, and whether
a command is carried out, the console's edge."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from copy import replace
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any

import htpy as h
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from farechance.edge import problems
from farechance.errors import FareChanceError
from farechance.roles import Role
from farechance.telemetry import Event, logger
from farechance.widgets import frame
from farechance.widgets.asked import Answered, Asked, Theme
from farechance.widgets.forms import MAX_TYPED

type Show = Callable[[Asked], h.Element]
type CarryOut = Callable[[dict[str, Any]], dict[str, Any]]

_READ = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)
_MOST_FIELDS, _MOST_SIGNS = 500, 2_000
_LAST_HOURS = timedelta(hours=3)
# What no sentence says: all else is in words.
_SHOWN_BESIDE = ("differences", "client_id", "client_secret", "secret")
_AS_NAMED = "must be typed exactly as it is named here"
_UNTYPED = "please type this"
_SOME_FIELDS = "Nothing was done: something that was to be typed is missing or wrong."


class _Span(BaseModel):
    """Milliseconds of Unix time."""

    model_config = _READ

    start: float
    end: float


class _TimeRange(_Span):
    """`zoom` is what was chosen in a graph; the other widgets follow it."""

    zoom: _Span | None = None


class _Zone(BaseModel):
    model_config = _READ

    offsetISO: str = Field(default="+00:00", pattern=r"^[+-]\d\d:\d\d$")  # noqa: N815 - the console's


class _Forms(BaseModel):
    model_config = _READ

    all: dict[str, Any] = Field(default_factory=dict, max_length=_MOST_FIELDS)


class _WidgetContext(BaseModel):
    """What the console says of a widget, as far as it matters (Amazon CloudWatch User Guide,
    'Details about custom widgets')."""

    model_config = _READ

    timezone: _Zone = _Zone()
    timeRange: _TimeRange | None = None  # noqa: N815 - the console's
    theme: str = "light"
    forms: _Forms = _Forms()
    params: dict[str, Any] | None = None
    width: float = Field(default=600, ge=0, le=100_000)
    height: float = Field(default=600, ge=0, le=100_000)


class _Button(BaseModel):
    """What one of our own buttons sends: a command without what is typed, its form, and which of
    the form's fields belong to it."""

    model_config = _READ

    carry_out: dict[str, Any]
    form: str = Field(max_length=64)
    typed: list[str] = Field(default_factory=list, max_length=20)


@dataclass(frozen=True, slots=True)
class WidgetDoor:
    """Shows the widgets of one role. `shows` has what there is to be seen, by name."""

    role: Role
    shows: Mapping[str, Show]
    clock: Callable[[], datetime]

    def answer(self, event: Mapping[str, Any], endpoint: str, carry_out: CarryOut) -> str:
        """HTML; or, where the console asks what a widget is for, Markdown. `endpoint` is the
        function that was called."""
        if "describe" in event:
            return _describe(self.shows)
        try:
            asked = self._asked(event, endpoint)
            button = _Button.model_validate(event) if "carry_out" in event else None
        except ValidationError:
            return str(_unreadable())
        if button is not None:
            asked = _carried_out(asked, button, carry_out)
        show = self.shows.get(asked.widget)
        if show is None:
            return str(frame.told(asked, _no_such(asked.widget, self.shows)))
        logger.info(Event.WIDGET_SHOWN, widget=asked.widget, role=self.role.value)
        return str(_shown(show, asked))

    def _asked(self, event: Mapping[str, Any], endpoint: str) -> Asked:
        context = _WidgetContext.model_validate(event.get("widgetContext"))
        now = self.clock()
        starts_at, ends_at = _time_range(context.timeRange, now)
        of_button = {name: value for name, value in event.items() if name != "widgetContext"}
        parameters = _texts({**(context.params or {}), **of_button})
        theme: Theme = "dark" if context.theme == "dark" else "light"
        return Asked(
            role=self.role,
            endpoint=endpoint,
            widget=parameters.get("widget", ""),
            rendering=uuid.uuid4().hex,
            now=now,
            starts_at=starts_at,
            ends_at=ends_at,
            theme=theme,
            width=int(context.width),
            height=int(context.height),
            zone=_zone(context.timezone.offsetISO),
            fields=_texts(context.forms.all),
            parameters={
                name: value for name, value in parameters.items() if name not in ("widget", "form")
            },
        )


def _shown(show: Show, asked: Asked) -> h.Element:
    """What can't be shown is said in words; a defect is raised, and the console shows that."""
    try:
        return show(asked)
    except FareChanceError as error:
        if not problems.is_expected(error):
            problems.count_defect(error)
            raise
        said = problems.say(error)
        return frame.told(asked, f"{said.kind.title}. {said.detail}")


def _carried_out(asked: Asked, button: _Button, carry_out: CarryOut) -> Asked:
    """The same, with what came of its button."""
    typed = {name: asked.typed(button.form, name)[:MAX_TYPED] for name in button.typed}
    # What wasn't typed isn't sent, so that the command says that it is needed.
    sent = {**button.carry_out, **{name: text for name, text in typed.items() if text}}
    said = carry_out(sent)
    errors = _errors(said, typed)
    answered = Answered(
        form=button.form,
        is_done=bool(said["done"]),
        in_words=_SOME_FIELDS if errors else str(said["in_words"]),
        command_id=str(button.carry_out.get("command_id", "")),
        errors=errors,
        figures={
            name.replace("_", " ").capitalize(): _shown_beside(said[name])
            for name in _SHOWN_BESIDE
            if said.get(name)
        },
    )
    return replace(asked, answered=answered)


def _shown_beside(value: str | Sequence[str]) -> str:
    return value if isinstance(value, str) else "; ".join(value)


def _errors(said: Mapping[str, Any], typed: Mapping[str, str]) -> dict[str, str]:
    """By the field, in words for whoever typed."""
    errors = {}
    for one in said.get("errors", ()):
        name = str(one["pointer"]).removeprefix("/")
        words = _AS_NAMED if name == "confirm" else str(one["detail"])
        errors[name] = _UNTYPED if name in typed and not typed[name] else words
    return errors


def _time_range(given: _TimeRange | None, now: datetime) -> tuple[datetime, datetime]:
    span = given and (given.zoom or given)
    if not span:
        return now - _LAST_HOURS, now
    try:
        starts_at, ends_at = (
            datetime.fromtimestamp(milliseconds / 1_000, UTC)
            for milliseconds in (span.start, span.end)
        )
    except (OverflowError, OSError, ValueError):
        return now - _LAST_HOURS, now
    return (starts_at, ends_at) if starts_at < ends_at else (now - _LAST_HOURS, now)


def _zone(offset: str) -> tzinfo:
    hours, minutes = int(offset[1:3]), int(offset[4:6])
    distance = timedelta(hours=min(hours, 23), minutes=min(minutes, 59))
    return timezone(-distance if offset[0] == "-" else distance)


def _texts(values: Mapping[str, Any]) -> dict[str, str]:
    return {name: value[:_MOST_SIGNS] for name, value in values.items() if isinstance(value, str)}


def _describe(shows: Mapping[str, Show]) -> str:
    names = "\n".join(f"* `{name}`" for name in shows)
    return (
        "## Fare Chance\nA widget of the control room. Its one parameter says which:\n\n"
        f"```yaml\nwidget: programs\n```\n\n{names}\n"
    )


def _no_such(name: str, shows: Mapping[str, Show]) -> str:
    return f"There is no widget called '{name}'. There are: {', '.join(shows)}."


def _unreadable() -> h.Element:
    return h.p["This isn't an event of a dashboard: its widgetContext can't be read."]
