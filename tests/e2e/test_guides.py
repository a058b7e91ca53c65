"""The guides for those who connect, tried as their readers do: every block of a page is run in
order, in the shell and in Python, with nothing but what an administrator hands over; and what
the page says one will see is what one sees."""

import json
import re
import uuid
from pathlib import Path
from typing import Any

import pytest

from functional.saved_events import event
from guides import ADMIN, CODE, FOLDER, Known, Reader, steps
from infra.local import stack
from infra.local.client import Admin

BEGINNINGS = ("register_provider", "create_program", "fund", "create_partner", "allot")
IDS = ("prg_rides_to_work", "org_second_start", "pvd_city_cabs")
PROGRAMS = ("curl", "jq", "openssl")
every_language = pytest.mark.parametrize("language", CODE)


class Office:
    """An administrator who has sent the saved events, in a programme for this reader alone."""

    def __init__(self, running: stack.Stack) -> None:
        self.running = running
        self.run = f"g{uuid.uuid4().hex[:8]}"
        self.known = Known({written: f"{written[:4]}{self.run}" for written in IDS})
        self.told = {name: self.send(event(name)) for name in BEGINNINGS}

    def send(self, sent: dict[str, Any]) -> dict[str, Any]:
        """A command as it stands on a page, with what is real in it."""
        fields = json.loads(self.known.put_in(json.dumps(sent)))
        fields["command_id"] = f"{fields['command_id']}-{self.run}"
        answer = Admin(self.running).ask(fields.pop("command"), **fields)
        assert answer["done"], answer
        return answer

    def given(self) -> dict[str, str]:
        """What a partner's developer is given."""
        client = self.told["create_partner"]
        return {
            "API_URL": self.running.api_url,
            "TOKEN_URL": self.running.token_url,
            "CLIENT_ID": client["client_id"],
            "CLIENT_SECRET": client["client_secret"],
        }


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

    with Reader(language, tmp_path, office.given()) as reader:
        follow(page, reader, office, language)

    card = (tmp_path / "card.html").read_text(encoding="utf-8")
    (code,) = re.findall(r'"code": "([^"]+)",\n      "last4"', page)
    assert all(group in card for group in office.known.real[code].split("-"))
