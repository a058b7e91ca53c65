"""The lines behind a report: `entries.csv` for the funder, from which every figure of money is
added up again, and `audit.csv` for the auditor, from which everything is. It owns what stands in
each and what doesn't: no id of ours and no hour in the first, no id that leads to a person or a
voucher in either.

Lines go to files in parts and are sorted part by part (`audit.csv` by time, `entries.csv` by the
lines' own names), so that memory holds a thirtieth, and the same entries make the same bytes in
whatever order they come. A name that is made up (a line, a voucher, a ride, a person) is a keyed
digest of the real one under the programme's salt: the same in every month, and known to nobody
else."""

import csv
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from farechance.ledger import Account, Entry
from farechance.reports.closing import Closing, Sums, mark
from farechance.reports.money_content import Split
from farechance.reports.movements import Moved
from farechance.sheets import harmless
from farechance.times import instant_text, local_day

ENTRIES = "entries.csv"
AUDIT = "audit.csv"

ENTRY_COLUMNS = ("day", "kind", "amount_cents", "ride_company", "line")
_FACTS = (
    "partner_id",
    "purpose",
    "provider_id",
    "ride_day",
    "reason",
    "act_reason",
    "fare_cents",
    "tip_cents",
    "overage_cents",
    "overage_owed_by",
    "shortfall_cents",
    "owed_cents",
    "decided_cents",
    "paid_cents",
    "paid_month",
    "counted",
    "used_up",
    "never_used",
    "of_fee",
)
AUDIT_COLUMNS = (
    "recorded_at",
    "account",
    "sequence",
    "line",
    "kind",
    "voucher",
    "person",
    "rode_before",
    "ride",
    *_FACTS,
    *(account.value for account in Account),
)

# Sorts before every other part.
_FIRST = "!"

type Row = Sequence[str | int]
type Order = Callable[[list[str]], Any]


class Lines:
    """Writes both files into a folder: `begin`, each entry, `finish`."""

    def __init__(self, folder: Path) -> None:
        self.entries = folder / ENTRIES
        self.audit = folder / AUDIT
        self._folder = folder
        self._open = ExitStack()
        self._parts: dict[str, Any] = {}

    def begin(self, month: str, before: Closing, zone: ZoneInfo, salt: bytes) -> None:
        """The balances with which the month opens are its first lines."""
        self._zone, self._salt, self._riders = zone, salt, before.riders
        for kind, cents, company in _opening(before.program):
            name = self._name("opening", f"{month} {kind} {company}")
            self._put("entries", _FIRST, [f"{month}-01", kind, cents, company, name])
        for partner_id, sums in (("", before.program), *sorted(before.partners.items())):
            for row in _opening_audited(partner_id, sums):
                self._put("audit", _FIRST, row)

    def add(self, entry: Entry, moved: Sequence[Moved]) -> None:
        """Writes the lines of one entry, with what it moved."""
        event = f"{entry.account} {entry.identity}"
        recorded_on = local_day(entry.recorded_at, self._zone).isoformat()
        day = recorded_on if entry.ride_day is None else entry.ride_day.isoformat()
        for movement, cents in moved:
            line = self._name("line", f"{event} {movement}")
            self._put("entries", line[0], [day, movement, cents, entry.provider_id or "", line])
        self._put("audit", recorded_on, self._audited(entry, event))

    def finish(self) -> None:
        """Puts the parts together."""
        self._open.close()
        # By names that mean nothing: an order that tells nothing of vouchers or hours.
        self._join("entries", self.entries, ENTRY_COLUMNS, lambda row: (row[-1], "", 0))
        self._join("audit", self.audit, AUDIT_COLUMNS, lambda row: (row[0], row[1], int(row[2])))

    def _audited(self, entry: Entry, event: str) -> Row:
        person = entry.subject_id
        return [
            instant_text(entry.recorded_at),
            self._name("account", entry.account),
            entry.sequence,
            self._name("entry", event),
            entry.kind,
            "" if entry.voucher_id is None else self._name("voucher", entry.voucher_id),
            "" if person is None else self._name("person", person),
            "" if person is None else str(mark(person) in self._riders).lower(),
            self._ride(entry),
            *(_cell(getattr(entry, name)) for name in _FACTS),
            *(entry.changes.get(account, 0) for account in Account),
        ]

    def _ride(self, entry: Entry) -> str:
        # 'ride#provider#ride#event…', 'lapse#provider#ride', 'replace#provider#ride'
        parts = entry.identity.split("#")
        if entry.voucher_id is None or len(parts) < 3:
            return ""
        return self._name("ride", f"{parts[1]}#{parts[2]}")

    def _name(self, kind: str, real: str) -> str:
        # Keyed (RFC 7693), and a tenth of what an HMAC costs for so short a text.
        named = f"{kind} {real}".encode()
        return hashlib.blake2b(named, key=self._salt, digest_size=10).hexdigest()

    def _put(self, file: str, part: str, row: Row) -> None:
        name = f"{file}-{part}"
        if name not in self._parts:
            opened = (self._folder / f"{name}.part").open("w", encoding="utf-8", newline="")
            self._parts[name] = csv.writer(self._open.enter_context(opened))
        self._parts[name].writerow([harmless(cell) for cell in row])

    def _join(self, file: str, target: Path, columns: Row, order: Order) -> None:
        with target.open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(columns)
            for name in sorted(name for name in self._parts if name.startswith(f"{file}-")):
                part = self._folder / f"{name}.part"
                with part.open(encoding="utf-8", newline="") as lines:
                    rows = list(csv.reader(lines))
                # The first ones stand as they were written.
                if not name.endswith(_FIRST):
                    rows.sort(key=order)
                writer.writerows(rows)
                part.unlink()


def _opening_audited(partner_id: str, sums: Sums) -> Iterator[Row]:
    """The balances of the programme or of a partner, and what is payable to each company."""
    blank: dict[str, str | int] = dict.fromkeys(AUDIT_COLUMNS, "")
    balances: dict[str, str | int] = {account.value: sums.balance(account) for account in Account}
    own: dict[str, str | int] = {
        "kind": "opening",
        "partner_id": partner_id,
        "owed_cents": sums.undecided_cents,
    }
    yield list((blank | own | balances).values())
    for company, cents in sums.payable.items():
        # As a payment that was too much or too little, it is added up as all others are.
        payable: dict[str, str | int] = {
            "partner_id": partner_id,
            "provider_id": company,
            "paid_cents": -cents,
        }
        yield list((blank | {"kind": "opening_payable"} | payable).values())


def _opening(before: Sums) -> Iterator[tuple[str, int, str]]:
    split: Mapping[str, int] = before.split(of_partner=False).model_dump()
    for name in Split.model_fields:
        yield f"opening_{name.removesuffix('_cents')}", split[name], ""
    yield "opening_granted", before.granted_cents, ""
    yield "opening_spent", before.spent_cents, ""
    yield "opening_undecided", before.undecided_cents, ""
    for company, cents in before.payable.items():
        yield "opening_payable", cents, company


def _cell(value: object) -> str | int:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else value if isinstance(value, int) else str(value)
