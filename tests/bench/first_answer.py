"""How much the first answer costs, so that nothing is merely moved from a function's start into its
first request: instructions from the interpreter's first one until `redemption` has answered its
first authorize, against a bare handler that makes the same calls with boto3. What it asks of
DynamoDB is seen at an authorize in this process, and asked again of other tables that hold the
same, so that every condition holds there too."""

import json
import os
import uuid
from collections.abc import Mapping
from copy import replace
from pathlib import Path
from typing import Any

from botocore import xform_name

from bench import floor, functions
from bench.counting import counted
from bench.doors import Doors, Event, opened
from bench.measured import Ratio
from functional.bodies import requested
from wire import Wire

_OF_AWS = ("AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_SECRETS_MANAGER")
_SECRETS = ("CODE_SECRET_ID", "PROVIDER_SECRET_PREFIX")


def first_answer(package: Path) -> Ratio:
    """The ratio, of one turn."""
    with opened() as doors:
        codes = [doors.world.code() for _ in range(2)]
        doors.make_alike()
        calls = _calls(doors, _authorize(doors, codes[0]))
        names = (*_OF_AWS, *_SECRETS, *(f"{short.upper()}_TABLE" for short in doors.world.tables))
        theirs = {name: os.environ[name] for name in names}
        function = functions.start("redemption", package)
        own = counted(
            replace(function, variables={**function.variables, **theirs}),
            _authorize(doors, codes[1]),
        )
        bare = counted(
            replace(floor.calling(functions.CLIENTS["redemption"], calls), variables=theirs), {}
        )
    told = json.loads(own.answer["body"])
    if told.get("decision") != "approved":
        raise SystemExit(f"bench.first_answer: redemption answered {own.answer}")
    return Ratio(
        what="start and first answer of redemption, instructions",
        against="a bare handler with the same clients that makes the same calls",
        turns=(own.instructions / bare.instructions,),
        figures=f"{own.instructions / 1e6:,.0f} and {bare.instructions / 1e6:,.0f} million",
    )


def _authorize(doors: Doors, code: str) -> Event:
    data = requested(code, ride_id=f"ride-{uuid.uuid4()}")
    return doors.callback("ride.requested", data, "authorizations")


def _calls(doors: Doors, event: Event) -> list[floor.Call]:
    """Two secrets, then what DynamoDB was asked."""
    app = doors.app("redemption")
    with Wire(app.store._client) as line:
        app.handler(event, None)
    secrets = [
        ("secretsmanager", "get_secret_value", {"SecretId": name}) for name in doors.secrets.kept
    ]
    asked = [
        ("dynamodb", xform_name(call.operation), _on_twin(call.sent, doors)) for call in line.calls
    ]
    return [*secrets, *asked]


def _on_twin(sent: Mapping[str, Any], doors: Doors) -> dict[str, Any]:
    """The same of the twin's tables; by the same token DynamoDB would do nothing again."""
    text = json.dumps({name: it for name, it in sent.items() if name != "ClientRequestToken"})
    for short, name in doors.world.tables.items():
        text = text.replace(f'"{name}"', f'"{doors.twin.tables[short]}"')
    asked: dict[str, Any] = json.loads(text)
    return asked
