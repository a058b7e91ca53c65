"""A small world for tests of use cases on real tables: a programme with money, two partners, a ride
company, and a clock that a test moves. It calls the operations as the doors do."""

import hashlib
from collections.abc import Callable, Mapping
from copy import replace
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, BinaryIO

import builders
from builders import CODE_KEYS, NOON, OTHER_PARTNER, PARTNER, PROGRAM, PROVIDER
from farechance.batch_api import (
    BatchAnswer,
    BatchRequest,
    BatchStarted,
    BatchVoucherList,
    BatchVoucherQuery,
)
from farechance.batches import Batch
from farechance.callbacks import (
    RideAdjusted,
    RideCallback,
    RideCancelled,
    RideCompleted,
    RideRequested,
)
from farechance.clients import OAuthClient
from farechance.codes import code_of, grouped, key_of, read_code
from farechance.commands import COMMAND
from farechance.enrollment_api import Enrolled, EnrollmentRequest
from farechance.errors import BodyTooLarge
from farechance.given_up import Moved
from farechance.ledger import Entry
from farechance.participants import Participant
from farechance.partner_api import Minted, MintRequest
from farechance.programs import Allotment, Program, Rules
from farechance.report_records import (
    PublishedFile,
    PublishedReport,
    ReconciledStatement,
)
from farechance.reports.statement_content import Statement
from farechance.rides import Ride
from farechance.roles import Role
from farechance.standings import Standing
from farechance.store import Remembered, Store, keys, writes
from farechance.times import instant_text
from farechance.told import Told
from farechance.voucher_acts import ActReason
from farechance.vouchers import Voucher
from operations.act_on_voucher import (
    VoucherCall,
    VoucherTools,
    block_voucher,
    extend_voucher,
    revoke_voucher,
    unblock_voucher,
)
from operations.administer import Tools
from operations.assign_voucher import assign_voucher
from operations.check_books import Books, audit
from operations.enroll import enroll
from operations.keep_house import Kept, keep_house
from operations.mint import mint
from operations.print_cards import CardTools
from operations.publish_report import Reported, publish_report
from operations.record_ride_event import record_ride_event
from operations.reissue_voucher import reissue_voucher
from operations.report_tools import ReportTools
from operations.send_code import SendCall, SendTools
from operations.show_batch import list_batch_vouchers, show_batch
from operations.start_batch import start_batch
from operations.work_on_batch import Worked, work_on_batch

PHONE_NUMBER = "+12125550142"
"""A person's: it must be found nowhere."""

# Keys and ids that nobody chose are never used twice, whichever world they are of.
_NUMBERS = count(1)


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
    """Stands for Cognito where only the tables matter; finds what it made, as Cognito does."""

    def __init__(self) -> None:
        self.made: dict[str, OAuthClient] = {}

    def find_or_make(self, name: str, _scopes: Any) -> OAuthClient:
        """The client of that name."""
        new = OAuthClient(f"id-of-{name}", f"secret-{len(self.made)}-of-{name}")
        return self.made.setdefault(name, new)

    def scopes_of(self, _client_id: str) -> tuple[str, ...]:
        """What its tokens may allow."""
        return ("vouchers:write",)

    def remove_unless_used(self, name: str, used: Any) -> None:
        """The client of that name, if nobody has it."""
        if f"id-of-{name}" not in used:
            self.made.pop(name, None)

    def remove(self, client_id: str) -> None:
        """It isn't there any more, if it ever was."""
        self.made.pop(client_id.removeprefix("id-of-"), None)


class FakeVault:
    """Stands for Secrets Manager where only the tables matter; keeps the first secret, as it does,
    and while there are two, the older one and which command made the newer."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.older: dict[str, tuple[str, str]] = {}

    def code_keys(self, _now: datetime) -> Mapping[str, str]:
        """The keys of the codes."""
        return CODE_KEYS

    def provider_secrets(self, provider_id: str, _now: datetime) -> tuple[str, ...]:
        """The newest first."""
        older, _ = self.older.get(provider_id, ("", ""))
        return tuple(one for one in (self.kept.get(provider_id, ""), older) if one)

    def keep_provider_secret(self, provider_id: str, secret: str) -> str:
        """The secret that is kept."""
        return self.kept.setdefault(provider_id, secret)

    def rotate_provider_secret(self, provider_id: str, secret: str, command_id: str) -> str:
        """The newer of two."""
        if self.older.get(provider_id, ("", ""))[1] != command_id:
            self.older[provider_id] = (self.kept.get(provider_id, "the first"), command_id)
            self.kept[provider_id] = secret
        return self.kept[provider_id]

    def settle_provider_secret(self, provider_id: str, stays: str, _command_id: str) -> None:
        """One of two is left."""
        older, _ = self.older.pop(provider_id, (self.kept.get(provider_id, ""), ""))
        if stays == "previous":
            self.kept[provider_id] = older


class FakeGivenUp:
    """Stands for the queues of work that was given up: how many messages wait in each, and how many
    of them are for its queue."""

    def __init__(self) -> None:
        self.messages: dict[str, int] = {}
        self.foreign: dict[str, int] = {}

    def waiting(self, queue: str) -> int:
        """How many wait."""
        return self.messages.get(queue, 0)

    def move_back(self, queue: str, _has_time: Callable[[], bool]) -> Moved:
        """All that are for the queue go."""
        return Moved(self.messages.pop(queue, 0), self.foreign.get(queue, 0))


class FakeMessenger:
    """Stands for Amazon SNS: keeps what it was given, to whom."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []

    def send(self, phone_number: str, text: str) -> None:
        """The phone network takes everything."""
        self.sent.append((phone_number, text))


class FakeAnnouncer:
    """Stands for the topic of reports: keeps what was announced."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []

    def announce(self, subject: str, text: str) -> None:
        """Everybody who subscribed is told."""
        self.told.append((subject, text))


class FakeBucket:
    """Stands for the bucket of reports: keeps each file's last content, and what was written when.
    `lose` is called before each call and may raise, as a call does that is lost."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.written: list[str] = []
        self.lose: Callable[[str, str], None] = lambda _what, _path: None

    def put(self, path: str, content: bytes) -> PublishedFile:
        """Writes a file."""
        self.lose("put", path)
        self.files[path] = content
        self.written.append(path)
        self.lose("answer", path)
        return PublishedFile(
            path=path, size_bytes=len(content), sha256=hashlib.sha256(content).hexdigest()
        )

    def put_file(self, path: str, file: Path) -> PublishedFile:
        """Writes a file of this machine."""
        return self.put(path, file.read_bytes())

    def get(self, path: str) -> bytes:
        """A file that is there."""
        self.lose("get", path)
        return self.files[path]

    def sha256(self, path: str) -> str:
        """Of a file that is there."""
        return hashlib.sha256(self.get(path)).hexdigest()

    def paths(self, folder: str) -> tuple[str, ...]:
        """The files whose path begins so."""
        self.lose("list", folder)
        return tuple(sorted(path for path in self.files if path.startswith(folder)))

    def fetch(self, path: str, to: BinaryIO, most_bytes: int) -> str:
        """Copies a file that is there."""
        self.lose("get", path)
        if len(self.files[path]) > most_bytes:
            raise BodyTooLarge(most_bytes)
        to.write(self.files[path])
        to.seek(0)
        return hashlib.sha256(self.files[path]).hexdigest()

    def mark(self, path: str) -> str | None:
        """Of a file's present version."""
        self.lose("list", path)
        found = self.files.get(path)
        return None if found is None else hashlib.sha256(found).hexdigest()

    def remove(self, path: str) -> None:
        """Takes a file away."""
        self.lose("remove", path)
        self.files.pop(path, None)

    def link(self, path: str, file_name: str) -> str:
        """An address of a file."""
        return f"https://bucket.invalid/{path}?as={file_name}"


@dataclass
class World:
    """`client` is a DynamoDB client, `tables` maps the short names to the tables' names. `codes`
    are all that a mint told anybody: no table may hold one."""

    client: Any
    store: Store
    tables: Mapping[str, str]
    clock: Clock = field(default_factory=Clock)
    code_keys: Mapping[str, str] = field(default_factory=lambda: CODE_KEYS)
    clients: FakeClients = field(default_factory=FakeClients)
    vault: FakeVault = field(default_factory=FakeVault)
    messenger: FakeMessenger = field(default_factory=FakeMessenger)
    bucket: FakeBucket = field(default_factory=FakeBucket)
    announcer: FakeAnnouncer = field(default_factory=FakeAnnouncer)
    given_up: FakeGivenUp = field(default_factory=FakeGivenUp)
    codes: list[str] = field(default_factory=list)
    sent_batches: list[tuple[str, str]] = field(default_factory=list)
    sent_reports: list[tuple[str, str]] = field(default_factory=list)
    has_time: Callable[[], bool] = lambda: True
    role: Role = Role.ADMINISTRATOR
    program_id: str = PROGRAM
    partner_id: str = PARTNER
    other_partner_id: str = OTHER_PARTNER
    provider_id: str = PROVIDER

    def __post_init__(self) -> None:
        self.remembered = Remembered(self.store)

    def another(self, **changes: Any) -> "World":
        """The same tables, seen by another process of a function, which remembers nothing yet."""
        return replace(self, **changes)

    # ── what an administrator does ───────────────────────────────────────────────────────────

    def administer(self, command: str, **fields: Any) -> dict[str, Any]:
        """Carries out one admin command."""
        fields.setdefault("command_id", f"{command}-{next(_NUMBERS)}")
        fields.setdefault("requested_by", "test")
        fields.setdefault("reason", "a test")
        if command == "write_off":
            fields.setdefault("confirm", fields["ride_id"])
        parsed = COMMAND.validate_python({"command": command, **fields})
        return self.admin_tools.carry_out(parsed, self.has_time, self.role)

    @property
    def admin_tools(self) -> Tools:
        """What commands and widgets work with."""
        return Tools(
            self.store,
            self.vault,  # type: ignore[arg-type]
            self.clients,  # type: ignore[arg-type]
            self.clock,
            "https://api.invalid/v1",
            environment="trial",
            bucket=self.bucket,  # type: ignore[arg-type]
            send_report=self.sends_report,
            given_up=self.given_up,  # type: ignore[arg-type]
        )

    def with_program(self, cents: int = 100_000, rules: Rules | None = None) -> "World":
        """A funded programme, two partners with half of it each, a ride company."""
        self.register_provider(self.provider_id)
        self.administer(
            "create_program",
            program_id=self.program_id,
            name="Harbor rides",
            funder="Harbor Foundation",
            rules=rules or builders.rules(provider_ids=(self.provider_id,)),
        )
        self.administer("fund", program_id=self.program_id, amount_cents=cents)
        for partner in (self.partner_id, self.other_partner_id):
            self.create_partner(partner)
            self.allot(partner, cents // 2)
        return self

    def register_provider(self, provider: str, **fields: Any) -> dict[str, Any]:
        """A ride company."""
        return self.administer(
            "register_provider",
            provider_id=provider,
            name="City Cabs",
            rider_needs={"smartphone": True, "data": True, "own_payment_method": False},
            help_phone="555-0199",
            staff_can_book=True,
            **fields,
        )

    def create_partner(self, partner: str, **fields: Any) -> dict[str, Any]:
        """An organisation."""
        defaults = {"name": partner, "help_name": "Help line", "help_phone": "555-0100"}
        return self.administer("create_partner", partner_id=partner, **{**defaults, **fields})

    def allot(self, partner: str, cents: int) -> dict[str, Any]:
        """Money for a partner."""
        return self.administer(
            "allot", program_id=self.program_id, partner_id=partner, amount_cents=cents
        )

    # ── what a partner does ──────────────────────────────────────────────────────────────────

    def enroll(self, **changes: Any) -> str:
        """A new participant's id."""
        number = next(_NUMBERS)
        changes.setdefault("external_ref", f"case-{number}")
        changes.setdefault("program_id", self.program_id)
        enrolled, _ = self.enrolls(builders.enrollment(**changes), f"enroll-{number}")
        return enrolled.participant_id

    def enrolls(
        self, request: EnrollmentRequest, key: str, partner: str = ""
    ) -> tuple[Enrolled, bool]:
        """What an enrollment answers, and whether it was a repeat."""
        return enroll(request, partner or self.partner_id, key, store=self.store, clock=self.clock)

    def mint(self, request: MintRequest | None = None, key: str = "", partner: str = "") -> Minted:
        """What a mint answers, codes too."""
        minted, _ = self.mints(request or self.mint_request(), key, partner)
        return minted

    def mints(
        self, request: MintRequest, key: str = "", partner: str = "", *, codes_too: bool = True
    ) -> tuple[Minted, bool]:
        """What a mint answers, and whether it was a repeat."""
        minted, is_replay = mint(
            request,
            partner or self.partner_id,
            key or f"mint-{next(_NUMBERS)}",
            codes_too=codes_too,
            store=self.store,
            remembered=self.remembered,
            code_keys=self.code_keys,
            clock=self.clock,
        )
        self.codes += [one.code for one in minted.vouchers if one.code is not None]
        return minted, is_replay

    def mint_request(self, **changes: Any) -> MintRequest:
        """One unassigned voucher of 40.00 of this programme."""
        return builders.mint_request(**{"program_id": self.program_id, **changes})

    def code(self, **changes: Any) -> str:
        """The code of one new unassigned voucher."""
        code = self.mint(self.mint_request(**changes)).vouchers[0].code
        assert code is not None
        return code

    def unknown_code(self) -> str:
        """A code as good as any, of a voucher that was never minted."""
        code = code_of(self.code_keys, "vch_1" + "0" * 25)
        assert code is not None
        return grouped(code)

    def block(self, code: str, key: str = "", **content: Any) -> dict[str, Any]:
        """No new ride."""
        return block_voucher(self.call("block", code, key, **content), self.tools)[0]

    def unblock(self, code: str, key: str = "", **content: Any) -> dict[str, Any]:
        """Takes a block back."""
        return unblock_voucher(self.call("unblock", code, key, **content), self.tools)[0]

    def revoke(self, code: str, key: str = "", **content: Any) -> dict[str, Any]:
        """Closed for good."""
        return revoke_voucher(self.call("revoke", code, key, **content), self.tools)[0]

    def extend(self, code: str, expires_at: datetime, key: str = "") -> dict[str, Any]:
        """Another end."""
        call = self.call("extend", code, key, expires_at=instant_text(expires_at))
        return extend_voucher(call, expires_at, self.tools)[0]

    def assign(self, code: str, participant_id: str, key: str = "") -> dict[str, Any]:
        """To a person, once."""
        call = self.call("assign", code, key, participant_id=participant_id)
        return assign_voucher(call, participant_id, self.tools)[0]

    def reissue(self, code: str, key: str = "", **content: Any) -> str:
        """The new card's code."""
        call = self.call("reissue", code, key, **content)
        answer, _ = reissue_voucher(call, self.tools, codes_too=True)
        self.codes.append(str(answer["code"]))
        return str(answer["code"])

    def call(self, act: str, code: str, key: str = "", **content: Any) -> VoucherCall:
        """A partner's call of an act on the voucher that a code opens."""
        voucher = self.voucher(code)
        return VoucherCall(
            voucher_id=voucher.voucher_id,
            partner_id=voucher.partner_id,
            idempotency_key=key or f"{act}-{next(_NUMBERS)}",
            content={"act": act, **content},
            reason=ActReason(content["reason"]) if "reason" in content else None,
        )

    def starts_batch(
        self, request: BatchRequest, key: str = "", partner: str = ""
    ) -> tuple[BatchStarted, bool]:
        """What the start of a batch answers, and whether it was a repeat."""
        return start_batch(
            request,
            partner or self.partner_id,
            key or f"batch-{next(_NUMBERS)}",
            store=self.store,
            remembered=self.remembered,
            code_keys=self.code_keys,
            clock=self.clock,
        )

    def batch_request(self, *references: str, **changes: Any) -> BatchRequest:
        """Vouchers of 40.00: one for each reference, or two unassigned ones."""
        return builders.batch_request(*references, **{"program_id": self.program_id, **changes})

    def works_on(
        self, batch_id: str, has_time: Callable[[], bool] = lambda: True, partner: str = ""
    ) -> Worked:
        """What a worker does whom a message sends to a batch."""
        return work_on_batch(partner or self.partner_id, batch_id, self.tools, has_time)

    def batch_vouchers(self, batch_id: str, partner: str = "", **query: Any) -> BatchVoucherList:
        """A page of what became of a batch's rows, codes too."""
        listed = list_batch_vouchers(
            batch_id,
            BatchVoucherQuery(**query),
            partner or self.partner_id,
            codes_too=True,
            store=self.store,
            code_keys=self.code_keys,
        )
        self.codes += [one.code for one in listed.vouchers if one.code is not None]
        return listed

    def batch_answer(self, batch_id: str, partner: str = "") -> BatchAnswer:
        """How far a batch came, as its partner is told."""
        return show_batch(
            batch_id,
            partner or self.partner_id,
            store=self.store,
            remembered=self.remembered,
            now=self.clock.now,
        )

    @property
    def tools(self) -> VoucherTools:
        """What acts on vouchers work with."""
        return VoucherTools(self.store, self.remembered, self.code_keys, self.clock)

    def code_of_a_person_who_agreed(self, *uses: str, **minted: Any) -> str:
        """The code of a voucher of somebody who agreed to be enrolled and, if no other use is
        named, to SMS."""
        agreed = {"uses": ("enrollment", *(uses or ("sms",)))}
        person = self.enroll(consent=builders.enrollment().consent.model_copy(update=agreed))
        request = self.mint_request(participant_ids=(person,), unassigned=None, **minted)
        return str(self.mint(request).vouchers[0].code)

    def send_call(self, code: str, key: str = "", phone_number: str = PHONE_NUMBER) -> SendCall:
        """A partner's call to send a voucher's code."""
        voucher = self.voucher(code)
        number = key or f"send-{next(_NUMBERS)}"
        return SendCall(voucher.voucher_id, voucher.partner_id, number, phone_number)

    @property
    def send_tools(self) -> SendTools:
        """What sending works with."""
        return SendTools(
            self.store,
            self.remembered,
            self.code_keys,
            self.clock,
            self.messenger,
            is_ready=True,
        )

    @property
    def card_tools(self) -> CardTools:
        """What cards are made with."""
        return CardTools(self.store, self.remembered, self.code_keys)

    def mint_cards(self, **fields: Any) -> dict[str, Any]:
        """An administrator mints cards of 10.00 for this world's partner."""
        defaults = {
            "program_id": self.program_id,
            "partner_id": self.partner_id,
            "cards": 1,
            "purpose": "job_interview",
            "value_cents": 1_000,
        }
        return self.administer("mint_cards", **{**defaults, **fields})

    # ── what schedules do ────────────────────────────────────────────────────────────────────

    def keep_house(self, has_time: Callable[[], bool] = lambda: True) -> Kept:
        """A run of housekeeping."""
        return keep_house(
            store=self.store,
            remembered=self.remembered,
            clock=self.clock,
            has_time=has_time,
            send_batch=lambda partner, batch: self.sent_batches.append((partner, batch)),
        )

    def sends_report(self, program_id: str, month: str) -> None:
        """Has a month reported."""
        self.sent_reports.append((program_id, month))

    def publishes(
        self, month: str, has_time: Callable[[], bool] = lambda: True, salt: bytes = b"s" * 32
    ) -> Reported:
        """What a worker does whom a message sends to a month."""
        tools: Any = ReportTools(
            self.store,
            self.bucket,  # type: ignore[arg-type]
            self.announcer,  # type: ignore[arg-type]
            self.clock,
            has_time,
            salt,
        )
        return publish_report(self.program_id, month, tools)

    def reconciles(self, month: str, **figures: int) -> None:
        """What is recorded once a ride company's own statement of a month was reconciled."""
        statement = Statement(
            provider_id=self.provider_id,
            **{
                "lines": 1,
                "matched": 1,
                "different_amount": 0,
                "only_theirs": 0,
                "only_ours": 0,
                "doubled": 0,
                "unreadable": 0,
                "charged_cents": 1_500,
                "ledger_cents": 1_500,
                **figures,
            },
        )
        record = ReconciledStatement(
            program_id=self.program_id,
            month=month,
            provider_id=self.provider_id,
            statement=statement,
            reconciled_at=self.clock.now,
        )
        key = keys.statement(self.program_id, month, self.provider_id)
        self.store.commit(writes.put_new(key, record))

    def published(self, month: str) -> PublishedReport | None:
        """What is on record of a month's report."""
        key = keys.report(self.program_id, month)
        return self.store.read(key)[key]

    def audit(self) -> Books:
        """The daily check of the programme's books, a minute later: nothing is under way."""
        return audit(
            self.program_id,
            store=self.store,
            clock=lambda: self.clock() + timedelta(minutes=1),
            has_time=lambda: True,
        )

    # ── what a provider does ─────────────────────────────────────────────────────────────────

    def request(self, code: str, ride: str = "ride-1", cents: int = 1_500, **changes: Any) -> Told:
        """A provider asks for a ride."""
        fields: dict[str, Any] = {
            "ride_id": ride,
            "voucher_code": code,
            "estimated_fare_cents": cents,
            "currency": "USD",
            "requested_at": self.clock.now,
        }
        return self.records(RideRequested(**{**fields, **changes}))

    def complete(self, code: str, ride: str = "ride-1", cents: int = 1_500, **changes: Any) -> Told:
        """A provider says that a ride was made."""
        fields: dict[str, Any] = {
            "ride_id": ride,
            "voucher_code": code,
            "fare_cents": cents,
            "currency": "USD",
            "completed_at": self.clock.now,
        }
        return self.records(RideCompleted(**{**fields, **changes}))

    def cancel(self, code: str, ride: str = "ride-1", **changes: Any) -> Told:
        """A provider says that there will be no ride."""
        fields: dict[str, Any] = {
            "ride_id": ride,
            "voucher_code": code,
            "cancelled_at": self.clock.now,
        }
        return self.records(RideCancelled(**{**fields, **changes}))

    def adjust(self, code: str, ride: str = "ride-1", cents: int = 1_500, **changes: Any) -> Told:
        """A provider states another total fare."""
        fields: dict[str, Any] = {
            "ride_id": ride,
            "voucher_code": code,
            "adjustment_id": f"adjustment-{next(_NUMBERS)}",
            "fare_cents": cents,
            "adjusted_at": self.clock.now,
            "why": "correction",
        }
        return self.records(RideAdjusted(**{**fields, **changes}))

    def records(self, callback: RideCallback) -> Told:
        """What this world's provider is told."""
        return record_ride_event(
            callback.event(self.provider_id, self.clock.now),
            store=self.store,
            remembered=self.remembered,
            code_keys=self.code_keys,
            clock=self.clock,
        )

    # ── what is stored ───────────────────────────────────────────────────────────────────────

    def program(self) -> Program:
        """The programme with its balance."""
        key = keys.program(self.program_id)
        return _there(self.store.read(key)[key])

    def allotment(self, partner: str = "") -> Allotment:
        """What a partner may mint from."""
        key = keys.allotment(self.program_id, partner or self.partner_id)
        return _there(self.store.read(key)[key])

    def batch(self, batch_id: str, partner: str = "") -> Batch:
        """A stored batch."""
        key = keys.batch(partner or self.partner_id, batch_id)
        return _there(self.store.read(key)[key])

    def batch_entries(self, batch_id: str) -> list[Entry]:
        """The batch's own entries, in the order in which they were written."""
        account = keys.entry(keys.batch_account(batch_id), "")
        return sorted(self.store.all_of(account), key=lambda entry: entry.sequence)

    def participant(self, participant_id: str) -> Participant:
        """A person of this world's partner."""
        key = keys.participant(self.partner_id, participant_id)
        return _there(self.store.read(key)[key])

    def voucher(self, code: str) -> Voucher:
        """The voucher that a code opens."""
        key = keys.voucher(self.voucher_key(code))
        return _there(self.store.read(key)[key])

    def ride(self, ride: str = "ride-1") -> Ride | None:
        """A ride of this world's provider, if anything is known of it."""
        key = keys.ride(f"{self.provider_id}#{ride}")
        return self.store.read(key)[key]

    def entries(self, code: str) -> list[Entry]:
        """The ledger of a voucher, in the order in which it was written."""
        account = keys.entry(keys.voucher_account(self.voucher_key(code)), "")
        return sorted(self.store.all_of(account), key=lambda entry: entry.sequence)

    def kinds(self, code: str) -> list[str]:
        """What happened to a voucher, by its ledger."""
        return [entry.kind.value for entry in self.entries(code)]

    def voucher_key(self, code: str) -> str:
        """The key of the voucher that a code opens."""
        read = read_code(self.code_keys, code)
        assert read is not None
        return key_of(self.code_keys, read)

    def items(self, table: str) -> list[dict[str, Any]]:
        """Every item of a table, as DynamoDB holds it, in the order of the keys."""
        pages = self.client.get_paginator("scan").paginate(
            TableName=self.tables[table], ConsistentRead=True
        )
        found = [item for page in pages for item in page["Items"]]
        return sorted(found, key=lambda item: (item["pk"]["S"], item.get("sk", {"S": ""})["S"]))

    def everything(self) -> dict[str, list[dict[str, Any]]]:
        """All four tables, to compare before and after."""
        return {table: self.items(table) for table in self.tables}

    def decided(self) -> dict[str, list[dict[str, Any]]]:
        """The same without what housekeeping writes anew each time, to be looked at."""
        tables = self.everything()
        programs = [item for item in tables["programs"] if item.get("sk") != {"S": "standing"}]
        return {**tables, "programs": programs}

    def standing(self) -> Standing:
        """Where the programme's money was when housekeeping last came by."""
        key = keys.standing(self.program_id)
        return _there(self.store.read(key)[key])


def _there[Model](found: Model | None) -> Model:
    assert found is not None
    return found
