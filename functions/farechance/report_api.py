"""What partners ask about their monthly reports, and what they are told: as `partner_api`."""

from pydantic import BaseModel, Field

from farechance.identifiers import Month, ProgramId
from farechance.report_records import Sha256
from farechance.strictness import ANSWER, SENT
from farechance.times import Instant

MAX_REPORTS = 24


class ReportQuery(BaseModel):
    """Your reports of a programme: of one month, or of the latest 24 that were published."""

    model_config = SENT

    program_id: ProgramId
    month: Month | None = None


class ReportFile(BaseModel):
    """A file to fetch: `report.html` to read, `report.json` with every figure, `summary.csv` for a
    spreadsheet. The link works for 15 minutes, for whoever has it."""

    model_config = ANSWER

    name: str
    link: str
    bytes: int = Field(ge=0)
    sha256: Sha256


class MonthlyReport(BaseModel):
    """Your own part of a month, as it was last published. `edition` is 0, or the number of the
    correction that replaced it."""

    model_config = ANSWER

    month: Month
    edition: int = Field(ge=0)
    published_at: Instant
    files: tuple[ReportFile, ...]


class ReportList(BaseModel):
    """The newest month first."""

    model_config = ANSWER

    program_id: ProgramId
    links_expire_at: Instant
    reports: tuple[MonthlyReport, ...]
