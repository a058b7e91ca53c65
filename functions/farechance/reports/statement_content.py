"""What a report holds of a ride company's statement, and what every part of a report is. It stands
by itself, since it is kept beside reports too, and is read without them."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from farechance.identifiers import ProviderId

Cents = Annotated[int, Field(description="Cents; below zero where more was taken back.")]
Count = Annotated[int, Field(ge=0)]


class Part(BaseModel):
    """Of a report: as it was made, and with nothing else."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", defer_build=True)


class Statement(Part):
    """A ride company's own statement of the month against the ledger, as it was last reconciled.
    `different_authorization` and `different_fare` are charged as the ledger says, by another
    authorization than was given for the ride, and with another fare."""

    provider_id: ProviderId
    lines: Count
    matched: Count
    different_amount: Count
    different_authorization: Count = 0
    different_fare: Count = 0
    only_theirs: Count
    only_ours: Count
    doubled: Count
    unreadable: Count
    charged_cents: Cents
    ledger_cents: Cents
