"""The door for codes by SMS. It can change nothing but the count of what was sent."""

from farechance.card_api import SendRequest, Sent
from farechance.card_endpoints import SEND_CODE
from farechance.edge.clock import utc_now
from farechance.edge.door import Call, Door, Replayed
from farechance.messenger import Messenger
from farechance.priming import prime
from farechance.settings import Settings
from farechance.store import Remembered, Store, keys
from farechance.telemetry import Count, count
from farechance.vault import Vault
from operations.send_code import SendCall, SendTools, send_code

settings = Settings.from_environment()
store = Store(settings)
remembered = Remembered(store)
vault = Vault(settings)
messenger = Messenger()
# Nobody has this name: it opens the connection.
prime(settings, lambda: store.read(keys.client("-")), lambda: vault.code_keys(utc_now()))
door = Door(remembered)
handler = door.handle


@door.serves(SEND_CODE)
def send_code_by_sms(call: Call[SendRequest]) -> Replayed[Sent]:
    """POST /v1/vouchers/{voucher_id}/send"""
    sent, is_replay = send_code(
        SendCall(
            voucher_id=call.path["voucher_id"],
            partner_id=call.caller.partner_id,
            idempotency_key=call.idempotency_key,
            phone_number=call.body.phone_number,
        ),
        SendTools(
            store=store,
            remembered=remembered,
            code_keys=vault.code_keys(call.clock()),
            clock=call.clock,
            messenger=messenger,
            is_ready=settings.sms_ready,
        ),
    )
    if not is_replay:
        count(Count.CODE_SENT)
    return Replayed(sent, is_replay)
