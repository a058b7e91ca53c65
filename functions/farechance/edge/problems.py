"""Errors as problem+json (RFC 9457). It owns the one map from errors to HTTP; it must never show a
stack trace, another's data, or why a proof of identity failed."""

import json
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from farechance import errors
from farechance.errors import FareChanceError
from farechance.telemetry import Count, Event, count_anywhere, logger

TYPE = "urn:farechance:problem:"


class ProblemKind(NamedTuple):
    """How one kind of error is said."""

    status: int
    slug: str
    title: str


MALFORMED_SHEET = ProblemKind(400, "malformed_csv", "The CSV file cannot be read")
MALFORMED_BODY = ProblemKind(400, "malformed_body", "The body cannot be read")
KEY_MISSING = ProblemKind(400, "idempotency_key_missing", "The Idempotency-Key is missing")
NOT_AUTHENTICATED = ProblemKind(401, "not_authenticated", "Who is calling is not proven")
SCOPE_MISSING = ProblemKind(403, "scope_missing", "The token does not allow this")
NOT_FOUND = ProblemKind(404, "not_found", "There is no such thing for you")
METHOD_NOT_ALLOWED = ProblemKind(405, "method_not_allowed", "The path has other methods")
STATE_FORBIDS = ProblemKind(409, "", "The state does not allow this")
LINK_EXPIRED = ProblemKind(410, "link_expired", "The link no longer works")
BODY_TOO_LARGE = ProblemKind(413, "body_too_large", "The body is too large")
UNSUPPORTED_MEDIA_TYPE = ProblemKind(415, "unsupported_media_type", "The body is not JSON")
FIELD_ERRORS = ProblemKind(422, "field_errors", "Some fields are wrong")
KEY_REUSED = ProblemKind(
    422, "idempotency_key_reused", "The Idempotency-Key came before with another body"
)
MINTING_TOO_FAST = ProblemKind(429, "minting_too_fast", "Too many vouchers in this hour")
INTERNAL_ERROR = ProblemKind(500, "internal_error", "Something is wrong on our side")
BUSY = ProblemKind(503, "busy", "Please try again")

_STATES: Mapping[str, str] = {
    "already_enrolled": "This external_ref is enrolled in the programme already.",
    "program_paused": "The programme is paused: nothing can be minted until it is resumed.",
    "program_closed": "The programme is closed.",
    "program_draft": "The programme isn't funded yet.",
    "insufficient_allotment": "The allotment doesn't hold enough money for this.",
    "participant_exited": "The participant has left the programme.",
    "consent_expired": "The participant's consent has expired; it must be granted anew.",
    "consent_withdrawn": "The participant's consent was withdrawn; it must be granted anew.",
    "link_cut": "Consent was withdrawn before, so which vouchers were the person's is no longer "
    "known. Block each by its own id.",
    "outcomes_without_consent": "The participant hasn't agreed to record outcomes, or no longer "
    "does.",
    "outcome_recorded": "This outcome of this day is on record already.",
    "too_many_outcomes": "No more outcomes of this kind can be recorded for this participant.",
    "monthly_limit_reached": "The participant has had as many vouchers this month as the "
    "programme's rules allow.",
    "too_many_open_vouchers": "The participant has as many open vouchers as a person may have.",
    "command_id_reused": "This command_id was used before for something else, and of that "
    "something was done. If what is asked for now is meant as well, give it a command_id of its "
    "own.",
    "program_exists": "A programme with this program_id is there already.",
    "partner_exists": "A partner with this partner_id is there already.",
    "provider_exists": "A ride company with this provider_id is there already.",
    "insufficient_budget": "The programme holds less that is not allotted to a partner.",
    "program_not_active": "The programme is not active, so it cannot be paused.",
    "program_not_paused": "The programme is not paused, so it cannot be resumed.",
    "partner_suspended": "The partner is suspended: nothing can be minted until it is resumed.",
    "partner_not_suspended": "The partner is not suspended, so it cannot be resumed.",
    "voucher_closed": "The voucher is closed for good.",
    "voucher_blocked": "The voucher is blocked.",
    "voucher_not_blocked": "The voucher is not blocked, so it cannot be unblocked.",
    "blocked_by_operator": "An operator blocked the voucher, and only an operator or an "
    "administrator can take that back.",
    "blocked_by_administrator": "An administrator blocked the voucher, and only an administrator "
    "can take that back.",
    "blocked_by_participant": "The person asked for the block, and only an administrator can take "
    "that back.",
    "already_assigned": "The voucher is a person's already.",
    "no_rides_left": "The voucher has no rides left that another card could have.",
    "looks_repeated": "A batch with the very same content came less than 24 hours ago, under "
    "another key. If it is meant to be minted once more, send it with repeat.",
    "not_your_role": "This function doesn't carry out this command for your role. Ask somebody "
    "whose role it is, an operator or an administrator.",
    "trial_only": "This system is no trial: a ride here is a real one, and only its company tells "
    "of it. Simulate one on a trial stack.",
    "rotation_open": "A rotation is open already: finish or abandon it first.",
    "rotation_not_open": "No rotation is open, so there is nothing to finish or to abandon.",
    "rotation_ends": "The rotation is ending already, by the step that is named: only that can be "
    "sent again.",
    "rotation_unseen": "The command that began the rotation, see command_id, was cut short, and "
    "nobody has seen the new secret. Send that very command again, or abandon the rotation.",
    "not_owed": "Less than that is owed for this ride and undecided.",
    "voucher_expired": "The voucher has expired: extend it, or mint a new one.",
    "nothing_left": "All of the voucher's money or rides is used or set aside for rides under way: "
    "mint a new one.",
    "cards_minted_in_part": "Some of the cards are minted, see 'minted', and 'because' says what "
    "stopped the rest. The same command, sent again, goes on where it stopped.",
    "statement_changed": "Another file lies in the inbox than the one that was looked at. Look at "
    "it with a dry run first.",
    "statement_unreadable": "The file in the inbox can't be read as a statement; see 'why'.",
    "sms_not_ready": "This system can't send SMS yet. Print the card, or read the code out.",
    "sms_not_consented": "Nobody agreed to get this voucher's code by SMS: the voucher must be a "
    "person's, and the person's consent must name the use sms.",
    "too_many_sends": "The code was sent three times today; that is the most. Try tomorrow.",
}

_MALFORMED: Mapping[str, str] = {
    "not_utf8": "The body must be UTF-8.",
    "syntax": "The body must be JSON.",
    "duplicate_key": "A name stands twice in one object.",
    "too_deep": "The body is nested too deep.",
    "control_character": "Strings must not hold control characters.",
    "not_a_number": "Numbers must be finite and of reasonable length.",
}


_SHEETS: Mapping[str, str] = {
    "utf16": "The file is UTF-16, as 'Unicode text' is. In the spreadsheet, choose 'Save as' and "
    "the type 'CSV UTF-8'.",
    "not_utf8": "The file isn't UTF-8. In the spreadsheet, choose 'Save as' and the type "
    "'CSV UTF-8'.",
    "quotes": "In the first line a quotation mark opens and doesn't close, or has something behind "
    "it.",
    "no_header": "The first line must name the column external_ref.",
    "unknown_column": "Only the column external_ref is taken. Take the others out, above all names "
    "of people.",
    "empty": "The file has no rows below its first line.",
}


# The ids that are made here, at random or by a digest (`enroll`, `batch_id_of`, `voucher_id`), and
# no others: in whatever a caller makes up, and be it behind `par_`, somebody's name may stand.
_ID = r"(par|bat)_[0-9a-f]{32}|vch_[0-9a-hjkmnp-tv-z]{26}"


_NONE: Mapping[str, Any] = MappingProxyType({})


class Said(NamedTuple):
    """One error as it is told."""

    kind: ProblemKind
    detail: str
    slug: str = ""
    headers: Mapping[str, str] = _NONE
    members: Mapping[str, Any] = _NONE


def say(error: Exception) -> Said:  # noqa: C901, PLR0911, PLR0912 - a row for each error
    """How an error is told. Whatever isn't known is an internal error, safe to repeat."""
    match error:
        case errors.MalformedBody(problem=problem, where=where):
            at = f" ({where})" if where else ""
            return Said(MALFORMED_BODY, _MALFORMED[problem] + at)
        case errors.MalformedSheet(problem=problem, where=where):
            at = f" ({where})" if where else ""
            return Said(MALFORMED_SHEET, _SHEETS[problem] + at)
        case errors.IdempotencyKeyMissing():
            return Said(
                KEY_MISSING,
                "Send an Idempotency-Key header of 1 to 64 visible ASCII characters.",
            )
        case errors.NotAuthenticated(scheme=scheme):
            return Said(
                NOT_AUTHENTICATED,
                "Send a valid proof of who is calling.",
                headers={"WWW-Authenticate": scheme},
            )
        case errors.ScopeMissing(scope=scope):
            return Said(SCOPE_MISSING, f"The scope {scope} is needed.", members={"scope": scope})
        case errors.NotFound(kind=kind, name=name):
            return Said(NOT_FOUND, f"There is no such {kind} for you{name and f': {name}'}.")
        case errors.MethodNotAllowed(allowed=allowed):
            methods = ", ".join(allowed)
            return Said(
                METHOD_NOT_ALLOWED,
                f"The path allows {methods}.",
                headers={"Allow": methods},
            )
        case errors.LinkExpired():
            return Said(LINK_EXPIRED, "Links to cards work for 15 minutes. Ask for a new one.")
        case errors.StateForbids(
            reason="command_id_reused", facts={"carried_out_at": at, **before} as facts
        ):
            detail = (
                f"This command_id was used at {at} by {before['carried_out_for']} for "
                f"{before['carried_out']}, and that was carried out. What is asked for now is "
                "something else and wasn't done: if it is meant as well, give it a command_id of "
                "its own."
            )
            return Said(STATE_FORBIDS, detail, slug="command_id_reused", members=facts)
        case errors.StateForbids(reason=reason, facts=facts):
            detail = _STATES.get(reason, f"It is refused because of its state: {reason}.")
            return Said(STATE_FORBIDS, detail, slug=reason, members=facts)
        case errors.BodyTooLarge(limit_bytes=limit):
            return Said(BODY_TOO_LARGE, f"At most {limit} bytes are taken.")
        case errors.UnsupportedMediaType(accepted=accepted):
            return Said(UNSUPPORTED_MEDIA_TYPE, f"Send {' or '.join(accepted)}.")
        case errors.FieldErrors(errors=wrong):
            listed = [{"pointer": one.pointer, "detail": one.detail} for one in wrong]
            return Said(FIELD_ERRORS, "See errors for each.", members={"errors": listed})
        case errors.IdempotencyKeyReused():
            return Said(KEY_REUSED, "Send a new key for a new request.")
        case errors.MintingTooFast(minted=minted, most=most, retry_after_seconds=seconds):
            return Said(
                MINTING_TOO_FAST,
                "With these, more vouchers would be minted in this hour than the programme's rules "
                "allow. Nothing was minted: the same request may be sent again when the hour is "
                "over.",
                headers={"Retry-After": str(seconds)},
                members={"minted_in_hour": minted, "max_vouchers_per_partner_hour": most},
            )
        case errors.Busy(retry_after_seconds=seconds):
            return Said(
                BUSY,
                "Too much at once, or the answer was lost. Repeating the same request is safe.",
                headers={"Retry-After": str(seconds)},
            )
        case _:
            return Said(INTERNAL_ERROR, "It is on record. Repeating the same request is safe.")


def response(error: Exception, request_id: str) -> dict[str, Any]:
    """The error as an answer of a Lambda proxy integration. What was asked for is repeated
    only if it is formed as our own ids are: else it may be a name, and of somebody."""
    if isinstance(error, errors.NotFound) and not re.fullmatch(_ID, error.name, re.ASCII):
        error = errors.NotFound(error.kind)
    said = say(error)
    body = {
        "type": TYPE + slug_of(error),
        "title": said.kind.title,
        "status": said.kind.status,
        "detail": said.detail,
        "instance": request_id,
    }
    # No fact takes the place of a member that every problem has.
    body |= {name: fact for name, fact in said.members.items() if name not in body}
    return answer(said.kind.status, body, "application/problem+json", said.headers)


def answer(
    status: int,
    body: Mapping[str, Any],
    content_type: str = "application/json",
    headers: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """An answer of a Lambda proxy integration. Nothing here may be kept by a cache on the way."""
    return {
        "statusCode": status,
        "headers": {
            "Content-Type": content_type,
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            **(headers or {}),
        },
        "body": json.dumps(body, ensure_ascii=False, separators=(",", ":")),
        "isBase64Encoded": False,
    }


def slug_of(error: Exception) -> str:
    """The stable slug of an error, for the log."""
    said = say(error)
    return said.slug or said.kind.slug


def logged_response(error: Exception, request_id: str) -> dict[str, Any]:
    """The same, with a line in the log: a refusal's slug, or a defect's trace (which holds no
    values: the models hide what they were given)."""
    kind = type(error).__name__
    if is_expected(error):
        logger.info(Event.CALL_REFUSED, error=kind, slug=slug_of(error))
        count_haste(error)
    else:
        logger.exception(Event.CALL_FAILED, error=kind)
        count_defect(error)
    return response(error, request_id)


def count_defect(error: Exception) -> None:
    """Stored things that contradict each other are found where they are used, not only by the
    audit: they raise the same alarm."""
    if isinstance(error, errors.BooksDiffer):
        count_anywhere(Count.BOOKS_DIFFER)


def count_haste(error: Exception) -> None:
    """A partner that mints faster than its programme foresees may have lost its secret, so somebody
    is told; also where that is only why something else was said."""
    for one in (error, error.__cause__):
        if isinstance(one, errors.MintingTooFast):
            tell_of_haste(one.partner_id, one.program_id)


def tell_of_haste(partner_id: str, program_id: str) -> None:
    """A partner mints faster than its programme foresees, or nearly: a line, and the count that an
    alarm looks at."""
    logger.info(Event.MINT_TOO_FAST, partner_id=partner_id, program_id=program_id)
    count_anywhere(Count.MINT_TOO_FAST)


def is_not_done(error: Exception) -> bool:
    """Whether a call counts as one that failed: not where it only asked for what isn't there."""
    return not isinstance(error, errors.NotFound)


def is_expected(error: Exception) -> bool:
    """Whether the error belongs to the caller or passes with time; others are defects."""
    return isinstance(error, FareChanceError) and not isinstance(error, errors.BooksDiffer)
