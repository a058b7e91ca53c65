"""Writes what the pages on privacy say of the models: `make privacy`."""

from infra.privacy.pages import GUIDE, LAW, ROOT, guide, law

for file, written in ((GUIDE, guide()), (LAW, law())):
    file.write_text(written, encoding="utf-8")
    print(f"{file.relative_to(ROOT)} is written.")
