"""What changes seldom, remembered for a minute: programmes' and partners' status, providers, who a
client is. It owns how stale these may be (domain.md: a pause reaches authorizations within 60
seconds); it must never be asked about a balance."""

from datetime import datetime, timedelta
from typing import Any

from farechance.programs import Rules
from farechance.store.database import Found, Store
from farechance.store.keys import Key

_FOR = timedelta(seconds=60)
_MOST = 2_000


class Remembered:
    """Reads through the store. Immutable rules are kept for as long as the function is warm; what
    wasn't found isn't remembered, so that a new provider is known at once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[Key[Any], tuple[datetime, Any]] = {}

    def read(self, *keys: Key[Any], now: datetime) -> Found:
        """The items, with one read for those that aren't known or are known too long."""
        fresh = {key: self._known[key][1] for key in keys if self._is_fresh(key, now)}
        missing = [key for key in keys if key not in fresh]
        if missing:
            found = self._store.read(*missing)
            if len(self._known) + len(missing) > _MOST:
                self._known.clear()
            for key in missing:
                if found[key] is not None:
                    self._known[key] = (now, found[key])
            fresh |= found.items
        return Found(fresh)

    def _is_fresh(self, key: Key[Any], now: datetime) -> bool:
        known = self._known.get(key)
        # A clock that was set back must not keep a thing for ever.
        return known is not None and (key.model is Rules or abs(now - known[0]) < _FOR)
