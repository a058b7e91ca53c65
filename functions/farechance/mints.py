"""A mint: from a request to vouchers, the same ones each time. It owns the checks against a
programme's rules and the plan of the vouchers; it must never read a budget (its operation does)."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from pydantic import BaseModel

from farechance import codes
from farechance.codes import CodeKeys
from farechance.errors import BooksDiffer, FieldError, FieldErrors
from farechance.money import share
from farechance.partner_api import Minted, MintedVoucher, MintRequest
from farechance.programs import Rules
from farechance.strictness import STORED
from farechance.times import Instant
from farechance.vouchers import default_expiry, program_days


class MintKey(BaseModel):
    """The record of an Idempotency-Key: with the request itself, all that the vouchers follow
    from, so that their codes can be told again without being stored. Kept for ever."""

    model_config = STORED

    body_digest: str
    secret_version: str
    rules_version: int
    minted_at: Instant


class Promise(NamedTuple):
    """What each voucher of a request gives: the request's own words, else the rules'."""

    rides: int
    cap_cents: int
    valid_from: datetime
    expires_at: datetime


class Planned(NamedTuple):
    """One voucher to be: `code` opens it and is never stored."""

    voucher_id: str
    code: str
    voucher_key: str
    participant_id: str | None
    rides: int
    cap_cents: int
    valid_from: datetime
    expires_at: datetime

    @property
    def last4(self) -> str:
        """What a partner may find the voucher by."""
        return self.code[-4:]


def check_against(request: MintRequest, rules: Rules, now: datetime) -> None:
    """Raises FieldErrors, all that apply."""
    begins, ends = program_days(rules)
    planned_from, expires_at = _dates(request, rules, now)
    rides = request.rides or rules.max_rides
    purposes = [purpose.name for purpose in rules.purposes]
    wrong = [
        FieldError("/purpose", f"must be one of {', '.join(purposes)}")
        if request.purpose not in purposes
        else None,
        FieldError(
            "/value_cents",
            f"must be from {rules.min_value_cents} to {rules.max_value_cents}",
        )
        if not rules.min_value_cents <= request.value_cents <= rules.max_value_cents
        else None,
        FieldError("/rides", f"must be at most {rules.max_rides}")
        if rides > rules.max_rides
        else None,
        FieldError("/cap_cents", f"must be at most {_most_cap(request, rules)}")
        if (request.cap_cents or 0) > _most_cap(request, rules)
        else None,
        FieldError("/valid_from", "must lie within the programme's days")
        if not begins <= planned_from < ends
        else None,
        FieldError("/expires_at", "must lie within the programme's days")
        if expires_at > ends
        else None,
        FieldError("/expires_at", "must be later than now and than valid_from")
        if expires_at <= max(planned_from, now)
        else None,
    ]
    if found := tuple(error for error in wrong if error):
        raise FieldErrors(found)


def plan(
    request: MintRequest,
    rules: Rules,
    keys: CodeKeys,
    record: MintKey,
    partner: str,
    key: str,
) -> Iterator[Planned]:
    """The vouchers of a request that passed its checks: always the same ones."""
    promise = promised(request, rules, record.minted_at)
    people = request.participant_ids or (None,) * request.count
    for index, participant_id in enumerate(people):
        voucher_id = _voucher_id(keys, record.secret_version, partner, key, index)
        yield planned(keys, voucher_id, promise, participant_id)


def promised(request: MintRequest, rules: Rules, now: datetime) -> Promise:
    """What each voucher of a request that passed its checks gives."""
    valid_from, expires_at = _dates(request, rules, now)
    return Promise(
        rides=request.rides or rules.max_rides,
        cap_cents=min(request.cap_cents or _most_cap(request, rules), request.value_cents),
        valid_from=valid_from,
        expires_at=expires_at,
    )


def voucher_id_of_batch(
    keys: CodeKeys, version: str, partner: str, batch_id: str, index: int
) -> str:
    """The id of a batch's voucher, by its row's number: the same one each time."""
    # The blank keeps batches and mints apart: no Idempotency-Key may hold one.
    return _voucher_id(keys, version, partner, f"batch {batch_id}", index)


def planned(
    keys: CodeKeys, voucher_id: str, promise: Promise, participant_id: str | None
) -> Planned:
    """One voucher to be, from its id."""
    code = codes.code_of(keys, voucher_id)
    if code is None:
        raise _lacking(voucher_id.removeprefix("vch_")[:1])
    return Planned(
        voucher_id=voucher_id,
        code=code,
        voucher_key=codes.key_of(keys, code),
        participant_id=participant_id,
        rides=promise.rides,
        cap_cents=promise.cap_cents,
        valid_from=promise.valid_from,
        expires_at=promise.expires_at,
    )


def answer(
    request: MintRequest,
    rules: Rules,
    record: MintKey,
    planned: list[Planned],
    *,
    codes_too: bool,
) -> Minted:
    """What the caller is told."""
    return Minted(
        program_id=request.program_id,
        currency=rules.currency,
        total_cents=request.value_cents * request.count,
        minted_at=record.minted_at,
        vouchers=tuple(
            MintedVoucher(
                voucher_id=one.voucher_id,
                code=codes.grouped(one.code) if codes_too else None,
                last4=one.last4,
                participant_id=one.participant_id,
                purpose=request.purpose,
                value_cents=request.value_cents,
                rides=one.rides,
                cap_cents=one.cap_cents,
                valid_from=one.valid_from,
                expires_at=one.expires_at,
            )
            for one in planned
        ),
    )


def _voucher_id(keys: CodeKeys, version: str, partner: str, key: str, index: int) -> str:
    if version not in keys:
        raise _lacking(version)
    return codes.voucher_id(keys, version, partner, key, index)


def _lacking(version: str) -> BooksDiffer:
    return BooksDiffer(f"the code secret lacks version {version}")


def _dates(request: MintRequest, rules: Rules, now: datetime) -> tuple[datetime, datetime]:
    begins, _ = program_days(rules)
    valid_from = request.valid_from or max(now, begins)
    return valid_from, request.expires_at or default_expiry(rules, valid_from)


def _most_cap(request: MintRequest, rules: Rules) -> int:
    """The rules' cap per ride; where they leave it open, an equal share of the value for each
    ride, rounded up (domain.md: two rides, half the value)."""
    return rules.cap_cents or share(request.value_cents, request.rides or rules.max_rides)
