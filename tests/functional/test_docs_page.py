"""The page on which the contract is read and tried: what a browser may do with it, and that it fits
through Lambda. What it does is pressed in tests/browser."""

import base64
import hashlib
import json
import re
from pathlib import Path

from contract import __file__ as contract_folder
from farechance.edge.docs_page import docs_page
from farechance.settings import Settings
from functional.gateway import Answer, proxy_event, read_answer
from functional.stack import Stack

FOLDER = Path(contract_folder).parent
TOKEN_URL = "https://a-domain.auth.us-east-1.amazoncognito.com/oauth2/token"
MOST_BYTES = 6 * 1024 * 1024
"""Of what a function may hand back (Lambda quotas, 'Invocation payload')."""


def _page(token_url: str = TOKEN_URL) -> Answer:
    return read_answer(docs_page(FOLDER, Settings("production", token_url=token_url)))


def _policy(answer: Answer) -> dict[str, list[str]]:
    rules = answer.headers["content-security-policy"].split("; ")
    return {rule.split()[0]: rule.split()[1:] for rule in rules}


def test_it_is_served_to_everybody_and_says_which_stack_this_is(stack: Stack) -> None:
    answer = stack.send("contract", proxy_event("GET", "/docs"))

    assert answer.status == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert 'data-environment="trial" data-token-url="/oauth2/token"' in answer.text
    assert 'data-environment="production"' in _page().text


def test_only_what_stands_in_the_page_may_run_and_nothing_is_loaded_from_elsewhere() -> None:
    answer = _page()

    policy = _policy(answer)

    for tag, rule in (("script", "script-src"), ("style", "style-src")):
        inline = re.findall(rf"<{tag}>(.*?)</{tag}>", answer.text, re.DOTALL)
        assert len(inline) == 2
        assert policy[rule] == [_digest(one) for one in inline]
    assert policy["default-src"] == ["'none'"]
    assert policy["frame-ancestors"] == ["'none'"]
    assert policy["img-src"] == ["data:"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"


def test_it_may_call_this_api_and_fetch_tokens_where_the_stack_has_them() -> None:
    host = TOKEN_URL.removesuffix("/oauth2/token")

    assert _policy(_page())["connect-src"] == ["'self'", host]
    assert _policy(_page(token_url="/oauth2/token"))["connect-src"] == ["'self'"]
    assert f'data-token-url="{TOKEN_URL}"' in _page().text


def test_it_fits_through_lambda_even_in_base_64() -> None:
    handed_back = json.dumps(docs_page(FOLDER, Settings("production")), ensure_ascii=False)

    assert len(base64.b64encode(handed_back.encode())) < MOST_BYTES / 2


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
