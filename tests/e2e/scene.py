"""A programme of its own on the running stack, with two partners and two ride companies, so that
an end-to-end test depends on nothing that another run has left. Everything goes over HTTP with real
tokens and signatures, or through the administration function."""

import time
import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from e2e.batch_worker import all_done
from infra.local import books
from infra.local.client import (
    AUTHORIZATIONS,
    EVENTS,
    Admin,
    Answer,
    PartnerApp,
    RideCompany,
    callback,
)
from infra.local.stack import Stack

ZONE = ZoneInfo("America/New_York")
"""Where its programmes are."""
RIDER_NEEDS = {"smartphone": True, "data": True, "own_payment_method": False}


def now() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


def this_month() -> str:
    """As its programmes count it: for some hours it isn't that of UTC."""
    return f"{now().astimezone(ZONE):%Y-%m}"


def settled_month() -> str:
    """The last month that nothing is added to any more: a month is closed two hours after its
    end."""
    return month_before(f"{(now() - timedelta(hours=2)).astimezone(ZONE):%Y-%m}")


def month_before(month: str) -> str:
    """The month before `2026-03`, as `2026-02`."""
    return f"{date.fromisoformat(f'{month}-01') - timedelta(days=1):%Y-%m}"


def wait_until(moment: datetime) -> None:
    """Until the clock has passed it."""
    time.sleep(max(0.0, (moment - now()).total_seconds()) + 0.01)


class Scene:
    """Made once for all tests. Each test mints and enrolls what it needs."""

    def __init__(self, running: Stack) -> None:
        """Creates everything by admin commands. Raises client.Refused if one fails."""
        self.made_at = now()
        self.running = running
        self.run = f"e{uuid.uuid4().hex[:8]}"
        self.program_id = f"prg_{self.run}"
        self.partner_id, self.other_partner_id = f"org_{self.run}", f"org_{self.run}_other"
        self.provider_id, self.other_provider_id = f"pvd_{self.run}", f"pvd_{self.run}_other"
        self.admin = Admin(running)
        self.provider_secret = self.register_provider(self.provider_id)
        self.company = RideCompany(running, self.provider_id, self.provider_secret)
        self.other_company = RideCompany(
            running, self.other_provider_id, self.register_provider(self.other_provider_id)
        )
        self.create_program(self.program_id)
        self.admin.do("fund", program_id=self.program_id, amount_cents=2_000_000)
        self.secrets = {one: self.create_partner(one) for one in self.partner_ids}
        self.allot(self.program_id, self.partner_id, 1_000_000)
        self.allot(self.program_id, self.other_partner_id)
        self._apps: dict[tuple[str, tuple[str, ...]], PartnerApp] = {}

    @property
    def partner_ids(self) -> tuple[str, str]:
        """Both partners: the one whose things the tests are about, and the other."""
        return self.partner_id, self.other_partner_id

    # ── admin ────────────────────────────────────────────────────────────────────────────────

    def register_provider(self, provider_id: str, **changes: Any) -> str:
        """A new ride company's secret."""
        fields = {
            "provider_id": provider_id,
            "name": "City Cabs",
            "rider_needs": RIDER_NEEDS,
            "help_phone": "555-0199",
            "staff_can_book": True,
            **changes,
        }
        return str(self.admin.do("register_provider", **fields)["secret"])

    def create_program(self, program_id: str, **rules: Any) -> dict[str, Any]:
        """A programme that our ride company drives for; a draft until it is funded."""
        return self.admin.do(
            "create_program",
            program_id=program_id,
            name="Rides of a test",
            funder="Riverside Fund",
            rules={**self.rules(), **rules},
        )

    def rules(self) -> dict[str, Any]:
        """Two rides of half the value each."""
        today = now().date()
        return {
            "time_zone": ZONE.key,
            "starts_on": str(today - timedelta(days=1)),
            "ends_on": str(today + timedelta(days=60)),
            "max_value_cents": 10_000,
            "valid_days": 7,
            # Many tests mint from one programme in the same hour.
            "max_vouchers_per_partner_hour": 10_000,
            "purposes": [{"name": "job_interview"}, {"name": "family"}],
            "provider_ids": [self.provider_id],
            "rider_facing_name": "City Rides",
        }

    def create_partner(self, partner_id: str, **changes: Any) -> dict[str, Any]:
        """A new partner's client_id and client_secret."""
        fields = {
            "partner_id": partner_id,
            "name": "Second Start",
            "help_name": "Second Start",
            "help_phone": "555-0100",
            **changes,
        }
        return self.admin.do("create_partner", **fields)

    def allot(self, program_id: str, partner_id: str, cents: int = 500_000) -> dict[str, Any]:
        """Money to mint from."""
        return self.admin.do(
            "allot", program_id=program_id, partner_id=partner_id, amount_cents=cents
        )

    def new_program(
        self, name: str, cents: int = 100_000, partner_id: str = "", **rules: Any
    ) -> str:
        """A funded programme beside the scene's, of which a partner has everything: ours, but no
        partner takes part in more than twenty."""
        program_id = f"{self.program_id}_{name}"
        self.create_program(program_id, **rules)
        self.admin.do("fund", program_id=program_id, amount_cents=cents)
        self.allot(program_id, partner_id or self.partner_id, cents)
        return program_id

    # ── partners ─────────────────────────────────────────────────────────────────────────────

    def app(self, *scopes: str, partner_id: str = "") -> PartnerApp:
        """A partner's app, ours by default, whose token has these scopes, or all of them."""
        whose = partner_id or self.partner_id
        if (whose, scopes) not in self._apps:
            made = self.secrets[whose]
            self._apps[whose, scopes] = PartnerApp(
                self.running, made["client_id"], made["client_secret"], scopes
            )
        return self._apps[whose, scopes]

    def other_app(self) -> PartnerApp:
        """The other partner's app."""
        return self.app(partner_id=self.other_partner_id)

    def enrollment(self, **changes: Any) -> dict[str, Any]:
        """What enrolls a new person."""
        body = {
            "program_id": self.program_id,
            "external_ref": f"case-x{uuid.uuid4().hex}",
            "language": "en",
            "attestation": {
                "eligible": True,
                "attested_by": "staff-7",
                "attested_on": str(now().date()),
            },
            "consent": {
                "text_version": "2026-01",
                "language": "en",
                "granted_at": (now() - timedelta(minutes=1)).isoformat(),
                "uses": ["enrollment"],
            },
        }
        return {**body, **changes}

    def enroll(self, **changes: Any) -> str:
        """A new participant's id."""
        answer = self.app().post("/participants", self.enrollment(**changes), key())
        return str(answer.expect(201)["participant_id"])

    def minting(self, **changes: Any) -> dict[str, Any]:
        """What mints one card of 40.00 without a person, unless `participant_ids` are given."""
        body = {"program_id": self.program_id, "purpose": "job_interview", "value_cents": 4_000}
        if "participant_ids" not in changes:
            body["unassigned"] = 1
        return {**body, **changes}

    def mint(self, partner_id: str = "", **changes: Any) -> dict[str, Any]:
        """A new voucher with its code, of ours or of another partner."""
        app = self.app(partner_id=partner_id)
        answer = app.post("/vouchers", self.minting(**changes), key())
        voucher: dict[str, Any] = answer.expect(201)["vouchers"][0]
        return voucher

    def show(self, voucher: dict[str, Any]) -> dict[str, Any]:
        """A voucher as its partner sees it now."""
        return self.app().get(f"/vouchers/{voucher['voucher_id']}").expect(200)

    # ── ride companies ───────────────────────────────────────────────────────────────────────

    def tell(self, kind: str, door: str = "", **data: Any) -> Answer:
        """A callback at its usual door, or another."""
        is_question = kind in ("ride.requested", "voucher.checked")
        usual = AUTHORIZATIONS if is_question else EVENTS
        return self.company.deliver(callback(door or usual, kind, **data))

    def request(self, code: str, cents: int = 1_500, **changes: Any) -> dict[str, Any]:
        """Asks for a new ride. The answer also has its `ride_id`."""
        data = {
            "ride_id": f"ride-{uuid.uuid4().hex[:12]}",
            "voucher_code": code,
            "estimated_fare_cents": cents,
            "currency": "USD",
            "requested_at": now(),
            **changes,
        }
        answer = self.tell("ride.requested", **data).expect(200)
        return {**answer, "ride_id": data["ride_id"]}

    def complete(
        self, approved: dict[str, Any], cents: int = 1_500, **changes: Any
    ) -> dict[str, Any]:
        """Says that an approved ride was made."""
        data = {
            "ride_id": approved["ride_id"],
            "authorization_id": approved["authorization_id"],
            "fare_cents": cents,
            "currency": "USD",
            "completed_at": now(),
            **changes,
        }
        return self.tell("ride.completed", **data).expect(200)

    def cancel(self, approved: dict[str, Any], **changes: Any) -> dict[str, Any]:
        """Says that there will be no ride."""
        data = {
            "ride_id": approved["ride_id"],
            "authorization_id": approved["authorization_id"],
            "cancelled_at": now(),
            **changes,
        }
        return self.tell("ride.cancelled", **data).expect(200)

    def adjust(self, ride: dict[str, Any], cents: int, **changes: Any) -> dict[str, Any]:
        """Says what a ride costs after all."""
        data = {
            "ride_id": ride["ride_id"],
            "authorization_id": ride["authorization_id"],
            "adjustment_id": f"adjustment-{uuid.uuid4().hex[:12]}",
            "fare_cents": cents,
            "adjusted_at": now(),
            "why": "correction",
            **changes,
        }
        return self.tell("ride.adjusted", **data).expect(200)

    # ── what is stored ───────────────────────────────────────────────────────────────────────

    def stored(self) -> dict[str, list[dict[str, Any]]]:
        """All four tables, to compare before and after."""
        return books.everything(self.running)

    def at_rest(self) -> dict[str, list[dict[str, Any]]]:
        """All four tables once no job in the background has anything to do, which tests before may
        have left to it."""
        all_done(self.running)
        return self.stored()

    def books_are_right(self, program_id: str = "") -> bool:
        """By the stored items and by the administration."""
        whose = program_id or self.program_id
        said = self.admin.do("check_books", program_id=whose)
        return books.add_up(self.running, whose).are_right and bool(said["balance"])


def key() -> str:
    """A new Idempotency-Key."""
    return uuid.uuid4().hex
