"""`make examples`: plays the examples of the contract through the handlers, with moto in place of
AWS, and writes them where the contract has them from."""

import contextlib
import io

from functional.examples import play
from infra.contract.document import ROOT
from infra.contract.examples import FILE, text

if __name__ == "__main__":
    # The handlers write their metrics to standard output.
    with contextlib.redirect_stdout(io.StringIO()):
        played = play()
    FILE.write_text(text(played), encoding="utf-8")
    print(f"{FILE.relative_to(ROOT)} is written.")
