"""Writes the contract that the API serves, and the schema of a report: `make contract`, or
`python -m infra.contract`."""

from infra.contract.document import FILE, ROOT, text
from infra.contract.report_schema import REPORT_FILE, report_text

for file, written in ((FILE, text()), (REPORT_FILE, report_text())):
    file.write_text(written, encoding="utf-8")
    print(f"{file.relative_to(ROOT)} is written.")
