"""The examples of signatures in the guide for ride companies, computed a second time with the
client of Standard Webhooks and with the standard library."""

import hashlib
import hmac
import re
from datetime import UTC, datetime

from standardwebhooks import Webhook

from guides import FOLDER

PAGE = (FOLDER / "provider.md").read_text(encoding="utf-8")


def _examples() -> list[dict[str, str]]:
    """The tables without a head, each as what it names."""
    tables = re.findall(r"^\| \| \|\n\| --- \| --- \|\n((?:\|.*\n)+)", PAGE, re.M)
    cell = re.compile(r"^\| `?([\w -]+?)`? \| `(.+)` \|$", re.M)
    return [dict(cell.findall(table)) for table in tables]


STANDARD, IN_HEX = _examples()


def test_the_example_of_standard_webhooks_is_what_their_client_signs() -> None:
    at = datetime.fromtimestamp(int(STANDARD["webhook-timestamp"]), UTC)

    signature = Webhook(STANDARD["secret"]).sign(STANDARD["webhook-id"], at, STANDARD["body"])

    assert STANDARD["webhook-signature"] == signature


def test_the_example_in_hex_is_what_the_standard_library_signs() -> None:
    key, body = IN_HEX["secret"].encode(), IN_HEX["body"].encode()

    assert IN_HEX["signature"] == hmac.new(key, body, hashlib.sha256).hexdigest()
