"""What a long run must have seen, so that it can't pass by having done little: every pair of a
ride's state and an event that can come first, every answer, every act with its refusals."""

PAIRS = (
    *(f"none {kind}" for kind in ("requested", "completed", "cancelled", "adjusted")),
    *(f"held {kind}" for kind in ("completed", "cancelled", "adjusted")),
    *(f"lapsed {kind}" for kind in ("completed", "cancelled", "adjusted")),
    *(f"captured {kind}" for kind in ("requested", "completed", "cancelled", "adjusted")),
    *(f"voided {kind}" for kind in ("requested", "completed", "cancelled", "adjusted")),
    *(f"declined {kind}" for kind in ("completed", "cancelled", "adjusted")),
    *(f"refused {kind}" for kind in ("requested", "cancelled", "adjusted")),
)
"""Of the pairs that are missing here, only a repeat or a conflict can bring one."""

ANSWERS = tuple(
    f"told {one}"
    for one in (
        "approved",
        "captured",
        "refunded",
        "unchanged",
        "superseded",
        "pending",
        "voided",
        "voucher_unknown",
        "ride_of_other_voucher",
        "event_conflict",
        "currency_mismatch",
        "ride_cancelled",
        "ride_already_settled",
        "ride_completed",
        "ride_declined",
        "ride_refused",
        "not_covered",
        "direct_capture_not_allowed",
        "request_too_old",
        "voucher_not_started",
        "voucher_expired",
        "voucher_blocked",
        "voucher_closed",
        "program_paused",
        "program_closed",
        "partner_suspended",
        "no_rides_left",
        "too_many_open_rides",
        "insufficient_balance",
        "over_ride_cap",
    )
)

ACTS = (
    *(f"mint {it}" for it in ("done", "replayed", "key_reused", "field")),
    *(f"mint {it}" for it in ("insufficient_allotment", "monthly_limit_reached", "not_found")),
    "mint minting_too_fast",
    *(f"mint {it}" for it in ("program_paused", "program_closed", "partner_suspended")),
    *(f"enroll {it}" for it in ("done", "replayed", "key_reused", "program_closed")),
    *(f"block {it}" for it in ("done", "replayed", "voucher_blocked", "voucher_closed")),
    *(f"unblock {it}" for it in ("done", "voucher_not_blocked", "voucher_closed")),
    "unblock blocked_by_administrator",
    "unblock blocked_by_operator",
    "unblock_voucher blocked_by_administrator",
    *(f"extend {it}" for it in ("done", "replayed", "field", "voucher_closed")),
    *(f"assign {it}" for it in ("done", "already_assigned", "not_found", "voucher_closed")),
    *(f"revoke {it}" for it in ("done", "replayed", "voucher_closed")),
    *(f"reissue {it}" for it in ("done", "replayed", "no_rides_left", "voucher_closed")),
    *(f"{it}_voucher done" for it in ("block", "unblock", "revoke")),
    *(f"fund {it}" for it in ("done", "replayed", "key_reused", "program_closed")),
    *(f"defund {it}" for it in ("done", "insufficient_budget")),
    *(f"allot {it}" for it in ("done", "insufficient_budget", "program_closed")),
    *(f"unallot {it}" for it in ("done", "insufficient_allotment")),
    *(f"pause_program {it}" for it in ("done", "program_not_active")),
    *(f"resume_program {it}" for it in ("done", "program_not_paused")),
    *(f"close_program {it}" for it in ("done", "program_closed")),
    *(f"suspend_partner {it}" for it in ("done", "replayed")),
    *(f"resume_partner {it}" for it in ("done", "partner_not_suspended")),
    *(f"set_rules {it}" for it in ("done", "replayed", "program_closed")),
    *(f"accept_shortfall {it}" for it in ("done", "not_owed", "insufficient_budget")),
    *(f"accept_overage {it}" for it in ("done", "not_owed")),
    *(f"write_off {it}" for it in ("done", "not_owed")),
    "record_payment done",
)

HAPPENED = (
    "replay",
    "a voucher was checked",
    "housekeeping",
    "housekeeping paused the programme",
    "a person was erased in time",
    "clock jumps",
    "a month ended",
    "a night of a clock change",
    "a hold lapsed",
    "a lapsed ride was paid",
    "a lapsed ride wasn't paid",
    "a shortfall",
    "a car was replaced",
    "a way home after the end",
    "money went back to an allotment",
    "a new card got what its old one set free",
)

ALL = (*PAIRS, *ANSWERS, *ACTS, *HAPPENED)
