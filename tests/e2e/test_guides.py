"""The guides for those who connect, tried as their readers do: every block of a page is run in
order, in the shell and in Python, with nothing but what an administrator hands over; and what
the page says one will see is what one sees."""

import json
import re
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import count
from pathlib import Path
from threading import Thread
from types import MappingProxyType
from typing import Any

import pytest

from functional.saved_events import event
from guides import ADMIN, CODE, FOLDER, Block, Known, Reader, blocks, steps
from infra.local import stack
from infra.local.client import Admin, PartnerApp

BEGINNINGS = ("register_provider", "create_program", "fund", "create_partner", "allot")
IDS = ("prg_rides_to_work", "org_second_start", "pvd_city_cabs", "pvd_city_cabs_hex")
every_language = pytest.mark.parametrize("language", CODE)


class Office:
    """An administrator who has sent the saved events, in a programme for this reader alone."""

    def __init__(self, running: stack.Stack) -> None:
        self.running = running
        self.run = f"g{uuid.uuid4().hex[:8]}"
        self.known = Known({written: f"{written}_{self.run}" for written in IDS})
        self.told = {name: self.send(event(name)) for name in BEGINNINGS}

    def send(self, sent: dict[str, Any]) -> dict[str, Any]:
        """A command as it stands on a page, with what is real in it."""
        fields = json.loads(self.known.put_in(json.dumps(sent)))
        fields["command_id"] = f"{fields['command_id']}-{self.run}"
        answer = Admin(self.running).ask(fields.pop("command"), **fields)
        assert answer["done"], answer
        return answer

    def given_to_a_partner(self) -> dict[str, str]:
        """What a partner's developer is handed."""
        client = self.told["create_partner"]
        return {
            "API_URL": self.running.api_url,
            "TOKEN_URL": self.running.token_url,
            "CLIENT_ID": client["client_id"],
            "CLIENT_SECRET": client["client_secret"],
        }

    def given_to_a_company(self) -> dict[str, str]:
        """What a ride company's developer is handed, for both ways to sign, and a card."""
        in_hex = event("register_provider", provider_id=IDS[3], command_id="in-hex")
        in_hex |= {"profile": "hmac_sha256_hex", "signature_header": "x-cabs-signature"}
        return {
            "API_URL": self.running.api_url,
            "PROVIDER_ID": self.known.real[IDS[2]],
            "SECRET": self.told["register_provider"]["secret"],
            "VOUCHER_CODE": self._code(),
            "HEX_PROVIDER_ID": self.known.real[IDS[3]],
            "HEX_SECRET": self.send(in_hex)["secret"],
        }

    def _code(self) -> str:
        """Of a voucher of 40.00 that is nobody's."""
        client = self.told["create_partner"]
        app = PartnerApp(self.running, client["client_id"], client["client_secret"])
        wanted = {"program_id": self.known.real[IDS[0]], "purpose": "job", "value_cents": 4_000}
        minted = app.post("/vouchers", {**wanted, "unassigned": 1}, f"a-card-{self.run}")
        return str(minted.expect(201)["vouchers"][0]["code"])


@pytest.fixture(scope="module")
def running() -> stack.Stack:
    return stack.ensure_up(quiet=True)


def follow(page: str, reader: Reader, office: Office, language: str) -> None:
    """Does what the page says, and compares what it says one sees."""
    for step in steps(page, language):
        if step.does.kind == ADMIN:
            office.send(json.loads(step.does.text))
            continue
        seen = reader.run(step.does)
        if step.sees is not None:
            why = office.known.compare(step.sees.text, seen)
            assert not why, f"line {step.sees.line}: {why}"


@every_language
def test_a_partners_developer_gets_from_credentials_to_a_first_ride(
    running: stack.Stack, language: str, tmp_path: Path
) -> None:
    page = (FOLDER / "partner.md").read_text(encoding="utf-8")
    office = Office(running)

    with Reader(language, tmp_path, office.given_to_a_partner()) as reader:
        follow(page, reader, office, language)

    card = (tmp_path / "card.html").read_text(encoding="utf-8")
    (code,) = re.findall(r'"code": "([^"]+)",\n      "last4"', page)
    assert all(group in card for group in office.known.real[code].split("-"))


@every_language
def test_a_ride_companys_developer_gets_from_a_secret_to_a_first_ride(
    running: stack.Stack, language: str, tmp_path: Path
) -> None:
    page = (FOLDER / "provider.md").read_text(encoding="utf-8")
    office = Office(running)

    with Reader(language, tmp_path, office.given_to_a_company()) as reader:
        follow(page, reader, office, language)


@every_language
def test_the_partners_guide_repeats_what_may_be_repeated_with_the_same_key(
    language: str, tmp_path: Path
) -> None:
    shed, done = (503, 1, {"type": "urn:farechance:problem:busy"}), (201, 0, {"done": True})

    seen, heard = _mint_by_the_guide(language, tmp_path, [shed, LOST, done])

    assert json.loads(seen) == {"done": True}
    assert heard == [("/vouchers", "token 1", "one", {"a": 1})] * 3


@every_language
def test_the_partners_guide_does_not_wait_an_hour(language: str, tmp_path: Path) -> None:
    problem = {"type": "urn:farechance:problem:minting_too_fast", "detail": "Wait."}

    seen, heard = _mint_by_the_guide(language, tmp_path, [(429, 1_800, problem)])

    assert json.loads(seen.removesuffix("failed\n")) == problem
    assert len(heard) == 1


@every_language
def test_the_partners_guide_fetches_one_new_token_and_no_other(
    language: str, tmp_path: Path
) -> None:
    ended = {"type": "urn:farechance:problem:not_authenticated", "detail": "Send a proof."}
    refused, done = (401, 0, ended), (201, 0, {"done": True})

    renewed, heard = _mint_by_the_guide(language, tmp_path, [refused, done])
    still, heard_in_vain = _mint_by_the_guide(language, tmp_path, [refused, refused])

    assert json.loads(renewed) == {"done": True}
    assert json.loads(still.removesuffix("failed\n")) == ended
    for one in (heard, heard_in_vain):
        assert one == [("/vouchers", f"token {number}", "one", {"a": 1}) for number in (1, 2)]


@every_language
def test_the_partners_guide_never_takes_a_lost_answer_for_a_good_one(
    language: str, tmp_path: Path
) -> None:
    # It is as patient with every call; here it need not be.
    less = {"--retry 5": "--retry 1", "(1, 2, 4, 8, 16, None)": "(1, None)"}

    seen, heard = _mint_by_the_guide(language, tmp_path, [LOST, LOST], less)

    assert seen == "failed\n"
    assert len(heard) == 2


def test_what_answers_on_the_way_is_a_problem_too(tmp_path: Path) -> None:
    seen, _ = _mint_by_the_guide("python", tmp_path, [(403, 0, "<html>")])

    assert seen == "{}\nfailed\n"


LOST = None
"""Instead of an answer: the connection ends."""
type _Answers = list[tuple[int, int, dict[str, Any] | str] | None]


def _mint_by_the_guide(
    language: str,
    folder: Path,
    answers: _Answers,
    changes: Mapping[str, str] = MappingProxyType({}),
) -> tuple[str, list[Any]]:
    """What one sees when the first block of the guide, with its function `call` and some changes,
    gets these answers; and what was asked for."""
    page = (FOLDER / "partner.md").read_text(encoding="utf-8")
    (first, *_) = (one for one in blocks(page) if one.kind == language)
    text = first.text
    for before, after in changes.items():
        text = text.replace(before, after)
    assert (text != first.text) == bool(changes)
    call = {
        "bash": """
echo '{"a": 1}' | call /vouchers --header 'Idempotency-Key: one' --json @- || echo failed
""",
        "python": """
try:
    show(call("POST", "/vouchers", key="one", json={"a": 1}).json())
except Problem as problem:
    show(problem.body)
    print("failed")
except requests.ConnectionError:
    print("failed")
""",
    }
    with _door(answers) as (url, heard):
        given = {"API_URL": url, "TOKEN_URL": f"{url}/token"}
        given |= {"CLIENT_ID": "an-app", "CLIENT_SECRET": "a secret"}
        with Reader(language, folder, given) as reader:
            reader.run(Block(language, text, 1))
            return reader.run(Block(language, call[language], 1)), heard


@contextmanager
def _door(answers: _Answers) -> Iterator[tuple[str, list[Any]]]:
    """Gives a token to everybody, and these answers in turn; keeps what it was asked for."""
    heard: list[Any] = []
    tokens = count(1)

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path == "/token":
                self._say(200, 0, {"access_token": f"token {next(tokens)}", "expires_in": 3600})
                return
            answer = answers[len(heard)]
            token = self.headers["Authorization"].removeprefix("Bearer ")
            heard.append((self.path, token, self.headers["Idempotency-Key"], json.loads(body)))
            if answer is not None:
                self._say(*answer)

        def _say(self, status: int, wait_seconds: int, body: dict[str, Any] | str) -> None:
            written = (body if isinstance(body, str) else json.dumps(body)).encode()
            self.send_response(status)
            if wait_seconds:
                self.send_header("Retry-After", str(wait_seconds))
            self.send_header("Content-Length", str(len(written)))
            self.end_headers()
            self.wfile.write(written)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = HTTPServer(("127.0.0.1", 0), Door)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", heard
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
