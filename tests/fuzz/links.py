"""Which values of an answer, and of the request before it, go into which later call (OpenAPI 3.1,
'Link Object'). It owns nothing else: what a call is about that no link leads to is `contract`'s."""

from collections.abc import Mapping
from typing import Any

_VOUCHER, _PERSON = "$response.body#/voucher_id", "$response.body#/participant_id"
_MINTED = "$response.body#/vouchers/0/voucher_id"
_ACTS = ("block", "unblock", "extend", "revoke", "reissue")
type Link = tuple[str, dict[str, Any]]


def _path(name: str, value: str, *targets: str) -> list[Link]:
    return [(target, {"parameters": {f"path.{name}": value}}) for target in targets]


def _body(target: str, body: Any) -> Link:
    return target, {"requestBody": body}


_OF_PERSON = [
    *_path("participant_id", _PERSON, "show_participant", "show_record", "change_consent"),
    *_path("participant_id", _PERSON, "record_outcome", "change_language", "exit_participant"),
    *_path("participant_id", _PERSON, "erase_participant"),
]
_OF_VOUCHER = ("show_voucher", "list_entries", "show_card", "send_code", "assign_voucher")
LINKS: Mapping[tuple[str, str], list[Link]] = {
    # With its programmes everything begins.
    ("who_am_i", "200"): [(one, {}) for one in ("enroll", "mint", "start_batch", "list_reports")],
    ("enroll", "201"): [
        *_OF_PERSON,
        _body("mint", {"participant_ids": [_PERSON]}),
        _body("start_batch", {"rows": [{"external_ref": "$request.body#/external_ref"}]}),
        ("list_vouchers", {"parameters": {"query.participant_id": _PERSON}}),
        (
            "list_participants",
            {"parameters": {"query.external_ref": "$request.body#/external_ref"}},
        ),
    ],
    ("mint", "201"): [
        *_path("voucher_id", _MINTED, *_OF_VOUCHER, *(f"{act}_voucher" for act in _ACTS)),
        _body("print_cards", {"voucher_ids": [_MINTED]}),
        _body(
            "ask_for_authorization", {"data": {"voucher_code": "$response.body#/vouchers/0/code"}}
        ),
        _body("report_event", {"data": {"voucher_code": "$response.body#/vouchers/0/code"}}),
        ("list_vouchers", {"parameters": {"query.last4": "$response.body#/vouchers/0/last4"}}),
    ],
    ("reissue_voucher", "201"): _path("voucher_id", _VOUCHER, "show_voucher", "show_card"),
    ("block_voucher", "200"): _path("voucher_id", "$request.path.voucher_id", "unblock_voucher"),
    ("start_batch", "202"): _path(
        "batch_id", "$response.body#/batch_id", "show_batch", "list_batch_vouchers"
    ),
    ("list_batch_vouchers", "200"): _path(
        "voucher_id", "$response.body#/vouchers/0/voucher_id", "show_voucher", "assign_voucher"
    ),
    ("list_vouchers", "200"): _path("voucher_id", _MINTED, "show_voucher", "list_entries"),
    ("list_participants", "200"): _path(
        "participant_id", "$response.body#/participants/0/participant_id", "show_participant"
    ),
    ("ask_for_authorization", "200"): [
        _body(
            "report_event",
            {
                "data": {
                    "ride_id": "$request.body#/data/ride_id",
                    "authorization_id": "$response.body#/authorization_id",
                }
            },
        )
    ],
}
