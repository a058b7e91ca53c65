"""The examples of signatures in the guide for ride companies: computed a second time, by the client
of Standard Webhooks and by HMAC as its standard writes it down; and taken by us."""

import re
from datetime import UTC, datetime

from standardwebhooks import Webhook

from farechance.signatures import Verified, verify_hex, verify_standard
from guides import FOLDER
from signers import signed_in_hex

PAGE = (FOLDER / "provider.md").read_text(encoding="utf-8")


def _examples() -> list[dict[str, str]]:
    """The tables without a head, each as what it names."""
    tables = re.findall(r"^\| \| \|\n\| --- \| --- \|\n((?:\|.*\n)+)", PAGE, re.M)
    cell = re.compile(r"^\| `?([\w -]+?)`? \| `(.+)` \|$", re.M)
    return [dict(cell.findall(table)) for table in tables]


STANDARD, IN_HEX = _examples()


def test_the_example_of_standard_webhooks_is_what_their_client_signs_and_we_take() -> None:
    at = datetime.fromtimestamp(int(STANDARD["webhook-timestamp"]), UTC)
    headers = {name: words for name, words in STANDARD.items() if name.startswith("webhook-")}

    signature = Webhook(STANDARD["secret"]).sign(STANDARD["webhook-id"], at, STANDARD["body"])

    assert STANDARD["webhook-signature"] == signature
    taken = verify_standard(headers, STANDARD["body"].encode(), [STANDARD["secret"]], at)
    assert taken == Verified(0, skew_seconds=0)


def test_the_example_in_hex_is_what_hmac_gives_and_we_take() -> None:
    secret, body, signature = IN_HEX["secret"], IN_HEX["body"].encode(), IN_HEX["signature"]

    assert signature == signed_in_hex(secret, body)
    assert verify_hex(signature, body, [secret]) == Verified(0, skew_seconds=None)
