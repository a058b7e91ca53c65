"""What a partner's token may allow (api.md). It owns the names."""

from typing import Literal, get_args

Scope = Literal[
    "participants:read",
    "participants:write",
    "vouchers:read",
    "vouchers:write",
    "codes:read",
    "reports:read",
]
SCOPES: tuple[Scope, ...] = get_args(Scope)
