"""The served contract as Schemathesis plays it: with links, along which ids flow from answers into
later calls, and with ids, days and amounts narrowed to those that mean something here. It owns what
is narrowed and why; it must never widen anything, nor touch what answers may look like."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from e2e.scene import Scene, key, now
from fuzz.links import LINKS
from infra.local.client import call, instant

PROVIDERS = "/providers/"
# What a fare or a voucher of the scene's programmes may be; more is refused by their rules.
MOST_CENTS = 10_000
MOST_ROWS = 10_000


# These change what they are about so that little can be done with it: each has some of its own.
_WITH_OWN_PEOPLE = ("erase_participant", "exit_participant", "change_consent")
_WITH_OWN_VOUCHERS = ("revoke_voucher", "reissue_voucher", "block_voucher", "unblock_voucher")
_EACH = 3
_FOR_ALL = ""


@dataclass(frozen=True, slots=True)
class Known:
    """What is there before the first call, so that a call without a link can mean it. People and
    vouchers by the operation for which they are, or for all others."""

    program_id: str
    provider_id: str
    people: Mapping[str, tuple[str, ...]]
    external_refs: tuple[str, ...]
    vouchers: Mapping[str, tuple[str, ...]]
    codes: tuple[str, ...]
    batch_id: str
    sheet_token: str


def prepare(scene: Scene, program_id: str) -> Known:
    """People, vouchers, a batch and a sheet of cards to begin with."""
    app = scene.app()
    enrollments = [
        scene.enrollment(program_id=program_id) for _ in range(_EACH * (len(_WITH_OWN_PEOPLE) + 1))
    ]
    people = []
    for body in enrollments:
        body["consent"]["uses"] = ["enrollment", "sms", "outcomes"]
        people.append(app.post("/participants", body, key()).expect(201)["participant_id"])
    owned = scene.minting(program_id=program_id, participant_ids=people[:_EACH])
    cards = {**scene.minting(program_id=program_id), "unassigned": 25}
    vouchers = [
        one
        for body in (owned, cards)
        for one in app.post("/vouchers", body, key()).expect(201)["vouchers"]
    ]
    by_operation = _shared_out([one["voucher_id"] for one in vouchers], _WITH_OWN_VOUCHERS)
    for voucher_id in by_operation["unblock_voucher"]:
        app.post(f"/vouchers/{voucher_id}/block", {}, key()).expect(200)
    batch = {**scene.minting(program_id=program_id), "unassigned": 2, "repeat": True}
    sheet = scene.admin.do(
        "mint_cards",
        program_id=program_id,
        partner_id=scene.partner_id,
        purpose="family",
        value_cents=1_000,
        cards=2,
    )
    return Known(
        program_id=program_id,
        provider_id=scene.provider_id,
        people=_shared_out(people, _WITH_OWN_PEOPLE),
        external_refs=tuple(body["external_ref"] for body in enrollments),
        vouchers=by_operation,
        codes=tuple(one["code"] for one in vouchers if one["voucher_id"] in by_operation[_FOR_ALL]),
        batch_id=app.post("/voucher-batches", batch, key()).expect(202)["batch_id"],
        sheet_token=str(sheet["link"]).partition("token=")[2],
    )


def _shared_out(ids: list[str], operations: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    """The last ones for these operations, the others for all."""
    taken = {one: tuple(ids.pop() for _ in range(_EACH)) for one in operations}
    return {**taken, _FOR_ALL: tuple(ids)}


def served(api_url: str) -> dict[str, Any]:
    """The contract that the stack serves."""
    return call("GET", f"{api_url}/openapi.json").expect(200)


def narrowed(document: dict[str, Any], known: Known) -> dict[str, Any]:
    """The same document with links, for requests that mean something."""
    made = copy.deepcopy(document)
    components = made["components"]["schemas"]
    by_id = {}
    for methods in made["paths"].values():
        for operation in methods.values():
            by_id[operation["operationId"]] = operation
            narrow = _Narrow(known, operation["operationId"])
            operation["parameters"] = [
                {**one, "schema": narrow.field(one["name"], one["schema"])}
                for one in operation.get("parameters", ())
                # Whoever signs a request sets these; and a cursor is of one list with one query.
                if not one["name"].startswith("webhook-") and one["name"] != "cursor"
            ]
            # What answers look like stays, so what is asked is no longer shared with them.
            for content in operation.get("requestBody", {}).get("content", {}).values():
                content["schema"] = narrow.all_of(_inlined(content["schema"], components))
    _say_what_goes_together(by_id)
    sheet = by_id["start_batch"]["requestBody"]["content"]["text/csv"]["schema"]
    sheet["enum"] = ["external_ref\r\n" + one + "\r\n" for one in known.external_refs]
    for (source, status), targets in LINKS.items():
        by_id[source]["responses"][status]["links"] = {
            f"{number}_{target}": {"operationId": target, **values}
            for number, (target, values) in enumerate(targets)
        }
    return made


def _say_what_goes_together(by_id: Mapping[str, dict[str, Any]]) -> None:
    """The contract says in words which fields exclude each other, and which need each other."""
    for operation_id, choices in _TOGETHER.items():
        content = by_id[operation_id]["requestBody"]["content"]["application/json"]
        schema = content["schema"]
        content["schema"] = {
            "anyOf": [
                {
                    **schema,
                    "properties": {
                        name: one
                        for name, one in schema["properties"].items()
                        if name not in choice.never
                    }
                    | choice.only,
                    "required": sorted({*schema["required"], *choice.needed}),
                }
                for choice in choices
            ]
        }


@dataclass(frozen=True, slots=True)
class _Choice:
    """One way to fill a request: what it needs, what it may not have, and what has one value."""

    needed: tuple[str, ...]
    never: tuple[str, ...]
    only: dict[str, Any] = field(default_factory=dict)


_CONSENT = ("text_version", "language", "granted_at")
_TOGETHER: Mapping[str, tuple[_Choice, ...]] = {
    "mint": (
        _Choice(("participant_ids",), ("unassigned", "cap_cents")),
        _Choice(("unassigned",), ("participant_ids", "cap_cents")),
    ),
    "start_batch": (
        _Choice(("rows",), ("unassigned", "cap_cents")),
        _Choice(("unassigned",), ("rows", "cap_cents")),
    ),
    "change_consent": (
        _Choice(_CONSENT, ("block_vouchers",), {"action": {"const": "grant"}}),
        _Choice((), (*_CONSENT, "expires_at"), {"action": {"const": "withdraw"}}),
    ),
}


def _meant(known: Known, operation_id: str) -> Mapping[str, Any]:
    """By the name of a field or a parameter: what takes the place of its schema. An enumeration
    alone stands where all else is refused, or is nothing that anybody would make up."""
    today, moment = now().date(), now()
    recent = {"enum": [instant(moment - timedelta(seconds=ago)) for ago in (1, 30)]}
    days = {"enum": [str(today), str(today - timedelta(days=1))]}
    tomorrow = {"enum": [instant(moment + timedelta(days=1))]}
    later = {"enum": [instant(moment + timedelta(days=days)) for days in (10, 20)]}
    return {
        "program_id": {"enum": [known.program_id]},
        "provider_id": {"enum": [known.provider_id]},
        "participant_id": {"enum": list(known.people.get(operation_id, known.people[_FOR_ALL]))},
        "voucher_id": {"enum": list(known.vouchers.get(operation_id, known.vouchers[_FOR_ALL]))},
        "batch_id": {"enum": [known.batch_id]},
        "token": {"enum": [known.sheet_token]},
        "purpose": {"enum": ["job_interview", "family"]},
        "value_cents": {"type": "integer", "minimum": 1, "maximum": MOST_CENTS},
        "phone_number": {"enum": ["+1 202 555 0143"]},
        "uses": {"enum": [["enrollment"], ["enrollment", "sms", "outcomes"]]},
        "attested_on": days,
        "day": days,
        "expires_at": later,
        **dict.fromkeys(("valid_from", "pickup_at"), tomorrow),
        **dict.fromkeys(("granted_at", "timestamp", "requested_at"), recent),
        **dict.fromkeys(("completed_at", "cancelled_at", "adjusted_at"), recent),
    }


def _often(known: Known) -> Mapping[str, Any]:
    """What may be anything by the contract, and is answered 200: half of the time one of these."""
    return {
        "voucher_code": {"enum": list(known.codes)},
        "external_ref": {"enum": list(known.external_refs)},
        "currency": {"const": "USD"},
        "estimated_fare_cents": {"type": "integer", "minimum": 1, "maximum": MOST_CENTS},
        "fare_cents": {"type": "integer", "minimum": 0, "maximum": MOST_CENTS},
    }


def _inlined(schema: Any, components: Mapping[str, Any]) -> Any:
    """A schema with what it refers to written out."""
    if isinstance(schema, list):
        return [_inlined(one, components) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inlined(components[schema["$ref"].rpartition("/")[2]], components)
    # The choice is by the constant `type` in each, which the names of components don't help.
    kept = {name: value for name, value in schema.items() if name != "discriminator"}
    return {name: _inlined(value, components) for name, value in kept.items()}


class _Narrow:
    """Puts schemas by the names of fields and parameters."""

    def __init__(self, known: Known, operation_id: str) -> None:
        self._meant = _meant(known, operation_id)
        self._often = _often(known)

    def field(self, name: str, schema: Any) -> Any:
        """What the field or parameter may be."""
        if name in self._meant:
            return self._meant[name]
        if name in self._often:
            return {"anyOf": [self._often[name], schema]}
        if name.endswith("_ids"):
            return {**schema, "items": self._meant[name.removesuffix("s")]}
        return self.all_of(schema)

    def all_of(self, schema: Any) -> Any:
        """The same of all fields within."""
        if isinstance(schema, list):
            return [self.all_of(one) for one in schema]
        if not isinstance(schema, dict):
            return schema
        return {
            name: {field: self.field(field, one) for field, one in value.items()}
            if name == "properties"
            else self.all_of(value)
            for name, value in schema.items()
        }
