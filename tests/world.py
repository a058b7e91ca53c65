"""A small world for tests of use cases on real tables: a programme with money, two partners, a ride
company, and a clock that a test moves. It calls the operations as the doors do."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import builders
from builders import CODE_KEYS, NOON, OTHER_PARTNER, PARTNER, PROGRAM, PROVIDER
from farechance.callbacks import RideCancelled, RideCompleted, RideRequested
from farechance.clients import OAuthClient
from farechance.commands import COMMAND
from farechance.partner_api import Minted, MintRequest
from farechance.programs import Rules
from farechance.provider_api import Told
from farechance.store import Remembered, Store
from operations.administer import Tools, administer
from operations.enroll import enroll
from operations.mint import mint
from operations.record_ride_event import record_ride_event

TABLES = ("ProgramsTable", "VouchersTable", "PeopleTable", "LedgerTable")


@dataclass
class Clock:
    """Tells the time that a test set."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def passes(self, **delta: float) -> datetime:
        """Moves on, as `timedelta(**delta)`."""
        self.now += timedelta(**delta)
        return self.now


class FakeClients:
    """Stands for Cognito where only the tables matter."""

    def find_or_make(self, name: str, _scopes: Any) -> OAuthClient:
        """The client's id follows from its name, as Cognito's would be found by it."""
        return OAuthClient(f"client-of-{name}", "a-client-secret")


class FakeVault:
    """Stands for Secrets Manager where only the tables matter."""

    def keep_provider_secret(self, _provider_id: str, secret: str) -> str:
        """Kept."""
        return secret


@dataclass
class World:
    """`client` is a DynamoDB client, `tables` maps the short names to the tables' names."""

    client: Any
    store: Store
    tables: dict[str, str]
    clock: Clock = field(default_factory=Clock)
    _numbers: Any = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.remembered = Remembered(self.store)

    def administer(self, command: str, **fields: Any) -> dict[str, Any]:
        """Carries out one admin command."""
        fields.setdefault("command_id", f"{command}-{next(self._numbers)}")
        fields.setdefault("requested_by", "test")
        fields.setdefault("reason", "a test")
        parsed = COMMAND.validate_python({"command": command, **fields})
        tools: Any = Tools(self.store, FakeVault(), FakeClients(), self.clock)  # type: ignore[arg-type]
        return administer(parsed, tools)

    def with_program(self, cents: int = 100_000, rules: Rules | None = None) -> "World":
        """A funded programme, two partners with half of it each, a ride company."""
        self.administer(
            "register_provider",
            provider_id=PROVIDER,
            name="City Cabs",
            rider_needs={"smartphone": True, "data": True, "own_payment_method": False},
            help_phone="555-0199",
            staff_can_book=True,
        )
        self.administer(
            "create_program",
            program_id=PROGRAM,
            name="Harbor rides",
            funder="Harbor Foundation",
            rules=rules or builders.rules(),
        )
        self.administer("fund", program_id=PROGRAM, amount_cents=cents)
        for partner in (PARTNER, OTHER_PARTNER):
            self.administer(
                "create_partner",
                partner_id=partner,
                name=partner,
                help_name="Help line",
                help_phone="555-0100",
            )
            self.administer(
                "allot", program_id=PROGRAM, partner_id=partner, amount_cents=cents // 2
            )
        return self

    def enroll(self, **changes: Any) -> str:
        """A new participant's id."""
        number = next(self._numbers)
        changes.setdefault("external_ref", f"case-{number}")
        enrolled, _ = enroll(
            builders.enrollment(**changes),
            PARTNER,
            f"enroll-{number}",
            store=self.store,
            clock=self.clock,
        )
        return enrolled.participant_id

    def mint(
        self, request: MintRequest | None = None, key: str = "", partner: str = PARTNER
    ) -> Minted:
        """What a mint answers, codes too."""
        minted, _ = mint(
            request or builders.mint_request(),
            partner,
            key or f"mint-{next(self._numbers)}",
            codes_too=True,
            store=self.store,
            remembered=self.remembered,
            code_keys=CODE_KEYS,
            clock=self.clock,
        )
        return minted

    def code(self, **changes: Any) -> str:
        """The code of one new unassigned voucher."""
        code = self.mint(builders.mint_request(**changes)).vouchers[0].code
        assert code is not None
        return code

    def request(self, code: str, ride: str = "ride-1", cents: int = 1_500, **changes: Any) -> Told:
        """A provider asks for a ride."""
        fields: dict[str, Any] = {
            "ride_id": ride,
            "voucher_code": code,
            "estimated_fare_cents": cents,
            "currency": "USD",
            "requested_at": self.clock.now,
        }
        return self._record(RideRequested(**{**fields, **changes}))

    def complete(self, code: str, ride: str = "ride-1", cents: int = 1_500, **changes: Any) -> Told:
        """A provider says that a ride was made."""
        fields: dict[str, Any] = {
            "ride_id": ride,
            "voucher_code": code,
            "fare_cents": cents,
            "currency": "USD",
            "completed_at": self.clock.now,
        }
        return self._record(RideCompleted(**{**fields, **changes}))

    def cancel(self, code: str, ride: str = "ride-1", **changes: Any) -> Told:
        """A provider says that there will be no ride."""
        fields: dict[str, Any] = {
            "ride_id": ride,
            "voucher_code": code,
            "cancelled_at": self.clock.now,
        }
        return self._record(RideCancelled(**{**fields, **changes}))

    def _record(
        self, callback: RideRequested | RideCompleted | RideCancelled, provider: str = PROVIDER
    ) -> Told:
        return record_ride_event(
            callback.event(provider, self.clock.now),
            store=self.store,
            remembered=self.remembered,
            code_keys=CODE_KEYS,
            clock=self.clock,
        )

    def items(self, table: str) -> list[dict[str, Any]]:
        """Every item of a table, as DynamoDB holds it, in the order of the keys."""
        pages = self.client.get_paginator("scan").paginate(TableName=self.tables[table])
        found = [item for page in pages for item in page["Items"]]
        return sorted(found, key=lambda item: (item["pk"]["S"], item.get("sk", {"S": ""})["S"]))

    def everything(self) -> dict[str, list[dict[str, Any]]]:
        """All four tables, to compare before and after."""
        return {table: self.items(table) for table in self.tables}
