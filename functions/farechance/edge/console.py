"""The console's edge: an admin's test event in, an answer to be read by a person out. A refusal is
an answer too, with what is wrong and where; a defect fails loudly, and repeating is safe. What a
role may not carry out is refused here, before anything else is looked at."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError

from farechance.commands import COMMAND, Command, Question
from farechance.edge import problems, requests, strict_json
from farechance.edge.schedule import time_left
from farechance.errors import Busy, FareChanceError, StateForbids
from farechance.roles import Role, may_carry_out
from farechance.telemetry import Count, Event, count_anywhere, invocation, logger

type HasTime = Callable[[], bool]
type Button = Callable[[dict[str, Any]], dict[str, Any]]
type Show = Callable[[dict[str, Any], str, Button], str]


class Console:
    """Reads what was asked of the function of a role, and has it done. `show` answers what a
    dashboard asks for: a widget, or what one is for; it is told which function was called, and how
    a button's command is carried out."""

    def __init__(
        self,
        role: Role,
        carry_out: Callable[[Command, HasTime, Role], dict[str, Any]],
        show: Show,
    ) -> None:
        self._role = role
        self._carry_out = carry_out
        self._show = show

    def handle(self, event: Any, context: Any) -> Any:
        """One invocation."""
        with invocation(getattr(context, "aws_request_id", "")):
            has_time = time_left(context)
            if isinstance(event, dict) and ("widgetContext" in event or "describe" in event):
                endpoint = str(context.invoked_function_arn)
                return self._show(event, endpoint, lambda sent: self.answer(sent, has_time))
            return self.answer(event, has_time)

    def answer(self, sent: Any, has_time: HasTime) -> dict[str, Any]:
        """What a command is answered, by hand or by a button. Its id and kind are logged, never
        what it holds."""
        try:
            return self._done(sent, has_time)
        except FareChanceError as error:
            if not problems.is_expected(error):
                problems.count_defect(error)
                raise
            logger.info(Event.COMMAND_REFUSED, slug=problems.slug_of(error))
            problems.count_haste(error)
            return _refusal(error)

    def _done(self, sent: Any, has_time: HasTime) -> dict[str, Any]:
        self._check_role(sent)
        command = _command(sent)
        answer = self._carry_out(command, has_time, self._role)
        if answer.get("differ"):
            count_anywhere(Count.BOOKS_DIFFER)
        if _adds_a_shortfall(answer):
            count_anywhere(Count.SHORTFALL)
        logger.info(
            Event.COMMAND_CARRIED_OUT, command=command.command, command_id=command.command_id
        )
        return {"done": not command.dry_run or isinstance(command, Question), **answer}

    def _check_role(self, sent: Any) -> None:
        """Whether it is well-formed doesn't matter to who may not send it."""
        name = sent.get("command") if isinstance(sent, dict) else None
        if isinstance(name, str) and not may_carry_out(self._role, name):
            raise StateForbids("not_your_role", {"role": self._role.value})


def _adds_a_shortfall(answer: Mapping[str, Any]) -> bool:
    """Whether rides of a statement that was applied just now fall short."""
    is_done_now = not (answer.get("dry_run") or answer.get("repeated"))
    return is_done_now and answer.get("shortfall_cents", 0) > 0


def _command(event: Any) -> Command:
    try:
        return COMMAND.validate_json(json.dumps(strict_json.read(json.dumps(event).encode())))
    except ValidationError as error:
        # A command's name is where pydantic begins, and no level of what was sent.
        raise requests.field_errors(error, skipping=1) from None


def _refusal(error: FareChanceError) -> dict[str, Any]:
    said = problems.say(error)
    # These say themselves what was done, now in part or before.
    says_itself = problems.slug_of(error) in ("cards_minted_in_part", "command_id_reused")
    # After Busy nobody knows: an answer may be lost, or a command be cut short between two rides.
    nothing = "" if says_itself or isinstance(error, Busy) else "Nothing was done. "
    return {
        "done": False,
        "in_words": f"{nothing}{said.kind.title}. {said.detail}",
        "problem": problems.slug_of(error),
        **said.members,
    }
