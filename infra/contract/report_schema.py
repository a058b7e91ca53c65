"""The published JSON Schema of a report, from the models that a report is made of."""

import json

from farechance.reports.schema import report_schema
from infra.contract.document import FILE

REPORT_FILE = FILE.with_name("report.schema.json")


def report_text() -> str:
    """The schema as it is committed and lies beside each report: the same for the same code."""
    return json.dumps(report_schema(), indent=1, ensure_ascii=False) + "\n"
