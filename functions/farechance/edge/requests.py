"""What the gateway hands over (Lambda proxy integration), taken apart. The API treats every body as
binary, so that signatures are over exact bytes."""

import base64
from collections.abc import Mapping
from itertools import takewhile
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, to_json

from farechance.edge import strict_json
from farechance.errors import (
    BodyTooLarge,
    FieldError,
    FieldErrors,
    MalformedBody,
    UnsupportedMediaType,
)

MAX_BODY_BYTES = 256 * 1024
JSON, CSV = "application/json", "text/csv"
_MAX_ERRORS = 20


def headers_of(event: Mapping[str, Any]) -> dict[str, str]:
    """Headers with their names in lower case."""
    return {name.lower(): str(value) for name, value in (event.get("headers") or {}).items()}


def body_of(event: Mapping[str, Any], most_bytes: int = MAX_BODY_BYTES) -> bytes:
    """The exact bytes. Raises BodyTooLarge."""
    body = event.get("body") or ""
    if event.get("isBase64Encoded"):
        try:
            raw = base64.b64decode(body, validate=True)
        except ValueError:
            raise MalformedBody("syntax") from None
    else:
        raw = body.encode("utf-8", "surrogatepass")
    if len(raw) > most_bytes:
        raise BodyTooLarge(most_bytes)
    return raw


def media_type(headers: Mapping[str, str]) -> str:
    """What a body says that it is, in lower case and without parameters."""
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def check_is_json(headers: Mapping[str, str], also: tuple[str, ...] = ()) -> None:
    """Raises UnsupportedMediaType for a body that doesn't say that it is JSON. `also`: what else
    the endpoint would have taken."""
    if media_type(headers) != JSON:
        raise UnsupportedMediaType((JSON, *also))


def parsed[Model: BaseModel](model: type[Model], value: Any, within: str = "") -> Model:
    """A value (as `strict_json` read it) as a model. Raises FieldErrors with pointers below
    `within`."""
    try:
        # Through JSON once more: strict reading takes text for a time, but never for a number.
        return model.model_validate_json(to_json(value))
    except ValidationError as error:
        raise field_errors(error, within) from None


def json_body[Model: BaseModel](
    model: type[Model],
    event: Mapping[str, Any],
    most_bytes: int = MAX_BODY_BYTES,
    also: tuple[str, ...] = (),
) -> Model:
    """The body as a model. Raises what a body can be refused for."""
    raw = body_of(event, most_bytes)
    check_is_json(headers_of(event), also)
    return parsed(model, strict_json.read(raw))


def csv_body[Model: BaseModel](
    model: type[Model],
    parameters: type[BaseModel],
    column: str,
    event: Mapping[str, Any],
    most_bytes: int,
) -> Model:
    """The model of a body that is a table: its `rows` stand in the body, each with the line on
    which it begins, and all else in the query. Raises what either can be refused for."""
    # Tables are seldom sent, and loaded when one is.
    from farechance import sheets  # noqa: PLC0415

    rows = [
        {column: row.text, "line": row.line}
        for row in sheets.read_column(body_of(event, most_bytes), column)
    ]
    stated = query(parameters, event).model_dump(mode="json", exclude_none=True)
    return parsed(model, {**stated, "rows": rows})


def query[Model: BaseModel](model: type[Model], event: Mapping[str, Any]) -> Model:
    """The query string as a model: each name once, known ones only. Raises FieldErrors."""
    values = event.get("multiValueQueryStringParameters") or {}
    for name, given in values.items():
        if len(given) != 1:
            raise FieldErrors.one(_pointer((name,)), "may stand once")
    single = event.get("queryStringParameters") or {}
    try:
        return model.model_validate_strings(dict(single), strict=False)
    except ValidationError as error:
        raise field_errors(error) from None


def prefers_csv(event: Mapping[str, Any]) -> bool:
    """Whether the first thing that the caller accepts is a table (RFC 9110, 12.5.1; who weighs
    several by numbers may say so in the query instead)."""
    return headers_of(event).get("accept", "").strip().lower().startswith(CSV)


def field_errors(error: ValidationError, within: str = "", skipping: int = 0) -> FieldErrors:
    """pydantic's errors as JSON pointers and words, without the values that were sent. `skipping`:
    how many parts of its places are no level of what was sent (a union's member names itself)."""
    return FieldErrors(
        tuple(
            FieldError(within + _pointer(one["loc"][skipping:]), _words(one))
            for one in error.errors(include_input=False, include_url=False)[:_MAX_ERRORS]
        )
    )


def _pointer(place: tuple[int | str, ...]) -> str:
    # Of a wrong name, pydantic says that it is the key that is wrong.
    parts = [part for part in place if part != "[key]"]
    # What can't be a field's name may be a person's, or her number: it isn't repeated, and the
    # pointer leads to what holds it.
    told = takewhile(lambda part: isinstance(part, int) or strict_json.is_name(part), parts)
    return "".join(f"/{part}" for part in told)


def _words(one: ErrorDetails) -> str:
    match one["type"]:
        case "extra_forbidden" if strict_json.is_name(str(one["loc"][-1])):
            return "is not a field that we know"
        case "extra_forbidden":
            return "holds a field that we don't know"
        case "missing":
            return "is needed"
        case "union_tag_not_found":
            return f"{one['ctx']['discriminator']} is needed"
        case "union_tag_invalid":
            return f"{one['ctx']['discriminator']} must be one of {one['ctx']['expected_tags']}"
        case _:
            return one["msg"].removeprefix("Value error, ")
