"""The door of ride companies, without a resolver. It owns the order of proof, form and meaning: the
size, the signature over the exact bytes, the JSON, the model; then one call of an operation.
Whatever is authentic and well-formed is answered 200, refusals and conflicts included (api.md): a
non-2xx would make a provider repeat for days."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from pydantic import BaseModel

from farechance.callbacks import RIDE_CALLBACKS, AnyCallback, Callback, VoucherChecked
from farechance.edge import problems, requests, strict_json
from farechance.errors import NotAuthenticated
from farechance.programs import PartnerStatus, Provider
from farechance.rides import RideEvent
from farechance.signatures import SCHEME, Verified, verify_hex, verify_standard
from farechance.store import Remembered, keys
from farechance.telemetry import Count, Event, count, count_anywhere, count_call, invocation, logger
from farechance.told import Told
from farechance.vault import Vault
from farechance.vouchers import Reason

_COUNTS: Mapping[str, Count] = {
    "approved": Count.RIDE_APPROVED,
    "declined": Count.RIDE_DECLINED,
    "captured": Count.RIDE_CAPTURED,
    "voided": Count.RIDE_VOIDED,
    "refunded": Count.RIDE_REFUNDED,
    "unchanged": Count.RIDE_UNCHANGED,
    "superseded": Count.RIDE_UNCHANGED,
    "pending": Count.RIDE_UNCHANGED,
    "refused": Count.EVENT_REFUSED,
    "ignored": Count.EVENT_IGNORED,
}


class CallbackDoor(NamedTuple):
    """`record` and `check` are the operations that a ride's event and a check of a voucher call."""

    remembered: Remembered
    vault: Vault
    clock: Callable[[], datetime]
    record: Callable[[RideEvent], Told]
    check: Callable[[VoucherChecked, str, datetime], Told]

    def handle(self, event: dict[str, Any], _context: object) -> dict[str, Any]:
        """One invocation."""
        request_id = str(event.get("requestContext", {}).get("requestId", ""))
        with invocation(request_id):
            try:
                return problems.answer(200, self._answer(event))
            except Exception as error:
                return problems.logged_response(error, request_id)

    def _answer(self, event: Mapping[str, Any]) -> dict[str, Any]:
        now = self.clock()
        # For everybody before it is looked at who calls: else a size would tell who drives for us.
        body = requests.body_of(event)
        headers = requests.headers_of(event)
        provider_id = str((event.get("pathParameters") or {}).get("provider_id", ""))
        try:
            verified = self._verified(self._known(provider_id, now), headers, body, now)
        except NotAuthenticated:
            # Anybody may have sent it in a company's name, so it is none of that company's calls.
            count(Count.NOT_AUTHENTICATED)
            raise
        try:
            answer = self._answer_to(provider_id, verified, headers, body, now)
        except Exception as error:
            count_call(provider_id, is_done=not problems.is_not_done(error))
            raise
        count_call(provider_id, is_done=True)
        return answer

    def _answer_to(
        self,
        provider_id: str,
        verified: Verified,
        headers: Mapping[str, str],
        body: bytes,
        now: datetime,
    ) -> dict[str, Any]:
        requests.check_is_json(headers)
        value = strict_json.read(body)
        type_name = requests.parsed(AnyCallback, value).type
        told = self._told(type_name, value, provider_id, verified, now)
        _count(type_name, told)
        logger.info(
            Event.RIDE_EVENT_ANSWERED,
            provider_id=provider_id,
            callback=type_name if _is_known(type_name) else "unknown",
            voucher_id=told.answer.get("voucher_id"),
            said=told.answer.get("decision") or told.answer.get("outcome"),
            reason=told.reason,
            replayed=told.is_replay,
        )
        return told.full()

    def _known(self, provider_id: str, now: datetime) -> Provider:
        """An unknown provider and a wrong signature look the same."""
        key = keys.provider(provider_id)
        provider = self.remembered.read(key, now=now)[key]
        if provider is None or provider.status is not PartnerStatus.ACTIVE:
            raise NotAuthenticated(SCHEME)
        return provider

    def _verified(
        self, provider: Provider, headers: Mapping[str, str], body: bytes, now: datetime
    ) -> Verified:
        secrets = self.vault.provider_secrets(provider.provider_id, now)
        if provider.profile == "standard":
            return verify_standard(headers, body, secrets, now)
        return verify_hex(headers.get(provider.signature_header or "", ""), body, secrets)

    def _told(
        self, type_name: str, value: Any, provider_id: str, verified: Verified, now: datetime
    ) -> Told:
        if type_name == "webhook.test":
            secret = "current" if verified.secret_index == 0 else "previous"
            skew = verified.skew_seconds
            clock = {} if skew is None else {"clock_skew_seconds": skew}
            return Told({"outcome": "ignored", "secret": secret, **clock})
        if not _is_known(type_name):
            return Told({"outcome": "ignored"})
        callback = requests.parsed(Callback, value)
        callback.check_times(now)
        if type_name == "voucher.checked":
            asked = _data(VoucherChecked, callback)
            asked.check_times(now)
            return self.check(asked, provider_id, now)
        data = _data(RIDE_CALLBACKS[type_name], callback)
        return self.record(data.event(provider_id, now))


def _data[Model: BaseModel](model: type[Model], callback: Callback) -> Model:
    """Fields that we don't know are dropped and counted."""
    if unknown := len(callback.data.keys() - model.model_fields.keys()):
        count(Count.FIELD_UNKNOWN, unknown)
    return requests.parsed(model, callback.data, "/data")


def _is_known(type_name: str) -> bool:
    return type_name in RIDE_CALLBACKS or type_name in ("voucher.checked", "webhook.test")


def _count(type_name: str, told: Told) -> None:
    if told.reason is Reason.VOUCHER_UNKNOWN:
        count(Count.CODE_UNKNOWN)
    if type_name == "voucher.checked":
        # A question is no decision: what alarms stand on counts decisions.
        count(Count.VOUCHER_CHECKED)
        return
    if told.is_replay:
        count(Count.EVENT_REPLAYED)
        return
    said = _COUNTS[str(told.answer.get("decision") or told.answer["outcome"])]
    count(said)
    if said is Count.RIDE_APPROVED:
        # So that this one metric has every decision, and alarms stand on a share of them.
        count(Count.RIDE_DECLINED, 0)
    paid_cents = told.answer.get("captured_cents", 0) - told.answer.get("refunded_cents", 0)
    if paid_cents:
        count(Count.COVERED_CENTS, paid_cents)
    if told.reason is Reason.EVENT_CONFLICT:
        count(Count.EVENT_CONFLICT)
    if told.has_shortfall:
        count_anywhere(Count.SHORTFALL)
