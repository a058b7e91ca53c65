"""All that is held about a person, to hand to her: her record, her outcomes, her vouchers with
their entries. Once the link to her vouchers is cut, nobody knows which were hers."""

from datetime import datetime

from farechance.codes import CodeKeys
from farechance.enrollment_api import ParticipantAnswer
from farechance.errors import NotFound
from farechance.participant_api import ParticipantRecord, RecordedOutcome, RecordedVoucher
from farechance.partner_api import EntryQuery
from farechance.record_words import in_words
from farechance.store import Remembered, Store, keys
from farechance.vouchers import Voucher
from operations.read_terms import program_zone, read_terms
from operations.show_voucher import entries_of, show

_MOST_VOUCHERS = 100
_MOST_ENTRIES = 100


def show_record(
    participant_id: str,
    partner_id: str,
    *,
    store: Store,
    remembered: Remembered,
    code_keys: CodeKeys,
    now: datetime,
) -> ParticipantRecord:
    """Raises NotFound, also for another partner's."""
    key = keys.participant(partner_id, participant_id)
    person = store.read(key)[key]
    if person is None:
        raise NotFound("participant", participant_id)

    def recorded(voucher: Voucher) -> RecordedVoucher:
        query = EntryQuery(limit=_MOST_ENTRIES)
        listed = entries_of(voucher, query, store=store, remembered=remembered, now=now)
        return RecordedVoucher(
            voucher=show(voucher, remembered, code_keys, now),
            entries=listed.entries,
            more_entries=listed.cursor is not None,
        )

    named = store.vouchers_of(person.subject_id, _MOST_VOUCHERS)
    found = store.read(*named)
    held = [voucher for one in named if (voucher := found[one]) is not None]
    vouchers = tuple(recorded(voucher) for voucher in held)
    rules = {one.voucher_id: read_terms(one, remembered, now).rules for one in held}
    outcomes = tuple(
        RecordedOutcome(kind=kind, day=day)
        for kind, days in sorted(person.outcomes.items())
        for day in sorted(days)
    )
    answer = ParticipantAnswer.of(person, now)
    more_vouchers = len(named) == _MOST_VOUCHERS
    return ParticipantRecord(
        participant=answer,
        outcomes=outcomes,
        vouchers=vouchers,
        more_vouchers=more_vouchers,
        in_words=in_words(
            answer,
            outcomes,
            vouchers,
            has_more=more_vouchers or any(one.more_entries for one in vouchers),
            zone=program_zone(person.program_id, remembered, now),
            rules=rules,
        ),
    )
