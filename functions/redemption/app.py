"""The door for ride companies. It has no resolver: a rider waits for it, and it must start fast.
Both paths take every type, so that nothing is lost at the wrong one."""

from datetime import datetime

from farechance.callbacks import VoucherChecked
from farechance.edge.callback_door import CallbackDoor
from farechance.edge.clock import utc_now
from farechance.priming import prime
from farechance.rides import RideEvent
from farechance.settings import Settings
from farechance.store import Remembered, Store, keys
from farechance.told import Told
from farechance.vault import Vault
from operations.check_voucher import check_voucher
from operations.record_ride_event import record_ride_event

settings = Settings.from_environment()
store = Store(settings)
remembered = Remembered(store)
vault = Vault(settings)


def record(event: RideEvent) -> Told:
    """POST /v1/providers/{provider_id}/events and …/authorizations: what happens to a ride."""
    return record_ride_event(
        event,
        store=store,
        remembered=remembered,
        code_keys=vault.code_keys(utc_now()),
        clock=utc_now,
    )


def check(asked: VoucherChecked, provider_id: str, now: datetime) -> Told:
    """The same paths: what a request would be told."""
    return check_voucher(
        asked,
        provider_id,
        store=store,
        remembered=remembered,
        code_keys=vault.code_keys(now),
        now=now,
    )


# Nobody has this name: it opens the connection.
prime(settings, lambda: store.read(keys.provider("-")), lambda: vault.code_keys(utc_now()))
door = CallbackDoor(remembered, vault, utc_now, record, check)
handler = door.handle
