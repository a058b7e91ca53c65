"""Who is calling: the partner, from the verified token alone, never from a field that the caller
sends. A token outlives its client, so the partner's record must still list the client."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from farechance.errors import NotAuthenticated, ScopeMissing
from farechance.programs import Partner
from farechance.scopes import SCOPES
from farechance.store import Remembered, keys

RESOURCE_SERVER = "farechance"


class Caller(NamedTuple):
    """A partner's app, and what its token allows."""

    partner: Partner
    scopes: tuple[str, ...]

    @property
    def partner_id(self) -> str:
        """Whose participants, vouchers and allotments these are."""
        return self.partner.partner_id

    def must_have(self, scope: str) -> None:
        """Raises ScopeMissing."""
        if scope not in self.scopes:
            raise ScopeMissing(scope)


def who_is_calling(event: Mapping[str, Any], remembered: Remembered, now: datetime) -> Caller:
    """From the claims that the gateway's authorizer verified. Raises NotAuthenticated."""
    authorizer = event.get("requestContext", {}).get("authorizer") or {}
    claims = authorizer.get("claims") or {}
    client_id = claims.get("client_id")
    if not isinstance(client_id, str) or not client_id:
        raise NotAuthenticated("Bearer")
    client_key = keys.client(client_id)
    client = remembered.read(client_key, now=now)[client_key]
    if client is None:
        raise NotAuthenticated("Bearer")
    partner_key = keys.partner(client.partner_id)
    partner = remembered.read(partner_key, now=now)[partner_key]
    if partner is None or client_id not in partner.client_ids:
        raise NotAuthenticated("Bearer")
    granted = {
        scope.removeprefix(f"{RESOURCE_SERVER}/") for scope in str(claims.get("scope", "")).split()
    }
    return Caller(partner, tuple(scope for scope in SCOPES if scope in granted))
