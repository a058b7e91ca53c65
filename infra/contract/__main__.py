"""Writes the contract that the API serves: `make contract`, or `python -m infra.contract`."""

from infra.contract.document import FILE, ROOT, text

FILE.write_text(text(), encoding="utf-8")
print(f"{FILE.relative_to(ROOT)} is written.")
