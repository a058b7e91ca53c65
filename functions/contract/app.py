"""The door for everybody: the published contract, and what to say of paths and methods that aren't
in it. `openapi.json` lies beside this file, made from the models by `make contract`."""

from pathlib import Path

from farechance.edge.published import Published

published = Published(Path(__file__).with_name("openapi.json").read_text(encoding="utf-8"))
handler = published.handle
