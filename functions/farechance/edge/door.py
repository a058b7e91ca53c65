"""The door of a partner's function: it serves endpoints, which the gateway has told apart already,
and answers every error as a problem. A handler behind it gets a `Call` and returns a model; it must
never see an event of the gateway."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from importlib import import_module
from typing import Any, NamedTuple
from urllib.parse import urlencode

from pydantic import BaseModel

from farechance import cursors
from farechance.card_api import CardPage
from farechance.edge import pages, problems, requests
from farechance.edge.callers import Caller, who_is_calling
from farechance.edge.clock import utc_now
from farechance.endpoint import Endpoint
from farechance.errors import IdempotencyKeyMissing, NotFound
from farechance.store import Remembered
from farechance.strictness import stored_answer
from farechance.telemetry import Event, count_call, invocation, logger

_IDEMPOTENCY_KEY = re.compile(r"[!-~]{1,64}", re.ASCII)


class Call[Body](NamedTuple):
    """One authenticated call. `body` is the request's or the query's model; `clock` tells the time
    again after a lost race."""

    caller: Caller
    body: Body
    path: Mapping[str, str]
    idempotency_key: str
    clock: Callable[[], datetime]
    wants_csv: bool = False


class Sheet(NamedTuple):
    """An answer as a table, to be saved as a file; `next_query` leads to the next page."""

    text: str
    file_name: str
    next_query: Mapping[str, Any] | None = None


class Opened[Body](NamedTuple):
    """One call by a link, from whomever has it."""

    body: Body
    clock: Callable[[], datetime]


class Replayed[Answer](NamedTuple):
    """The answer of an operation that an Idempotency-Key makes safe to repeat."""

    answer: Answer
    is_replay: bool


class Door:
    """Serves some endpoints. `handle` is the Lambda handler."""

    def __init__(self, remembered: Remembered, clock: Callable[[], datetime] = utc_now) -> None:
        self._remembered = remembered
        self._clock = clock
        self._unloaded: dict[str, str] = {}
        self._served: dict[tuple[str, str], Callable[[dict[str, Any]], dict[str, Any]]] = {}

    def serves[Body, Answer: BaseModel](
        self, endpoint: Endpoint[Body, Answer]
    ) -> Callable[
        [Callable[[Call[Body]], Answer | Replayed[Answer] | Sheet]],
        Callable[[Call[Body]], Answer | Replayed[Answer] | Sheet],
    ]:
        """The decorator that puts a handler behind an endpoint."""

        def register(
            handler: Callable[[Call[Body]], Answer | Replayed[Answer] | Sheet],
        ) -> Callable[[Call[Body]], Answer | Replayed[Answer] | Sheet]:
            def serve(event: dict[str, Any]) -> dict[str, Any]:
                return self._serve(endpoint, handler, event)

            self._served[endpoint.method, endpoint.path] = serve
            return handler

        return register

    def opens[Body](
        self, endpoint: Endpoint[Body, CardPage]
    ) -> Callable[[Callable[[Opened[Body]], CardPage]], Callable[[Opened[Body]], CardPage]]:
        """The decorator that puts a handler behind an endpoint that a link opens."""

        def register(
            handler: Callable[[Opened[Body]], CardPage],
        ) -> Callable[[Opened[Body]], CardPage]:
            def serve(event: dict[str, Any]) -> dict[str, Any]:
                told = handler(Opened(_read(endpoint, event), self._clock))
                logger.info(Event.CALL_ANSWERED, endpoint=endpoint.name)
                return pages.answer(told.html)

            self._served[endpoint.method, endpoint.path] = serve
            return handler

        return register

    def loads(self, path: str, module: str) -> None:
        """Paths that begin so are served by a module that is imported when one of them is called
        for the first time: it isn't what most callers wait for."""
        self._unloaded[path] = module

    def handle(self, event: dict[str, Any], _context: object) -> dict[str, Any]:
        """One invocation. The gateway says which of the template's paths was called, and what
        stood in its places."""
        request_id = str(event.get("requestContext", {}).get("requestId", ""))
        with invocation(request_id):
            try:
                return self._behind(event["httpMethod"], event["resource"])(event)
            except Exception as error:
                return problems.logged_response(error, request_id)

    def _behind(self, method: str, path: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
        for beginning in [it for it in self._unloaded if path.startswith(it)]:
            import_module(self._unloaded[beginning])
            del self._unloaded[beginning]
        serve = self._served.get((method, path))
        if serve is None:
            raise NotFound("path")
        return serve

    def _serve[Body, Answer: BaseModel](
        self,
        endpoint: Endpoint[Body, Answer],
        handler: Callable[[Call[Body]], Answer | Replayed[Answer] | Sheet],
        event: dict[str, Any],
    ) -> dict[str, Any]:
        caller = who_is_calling(event, self._remembered, self._clock())
        try:
            answer = self._answer(endpoint, handler, event, caller)
        except Exception as error:
            count_call(caller.partner_id, is_done=not problems.is_not_done(error))
            raise
        count_call(caller.partner_id, is_done=True)
        return answer

    def _answer[Body, Answer: BaseModel](
        self,
        endpoint: Endpoint[Body, Answer],
        handler: Callable[[Call[Body]], Answer | Replayed[Answer] | Sheet],
        event: dict[str, Any],
        caller: Caller,
    ) -> dict[str, Any]:
        if endpoint.scope:
            caller.must_have(endpoint.scope)
        parameters: dict[str, str] = event.get("pathParameters") or {}
        # Whose page it is: the path with its parameters, without what stands behind the '?'.
        path = endpoint.path.format(**parameters)
        call = Call(
            caller=caller,
            body=_with_cursor_opened(_read(endpoint, event), path, caller),
            path=parameters,
            idempotency_key=_idempotency_key(event) if endpoint.wants_key else "",
            clock=self._clock,
            wants_csv=endpoint.answers_csv and requests.prefers_csv(event),
        )
        told = handler(call)
        logger.info(Event.CALL_ANSWERED, endpoint=endpoint.name, partner_id=caller.partner_id)
        headers = {}
        if isinstance(told, Sheet):
            return _file(told, path, caller)
        if isinstance(told, Replayed):
            headers = {"Idempotency-Replayed": str(told.is_replay).lower()}
            told = told.answer
        if isinstance(told, CardPage):
            return pages.answer(told.html)
        answer = stored_answer(told)
        if "cursor" in answer:
            answer["cursor"] = cursors.sealed(answer["cursor"], path, caller.partner.cursor_key)
        return problems.answer(endpoint.status, answer, headers=headers)


def _read[Body, Answer: BaseModel](
    endpoint: Endpoint[Body, Answer], event: Mapping[str, Any]
) -> Body:
    # Every endpoint's models are pydantic's; the type variable can't say so.
    model: Any = endpoint.body
    parameters, most = endpoint.csv_parameters, endpoint.most_bytes
    body: Body
    if endpoint.method != "POST":
        body = requests.query(model, event)
    elif parameters and requests.media_type(requests.headers_of(event)) == requests.CSV:
        body = requests.csv_body(model, parameters, endpoint.csv_column, event, most)
    else:
        body = requests.json_body(model, event, most, (requests.CSV,) if parameters else ())
    return body


def _with_cursor_opened[Body](body: Body, path: str, caller: Caller) -> Body:
    """A list's query with the place that its sealed cursor names; anything else as it is."""
    cursor = getattr(body, "cursor", None)
    if not isinstance(body, BaseModel) or cursor is None:
        return body
    opened = cursors.opened(cursor, path, caller.partner.cursor_key)
    return body.model_copy(update={"cursor": opened})


def _idempotency_key(event: Mapping[str, Any]) -> str:
    key = requests.headers_of(event).get("idempotency-key", "")
    if not _IDEMPOTENCY_KEY.fullmatch(key):
        raise IdempotencyKeyMissing
    return key


def _file(sheet: Sheet, path: str, caller: Caller) -> dict[str, Any]:
    headers = {
        "Content-Type": "text/csv; charset=utf-8; header=present",
        "Content-Disposition": f'attachment; filename="{sheet.file_name}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    if sheet.next_query:
        cursor = cursors.sealed(sheet.next_query["cursor"], path, caller.partner.cursor_key)
        query = urlencode({**sheet.next_query, "cursor": cursor})
        headers["Link"] = f'<?{query}>; rel="next"'
    return {"statusCode": 200, "headers": headers, "body": sheet.text, "isBase64Encoded": False}
