"""Writes a copy of each saved event of `infra/events` that works as it stands on this machine.

In some of them stands what nobody knows beforehand: a voucher, a ride, a person, a statement. It is
made here with the demo's players, in a programme of its own, and put in. What the other events
build on is made by the first of them, sent as they stand. It never touches the demo's own
programme, and no event that it writes names a secret of the demo's players.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from infra.local import cast, mint_cards, stack
from infra.local.client import AUTHORIZATIONS, EVENTS, Admin, Refused, instant, invoke
from infra.local.mint_cards import Card

SAVED = stack.ROOT / "infra" / "events"
FOLDER = stack.DESK / "events"
# What all others build on, in this order.
BEGINNINGS = ("register_provider", "create_program", "fund", "create_partner", "allot")
PROGRAM_ID = "prg_saved_events"
PARTNER_ID = cast.SECOND_START
# Nine vouchers, and what is paid of rides beyond them.
ALLOTTED_CENTS, UNALLOTTED_CENTS = 36_000, 8_000
ESTIMATE_CENTS, FARE_CENTS = 1_500, 3_000
OF_THE_RIDE = {"program_id": PROGRAM_ID, "provider_id": cast.PROVIDER_ID}


def write(
    running: stack.Stack, players: cast.Cast, run: str, folder: Path = FOLDER
) -> dict[str, Path]:
    """The files that were written, by the events' names; older ones are replaced. Raises Refused.

    An event that has something of this run also has a `command_id` of this run: under an older one
    nothing would happen. The others are what they are, and done once.
    """
    for name in BEGINNINGS:
        _begin(running, name)
    made = _Makers(running, players, run).make_everything()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    written = {}
    for file in sorted(SAVED.glob("*.json")):
        event = _saved(file.stem)
        if file.stem in made:
            event |= {**made[file.stem], "command_id": f"{event['command_id']}-{run}"}
        written[file.stem] = folder / file.name
        written[file.stem].write_text(json.dumps(event, indent=2) + "\n", encoding="utf-8")
    return written


def _saved(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((SAVED / f"{name}.json").read_text(encoding="utf-8"))
    return event


def _begin(running: stack.Stack, name: str) -> None:
    """Sends it as it stands: it is done, was done before, or what it makes is there by another
    event or an older form of this one."""
    answer = invoke(running, running.admin_function, _saved(name))
    is_there = answer["done"] or answer["problem"].endswith(("_exists", "command_id_reused"))
    if not is_there:
        raise Refused(f"{name}: {answer['in_words']} {answer.get('errors', '')}")


class _Makers:
    """Makes what the events of one run name."""

    def __init__(self, running: stack.Stack, players: cast.Cast, run: str) -> None:
        self._running = running
        self._players = players
        self._run = run

    def make_everything(self) -> dict[str, dict[str, Any]]:
        """What is to be put into which event."""
        cards = self._mint()
        block, unblock, revoke, explain, short, above, off, lost, simulated = cards
        # By an operator: what an administrator blocked, no operator unblocks.
        operator = Admin(self._running, self._running.output("OperatingFunctionName"))
        operator.do("block_voucher", voucher_id=unblock.voucher_id)
        return {
            "block_voucher": {"voucher_id": block.voucher_id},
            "unblock_voucher": {"voucher_id": unblock.voucher_id},
            "revoke_voucher": {"voucher_id": revoke.voucher_id, "confirm": revoke.voucher_id},
            "simulate_ride": {
                "partner_id": PARTNER_ID,
                "voucher_id": simulated.voucher_id,
                "provider_id": cast.PROVIDER_ID,
            },
            "explain_voucher": self._declined(explain, "declined"),
            "accept_shortfall": self._cancelled_and_made(short, "short"),
            "accept_overage": self._dearer_than_asked(above, "above"),
            "write_off": self._to_write_off(off, "off"),
            "erase_participant": self._person(),
            "apply_statement": self._statement(lost, "lost"),
        }

    def _mint(self) -> list[Card]:
        """In the programme of the saved events, which gets this run's money for it."""
        admin = self._players.admin
        cast.ensure_program(admin, PROGRAM_ID, "What the saved events name")
        admin.do(
            "fund",
            f"fund-events-{self._run}",
            program_id=PROGRAM_ID,
            amount_cents=ALLOTTED_CENTS + UNALLOTTED_CENTS,
        )
        admin.do(
            "allot",
            f"allot-events-{self._run}",
            program_id=PROGRAM_ID,
            partner_id=PARTNER_ID,
            amount_cents=ALLOTTED_CENTS,
        )
        return mint_cards.mint_unassigned(self._players, PARTNER_ID, 9, PROGRAM_ID)

    def _declined(self, card: Card, name: str) -> dict[str, Any]:
        """The end of a code that didn't work: the ride was dearer than the voucher allows."""
        told = self._ask(card, name, FARE_CENTS)
        if told["decision"] != "declined":
            raise Refused("a ride for the saved events was approved above the voucher's cap")
        return {"partner_id": PARTNER_ID, "last4": card.code.replace("-", "")[-4:]}

    def _cancelled_and_made(self, card: Card, name: str) -> dict[str, Any]:
        """A ride that was cancelled and was made all the same: its whole fare is a shortfall."""
        ride = self._approved(card, name)
        cancelled = {**ride, "cancelled_at": datetime.now(UTC)}
        self._players.company.tell(EVENTS, "ride.cancelled", **cancelled).expect(200)
        made = self._made(ride)
        return {
            **OF_THE_RIDE,
            "reason": "it had been cancelled, and was made all the same",
            "ride_id": ride["ride_id"],
            "amount_cents": made["shortfall_cents"],
        }

    def _dearer_than_asked(self, card: Card, name: str) -> dict[str, Any]:
        """A ride that cost more than its voucher may pay for one: the programme owes the rest."""
        ride = self._approved(card, name)
        made = self._made(ride)
        return {**OF_THE_RIDE, "ride_id": ride["ride_id"], "amount_cents": made["overage_cents"]}

    def _to_write_off(self, card: Card, name: str) -> dict[str, Any]:
        dearer = self._dearer_than_asked(card, name)
        return {**dearer, "confirm": dearer["ride_id"]}

    def _person(self) -> dict[str, Any]:
        app = self._players.apps[PARTNER_ID]
        person = mint_cards.enroll_one(app, PROGRAM_ID, f"case-events-{self._run}")
        return {"partner_id": PARTNER_ID, "participant_id": person, "confirm": person}

    def _statement(self, card: Card, name: str) -> dict[str, Any]:
        """The ride company's file lies in the inbox, with a ride whose completion was lost. The
        month is told by the programme's zone, the digest by a dry run."""
        ride = self._approved(card, name)
        now = datetime.now(UTC)
        row = (ride["ride_id"], instant(now), "15.00", "15.00", ride["authorization_id"])
        header = "ride_id,completed_at,fare,charged,authorization_id"
        month = f"{now.astimezone(ZoneInfo(cast.TIME_ZONE)):%Y-%m}"
        self._running.client("s3").put_object(
            Bucket=self._running.output("ReportsBucketName"),
            Key=f"inbox/{PROGRAM_ID}/{cast.PROVIDER_ID}/{month}.csv",
            Body=f"{header}\n{','.join(row)}\n".encode(),
        )
        named = {**OF_THE_RIDE, "month": month}
        looked = self._players.admin.ask("apply_statement", dry_run=True, **named)
        if looked.get("would_apply") != 1:
            raise Refused(f"the statement of a lost ride was answered: {looked['in_words']}")
        return {
            **named,
            "reason": "the message of a ride never came; City Cabs confirmed it",
            "statement_digest": looked["statement_digest"],
        }

    def _approved(self, card: Card, name: str) -> dict[str, Any]:
        """A ride that was asked for and approved: what names it from then on."""
        told = self._ask(card, name, ESTIMATE_CENTS)
        if told["decision"] != "approved":
            raise Refused(f"a ride for the saved events was declined ({told['reason']})")
        return {"ride_id": told["ride_id"], "authorization_id": told["authorization_id"]}

    def _ask(self, card: Card, name: str, cents: int) -> dict[str, Any]:
        """The decision on a new ride, and its `ride_id`."""
        ride_id = f"{self._run}-{name}"
        told = self._players.company.tell(
            AUTHORIZATIONS,
            "ride.requested",
            ride_id=ride_id,
            voucher_code=card.code,
            estimated_fare_cents=cents,
            currency="USD",
            requested_at=datetime.now(UTC),
        ).expect(200)
        return {**told, "ride_id": ride_id}

    def _made(self, ride: dict[str, Any]) -> dict[str, Any]:
        return self._players.company.tell(
            EVENTS,
            "ride.completed",
            **ride,
            fare_cents=FARE_CENTS,
            currency="USD",
            completed_at=datetime.now(UTC),
        ).expect(200)
