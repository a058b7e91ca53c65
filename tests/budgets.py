"""The budget of every operation: how often it asks DynamoDB and how many units that takes, by the
names of its use cases. A warm function's; `cold_trips` come on top in one that remembers nothing.
Items are as long as real ones, and what a write costs in indexes isn't counted (storage.md, 'Budget
per operation'). It owns the figures; the storage tests measure each and take no other.

What happens to a ride is allowed two trips and six units. One line has more, and is held to exactly
that: 'request that touches a successor' finds what the replaced card left to be settled, and
settles it (as in 'return to the successor', twelve units) before it reads again and decides. The
money then has come over, once, and all later requests for the card are as others."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple


class Spent(NamedTuple):
    """By one call. `read_units` are None where months are read: they depend on the shards that the
    entries fell into."""

    round_trips: int
    write_units: int
    read_units: float | None = None


@dataclass(frozen=True)
class Budget:
    """Of a call, and of the same call once more. A repeat of what was refused, or of what only
    reads, is like the first."""

    first: Spent
    repeat: Spent
    cold_trips: int = 0


PARTNERS: Mapping[str, Mapping[str, Budget]] = {
    "GET /whoami": {
        "who am I": Budget(Spent(2, 0, 3), Spent(2, 0, 3), cold_trips=2),
    },
    "POST /participants": {
        "enroll": Budget(Spent(2, 6, 3), Spent(2, 0, 4)),
        "enroll who is enrolled": Budget(Spent(2, 0, 4), Spent(2, 0, 4)),
    },
    "GET /participants": {
        "list people": Budget(Spent(1, 0, 1), Spent(1, 0, 1)),
    },
    "GET /participants/{participant_id}": {
        "show a person": Budget(Spent(1, 0, 1), Spent(1, 0, 1)),
        "show nobody": Budget(Spent(1, 0, 1), Spent(1, 0, 1)),
    },
    "POST /vouchers": {
        "mint for two people": Budget(Spent(2, 16, 4), Spent(1, 0, 4), cold_trips=2),
        "mint more than there is": Budget(Spent(2, 0, 3), Spent(2, 0, 3), cold_trips=2),
    },
    "GET /vouchers/{voucher_id}": {
        "show a voucher": Budget(Spent(1, 0, 1), Spent(1, 0, 1), cold_trips=1),
        "show no voucher": Budget(Spent(1, 0, 1), Spent(1, 0, 1)),
    },
    "GET /vouchers/{voucher_id}/entries": {
        "list a voucher's entries": Budget(Spent(2, 0, 2), Spent(2, 0, 2), cold_trips=1),
        "list no voucher's entries": Budget(Spent(1, 0, 1), Spent(1, 0, 1)),
    },
    "POST /voucher-batches": {
        "start a batch": Budget(Spent(3, 10, 4), Spent(1, 0, 3), cold_trips=2),
        "start a batch anew": Budget(Spent(2, 8, 3), Spent(1, 0, 3), cold_trips=2),
        "start a batch that looks repeated": Budget(Spent(2, 0, 4), Spent(2, 0, 4), cold_trips=2),
    },
    "GET /voucher-batches/{batch_id}": {
        "show a batch": Budget(Spent(2, 0, 2), Spent(2, 0, 2), cold_trips=1),
        "show no batch": Budget(Spent(1, 0, 1), Spent(1, 0, 1)),
    },
    "GET /voucher-batches/{batch_id}/vouchers": {
        "list a batch's vouchers": Budget(Spent(4, 0, 5), Spent(4, 0, 5)),
        "list no batch's vouchers": Budget(Spent(1, 0, 1), Spent(1, 0, 1)),
    },
    "GET /vouchers": {
        "list vouchers": Budget(Spent(6, 0, 5), Spent(6, 0, 5), cold_trips=1),
    },
    "POST /vouchers/{voucher_id}/assign": {
        "assign": Budget(Spent(4, 6, 3), Spent(2, 0, 2), cold_trips=1),
        "assign what is assigned": Budget(Spent(4, 0, 4), Spent(4, 0, 4), cold_trips=1),
    },
    "POST /vouchers/{voucher_id}/block": {
        "block": Budget(Spent(3, 4, 2), Spent(2, 0, 2), cold_trips=1),
        "block a successor": Budget(Spent(8, 16, 6), Spent(2, 0, 2), cold_trips=1),
        "block what is closed": Budget(Spent(3, 0, 3), Spent(3, 0, 3), cold_trips=1),
    },
    "POST /vouchers/{voucher_id}/unblock": {
        "unblock": Budget(Spent(3, 4, 2), Spent(2, 0, 2), cold_trips=1),
        "unblock what is closed": Budget(Spent(3, 0, 3), Spent(3, 0, 3), cold_trips=1),
    },
    "POST /vouchers/{voucher_id}/extend": {
        "extend": Budget(Spent(5, 6, 4), Spent(2, 0, 2), cold_trips=1),
        "extend what is closed": Budget(Spent(3, 0, 3), Spent(3, 0, 3), cold_trips=1),
    },
    "POST /vouchers/{voucher_id}/revoke": {
        "revoke": Budget(Spent(3, 6, 2), Spent(2, 0, 2), cold_trips=1),
        "revoke what is closed": Budget(Spent(3, 0, 3), Spent(3, 0, 3), cold_trips=1),
    },
    "POST /vouchers/{voucher_id}/reissue": {
        "reissue": Budget(Spent(5, 10, 4), Spent(3, 0, 3), cold_trips=1),
        "reissue with a dead hold in the way": Budget(
            Spent(3, 12, 2), Spent(3, 0, 3), cold_trips=1
        ),
        "reissue what is closed": Budget(Spent(3, 0, 3), Spent(3, 0, 3), cold_trips=1),
    },
    "POST /participants/{participant_id}/consent": {
        "grant consent anew": Budget(Spent(2, 4, 2), Spent(1, 0, 2)),
        "withdraw consent": Budget(Spent(2, 4, 2), Spent(1, 0, 2), cold_trips=1),
        "withdraw consent and block": Budget(Spent(3, 16, 5), Spent(1, 0, 2), cold_trips=2),
        "withdraw consent twice and block": Budget(Spent(2, 0, 3), Spent(2, 0, 3)),
    },
    "POST /participants/{participant_id}/exit": {
        "exit": Budget(Spent(2, 4, 2), Spent(1, 0, 2)),
        "exit twice": Budget(Spent(2, 0, 3), Spent(2, 0, 3)),
    },
    "POST /participants/{participant_id}/language": {
        "change the language": Budget(Spent(2, 4, 2), Spent(1, 0, 2)),
        "change nobody's language": Budget(Spent(1, 0, 2), Spent(1, 0, 2)),
    },
    "POST /participants/{participant_id}/outcomes": {
        "record an outcome": Budget(Spent(2, 6, 2), Spent(1, 0, 2), cold_trips=1),
        "record an outcome without consent": Budget(Spent(2, 0, 3), Spent(2, 0, 3), cold_trips=1),
    },
    "GET /participants/{participant_id}/record": {
        "show a record": Budget(Spent(5, 0, 5.5), Spent(5, 0, 5.5), cold_trips=1),
        "show nobody's record": Budget(Spent(1, 0, 1), Spent(1, 0, 1)),
    },
    "DELETE /participants/{participant_id}": {
        "erase": Budget(Spent(4, 12, 4), Spent(1, 0, 2)),
        "erase nobody": Budget(Spent(2, 0, 3), Spent(2, 0, 3)),
    },
    "GET /vouchers/{voucher_id}/card": {
        "print a card": Budget(Spent(1, 0, 1), Spent(1, 0, 1), cold_trips=2),
        "print a closed card": Budget(Spent(1, 0, 1), Spent(1, 0, 1)),
    },
    "POST /cards": {
        "print cards": Budget(Spent(1, 0, 2), Spent(1, 0, 2), cold_trips=2),
        "print a closed card": Budget(Spent(1, 0, 1), Spent(1, 0, 1)),
    },
    "POST /vouchers/{voucher_id}/send": {
        "send a code": Budget(Spent(7, 6, 6), Spent(2, 0, 3), cold_trips=1),
        "send a code without consent": Budget(Spent(4, 0, 5), Spent(4, 0, 5), cold_trips=1),
    },
    "GET /sheets": {
        "open a sheet of cards": Budget(Spent(2, 0, 3), Spent(2, 0, 3), cold_trips=2),
        "open a sheet by a wrong link": Budget(Spent(0, 0, 0), Spent(0, 0, 0)),
    },
    "GET /reports": {
        "link to reports": Budget(Spent(2, 0, 2), Spent(2, 0, 2)),
        "link to others' reports": Budget(Spent(1, 0, 1), Spent(1, 0, 1)),
    },
}
"""Of each endpoint: what it does, again under the same Idempotency-Key, and what it refuses."""

RIDE_COMPANIES: Mapping[str, Mapping[str, Budget]] = {
    "voucher.checked": {
        "check": Budget(Spent(1, 0, 1), Spent(1, 0, 1), cold_trips=1),
        "check a successor": Budget(Spent(2, 0, 2), Spent(2, 0, 2), cold_trips=1),
    },
    "ride.requested": {
        "request": Budget(Spent(2, 6, 4), Spent(1, 0, 4), cold_trips=1),
        "request that is declined": Budget(Spent(2, 6, 4), Spent(1, 0, 4), cold_trips=1),
        "request with an unknown code": Budget(Spent(1, 0, 4), Spent(1, 0, 4), cold_trips=1),
        "request for a ride of another voucher": Budget(
            Spent(1, 0, 4), Spent(1, 0, 4), cold_trips=2
        ),
        "request that lets dead holds go": Budget(Spent(2, 10, 4), Spent(1, 0, 4), cold_trips=1),
        "request that replaces": Budget(Spent(2, 10, 5), Spent(1, 0, 5), cold_trips=1),
        "request that touches a successor": Budget(Spent(6, 18, 10), Spent(1, 0, 4), cold_trips=1),
    },
    "ride.completed": {
        "complete": Budget(Spent(2, 6, 4), Spent(1, 0, 4), cold_trips=1),
        "complete after a lapse": Budget(Spent(2, 6, 4), Spent(1, 0, 4), cold_trips=1),
        "complete directly": Budget(Spent(2, 6, 4), Spent(1, 0, 4), cold_trips=1),
        "complete what nobody asked for": Budget(Spent(2, 6, 4), Spent(1, 0, 4), cold_trips=1),
        "complete in another currency": Budget(Spent(2, 4, 4), Spent(1, 0, 4), cold_trips=1),
        "contradict": Budget(Spent(2, 4, 4), Spent(1, 0, 4), cold_trips=1),
    },
    "ride.cancelled": {
        "cancel": Budget(Spent(2, 6, 4), Spent(1, 0, 4), cold_trips=1),
        "cancel with a fee": Budget(Spent(2, 6, 4), Spent(1, 0, 4), cold_trips=1),
        "cancel before the request": Budget(Spent(2, 6, 4), Spent(1, 0, 4), cold_trips=1),
    },
    "ride.adjusted": {
        "adjust up": Budget(Spent(2, 6, 4), Spent(1, 0, 4), cold_trips=1),
        "adjust down": Budget(Spent(2, 6, 4), Spent(1, 0, 4), cold_trips=1),
        "adjust before the completion": Budget(Spent(2, 6, 4), Spent(1, 0, 4), cold_trips=1),
    },
}
"""Of each callback: what it does, declines and refusals too, and its replay."""

COMMANDS: Mapping[str, Budget] = {
    "create_program": Budget(Spent(3, 10), Spent(1, 0)),
    "set_rules": Budget(Spent(4, 8), Spent(1, 0)),
    "fund": Budget(Spent(3, 6), Spent(1, 0)),
    "defund": Budget(Spent(3, 6), Spent(1, 0)),
    "allot": Budget(Spent(4, 10), Spent(1, 0)),
    "unallot": Budget(Spent(4, 8), Spent(1, 0)),
    "pause_program": Budget(Spent(5, 10), Spent(1, 0)),
    "resume_program": Budget(Spent(6, 10), Spent(1, 0)),
    "close_program": Budget(Spent(5, 10), Spent(1, 0)),
    "create_partner": Budget(Spent(3, 8), Spent(1, 0)),
    "suspend_partner": Budget(Spent(4, 6), Spent(1, 0)),
    "resume_partner": Budget(Spent(4, 6), Spent(1, 0)),
    "register_provider": Budget(Spent(3, 6), Spent(1, 0)),
    "block_voucher": Budget(Spent(4, 6), Spent(1, 0)),
    "unblock_voucher": Budget(Spent(4, 6), Spent(1, 0)),
    "revoke_voucher": Budget(Spent(4, 8), Spent(1, 0)),
    "accept_shortfall": Budget(Spent(5, 8), Spent(1, 0)),
    "accept_overage": Budget(Spent(5, 8), Spent(1, 0)),
    "write_off": Budget(Spent(5, 8), Spent(1, 0)),
    "record_payment": Budget(Spent(13, 6), Spent(1, 0)),
    "erase_participant": Budget(Spent(5, 12), Spent(1, 0)),
    "mint_cards": Budget(Spent(10, 116), Spent(1, 0)),
    "run_report": Budget(Spent(5, 2), Spent(1, 0)),
    "apply_statement": Budget(Spent(10, 8), Spent(1, 0)),
    "explain_voucher": Budget(Spent(6, 2), Spent(6, 2)),
    "rotate_partner_secret": Budget(Spent(3, 6), Spent(1, 0)),
    "rotate_partner_secret, finish": Budget(Spent(4, 6), Spent(1, 0)),
    "rotate_partner_secret, abandon": Budget(Spent(4, 6), Spent(1, 0)),
    "rotate_provider_secret": Budget(Spent(4, 6), Spent(1, 0)),
    "rotate_provider_secret, finish": Budget(Spent(5, 6), Spent(1, 0)),
    "rotate_provider_secret, abandon": Budget(Spent(4, 6), Spent(1, 0)),
    "retry_given_up": Budget(Spent(2, 2), Spent(1, 0)),
    "simulate_ride": Budget(Spent(11, 16), Spent(1, 0)),
    "check_books": Budget(Spent(15, 2), Spent(15, 2)),
}

SCHEDULES: Mapping[str, Budget] = {
    "return to the allotment": Budget(Spent(2, 10), Spent(1, 0), cold_trips=1),
    "return to the successor": Budget(Spent(3, 12), Spent(1, 0), cold_trips=1),
    "judge what is owed": Budget(Spent(15, 8), Spent(12, 0)),
    "judge after a month": Budget(Spent(24, 10), Spent(11, 0)),
    "keep house": Budget(Spent(27, 8), Spent(24, 0), cold_trips=1),
    "work on a batch": Budget(Spent(10, 18), Spent(2, 0), cold_trips=1),
    "stop a batch": Budget(Spent(5, 6), Spent(2, 0), cold_trips=1),
    "forget the people of a batch": Budget(Spent(5, 4), Spent(3, 0)),
    "publish a report": Budget(Spent(36, 14), Spent(22, 0)),
    "correct a report": Budget(Spent(24, 12), Spent(22, 0)),
    "dispatch reports": Budget(Spent(2, 0), Spent(2, 0)),
    "erase in time": Budget(Spent(4, 10), Spent(1, 0)),
    "reconcile a statement": Budget(Spent(15, 2), Spent(14, 0)),
    "audit": Budget(Spent(15, 0), Spent(15, 0)),
}

WIDGETS: Mapping[str, Budget] = {
    "look at programmes": Budget(Spent(4, 0), Spent(4, 0)),
    "look at a voucher": Budget(Spent(6, 0), Spent(6, 0)),
    "look at what needs it": Budget(Spent(22, 0), Spent(22, 0)),
    "look at partners": Budget(Spent(5, 0), Spent(5, 0)),
    "look at reports": Budget(Spent(6, 0), Spent(6, 0)),
}

DOORS: Mapping[str, Budget] = {
    "a partner's call": Budget(Spent(0, 0, 0), Spent(0, 0, 0), cold_trips=2),
    "a callback that isn't proved": Budget(Spent(0, 0, 0), Spent(0, 0, 0), cold_trips=1),
}
"""What a door asks before an operation begins."""

LINES: Mapping[str, Budget] = {
    name: budget
    for group in (*PARTNERS.values(), *RIDE_COMPANIES.values(), COMMANDS, SCHEDULES, WIDGETS, DOORS)
    for name, budget in group.items()
}
