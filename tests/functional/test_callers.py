"""Who may do what: the partner comes from the verified token alone, and for anything of another
partner the answer is the same as for what doesn't exist."""

from typing import Any

import pytest

import builders
from builders import OTHER_PARTNER, PARTNER
from farechance.partner_api import WhoAmI
from farechance.scopes import SCOPES
from farechance.store import keys, writes
from functional.bodies import ACT_BODIES, enrollment_body, mint_body
from functional.gateway import Answer
from functional.players import Partner
from functional.stack import Stack

NOBODY = "par_" + "0" * 32


def _each_call(partner: Partner, participant: str = NOBODY) -> dict[str, Answer]:
    """Every endpoint once, by the scope that it needs."""
    return {
        "participants:write": partner.post("/participants", enrollment_body()),
        "participants:read": partner.get(f"/participants/{participant}"),
        "participants:read of a list": partner.get("/participants"),
        "vouchers:write": partner.post("/vouchers", mint_body()),
        "vouchers:read": partner.get("/vouchers/vch_1nothing"),
        "vouchers:read of entries": partner.get("/vouchers/vch_1nothing/entries"),
        "vouchers:read of a list": partner.get("/vouchers"),
        **{
            f"vouchers:write to {act}": partner.post(f"/vouchers/vch_1nothing/{act}", body)
            for act, body in ACT_BODIES.items()
        },
    }


def test_each_endpoint_wants_its_scope_and_says_which(stack: Stack, partner: Partner) -> None:
    partner.scopes = "farechance/reports:read openid"

    with stack.unchanged():
        answers = _each_call(partner)

    for name, answer in answers.items():
        problem = answer.problem(403, "scope_missing")
        assert problem.model_extra == {"scope": name.split(" ")[0]}


@pytest.mark.parametrize("scope", SCOPES)
def test_a_scope_allows_its_own_work_and_no_other(
    stack: Stack, partner: Partner, scope: str
) -> None:
    partner.scopes = f"farechance/{scope}"

    answers = _each_call(partner)

    allowed = {name for name, answer in answers.items() if answer.status != 403}
    assert allowed == {name for name in answers if name.split(" ")[0] == scope}
    assert len(stack.world.items("vouchers")) == (2 if scope == "vouchers:write" else 0)


def test_whoami_needs_no_scope(partner: Partner) -> None:
    partner.scopes = ""

    answer = partner.get("/whoami")

    assert WhoAmI.model_validate_json(answer.text).scopes == ()


@pytest.mark.parametrize(
    "claims",
    [
        None,
        {},
        {"scope": "farechance/vouchers:write"},
        {"client_id": "", "scope": "farechance/vouchers:write"},
        {"client_id": "nobody's", "scope": "farechance/vouchers:write"},
        {"sub": PARTNER, "partner_id": PARTNER, "scope": "farechance/vouchers:write"},
    ],
    ids=str,
)
def test_whoever_is_not_known_is_told_so_and_nothing_else(
    stack: Stack, partner: Partner, claims: dict[str, Any] | None
) -> None:
    with stack.unchanged():
        answers = [
            partner.call("GET", "/whoami", claims=claims),
            partner.call("POST", "/vouchers", body=b"{}", claims=claims),
            partner.call("POST", "/participants", body=b"{}", claims=claims),
        ]

    for answer in answers:
        answer.problem(401, "not_authenticated")
        assert answer.headers["www-authenticate"] == "Bearer"


def test_a_token_whose_client_is_not_listed_any_more_is_void(
    stack: Stack, partner: Partner
) -> None:
    key = keys.partner(PARTNER)
    known = stack.world.store.read(key)[key]
    assert known is not None
    changed = known.model_copy(update={"client_ids": ("another",), "version": known.version + 1})
    stack.world.store.commit(writes.change(key, known, changed))

    with stack.unchanged():
        answers = [partner.get("/whoami"), partner.post("/vouchers", mint_body())]

    for answer in answers:
        answer.problem(401, "not_authenticated")


def test_a_field_that_names_another_partner_is_refused(stack: Stack, partner: Partner) -> None:
    with stack.unchanged():
        answer = partner.post("/vouchers", mint_body(partner_id=OTHER_PARTNER))

    answer.pointers("/partner_id")


def test_another_partners_things_look_as_if_they_did_not_exist(
    stack: Stack, partner: Partner, other_partner: Partner
) -> None:
    person = partner.post("/participants", enrollment_body()).body["participant_id"]
    voucher = partner.post("/vouchers", mint_body()).body["vouchers"][0]["voucher_id"]
    no_voucher = "vch_1" + "0" * 25

    with stack.unchanged():
        pairs = [
            _both(other_partner, "/participants/{}", person, NOBODY),
            _both(other_partner, "/vouchers/{}", voucher, no_voucher),
            _both(other_partner, "/vouchers/{}/entries", voucher, no_voucher),
            *(
                [
                    _told(other_partner.post(f"/vouchers/{one}/{act}", body), one)
                    for one in (voucher, no_voucher)
                ]
                for act, body in ACT_BODIES.items()
            ),
            [
                _told(other_partner.post("/vouchers", mint_body(participant_ids=[one])), one)
                for one in (person, NOBODY)
            ],
        ]

    for of_another, of_nobody in pairs:
        assert of_another == of_nobody
        assert of_another[0] == 404


def test_another_partners_participants_are_not_in_a_list(
    partner: Partner, other_partner: Partner
) -> None:
    partner.post("/participants", enrollment_body(external_ref="case-of-one"))

    listed = other_partner.get("/participants").body["participants"]
    found = other_partner.get(
        "/participants", program_id="prg_harbor", external_ref="case-of-one"
    ).body["participants"]

    assert (listed, found) == ([], [])
    assert len(partner.get("/participants").body["participants"]) == 1


def test_a_program_in_which_a_partner_has_no_allotment_looks_like_none(
    stack: Stack, partner: Partner
) -> None:
    others = stack.world.another(program_id="prg_of_others")
    fields = {"name": "Of others", "funder": "Harbor Foundation", "rules": builders.rules()}
    others.administer("create_program", program_id="prg_of_others", **fields)
    others.administer("fund", program_id="prg_of_others", amount_cents=10_000)
    others.allot(OTHER_PARTNER, 10_000)

    with stack.unchanged():
        pairs = [
            [
                _told(partner.post(path, body(program_id=program)), program)
                for program in ("prg_of_others", "prg_of_nobody")
            ]
            for path, body in (("/vouchers", mint_body), ("/participants", enrollment_body))
        ]

    for of_others, of_nobody in pairs:
        assert of_others == of_nobody
        assert of_others[0] == 404


def _both(partner: Partner, path: str, *ids: str) -> list[tuple[int, str]]:
    return [_told(partner.get(path.format(one)), one) for one in ids]


def _told(answer: Answer, asked_for: str) -> tuple[int, str]:
    """The answer but for the id that was asked for."""
    return answer.status, answer.text.replace(asked_for, "…")
