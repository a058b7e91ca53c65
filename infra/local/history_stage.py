"""What a history is played on: the tables of a stack, by the use cases themselves, at any moment.

It owns the programme of the history, its partners and its ride company, and the way from the
running stack's names to a store. Time is an argument of every use case, so a history needs no
clock of its own.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from botocore.config import Config
from botocore.session import Session

from farechance.codes import CodeKeys
from farechance.commands import COMMAND
from farechance.roles import Role
from farechance.settings import Settings
from farechance.store import Remembered, Store, keys
from infra.local import emulator, stack
from infra.local.client import Admin, Refused
from infra.local.history_plan import NEW_LEAF, OPEN_DOOR, SECOND_START
from operations.act_on_voucher import VoucherTools
from operations.administer import Tools

PROGRAM_ID = "prg_new_york_march_2019"
PROVIDER_ID = "pvd_yellow_taxis_2019"
PARTNERS = {SECOND_START: "Second Start", OPEN_DOOR: "Open Door", NEW_LEAF: "New Leaf Bakery"}
PROGRAM: Mapping[str, Any] = {
    "name": "Rides to work, New York",
    "funder": "Riverside Fund",
    "rules": {
        "time_zone": "America/New_York",
        "starts_on": "2019-01-01",
        "ends_on": "2019-12-31",
        "min_value_cents": 1_000,
        "max_value_cents": 8_000,
        "max_rides": 4,
        "cap_cents": 3_000,
        "valid_days": 10,
        "purposes": [{"name": name} for name in ("job_interview", "job", "family")],
        "overage": "decline",
        "max_cancellation_fee_cents": 500,
        "provider_ids": [PROVIDER_ID],
        "rider_facing_name": "City Rides",
    },
}


@dataclass(frozen=True, slots=True)
class Stage:
    """The tables, and the keys from which codes come."""

    store: Store
    code_keys: CodeKeys
    remembered: Remembered = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "remembered", Remembered(self.store))

    def tools(self, at: datetime) -> VoucherTools:
        """What acts on vouchers work with, at a moment."""
        return VoucherTools(self.store, self.remembered, self.code_keys, lambda: at)

    def administer(self, command: str, command_id: str, at: datetime, /, **fields: Any) -> None:
        """Carries out an admin command at a moment. Raises what the command raises."""
        event = {
            "command": command,
            "command_id": f"history-2019-{command_id}",
            "requested_by": "local stack",
            "reason": "a month of history",
            **fields,
        }
        # No command of a history makes a client or a secret: those are made by the functions.
        nobody = cast("Any", None)
        tools = Tools(
            self.store,
            nobody,
            nobody,
            lambda: at,
            environment="trial",
            bucket=nobody,
            send_report=nobody,
            given_up=nobody,
        )
        tools.carry_out(COMMAND.validate_json(json.dumps(event)), lambda: True, Role.ADMINISTRATOR)

    def has_done(self, command_id: str) -> bool:
        """Whether a command of the history was carried out."""
        key = keys.command(f"history-2019-{command_id}")
        return self.store.read(key)[key] is not None


def on(running: stack.Stack, connections: int) -> Stage:
    """The stage of the running stack, with its partners and its ride company there. Raises
    Refused."""
    tables = {
        name: running.output(f"{name.capitalize()}TableName")
        for name in ("programs", "vouchers", "people", "ledger")
    }
    client = Session().create_client(
        "dynamodb",
        region_name=running.region,
        endpoint_url=running.endpoint_url,
        aws_access_key_id=emulator.ROOT_KEY,
        aws_secret_access_key=emulator.ROOT_KEY,
        config=Config(max_pool_connections=connections, read_timeout=60),
    )
    secret = running.client("secretsmanager").get_secret_value(
        SecretId=running.physical_id("CodeSecret")
    )
    _make_parties(Admin(running).ask)
    settings = Settings(environment="trial", tables=tables)
    return Stage(Store(settings, cast("Any", client)), json.loads(secret["SecretString"]))


def _make_parties(ask: Callable[..., dict[str, Any]]) -> None:
    """The ride company and the partners, which no one signs or calls for: the history is played by
    the use cases behind the doors, so nobody needs their secrets."""
    asked = {
        PROVIDER_ID: {
            "command": "register_provider",
            "provider_id": PROVIDER_ID,
            "name": "Yellow Taxis",
            "rider_needs": {"smartphone": False, "data": False, "own_payment_method": False},
            "help_phone": "555-0199",
            "staff_can_book": True,
        }
    }
    for partner_id, name in PARTNERS.items():
        asked[partner_id] = {
            "command": "create_partner",
            "partner_id": partner_id,
            "name": name,
            "help_name": name,
            "help_phone": "555-0100",
        }
    for name, fields in asked.items():
        answer = ask(command_id=f"history-2019-{name}", **fields)
        if not answer["done"]:
            raise Refused(f"{fields['command']}: {answer['in_words']} {answer.get('errors', '')}")
