"""Who plays in the demo: a programme, two partners and a ride company, made once and found again.

It owns their names and rules, and adds their secrets to `.local/stack.json` as soon as they are
made: they are shown once. Each run brings money of its own.
"""

from copy import replace
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from infra.local import stack
from infra.local.client import EVENTS, Admin, PartnerApp, Refused, RideCompany

PROGRAM_ID = "prg_new_york_rides"
PROVIDER_ID = "pvd_city_cabs_ny"
SECOND_START, OPEN_DOOR = "org_second_start_ny", "org_open_door_ny"
PARTNERS = {SECOND_START: "Second Start", OPEN_DOOR: "Open Door"}
TIME_ZONE = "America/New_York"
FUNDED_CENTS = 800_000
ALLOTTED_CENTS = {SECOND_START: 200_000, OPEN_DOOR: 380_000}


@dataclass(frozen=True, slots=True)
class Cast:
    """Those who call the system, each with its own proof."""

    admin: Admin
    apps: dict[str, PartnerApp]
    company: RideCompany


def gather(running: stack.Stack, run: str) -> Cast:
    """Has everybody there and gives the programme this run's money. Raises Refused."""
    cast = meet(running)
    admin = cast.admin
    admin.do("fund", f"fund-{run}", program_id=PROGRAM_ID, amount_cents=FUNDED_CENTS)
    for partner_id, cents in ALLOTTED_CENTS.items():
        admin.do(
            "allot",
            f"allot-{run}-{partner_id}",
            program_id=PROGRAM_ID,
            partner_id=partner_id,
            amount_cents=cents,
        )
    return cast


def meet(running: stack.Stack) -> Cast:
    """Has everybody there, and the programme, which gets no money. Raises Refused."""
    admin = Admin(running)
    company, running = _company(admin, running)
    ensure_program(admin, PROGRAM_ID, "Rides to work, New York")
    apps = {}
    for partner_id, name in PARTNERS.items():
        apps[partner_id], running = _app(admin, running, partner_id, name)
    return Cast(admin, apps, company)


def ensure_program(admin: Admin, program_id: str, name: str) -> None:
    """A programme of this company's rides with its rules, made once. Under `decline`, the usual
    overage rule, no rider ever pays. Raises Refused."""
    today = datetime.now(UTC).date()
    answer = admin.ask(
        "create_program",
        program_id=program_id,
        name=name,
        funder="Riverside Fund",
        rules={
            "time_zone": TIME_ZONE,
            "starts_on": str(today - timedelta(days=1)),
            "ends_on": str(today + timedelta(days=365)),
            "min_value_cents": 1_000,
            "max_value_cents": 6_000,
            "max_rides": 4,
            "cap_cents": 2_500,
            "valid_days": 14,
            # Whoever tries things out plays it again and again.
            "max_vouchers_per_partner_hour": 10_000,
            "purposes": [{"name": name} for name in ("job_interview", "job", "family")],
            "overage": "decline",
            "provider_ids": [PROVIDER_ID],
            "rider_facing_name": "City Rides",
        },
    )
    if not answer["done"] and answer["problem"] != "program_exists":
        raise Refused(f"create_program: {answer['in_words']} {answer.get('errors', '')}")


def _company(admin: Admin, running: stack.Stack) -> tuple[RideCompany, stack.Stack]:
    """The ride company, if the secret that we have is still the right one; or a new one."""
    for known in running.providers:
        if known["provider_id"] == PROVIDER_ID:
            company = RideCompany(running, PROVIDER_ID, known["secret"])
            if company.tell(EVENTS, "webhook.test").status == 200:
                return company, running
    made = _made(
        admin,
        "register_provider",
        provider_id=PROVIDER_ID,
        name="City Cabs",
        rider_needs={"smartphone": True, "data": True, "own_payment_method": False},
        help_phone="555-0199",
        staff_can_book=True,
    )
    known = {"provider_id": PROVIDER_ID, "profile": "standard", "secret": made["secret"]}
    others = [one for one in running.providers if one["provider_id"] != PROVIDER_ID]
    running = replace(running, providers=[*others, known])
    running.save()
    return RideCompany(running, PROVIDER_ID, made["secret"]), running


def _app(
    admin: Admin, running: stack.Stack, partner_id: str, name: str
) -> tuple[PartnerApp, stack.Stack]:
    """A partner's app, if its client still gets a token; or that of a new partner."""
    for known in running.partners:
        if known["partner_id"] == partner_id:
            app = PartnerApp(running, known["client_id"], known["client_secret"])
            if _is_known(app):
                return app, running
    made = _made(
        admin,
        "create_partner",
        partner_id=partner_id,
        name=name,
        help_name=name,
        help_phone="555-0100",
    )
    known = {
        "partner_id": partner_id,
        "program_id": PROGRAM_ID,
        "client_id": made["client_id"],
        "client_secret": made["client_secret"],
    }
    others = [one for one in running.partners if one["partner_id"] != partner_id]
    running = replace(running, partners=[*others, known])
    running.save()
    return PartnerApp(running, made["client_id"], made["client_secret"]), running


def _is_known(app: PartnerApp) -> bool:
    try:
        return app.get("/whoami").status == 200
    except Refused:
        return False


def _made(admin: Admin, command: str, **fields: Any) -> dict[str, Any]:
    answer = admin.ask(command, **fields)
    if not answer["done"] and answer["problem"].endswith("_exists"):
        # Secrets are shown once. Without them there is no going on with what the stack has.
        raise Refused(
            f"{fields.get('name')} is there already, but .local/stack.json lacks its right secret. "
            "`make forget` throws the local data away; then `make demo` begins anew"
        )
    if not answer["done"]:
        raise Refused(f"{command}: {answer['in_words']} {answer.get('errors', '')}")
    return answer
