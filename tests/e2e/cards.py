"""Reads pages of cards as people do: follows a sheet's link, and types off the codes."""

import re
from urllib.parse import urlsplit

from infra.local import stack
from infra.local.client import Answer, call
from infra.local.stack import Stack


def codes_on(page: Answer) -> list[str]:
    """The codes of a page's cards, in order."""
    groups = re.findall(r'aria-hidden="true">(.*?)</p>', page.body.decode())
    return ["-".join(re.findall(r"<span>(\w{4})</span>", one)) for one in groups]


def open_sheet(running: Stack, link: str) -> Answer:
    """Follows a link without a token. It names AWS's address, which here is the emulator's."""
    parts = urlsplit(link)
    path = parts.path.removeprefix(f"/{stack.STAGE}")
    return call("GET", f"{running.api_url}{path}?{parts.query}")
