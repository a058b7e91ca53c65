"""The writes of one new voucher: its item, and its first entry, which moves its value onto it from
where the money was: the partner's allotment, or what a batch had reserved."""

from datetime import datetime
from typing import NamedTuple

from farechance.identifiers import Language
from farechance.ledger import Account, Facts, Kind
from farechance.mints import Planned
from farechance.participants import Participant
from farechance.programs import Rules
from farechance.store import Write, keys, writes
from farechance.voucher_acts import Act
from farechance.vouchers import Voucher
from operations.change_voucher import with_entry


class Issue(NamedTuple):
    """What the vouchers of one mint (of an administrator: `command_id`), or of one batch
    (`batch_id`), have in common."""

    program_id: str
    partner_id: str
    rules_version: int
    rules: Rules
    purpose: str
    value_cents: int
    language: Language | None
    minted_at: datetime
    batch_id: str | None = None
    command_id: str | None = None


def issue_voucher(issue: Issue, planned: Planned, person: Participant | None) -> list[Write]:
    """Without `person` it is a card that belongs to nobody yet."""
    voucher = Voucher(
        voucher_key=planned.voucher_key,
        voucher_id=planned.voucher_id,
        program_id=issue.program_id,
        partner_id=issue.partner_id,
        rules_version=issue.rules_version,
        subject_id=person.subject_id if person else None,
        purpose=issue.purpose,
        language=issue.language or (person.language if person else "en"),
        last4=planned.last4,
        value_cents=issue.value_cents,
        cap_cents=planned.cap_cents,
        max_rides=planned.rides,
        available_cents=issue.value_cents,
        valid_from=planned.valid_from,
        expires_at=planned.expires_at,
        minted_at=issue.minted_at,
    )
    source = Account.RESERVED if issue.batch_id else Account.ALLOTTED
    changes = {source: -issue.value_cents, Account.AVAILABLE: issue.value_cents}
    facts = Facts(batch_id=issue.batch_id, command_id=issue.command_id)
    act = Act(Kind.VOUCHER_MINTED, voucher, changes, facts=facts)
    after, entry = with_entry(act, "minted", issue.rules, issue.minted_at)
    return [writes.put_new(keys.voucher(voucher.voucher_key), after), entry]
