"""The console's edge: an admin's test event in, an answer to be read by a person out. A refusal is
an answer too, with what is wrong and where; a defect fails loudly, and repeating is safe."""

import json
from collections.abc import Callable
from typing import Any

from pydantic import ValidationError

from farechance.commands import COMMAND, Command
from farechance.edge import problems, requests, strict_json
from farechance.edge.schedule import time_left
from farechance.errors import Busy, FareChanceError
from farechance.telemetry import Count, Event, count_anywhere, invocation, logger


class Console:
    """Reads a command and has it carried out."""

    def __init__(self, carry_out: Callable[[Command, Callable[[], bool]], dict[str, Any]]) -> None:
        self._carry_out = carry_out

    def handle(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        """One invocation. The command's id and kind are logged, never what it holds."""
        with invocation(getattr(context, "aws_request_id", "")):
            try:
                return self._answer(event, time_left(context))
            except FareChanceError as error:
                if not problems.is_expected(error):
                    problems.count_defect(error)
                    raise
                logger.info(Event.COMMAND_REFUSED, slug=problems.slug_of(error))
                return _refusal(error)

    def _answer(self, event: dict[str, Any], has_time: Callable[[], bool]) -> dict[str, Any]:
        command = _command(event)
        answer = self._carry_out(command, has_time)
        if answer.get("differ"):
            count_anywhere(Count.BOOKS_DIFFER)
        logger.info(
            Event.COMMAND_CARRIED_OUT, command=command.command, command_id=command.command_id
        )
        return {"done": not command.dry_run, **answer}


def _command(event: dict[str, Any]) -> Command:
    try:
        return COMMAND.validate_json(json.dumps(strict_json.read(json.dumps(event).encode())))
    except ValidationError as error:
        # A command's name is where pydantic begins, and no level of what was sent.
        raise requests.field_errors(error, skipping=1) from None


def _refusal(error: FareChanceError) -> dict[str, Any]:
    said = problems.say(error)
    # A command that mints in parts may stop between two of them, and says so itself.
    is_in_part = problems.slug_of(error) == "cards_minted_in_part"
    # After Busy nobody knows: an answer may be lost, or a command be cut short between two rides.
    nothing = "" if is_in_part or isinstance(error, Busy) else "Nothing was done. "
    return {
        "done": False,
        "in_words": f"{nothing}{said.kind.title}. {said.detail}",
        "problem": problems.slug_of(error),
        **said.members,
    }
