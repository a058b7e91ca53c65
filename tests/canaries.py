"""One made-up thing of every personal kind, and everywhere that it may be put: each field of a
model with a valid body, path, query and headers. It owns the kinds; whoever sends them says what is
looked through afterwards."""

import copy
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

from pydantic import BaseModel

from spellings import Wanted, wanted

CANARIES: Mapping[str, Any] = {
    "name": "Canary Planted-Name",
    "date of birth": "1971-03-14",
    "social security number": "987-65-4320",
    "phone number": "+12125550147",
    "e-mail address": "canary.planted@example.org",
    "street address": "1600 Canary Street, Apt 9",
    "latitude": 40.74881703,
    "longitude": -73.98542811,
    "offence": "canary-burglary-2nd-degree",
    "sentence": "canary: 36 months, parole until spring",
    "medical": "canary-diagnosis \u00fcber alles",
    "employer": "Canary Bakery & Sons",
    "external_ref": "case-canary-0815",
    "ride id": "canary-ride-0815",
    "card code": "2TQ8-X4KF-9ZNM-B3W7",
    "free text": "canary <b>line</b>\\ of 'free' \"text\"",
}
"""What is sent. Degrees are sent as numbers too."""

_OTHER_FORMS: Mapping[str, tuple[str, ...]] = {
    "date of birth": ("03/14/1971", "14.03.1971", "19710314"),
    "phone number": ("2125550147",),
    "social security number": ("987654320",),
    "card code": ("2TQ8X4KF9ZNMB3W7",),
    "latitude": ("40.748817",),
    "longitude": ("73.985428",),
}
NAME_IN_AN_ID = "canary_planted_name"
"""What somebody makes up behind `par_` or `prg_`: it is formed as an id may be."""

WANTED: Mapping[str, Wanted] = {
    **{name: wanted(str(thing), *_OTHER_FORMS.get(name, ())) for name, thing in CANARIES.items()},
    "name in an id": wanted(NAME_IN_AN_ID),
}

HEADERS = (
    "Idempotency-Key",
    "User-Agent",
    "Accept",
    "Accept-Language",
    "Content-Type",
    "Cookie",
    "Referer",
    "X-Forwarded-For",
    "X-Request-Id",
    "webhook-id",
    "webhook-timestamp",
    "webhook-signature",
)
"""Everything that we read of a caller's headers, and what else programs send."""

type Pointer = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Planting:
    """One body with one canary in one place."""

    where: str
    kind: str
    body: Any


def found_in(text: str) -> list[str]:
    """The kinds of which the canary stands in a text."""
    return list(_found(text))


def packed(most: int, between: str, spelled: Callable[[str], str] = str) -> Iterator[str]:
    """All canaries in few texts, each of at most so many signs unless a canary alone is longer."""
    text = ""
    for thing in CANARIES.values():
        longer = f"{text}{between}{spelled(str(thing))}" if text else spelled(str(thing))
        if text and len(longer) > most:
            yield text
            longer = spelled(str(thing))
        text = longer
    yield text


def plantings(model: type[BaseModel], body: Mapping[str, Any]) -> Iterator[Planting]:
    """A valid body with each canary in each field of its model, in the wrong type too, in a field
    that nobody knows, and as the name of one."""
    for pointer in pointers(model):
        name = "/".join(str(part) for part in pointer)
        for kind, thing in CANARIES.items():
            yield Planting(name, kind, with_value(body, pointer, thing))
        everything = list(CANARIES.values())
        yield Planting(name, "all, in a list", with_value(body, pointer, everything))
        yield Planting(name, "all, in an object", with_value(body, pointer, {"x": everything}))
    yield Planting("unknown", "all", {**body, "unknown": dict(CANARIES)})
    for kind, thing in CANARIES.items():
        yield Planting("the name of a field", kind, {**body, str(thing): str(thing)})
        yield Planting("the body", kind, thing)


def pointers(model: type[BaseModel]) -> Iterator[Pointer]:
    """Every field of a model and of the models within, as it is called in JSON."""
    for name, field in model.model_fields.items():
        here = field.alias or name
        yield (here,)
        for inner, in_list in _models_in(field.annotation):
            for pointer in pointers(inner):
                yield (here, 0, *pointer) if in_list else (here, *pointer)


def with_value(body: Mapping[str, Any], pointer: Pointer, value: Any) -> Any:
    """A copy of a body with another value at a place, which is made where it isn't there."""
    changed: Any = copy.deepcopy(dict(body))
    place = changed
    for part, following in pairwise(pointer):
        empty: Any = [] if isinstance(following, int) else {}
        if isinstance(place, list):
            if not place:
                place.append(empty)
            place = place[0]
        else:
            if not place.get(part):
                place[part] = empty
            place = place[part]
    last = pointer[-1]
    place[last] = value
    return changed


def _models_in(annotation: Any, in_list: bool = False) -> Iterator[tuple[type[BaseModel], bool]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation, in_list
        return
    is_list = typing.get_origin(annotation) in (tuple, list)
    for inner in typing.get_args(annotation):
        yield from _models_in(inner, in_list or is_list)


@lru_cache(maxsize=64)
def _found(text: str) -> tuple[str, ...]:
    return tuple(kind for kind, thing in WANTED.items() if thing.is_in(text))
