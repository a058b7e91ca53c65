"""What every list's query may say: how many, and from where on. It owns the form; what a cursor
holds is `cursors`' business."""

import re
from typing import Annotated

from pydantic import BeforeValidator, Field, StringConstraints


def _as_digits(value: object) -> object:
    """A query holds text only, and pydantic would take '5.0' for a whole number too."""
    if isinstance(value, str) and not re.fullmatch(r"[1-9]\d{0,2}", value, re.ASCII):
        raise ValueError("must be a whole number from 1 to 100")
    return value


# The bounds stand before the validator: behind it the contract would not know them.
Limit = Annotated[int, Field(ge=1, le=100), BeforeValidator(_as_digits)]

Cursor = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,200}$")]
