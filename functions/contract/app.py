"""The door for everybody: the published contract, the page to try it, and what to say of paths and
methods that aren't in it. `openapi.json` lies beside this file, made from the models by `make
contract`, and so do the parts of the page."""

from functools import partial
from pathlib import Path

from farechance.edge.docs_page import docs_page
from farechance.edge.published import Published
from farechance.settings import Settings

folder = Path(__file__).parent
published = Published(
    folder.joinpath("openapi.json").read_text(encoding="utf-8"),
    partial(docs_page, folder, Settings.from_environment()),
)
handler = published.handle
