"""What of a person reaches her vouchers, behind the door of minting: her consent and her record."""

from farechance.edge.door import Call, Replayed
from farechance.endpoint import NoQuery
from farechance.participant_api import ConsentAnswer, ConsentRequest, ParticipantRecord
from farechance.people_endpoints import CHANGE_CONSENT, SHOW_RECORD
from minting.app import door, remembered, store, vault
from operations.act_on_participant import CallAbout
from operations.change_consent import change_consent
from operations.show_record import show_record


@door.serves(CHANGE_CONSENT)
def change_own_consent(call: Call[ConsentRequest]) -> Replayed[ConsentAnswer]:
    """POST /v1/participants/{participant_id}/consent"""
    return Replayed(
        *change_consent(
            call.body,
            CallAbout(
                participant_id=call.path["participant_id"],
                partner_id=call.caller.partner_id,
                idempotency_key=call.idempotency_key,
                act="consent",
                content=call.body,
            ),
            store=store,
            remembered=remembered,
            code_keys=vault.code_keys(call.clock()),
            clock=call.clock,
        )
    )


@door.serves(SHOW_RECORD)
def show_own_record(call: Call[NoQuery]) -> ParticipantRecord:
    """GET /v1/participants/{participant_id}/record"""
    now = call.clock()
    return show_record(
        call.path["participant_id"],
        call.caller.partner_id,
        store=store,
        remembered=remembered,
        code_keys=vault.code_keys(now),
        now=now,
    )
