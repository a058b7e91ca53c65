"""What is found by another thing than its id: the items that name every programme, partner and ride
company, and the partner of an OAuth client."""

from pydantic import BaseModel

from farechance.identifiers import PartnerId
from farechance.strictness import STORED


class ListedProgram(BaseModel):
    """Stands in the one partition that names every programme, so that jobs need no scan."""

    model_config = STORED

    program_id: str

    @staticmethod
    def from_key(_pk: str, sk: str) -> dict[str, str]:
        """What its key says."""
        # Whatever else stands in it, a job finds the programme and holds up no other.
        return {"program_id": sk}


class ListedPartner(BaseModel):
    """Stands in the one partition that names every partner, for those who look at all of them."""

    model_config = STORED

    partner_id: str

    @staticmethod
    def from_key(_pk: str, sk: str) -> dict[str, str]:
        """What its key says."""
        return {"partner_id": sk}


class ListedProvider(BaseModel):
    """The same of a ride company."""

    model_config = STORED

    provider_id: str

    @staticmethod
    def from_key(_pk: str, sk: str) -> dict[str, str]:
        """What its key says."""
        return {"provider_id": sk}


class Client(BaseModel):
    """Which partner an OAuth client belongs to."""

    model_config = STORED

    client_id: str
    partner_id: PartnerId
